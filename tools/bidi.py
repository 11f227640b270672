"""Take the teeth out of invisible characters in text that strangers wrote.

Bidirectional overrides and isolates can make ``invoice<U+202E>fdp.exe`` look
like a PDF, or move the words around a name. Right-to-left *text* does not need
them, and the harmless marks (LRM, RLM, ALM) are kept.

Source: Unicode Standard Annex 9, explicit directional formatting characters.
"""

from __future__ import annotations

import re
import unicodedata

_DIRECTIONS = "\u202a-\u202e\u2066-\u2069"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
NAME_LIMIT = 200
"""Longest name kept, in characters. WhatsApp allows far less; PostgreSQL cannot put
much more into an index."""

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
# Letters and signs that are drawn as nothing: fillers, the empty Braille cell,
# joiners and variation selectors. People use them as empty names.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_PHONE = re.compile(r"\+[\d\s().\-/]{6,30}")
# Also their full-width forms, which spreadsheets of some languages take for the same.
_FORMULA = re.compile(
    "(?:[\\s\u200b-\u200f\u2060]*(?:[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212]|\\{=|(?:ex|in)ternal:))+",
    re.IGNORECASE,
)
_HARMFUL = re.compile(f"[{_DIRECTIONS}{_CONTROLS}\ufeff\ud800-\udfff]")


def neutralise(text: str | None) -> str:
    """Return ``text`` without directional overrides and control characters.

    Tabs and line breaks stay; ``\\r\\n`` and ``\\r`` become ``\\n``.
    """
    cleaned = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return _HARMFUL.sub("", cleaned)


def one_line(text: str | None) -> str:
    """Return ``text`` neutralised and on one line, for names and file names."""
    return " ".join(neutralise(text).split())


def is_blank(text: str | None) -> bool:
    """Tell whether nothing of ``text`` can be seen: no text, blanks, fillers."""
    return all(unicodedata.category(c) in _UNSEEN_CATEGORIES or _UNSEEN.match(c) for c in text or "")


def without_formula(name: str) -> str:
    """Return a stranger's name without the signs that make a spreadsheet compute it or follow it.

    Names end up in exported lists. ``=HYPERLINK(…)``, ``@SUM(…)`` and ``-2+3`` begin like formulas, ``external:`` and
    ``internal:`` like links of spreadsheets. A phone number (``+1 202-555-0143``) is not changed: it computes nothing.

    Source: OWASP, "CSV Injection"; XlsxWriter, ``worksheet.write``.
    """
    if _PHONE.fullmatch(name):
        return name
    found = _FORMULA.match(name)
    return name[found.end() :].lstrip() if found else name


def short_name(text: str | None) -> str:
    """Return a stranger's name on one line; ``""`` when nobody could see it."""
    name = without_formula(one_line(text))[:NAME_LIMIT].strip()
    return "" if is_blank(name) else name
