"""Text, text that is too long, and reactions.

Source: developers.facebook.com, WhatsApp "Text messages", "Reaction messages".
"""

from __future__ import annotations

from typing import Any

from ..graphemes import belongs_together, is_one
from ..markup.ranges import FENCE, Range, ranges
from .errors import InvalidMessage
from .rules import words

TEXT_LIMIT = 4096

# Below this, closing and opening marks could take all the room there is.
_LEAST_TO_REOPEN = 64


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

    :raise InvalidMessage: ``wamid_missing``, ``emoji_too_long`` for anything but one
        single emoji.
    """
    if emoji and (emoji.isascii() or not is_one(emoji)):
        raise InvalidMessage("emoji_too_long", emoji[:40])
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
    longer than a message is cut inside, and then not inside an emoji. What is bold,
    code or a link stays whole where there is another place to cut; where there is
    none, emphasis and code end with the part and begin anew in the next one. Blanks
    at the cuts are dropped, nothing else is. An empty text gives an empty list.

    :param limit: at least 1.
    """
    if limit < 1:
        raise ValueError("limit must be positive")
    parts: list[str] = []
    rest = body.strip()
    while len(rest) > limit:
        part, rest = _take(rest, limit)
        parts.append(part)
    if rest:
        parts.append(rest)
    return parts


def _take(text: str, limit: int) -> tuple[str, str]:
    """Return the first message of ``text``, which is longer than ``limit``, and the rest."""
    marked = ranges(text, limit)
    cut = _cut(text, limit, marked)
    open_here = [one for one in marked if one.start < cut < one.end]
    if not open_here or limit < _LEAST_TO_REOPEN:
        return text[:cut].rstrip(), text[cut:].lstrip()
    marks = [one.mark for one in open_here if one.mark]
    cut = min(cut, limit - sum(map(len, marks)))
    head, tail = text[:cut].rstrip(), text[cut:]
    # In a block of code, blanks at the beginning of a line mean something.
    tail = tail.removeprefix("\n") if FENCE in marks else tail.lstrip()
    return head + "".join(reversed(marks)), "".join(marks) + tail


def _cut(text: str, limit: int, marked: list[Range]) -> int:
    """Return where to cut: outside of everything marked if there is such a place."""
    for inside_too in (False, True):
        for separator in ("\n\n", "\n", ". ", "! ", "? ", " "):
            # one character more, so that a blank right behind the limit counts
            found = text.rfind(separator, limit // 2, limit + 1)
            while found > 0:
                cut = min(found + len(separator.rstrip(" \n")), limit)
                if inside_too or not any(one.start < cut < one.end for one in marked):
                    return cut
                found = text.rfind(separator, limit // 2, found)
    return _between_characters(text, limit)


def _between_characters(text: str, limit: int) -> int:
    """Return the last place up to ``limit`` that does not tear a character apart."""
    for cut in range(limit, max(limit - 32, 0), -1):
        if not belongs_together(text, cut):
            return cut
    return limit
