"""`docs/meta-facts.md`, made from the list of points: what we assume about Meta, from where, how sure, and what holds it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from lib import paths

from .point import HOW_SURE, NEEDS, Point, Points
from .points import CONCERNS, everything

FILE = paths.ROOT / "docs" / "meta-facts.md"
#: Everything the two reviews found: what leaves (W…; 14 and 18 were given to nothing) and the stand-in (T…).
REVIEWED = tuple(f"W{n}" for n in range(1, 20) if n not in (14, 18)) + tuple(f"T{n}" for n in range(1, 22))

HEAD = """# What we assume about Meta

No test of this project reaches Meta. What it assumes about the Cloud API stands here: where that is from, when the source was
written or read, how sure it is, which tests keep our side of it, and which point of `dev/live-check` plays it against Meta. The
name of a point is that of its row; W and T are the numbers of the reviews of what leaves and of the stand-in.

How to play them: `docs/live-check.md`. Made from `dev/lib/live/points/` by `dev/live-check --facts`; the tests of `dev/` fail
when the two differ, when a test named here does not exist, or when a number of the reviews has no row.
"""


def text() -> str:
    """Return the whole file."""
    parts = [HEAD, "| how sure | what that means |\n|---|---|"]
    parts[-1] += "".join(f"\n| {word} | {meaning} |" for word, meaning in HOW_SURE.items())
    parts.append(_first())
    parts += [_section(points) for points in CONCERNS]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _first() -> str:
    """What the first real account has to prove before all: what is contested, by number."""
    rows = [point for point in everything() if point.sure == "contested"]
    lines = ["## What the first real account has to prove", ""]
    lines += [f"- `{point.id}`{_numbers(point)}: {point.assumed}" for point in rows]
    return "\n".join(lines)


def _numbers(point: Point) -> str:
    return f" ({', '.join(point.holds)})" if point.holds else ""


def _section(points: Points) -> str:
    lines = [
        f"## {points.title}",
        "",
        "| point | assumed | source, date | how sure | tests | played |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *map(_row, points)])


def _row(point: Point) -> str:
    tests = "<br>".join(f"`{test}`" for test in point.tests)
    source = f"{point.source}, {point.dated}"
    cells = [f"`{point.id}`{_numbers(point)}", point.assumed, source, point.sure, tests, _played(point)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _played(point: Point) -> str:
    if point.play is None:
        return f"no: {point.why}"
    return "yes" if not point.needs else "unless " + " or ".join(NEEDS[need] for need in point.needs)


def tests_of(file: Path) -> set[str]:
    """Return ``test`` and ``Class.test`` of everything that can be named in a file."""
    found = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{item.name}" for item in node.body if isinstance(item, ast.FunctionDef)}
    return {name for name in found if name.split(".")[-1].startswith("test")}


def problems(points: Iterable[Point] | None = None) -> list[str]:
    """Return what is wrong with the list, in words: for the gate."""
    listed = list(everything() if points is None else points)
    wrong = []
    ids = [point.id for point in listed]
    wrong += [f"{one} stands twice on the list" for one in sorted({one for one in ids if ids.count(one) > 1})]
    known: dict[str, set[str]] = {}
    for point in listed:
        if not point.tests:
            wrong.append(f"{point.id} names no test")
        if not re.fullmatch(r"20\d\d-\d\d", point.dated):
            wrong.append(f"{point.id}: the date {point.dated} is none")
        if point.sure not in HOW_SURE:
            wrong.append(f"{point.id}: nobody knows what {point.sure} means")
        for test in point.tests:
            path, _, name = test.partition("::")
            file = paths.ROOT / path
            if path not in known:
                known[path] = tests_of(file) if file.is_file() else set()
            if name not in known[path]:
                wrong.append(f"{point.id} names {test}, which does not exist")
        wrong += [f"{point.id} settles {one}, which no review found" for one in point.holds if one not in REVIEWED]
    settled = {one for point in listed for one in point.holds}
    wrong += [f"{one} of the reviews stands nowhere" for one in REVIEWED if one not in settled]
    return wrong
