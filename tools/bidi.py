"""Take the teeth out of invisible characters in text that strangers wrote.

Bidirectional overrides and isolates can make ``invoice<U+202E>fdp.exe`` look
like a PDF, or move the words around a name. Right-to-left *text* does not need
them, and the harmless marks (LRM, RLM, ALM) are kept.

Source: Unicode Standard Annex 9, explicit directional formatting characters.
"""

from __future__ import annotations

import re

_DIRECTIONS = "\u202a-\u202e\u2066-\u2069"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
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
