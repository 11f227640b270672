"""How a control call fails, and reading its numbers."""


class ControlError(Exception):
    """A control call that cannot be carried out; the text tells a person why.

    :param status: HTTP status of the answer.
    """

    def __init__(self, text, status=400):
        super().__init__(text)
        self.status = status


def whole(request, name, default):
    """Return a number from the query string, or raise a ControlError."""
    text = request.query.get(name) or str(default)
    if not text.isdigit():
        raise ControlError(f"{name} must be a number.")
    return int(text)


def text(body, name, default=None):
    """Return a text that must be there, or has a default; anything else is refused."""
    value = body.get(name, default)
    if not isinstance(value, str) or not value.strip():
        raise ControlError(f"Give {name} as a text.")
    return value.strip()


def one_of(body, name, choices):
    """Refuse a value that is none of those there are; what is not given is no fault."""
    if name in body and body[name] not in choices:
        raise ControlError(f"{name} must be one of {', '.join(choices)}.")
