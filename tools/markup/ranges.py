"""Where emphasis and code stand in a text: for whoever has to cut it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import blocks, inline

_SIGNS = {"code": "`", **{kind: mark for mark, kind in inline.MARKS.items()}}
FENCE = "```"


@dataclass(frozen=True, slots=True)
class Range:
    """Something between two marks; the marks belong to it."""

    start: int
    end: int
    mark: str
    """What opens and closes it: ``*``, ``_``, ``~``, `````, or three of those."""


def ranges(text: str, until: int | None = None) -> list[Range]:
    """Return everything that is marked up, in the order of its beginning.

    Links count as well, with an empty mark: they must not be cut, and nothing can
    close and open them.

    :param until: leave out what begins after this place, which makes a long text quick.
    """
    until = len(text) if until is None else until
    found: list[Range] = []
    position = 0
    for match in blocks.FENCE.finditer(text):
        if match.start() > until:
            break
        if not match[1].strip():
            continue
        found += _of_lines(text, position, match.start(), until)
        found.append(Range(match.start(), match.end(), FENCE))
        position = match.end()
    found += _of_lines(text, position, len(text), until)
    return sorted(found, key=lambda one: (one.start, -one.end))


def _of_lines(text: str, start: int, end: int, until: int) -> Iterator[Range]:
    while start <= min(end, until):
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        yield from _of_spans(inline.parse(text[start:line_end]), start)
        start = line_end + 1


def _of_spans(spans: Iterable[inline.Span], start: int) -> Iterator[Range]:
    for span in spans:
        size = _length(span)
        if span.kind != "text":
            yield Range(start, start + size, _SIGNS.get(span.kind, ""))
        if span.children:
            yield from _of_spans(span.children, start + 1)
        start += size


def _length(span: inline.Span) -> int:
    """Return how many characters of the text a span stands for, marks included."""
    inside = len(span.text) + sum(_length(child) for child in span.children)
    return inside + (2 if span.kind in _SIGNS else 0)
