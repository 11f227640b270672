"""Inside one line: emphasis, code and links, as a small tree.

A marker opens when it stands at the edge of a word and something follows it, and
closes at the other edge: ``2*3*4``, ``snake_case_name`` and ``**`` stay as they
are. Code and links are atoms: markers inside of them mean nothing. The reading is
linear in the length of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MARKS = {"*": "strong", "_": "em", "~": "s"}

_ATOM = re.compile(
    r"`(?P<code>[^`\s](?:[^`\n]*[^`\s])?)`"
    r"|(?P<link>(?<![A-Za-z0-9])https?://[^\s<>\"`\x00-\x1f]+)",
    re.IGNORECASE,
)
_MARK = re.compile(f"[{''.join(MARKS)}]")
_TRAILING = ".,;:!?'\"*_~”’»"
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(slots=True)
class Span:
    """Text, an atom, or emphasis around other spans."""

    kind: str
    """``text``, ``code``, ``link``, ``strong``, ``em`` or ``s``."""
    text: str = ""
    children: list[Span] = field(default_factory=list)


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
    for atom in [*_atoms(line), (len(line), len(line), None)]:
        start, end, span = atom
        _emphasis(line, position, start, spans, waiting)
        if span is not None:
            spans.append(span)
        position = end
    return spans


def _atoms(line: str) -> list[tuple[int, int, Span | None]]:
    found: list[tuple[int, int, Span | None]] = []
    for match in _ATOM.finditer(line):
        if match["code"] is not None:
            found.append((match.start(), match.end(), Span("code", match["code"])))
            continue
        url = _without_trailing(match["link"])
        if len(url) > len("https://"):
            end = match.start() + len(url)
            found.append((match.start(), end, Span("link", url)))
    return found


def _without_trailing(url: str) -> str:
    """Drop punctuation that belongs to the sentence and not to the link."""
    while url:
        last = url[-1]
        opening = _PAIRS.get(last)
        if opening:
            if url.count(opening) >= url.count(last):
                break
        elif last not in _TRAILING:
            break
        url = url[:-1]
    return url


def _emphasis(
    line: str, start: int, end: int, spans: list[Span], waiting: list[_Open]
) -> None:
    """Append the characters of ``line[start:end]``, closing emphasis on the way."""
    plain_from = start
    for found in _MARK.finditer(line, start, end):
        index, mark = found.start(), found[0]
        opener = _partner(mark, spans, waiting, index > plain_from)
        if opener is not None and _closes(line, index):
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


def _partner(
    mark: str, spans: list[Span], waiting: list[_Open], has_text: bool
) -> _Open | None:
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


def _closes(line: str, index: int) -> bool:
    before = line[index - 1]
    after = line[index + 1] if index + 1 < len(line) else " "
    return not (before.isspace() or after.isalnum() or line[index] in (before, after))
