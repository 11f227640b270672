"""The few lines of a vCard that a message may carry instead of Meta's own fields.

A card shared from a phone comes with names and phones as JSON; any part of that may
be missing while ``vcard`` still has it.

Source: RFC 6350 (lines, folding, escapes); developers.facebook.com, WhatsApp webhook
reference "contacts messages"; ``waid`` is WhatsApp's own parameter of ``TEL``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import reading
from .events import Json

MAX_LINES = 400
"""Lines looked at; photographs make cards long, and stand at their end."""

_LINE = re.compile(r"(?:[A-Za-z0-9-]+\.)?(?P<name>[A-Za-z-]+)(?P<more>[^:]*):(?P<value>.*)")
_WAID = re.compile(r";\s*waid=\"?([0-9]+)", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([nN,;\\])")


def complete(card: Json) -> Json:
    """Return a card of ``contacts[]`` with what only its ``vcard`` says."""
    vcard = reading.text(card.get("vcard"))
    if not vcard:
        return card
    found: Json = {}
    for name, more, value in _lines(vcard):
        if name == "FN":
            found.setdefault("name", {"formatted_name": value})
        elif name == "TEL":
            waid = _WAID.search(more)
            phone = {"phone": value, **({"wa_id": waid[1]} if waid else {})}
            found.setdefault("phones", []).append(phone)
        elif name == "EMAIL":
            found.setdefault("emails", []).append({"email": value})
        elif name == "ORG":
            found.setdefault("org", {"company": value.split(";")[0]})
    return {**found, **{key: part for key, part in card.items() if part}}


def _lines(vcard: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, parameters and value of each line, unfolded."""
    unfolded = re.sub(r"\r?\n[ \t]", "", vcard)
    for line in unfolded.splitlines()[:MAX_LINES]:
        match = _LINE.fullmatch(line)
        value = match and _ESCAPE.sub(_unescape, match["value"]).strip()
        if match and value:
            yield match["name"].upper(), match["more"], value


def _unescape(match: re.Match[str]) -> str:
    return "\n" if match[1] in "nN" else match[1]
