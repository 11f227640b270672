"""Read the rows of a list that people bring along: CSV of any program, pasted lines.

Programs write lists in many ways: UTF-8 with or without a mark, UTF-16, an old Windows
code page; separated by semicolons, tabs, commas or bars; with ``sep=;`` in front. What
cannot be told for sure is decided by what splits the list into equal rows, and said, so
that a person can look.

Sources: RFC 4180; Unicode Standard 3.10 (byte order marks).
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: Byte order marks, the longer ones first: that of UTF-32 begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
SEPARATORS = (";", "\t", ",", "|")
#: Lines that are looked at to find the separator.
_SAMPLE = 50
_BREAKS = "\t\n\r\x0b\x0c"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as they stand in the file, empty ones included: their place is the number people see."""

    rows: list[list[str]]
    separator: str = ""


def decode(raw: bytes) -> tuple[str, str] | None:
    """Return the text of a file and what it was written in, or None if it is no text.

    Without a mark: UTF-16 if every second byte tends to be zero, else UTF-8, else the
    code page of Western Windows, of which Latin-1 is nearly a part.
    """
    for mark, codec, name in _MARKS:
        if raw.startswith(mark):
            return _decoded(raw, codec, name)
    if b"\0" in raw:
        codec = "utf-16-le" if raw[1::2].count(0) >= raw[0::2].count(0) else "utf-16-be"
        return _decoded(raw, codec, "UTF-16")
    return _decoded(raw, "utf-8", "UTF-8") or _decoded(raw, "cp1252", "Windows-1252") or _decoded(raw, "latin-1", "Latin-1")


def _decoded(raw: bytes, codec: str, name: str) -> tuple[str, str] | None:
    try:
        text = raw.decode(codec)
    except UnicodeError:
        return None
    # A picture or a program, whatever it happens to spell.
    if any(c < " " and c not in _BREAKS for c in text):
        return None
    return text, name


def rows_of_text(text: str, is_heading: Callable[[Sequence[str]], bool] = lambda _cells: False) -> Table:
    """Return the rows of CSV or pasted text.

    :param is_heading: tells whether cells are a line of headings we know, which settles the separator.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first, _break, rest = text.partition("\n")
    declared = first.strip(' "').lower()  # a tab may be the separator it names
    if declared.startswith("sep=") and len(declared) == 5:
        table = _split(rest, declared[4])
        return Table([[], *table.rows], table.separator)
    return _split(text, _separator(text, is_heading))


def _separator(text: str, is_heading: Callable[[Sequence[str]], bool]) -> str:
    lines = [line for line in text.split("\n") if line.strip()][:_SAMPLE]

    def fitness(mark: str) -> tuple[bool, int, int]:
        rows = [_cells(line, mark) for line in lines]
        width = len(rows[0]) if rows else 0
        alike = sum(1 for row in rows if len(row) == width) if width > 1 else 0
        return (width > 1 and is_heading(rows[0]), alike, sum(len(row) for row in rows))

    return max(SEPARATORS, key=fitness)


def _split(text: str, mark: str) -> Table:
    """Split text by a separator; a quotation mark that is never closed spoils its own line, not all that follow."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error:
        rows = [_cells(line, mark) for line in text.split("\n")]
    return Table(rows, mark)


def _cells(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return line.split(mark)
