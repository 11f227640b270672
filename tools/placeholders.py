"""Placeholders in texts of our own: ``Hello {{ partner_id.name | there }}``.

Only field paths and a fallback, filled in by plain substitution: no expression is
ever evaluated. WhatsApp's numbered variables (``{{1}}``) belong to templates and
are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][\w.]*)\s*(?:\|([^{}]*))?\}\}")


def paths(text: str) -> list[str]:
    """Return the field paths a text mentions, in order, each once."""
    return list(dict.fromkeys(match[1] for match in _PLACEHOLDER.finditer(text)))


def fill(text: str, value_of: Callable[[str], str]) -> tuple[str, list[str]]:
    """Return the filled text, and the paths that had neither value nor fallback.

    :param text: with placeholders.
    :param value_of: the value at a path as text; "" when there is none.
    """
    missing: list[str] = []

    def value(match: re.Match[str]) -> str:
        found = value_of(match[1]) or (match[2] or "").strip()
        if not found:
            missing.append(match[1])
        return found

    return _PLACEHOLDER.sub(value, text), list(dict.fromkeys(missing))
