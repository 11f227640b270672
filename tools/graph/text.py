"""Text, text that is too long, and reactions.

Source: developers.facebook.com, WhatsApp "Text messages", "Reaction messages".
"""

from __future__ import annotations

import unicodedata
from typing import Any

from .rules import words

TEXT_LIMIT = 4096

_ZWJ = "\u200d"


def text(body: str, preview_url: bool = False) -> dict[str, Any]:
    """Return a text message's content.

    :param preview_url: let WhatsApp show a preview of the first link.
    :raise InvalidMessage: ``body_missing``, ``body_too_long``.
    """
    checked = words("body", body, TEXT_LIMIT)
    return {"type": "text", "text": {"body": checked, "preview_url": bool(preview_url)}}


def reaction(wamid: str, emoji: str) -> dict[str, Any]:
    """Return a reaction to a message; an empty ``emoji`` takes it back.

    Meta refuses it for messages older than 30 days and for reactions. A reaction
    must not quote: leave ``quoted_wamid`` of the envelope empty.
    """
    return {
        "type": "reaction",
        "reaction": {
            "message_id": words("wamid", wamid, 1024),
            "emoji": words("emoji", emoji, 64, required=False),
        },
    }


def split_text(body: str, limit: int = TEXT_LIMIT) -> list[str]:
    """Split a text into messages of at most ``limit`` characters.

    Cuts between paragraphs if it can, else lines, sentences, words; only a word
    longer than a message is cut inside, and then not inside an emoji. Blanks at
    the cuts are dropped, nothing else is. An empty text gives an empty list.

    :param limit: at least 1.
    """
    if limit < 1:
        raise ValueError("limit must be positive")
    parts: list[str] = []
    rest = body.strip()
    while len(rest) > limit:
        cut = _cut(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        parts.append(rest)
    return parts


def _cut(text: str, limit: int) -> int:
    """Return where to cut ``text``, which is longer than ``limit``."""
    for separator in ("\n\n", "\n", ". ", "! ", "? ", " "):
        # one character more, so that a blank right behind the limit counts
        found = text.rfind(separator, limit // 2, limit + 1)
        if found > 0:
            return min(found + len(separator.rstrip(" \n")), limit)
    return _between_characters(text, limit)


def _between_characters(text: str, limit: int) -> int:
    """Return the last place up to ``limit`` that does not tear a character apart."""
    for cut in range(limit, max(limit - 32, 0), -1):
        if not _belongs_to_previous(text[cut]) and text[cut - 1] != _ZWJ:
            return cut
    return limit


def _belongs_to_previous(character: str) -> bool:
    """Tell whether a character only changes the one before it."""
    return (
        unicodedata.combining(character) > 0
        or unicodedata.category(character) in ("Mn", "Me")
        or character == _ZWJ
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
    )
