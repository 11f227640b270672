"""How long a text may be."""

from .errors import invalid, missing


def length(name, value, top, low=1):
    """Raise unless ``value`` is a text of ``low`` to ``top`` characters; without ``low`` it may be absent."""
    if value is None:
        if low:
            raise missing(name)
        return
    if not isinstance(value, str) or not low <= len(value) <= top:
        raise invalid(f"{name} length invalid. Min length: {low}, Max length: {top}")
