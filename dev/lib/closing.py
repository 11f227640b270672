"""The one closing line of a whole run: the counts of `dev/test` and the steps of the story together."""

from __future__ import annotations

import json
import re

COUNTS = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)


def of_tests(output: str, code: int) -> tuple[int, int]:
    """(passed, failed) of `dev/test` from what it printed; a run that broke off counts as one failure."""
    found = COUNTS.findall(output)
    passed, failed = (int(found[-1][0]), int(found[-1][1])) if found else (0, 0)
    if (code or not found) and not failed:
        failed = 1
    return passed, failed


def of_story(output: str, code: int) -> tuple[int, int]:
    """(passed, failed) of `dev/run --smoke` from its last JSON line; no such line counts as one failure."""
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            try:
                closing = json.loads(line)
                passed, failed = int(closing["passed"]), int(closing["failed"])
            except (ValueError, KeyError):
                continue
            return passed, failed or int(bool(code))
    return 0, 1
