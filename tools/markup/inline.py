"""Inside one line: emphasis, code and links, as a small tree.

A marker opens when it stands at the edge of a word and something follows it, and
closes at the other edge: ``2*3*4``, ``snake_case_name`` and ``**`` stay as they
are. Code and links are atoms: markers inside of them mean nothing. The reading is
linear in the length of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from . import links

MARKS = {"*": "strong", "_": "em", "~": "s"}

_ATOM = re.compile(
    r"`(?P<code>[^`\s](?:[^`\n]*[^`\s])?)`" rf"|(?P<link>{links.LINK})|(?P<mail>{links.MAIL})",
    re.IGNORECASE,
)
_MARK = re.compile(f"[{''.join(MARKS)}]")


@dataclass(slots=True)
class Span:
    """Text, an atom, or emphasis around other spans."""

    kind: str
    """``text``, ``code``, ``link``, ``strong``, ``em`` or ``s``."""
    text: str = ""
    children: list[Span] = field(default_factory=list)
    href: str = ""
    """Where a link leads."""


@dataclass(slots=True)
class _Open:
    """A marker that may still find its partner; it began at ``start``."""

    mark: str
    start: int


def parse(line: str) -> list[Span]:
    """Read one line of text into spans, in order, losing no character."""
    spans: list[Span] = []
    waiting: list[_Open] = []
    position = 0
    for match in _ATOM.finditer(line):
        _emphasis(line, position, match.start(), spans, waiting)
        span = _atom(match, {item.mark for item in waiting})
        if span is None:
            position = match.start()
            continue
        spans.append(span)
        position = match.end() if span.kind == "code" else match.start() + len(span.text)
    _emphasis(line, position, len(line), spans, waiting)
    return spans


def _atom(match: re.Match[str], is_open: set[str]) -> Span | None:
    """Return the span of an atom, or None if it only looked like a link.

    :param is_open: markers that a link may end before, as they close emphasis around it.
    """
    if match["code"] is not None:
        return Span("code", match["code"])
    if match["mail"] is not None:
        return Span("link", match["mail"], href=f"mailto:{match['mail']}")
    before = match.string[match.start() - 1] if match.start() else ""
    url = links.trim(match["link"], is_open, before)
    return Span("link", url, href=links.address(url)) if url else None


def _emphasis(line: str, start: int, end: int, spans: list[Span], waiting: list[_Open]) -> None:
    """Append the characters of ``line[start:end]``, closing emphasis on the way."""
    plain_from = start
    for found in _MARK.finditer(line, start, end):
        index, mark = found.start(), found[0]
        opener = _partner(mark, spans, waiting, index > plain_from)
        if opener is not None and _closes(line, index, index == start):
            _append_text(spans, line[plain_from:index])
            _wrap(spans, waiting, opener)
        elif opener is None and not _is_open(mark, waiting) and _opens(line, index):
            _append_text(spans, line[plain_from:index])
            waiting.append(_Open(mark, len(spans)))
            spans.append(Span("text", mark))
        else:
            continue
        plain_from = index + 1
    _append_text(spans, line[plain_from:end])


def _is_open(mark: str, waiting: list[_Open]) -> bool:
    return any(item.mark == mark for item in waiting)


def _partner(mark: str, spans: list[Span], waiting: list[_Open], has_text: bool) -> _Open | None:
    """Return the opener of ``mark`` if there is anything between it and here."""
    for item in reversed(waiting):
        if item.mark == mark:
            return item if has_text or len(spans) > item.start + 1 else None
    return None


def _wrap(spans: list[Span], waiting: list[_Open], opener: _Open) -> None:
    """Turn everything after ``opener`` into its emphasis."""
    inside = spans[opener.start + 1 :]
    del spans[opener.start :]
    del waiting[waiting.index(opener) :]
    spans.append(Span(MARKS[opener.mark], children=inside))


def _append_text(spans: list[Span], text: str) -> None:
    if text:
        spans.append(Span("text", text))


def _opens(line: str, index: int) -> bool:
    before = line[index - 1] if index else " "
    after = line[index + 1] if index + 1 < len(line) else " "
    return not (before.isalnum() or after.isspace() or line[index] in (before, after))


def _closes(line: str, index: int, follows_atom: bool) -> bool:
    """Tell whether the marker at ``index`` may end emphasis; a link's own last ``_`` is no second marker."""
    before = line[index - 1]
    after = line[index + 1] if index + 1 < len(line) else " "
    if after.isalnum() or line[index] == after:
        return False
    return follows_atom or not (before.isspace() or line[index] == before)
