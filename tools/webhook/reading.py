"""Read JSON that may be anything: accessors that answer instead of raising.

Meta adds fields without notice, sends numbers as text and text as numbers, and
anybody who holds the secret may send worse. Each function returns a value of the
promised type, whatever stood there.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator
from typing import Any

from .events import ErrorInfo, Json

MAX_DEPTH = 60
"""Deepest nesting accepted. Meta's own payloads stay below fifteen; whatever is
stored again later must not exhaust the stack there."""

MAX_BITS = 8192
"""Largest integer kept; Python prints only a little more than 14,000 bits."""

MAX_IDENTIFIER = 512
"""Longest id kept whole, in characters; Meta's longest have about 150. PostgreSQL's
indexes hold no text of a few thousand."""

LAST_SECOND = 253402300799  # 9999-12-31 23:59:59, the end of datetime

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_SUSPICIOUS = (r"\u", "NaN", "Infinity", "\x00")
"""Without any of these in the text of a body, nothing in it has to be cleaned, but for
numbers that are too long and what is nested too deep."""

_EXPONENT = re.compile("[0-9][eE]")

_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class Unreadable(ValueError):
    """The body is no JSON that can be worked with; ``args[0]`` is a slug."""


def load(body: bytes | str | Json) -> Json:
    """Return the body's JSON object, safe to store in PostgreSQL.

    Characters that no database takes (NUL, lone surrogates) are removed or
    replaced, in keys too.

    :raise Unreadable: ``not_json``, ``too_deep`` or ``not_an_object``.
    """
    try:
        found = _decode(body)
        cleaned = found if _is_clean(body) else _clean(found, 0)
    except RecursionError:
        raise Unreadable("too_deep") from None
    if not isinstance(cleaned, dict):
        raise Unreadable("not_an_object")
    return cleaned


def _decode(body: bytes | str | Json) -> Any:
    if isinstance(body, dict):
        return body
    try:
        text = body.decode("utf-8") if isinstance(body, bytes) else body
        return json.loads(text)
    except (ValueError, TypeError):
        raise Unreadable("not_json") from None


def _is_clean(body: bytes | str | Json) -> bool:
    """Tell whether a body has nothing to clean; False when in doubt.

    Nearly all have not, and this looks at the text as a whole: taking each body
    apart once more costs as much as everything else that is done to read it.
    """
    text = body if isinstance(body, str) else None
    if text is None or not text.isascii() or any(sign in text for sign in _SUSPICIOUS):
        return False
    # Every second piece between quotes is outside of them.
    outside = text.replace("\\\\", "").replace('\\"', "").split('"')[::2]
    structure = "".join(outside)
    # 1e999 is read as infinite.
    if max(map(len, outside)) > MAX_BITS // 4 or _EXPONENT.search(structure):
        return False
    brackets = structure.encode().translate(None, _NO_BRACKETS)
    for _level in range(MAX_DEPTH):
        if not brackets:
            return True
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
    return False


def cleaned(value: Any) -> Any:
    """Return JSON that stood as text within JSON, safe to store as what :func:`load` returns.

    :raise Unreadable: ``too_deep``.
    """
    return _clean(value, 0)


def _clean(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise Unreadable("too_deep")
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, dict):
        return {_clean_text(str(key)): _clean(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None  # Python reads NaN and Infinity, PostgreSQL's json does not
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return None  # too long to be written down again
    return value


def _clean_text(text: str) -> str:
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", text)


def mapping(value: Any) -> Json:
    """Return ``value`` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """Return ``value`` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def mappings(value: Any) -> Iterator[tuple[int, Json]]:
    """Yield index and value of each object in a list; other items are skipped."""
    for index, item in enumerate(sequence(value)):
        if isinstance(item, dict):
            yield index, item


def text(value: Any) -> str:
    """Return text or a number as text; ``""`` for everything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return str(value)


def identifier(value: Any) -> str | None:
    """Return an id as text without surrounding blanks, or None for none.

    One that is longer than :data:`MAX_IDENTIFIER` is cut and ends in its SHA-256:
    still the same for the same id, and another one for any other.
    """
    found = text(value).strip()
    if len(found) > MAX_IDENTIFIER:
        digest = hashlib.sha256(found.encode()).hexdigest()
        found = f"{found[: MAX_IDENTIFIER - len(digest) - 1]}~{digest}"
    return found or None


def flag(value: Any) -> bool:
    """Return a boolean; the text ``"true"`` counts."""
    return value is True or value == "true"


def integer(value: Any) -> int | None:
    """Return a whole number given as number or text, else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else None
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,19}\s*", value):
        return int(value)
    return None


def timestamp(value: Any) -> int:
    """Return epoch seconds that fit a datetime; 0 for anything else.

    Meta counts in seconds nearly everywhere, and in milliseconds in a few places.
    """
    seconds = integer(value) or 0
    if seconds > LAST_SECOND:
        seconds //= 1000
    return seconds if 0 < seconds <= LAST_SECOND else 0


def errors(value: Any) -> tuple[ErrorInfo, ...]:
    """Return the error objects of a list. ``error_data`` may be a plain string."""
    return tuple(_error(item) for _index, item in mappings(value))


def _error(item: Json) -> ErrorInfo:
    data = item.get("error_data")
    return ErrorInfo(
        code=integer(item.get("code")),
        title=text(item.get("title")),
        message=text(item.get("message")),
        details=text(mapping(data).get("details")) or text(data),
        href=text(item.get("href")),
    )
