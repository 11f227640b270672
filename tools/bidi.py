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
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0"
    "\ufe00-\ufe0f\U000e0100-\U000e01ef]"
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
    return all(
        unicodedata.category(c) in _UNSEEN_CATEGORIES or _UNSEEN.match(c)
        for c in text or ""
    )


def short_name(text: str | None) -> str:
    """Return a stranger's name on one line; ``""`` when nobody could see it."""
    name = one_line(text)[:NAME_LIMIT].strip()
    return "" if is_blank(name) else name
