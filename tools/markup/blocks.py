"""Above the line: quotes, lists and code blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

FENCE = re.compile(r"```(.+?)```", re.DOTALL)
_QUOTE = re.compile(r"> (?=\S)(.*)")
_BULLET = re.compile(r"[*-] (?=\S)(.*)")
_NUMBER = re.compile(r"([0-9]{1,3})\. (?=\S)(.*)")


@dataclass(slots=True)
class Block:
    """Consecutive lines of one sort."""

    kind: str
    """``lines``, ``quote``, ``bullets``, ``numbers`` or ``code``."""
    lines: list[str] = field(default_factory=list)
    start: int = 1
    """The first number of a numbered list."""


def parse(text: str) -> list[Block]:
    """Split text into blocks. A code block may begin and end inside a line."""
    blocks: list[Block] = []
    position = 0
    for match in FENCE.finditer(text):
        if not match[1].strip():
            continue
        before = text[position : match.start()]
        if before:
            _append_lines(blocks, before.removesuffix("\n"))
        code = match[1].removeprefix("\n").removesuffix("\n")
        blocks.append(Block("code", [code]))
        position = match.end()
        if text[position : position + 1] == "\n":
            position += 1
    if position < len(text):
        _append_lines(blocks, text[position:])
    return blocks


def _append_lines(blocks: list[Block], text: str) -> None:
    current: Block | None = None
    for line in text.split("\n"):
        kind, content, number = _sort(line)
        follows = number is None or (current is not None and number == current.start + len(current.lines))
        if current is None or current.kind != kind or not follows:
            current = Block(kind, start=number or 1)
            blocks.append(current)
        current.lines.append(content)


def _sort(line: str) -> tuple[str, str, int | None]:
    """Return the kind of a line, its content, and its number if it has one."""
    if match := _QUOTE.fullmatch(line):
        return "quote", match[1], None
    if match := _BULLET.fullmatch(line):
        return "bullets", match[1], None
    if (match := _NUMBER.fullmatch(line)) and not match[1].startswith("0"):
        return "numbers", match[2], int(match[1])
    return "lines", line, None
