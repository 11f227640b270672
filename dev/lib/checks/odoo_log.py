"""Read Odoo's log: its warnings, its test counts, what was skipped."""

from __future__ import annotations

import re
from dataclasses import dataclass

RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) (?P<database>\S+) (?P<logger>\S+): (?P<text>.*)$"
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
COUNTS = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
HOOT_COUNT = re.compile(r"\[HOOT\] Passed (\d+) tests?")
STARTED = re.compile(r"^Starting (?P<test>\S+) \.\.\.")
SKIPPED = re.compile(r"^skipped (?P<test>.+?) : (?P<reason>.*)$")

#: (logger, start of the text, why we do not cause it). Everything else at WARNING or above fails the run.
NOISE: tuple[tuple[str, str, str], ...] = ()


@dataclass
class Record:
    """One entry of the log with its continuation lines (tracebacks)."""

    level: str
    logger: str
    text: str


def records(log: str) -> list[Record]:
    """All entries of a log."""
    found: list[Record] = []
    for line in COLOUR.sub("", log).splitlines():
        match = RECORD.match(line)
        if match:
            found.append(Record(match["level"], match["logger"].rstrip(":"), match["text"]))
        elif found:
            found[-1].text += "\n" + line
    return found


def is_noise(record: Record) -> bool:
    """Whether the allow-list explains an entry."""
    return any(record.logger == logger and start in record.text for logger, start, _why in NOISE)


def complaints(log: str) -> list[Record]:
    """Entries at WARNING or above that we answer for."""
    return [record for record in records(log) if record.level in ("WARNING", "ERROR", "CRITICAL") and not is_noise(record)]


def test_counts(log: str) -> tuple[int, int]:
    """(tests run, failed or broken), summed over every “N failed, N error(s) of N tests” of the log."""
    total = broken = 0
    for record in records(log):
        match = COUNTS.search(record.text)
        if match and record.logger.startswith("odoo.tests.result"):
            broken += int(match[1]) + int(match[2])
            total += int(match[3])
    return total, broken


def hoot_count(log: str) -> int:
    """JavaScript unit tests that passed."""
    return sum(int(count) for count in HOOT_COUNT.findall(COLOUR.sub("", log)))


def started(log: str) -> set[str]:
    """`Class.method` of every test that was begun."""
    matches = (STARTED.match(record.text) for record in records(log))
    return {match["test"] for match in matches if match}


def skipped(log: str) -> list[str]:
    """Tests that asked to be skipped, with their reasons."""
    matches = (SKIPPED.match(record.text) for record in records(log))
    return [f"{match['test']}: {match['reason']}" for match in matches if match]


def shorten(text: str, lines: int = 60) -> str:
    """A long entry's beginning and end: the end of a traceback tells what happened, its start where."""
    parts = text.splitlines()
    if len(parts) <= lines:
        return text
    half = lines // 2
    return "\n".join([*parts[:half], f"    … {len(parts) - lines} lines …", *parts[-half:]])


def is_test_failure(record: Record) -> bool:
    """Whether an entry reports a failed test: those are counted as tests, not once more as a dirty log."""
    return record.text.startswith(("FAIL: ", "ERROR: ")) or record.logger.startswith("odoo.tests.result")
