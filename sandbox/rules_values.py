"""Variables of a template and the values that are put into them.

Source: Meta, ``templates/components``.
"""

import re
from dataclasses import dataclass, field

from .errors import GraphError, invalid
from .records import Shop
from .shapes import table

VARIABLE = re.compile(r"{{\s*([A-Za-z0-9_]+)\s*}}")
#: Meta's sentence says "more than 4 consecutive spaces"; reports differ on exactly four, so four are refused too.
BAD_WHITESPACE = re.compile(r"[\n\r\t]| {4,}")
TEXT_TYPES = ("text", "currency", "date_time")


@dataclass(slots=True)
class Case:
    """What filling a template depends on besides its definition and the values."""

    named: bool
    #: Graph version as a number; from 23 on whitespace errors are 132018, before 132012.
    version: int
    #: Epoch seconds.
    now: float = 0.0
    shop: Shop = field(default_factory=Shop)


def variables(text):
    """Return the variable names of a text in order of first appearance."""
    return list(dict.fromkeys(VARIABLE.findall(text or "")))


def count_error(where, got, wanted):
    """Return Meta's 132000 with its usual details."""
    return GraphError(
        132000, f"{where}: number of localizable_params ({got}) does not match the expected number of params ({wanted})"
    )


def text_of(where, param, version):
    """Return the text a parameter puts into the template, or raise."""
    kind = param.get("type")
    if kind not in TEXT_TYPES:
        raise GraphError(132012, f"{where}: Format mismatch, expected TEXT, received {str(kind).upper()[:20]}")
    value = param.get("text") if kind == "text" else table(param.get(kind)).get("fallback_value")
    if value is None or value == "":
        raise GraphError(131008, f"Parameter of type {kind} is missing text value")
    if not isinstance(value, str):
        raise invalid(f"{where}: the value of a parameter must be a string.")
    if BAD_WHITESPACE.search(value):
        raise GraphError(
            132018 if version >= 23 else 132012,
            f"{where}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        )
    return value
