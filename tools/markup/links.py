"""Where a link in somebody's text begins and ends.

People put links into brackets, quotes and emphasis, end sentences with them, and write
scripts whose punctuation needs no blank behind it. What ends a *link* belongs to it all
the same: ``https://youtu.be/abc_`` is one address.

Sources: RFC 3986 and 3987 (what a URL and an IRI may contain), Unicode Character Database
(general categories).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set as AbstractSet

#: Signs that no address has as they are, wherever they stand: quotes and brackets of all
#: scripts, full stops and commas of those that write no blank after them, marks of direction.
_ENDS = (
    "\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a\u061b\u061c\u061f\u060c\u06d4\u0589\u0964\u0965\u104a\u104b"
    "\u1362-\u1368\u17d4-\u17d6\u200b\u200e\u200f\u2060\u3001\u3002\u3008-\u3011\u3014-\u301f"
    "\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uff3b\uff3d\uff5b\uff5d\uff61-\uff64"
)
_CHARS = rf"(?:(?![,;|]https?://)[^\s<>\"`\x00-\x1f{_ENDS}])+"

LINK = rf"(?<![A-Za-z0-9])https?://{_CHARS}|(?<![A-Za-z0-9@./:-])www\.(?=[^\W_]){_CHARS}"
"""Pattern (ignoring case) of what may be a link; :func:`trim` decides."""

MAIL = r"(?<![A-Za-z0-9.+-])[^\W_][\w.+-]{0,63}@(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]{2,63}(?![^\W_]|-)"
"""Pattern of an e-mail address."""

_TRAILING = ".,;:!?'\"&|\\"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_MARKS = "*_~"
#: General categories of signs outside ASCII that end a sentence and no address: punctuation,
#: emoji and their modifiers, invisible joiners.
_SIGNS = ("P", "S", "Cf")
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)

_HOST = re.compile(r"(?:https?://)?(?:[^/?#]*@)?([^/?#]*)", re.IGNORECASE)
_NAMED = re.compile(r"www\.(?:[^.]+\.)+[^\W\d_][\w-]+(?::[0-9]+)?", re.IGNORECASE)


def trim(url: str, is_open: AbstractSet[str] = frozenset(), before: str = "") -> str:
    """Drop what belongs to the sentence and not to the link; ``""`` if no link is left.

    :param url: what :data:`LINK` found.
    :param is_open: the markers (``*``, ``_``, ``~``) of emphasis that began before the
        link; each may end right after it. Others are part of the address.
    :param before: the character before it: a bracket that opens there ends the link.
    """
    closing = next((end for end, start in _PAIRS.items() if start == before), "")
    if closing:
        url = url[: _first_unpaired(url, closing)]
    unused, end, host_end = set(is_open), len(url), _HOST.match(url).end()  # type: ignore[union-attr]
    count = {bracket: url.count(bracket) for pair in _PAIRS.items() for bracket in pair}  # of what is left
    while end:
        last = url[end - 1]
        if last in _MARKS:
            if last not in unused and end > host_end:
                break  # a path may end like this, a host cannot
            unused.discard(last)
        elif last in _PAIRS:
            if count[_PAIRS[last]] >= count[last]:
                break
            count[last] -= 1
        elif last not in _TRAILING and not _is_sign(last):
            break
        end -= 1
    return url[:end] if _has_host(url[:end]) else ""


def address(url: str) -> str:
    """Return where a link leads, with the scheme that people leave out."""
    return url if re.match(r"https?://", url, re.IGNORECASE) else f"https://{url}"


def _first_unpaired(url: str, closing: str) -> int:
    """Return where the bracket stands that closes one from before the link, else the end."""
    depth = 0
    for place, char in enumerate(url):
        depth += (char == _PAIRS[closing]) - (char == closing)
        if depth < 0:
            return place
    return len(url)


def _is_sign(char: str) -> bool:
    if char.isascii():
        return False
    return unicodedata.category(char).startswith(_SIGNS) or ord(char) in _VARIATION_SELECTORS


def _has_host(url: str) -> bool:
    host = _HOST.match(url)[1]  # type: ignore[index]
    if url[:4].lower() == "www.":
        return bool(_NAMED.fullmatch(host))
    return any(char.isalnum() for char in host)
