"""What a customer filled into a form (flow): files among the answers, and answers as words.

The answers are whatever the form's author and WhatsApp's app made of them: texts, choices, lists, objects, files, and objects
written as text once more. Keys of one form mean nothing in another.

Source: developers.facebook.com, WhatsApp Flows, "Media upload" and "Components"; cloud-api reference §11.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any

from . import reading
from .events import Json, Media

FILES_LIMIT = 50
"""Most files taken from one form. A picker takes at most ten."""
DEPTH_LIMIT = 8
ROWS_LIMIT = 200
#: Keys that only files have.
_FILE_SIGNS = ("cdn_url", "encryption_metadata", "file_name", "media_id", "mime_type", "sha256")
#: Under which key an object says what it is called, the best first.
_TITLES = ("title", "label", "name", "text", "value")
_NAME_KEYS = ("file_name", "filename", "name")
_DATE_KEY = re.compile(r"date|day|when|time", re.IGNORECASE)
_CHOICE = re.compile(r"\d+_(?=\S)")


def read_file(value: Any) -> Media | None:
    """Return the file an answer is, or None for any other answer.

    With ``encryption_metadata`` the address leads to an encrypted copy that needs no token; else the id is fetched like
    that of a message. One that names neither cannot be fetched and is no file here.
    """
    found = reading.mapping(value)
    if not any(found.get(sign) for sign in _FILE_SIGNS):
        return None
    cipher = reading.mapping(found.get("encryption_metadata"))
    url = reading.text(found.get("cdn_url")) if cipher else ""
    media_id = reading.identifier(found.get("id")) or reading.identifier(found.get("media_id"))
    if not media_id and not url:
        return None
    return Media(
        id=media_id or "",
        mime_type=reading.text(found.get("mime_type")),
        sha256=reading.text(found.get("sha256")),
        url=url,
        filename=file_name(found),
        cipher=cipher or None,
    )


def file_name(value: Json) -> str:
    """Return what a file among the answers is called; ``""`` for nothing."""
    return next((name for key in _NAME_KEYS if (name := reading.text(value.get(key)))), "")


def files(answers: Any, depth: int = 0) -> list[Media]:
    """Return the files among answers, at any depth, in their order."""
    answers = unfolded(answers)
    file = read_file(answers)
    if file:
        return [file]
    if depth > DEPTH_LIMIT or not isinstance(answers, (dict, list)):
        return []
    parts = answers.values() if isinstance(answers, dict) else answers
    found: list[Media] = []
    for part in parts:
        found += files(part, depth + 1)
        if len(found) >= FILES_LIMIT:
            break
    return found[:FILES_LIMIT]


def unfolded(value: Any) -> Any:
    """Return what a text of JSON holds; anything else as it is."""
    if not isinstance(value, str) or value.strip()[:1] not in ("{", "["):
        return value
    try:
        found = reading.cleaned(json.loads(value))
    except (ValueError, RecursionError):  # Unreadable among them
        return value
    return found if isinstance(found, (dict, list)) else value


def label(key: Any) -> str:
    """Return a key of a form as people write it: ``wanted_on`` is ``Wanted on``."""
    words = re.sub(r"[\s_-]+", " ", str(key)).strip()
    return words[:1].upper() + words[1:]


def rows(answers: Any, yes: str, no: str, file: str) -> list[tuple[str, str]]:
    """Return answers as ``[(label, words)]``; nested parts get lines of their own, empty ones none.

    :param yes: the word for True, as ``no`` for False and ``file`` for a file without a name.
    """
    found: list[tuple[str, str]] = []
    _collect(unfolded(answers), "", (yes, no, file), found, 0)
    return [(name, words) for name, words in found if words.strip()][:ROWS_LIMIT]


def _collect(value: Any, name: str, said: tuple[str, str, str], found: list[tuple[str, str]], depth: int) -> None:
    """Add the lines of one answer."""
    value = unfolded(value)
    words = _one(value, name, said)
    if words is not None:
        found.append((name, words))
    elif depth > DEPTH_LIMIT or len(found) > ROWS_LIMIT:
        found.append((name, "…"))
    elif isinstance(value, list):
        parts = [_one(unfolded(part), name, said) for part in value]
        if all(part is not None for part in parts):
            found.append((name, ", ".join(part for part in parts if part)))
            return
        for index, part in enumerate(value, 1):
            _collect(part, f"{name} {index}".strip(), said, found, depth + 1)
    else:
        for key, part in value.items():
            _collect(part, f"{name}: {label(key)}" if name else label(key), said, found, depth + 1)


def _one(value: Any, name: str, said: tuple[str, str, str]) -> str | None:
    """Return an answer that fits into one line as words, or None for one that consists of parts."""
    yes, no, file = said
    if isinstance(value, bool):
        return yes if value else no
    if isinstance(value, dict):
        if any(value.get(sign) for sign in _FILE_SIGNS):
            return file_name(value) or file
        titles = [reading.text(value.get(key)) for key in _TITLES]
        if set(value) <= {"id", "description", "metadata", "enabled", *_TITLES}:
            return next((title for title in titles if title), reading.text(value.get("id")))
        return None
    if isinstance(value, list):
        return None if value else ""
    return _scalar(value, name)


def _scalar(value: Any, name: str) -> str:
    text = reading.text(value)
    # Older date pickers count milliseconds.
    if re.fullmatch(r"-?[0-9]{12,13}", text) and _DATE_KEY.search(name):
        return datetime.fromtimestamp(int(text) / 1000, tz=timezone.utc).strftime("%Y-%m-%d")
    # WhatsApp's form builder numbers choices ("0_Very good") and names fields "screen_0_Rating_0".
    return _CHOICE.sub("", text, count=1) if name.lower().startswith("screen ") else text
