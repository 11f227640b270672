"""Reading JSON of unknown shape without stumbling: what is not of the wanted kind counts as empty."""


def table(value):
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value):
    """Return the value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []
