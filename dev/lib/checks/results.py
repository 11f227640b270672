"""What a section of `dev/test` found out, and the summary of all of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from lib.progress import say


@dataclass
class Result:
    """Counts of one runner, or of one check that counts as one."""

    name: str
    passed: int = 0
    failed: int = 0
    problems: list[str] = field(default_factory=list)  # text for the summary at the end

    @classmethod
    def check(cls, name: str, problems: list[str]) -> Result:
        """One check: passed when there is no problem."""
        return cls(name, passed=0 if problems else 1, failed=1 if problems else 0, problems=problems)


def closing_line(passed: int, failed: int) -> str:
    """The very last line of a run, in the words that machines look for."""
    return f"{passed} passed, {failed} failed"


def summarise(results: list[Result]) -> tuple[int, int]:
    """Print every problem and one line per result, then the closing line; returns (passed, failed)."""
    broken = [result for result in results if result.failed]
    for result in broken:
        say(f"\n---- {result.name}")
        for problem in result.problems:
            say(problem)
    say("\n==== summary")
    for result in results:
        mark = "FAILED" if result.failed else "ok"
        say(f"  {mark:6}  {result.name}: {result.passed} passed, {result.failed} failed")
    passed, failed = sum(result.passed for result in results), sum(result.failed for result in results)
    if not results:
        passed, failed = 0, 1
        say("  nothing was run")
    say("")
    say(closing_line(passed, failed))
    return passed, failed
