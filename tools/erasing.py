"""Taking one person out of texts and webhooks that are also about others."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from typing import Any

from .phone import digits, format_international, variants

#: What stands in place of a person in texts that stay.
ERASED = "[erased]"
#: Fewer digits would also be amounts, dates and parts of other numbers.
SHORTEST_NUMBER = 7
#: With its country code nearly every number has so many; they are found inside of more digits, too.
LONG_NUMBER = 10

#: As Meta's own; what a body that is no JSON leaves.
_EMPTY = "{}"


def spellings(wa_id: str | None) -> set[str]:
    """Return the ways in which programs and people usually write one number."""
    found: set[str] = set()
    for variant in variants(wa_id):
        shown = format_international(variant)
        found |= {variant, f"+{variant}", shown, shown.replace(" ", "\u00a0"), shown.replace("-", " ")}
    return found


def in_files(texts: Iterable[str]) -> set[str]:
    """Return texts as they stand in HTML and in JSON, besides as they are."""
    found = set()
    for text in texts:
        found |= {text, html.escape(text), html.escape(text, quote=False), json.dumps(text)[1:-1]}
    return {text for text in found if text}


def exact_pattern(text: str) -> str:
    """Return the regular expression (PostgreSQL) that finds a number or address, and no part of a longer number."""
    before = r"(?<!\d)" if text[:1].isdigit() else ""
    return before + re.escape(text) + (r"(?!\d)" if text[-1:].isdigit() else "")


def name_pattern(name: str, in_html: bool = False) -> str:
    """Return the regular expression (PostgreSQL) that finds a name as words of their own.

    Customers choose what they are called: in HTML, what would be a part of a tag stays, unless it is the whole value of an
    attribute.
    """
    text = re.escape(name)
    whole = rf"(?<!\w){text}(?!\w)"
    return rf"{whole}(?![^<>]*>)|(?<==[\"']){text}(?=[\"'])" if in_html else whole


def without_person(body: str, ids: Iterable[str], usernames: Iterable[str] = ()) -> str:
    """Return a webhook's body without what one person wrote and what is said about them.

    The smallest part that names one of their ids goes: a message, a contact, a status.
    What is about others in the same body stays as it was. A body that is no JSON goes
    whole: nobody knows which of its words are whose.

    :param body: as it came.
    :param ids: ``wa_id`` in all spellings, BSUIDs.
    :param usernames: @usernames; people choose them, so they count only where the body says that it is one: "text" may be.
    """
    known, chosen = frozenset(ids), frozenset(name.lstrip("@") for name in usernames)
    if not any(id_ in body for id_ in known | chosen):
        return body
    try:
        root = json.loads(body)
    except ValueError:
        return _EMPTY if any(id_ in body for id_ in known) else body
    cleaned, still_named = _cleaned(root, known, chosen)
    return _EMPTY if still_named else json.dumps(cleaned, ensure_ascii=False)


def _cleaned(value: Any, ids: frozenset[str], usernames: frozenset[str]) -> tuple[Any, bool]:
    """Return a value without the items of lists that name somebody, and whether it still does itself."""
    if isinstance(value, list):
        pairs = [_cleaned(item, ids, usernames) for item in value]
        return [item for item, named in pairs if not named], False
    if isinstance(value, dict):
        parts = {key: _cleaned(item, ids, usernames) for key, item in value.items()}
        named = any(named for _item, named in parts.values()) or any(_is_id(key, ids) for key in value)
        given = value.get("username")
        named = named or (isinstance(given, str) and given.strip().lstrip("@") in usernames)
        return {key: item for key, (item, _named) in parts.items()}, named
    return value, isinstance(value, str | int) and _is_id(str(value), ids)


def _is_id(text: str, ids: frozenset[str]) -> bool:
    bare = text.strip().lstrip("@+")
    return bare in ids or (len(bare) >= SHORTEST_NUMBER and digits(text) in ids and not re.search("[A-Za-z]", text))


def without_lines(text: str, numbers: Iterable[str]) -> str:
    """Return a list (one person a line) without the lines in which one of these numbers (digits) stands in a cell.

    A short one may be the end of somebody else's, so it has to be the whole cell; and a number and the date beside it
    are no third one.
    """
    wanted = {number for number in numbers if len(number) >= SHORTEST_NUMBER}
    long = {number for number in wanted if len(number) >= LONG_NUMBER}

    def names(line: str) -> bool:
        cells = {digits(cell) for cell in re.split(r"[;,|\t\"']", line)}
        return not cells.isdisjoint(wanted) or any(number in cell for cell in cells for number in long)

    return "".join(line for line in text.splitlines(keepends=True) if not names(line))
