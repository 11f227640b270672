"""Steps of the story as they happen: printed at once, kept for the closing JSON line."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from lib.progress import say
from lib.rpc import RemoteError


class DidNotHappen(Exception):
    """A step of the story did not happen; the text says what was there instead."""


class Ledger:
    """The steps so far."""

    def __init__(self) -> None:
        self.steps: list[dict] = []

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """One step: whatever goes wrong inside makes it a step that did not happen, and ends its chapter."""
        started = time.monotonic()
        problem = None
        try:
            yield
        except DidNotHappen as error:
            problem = str(error)
        except RemoteError as error:
            problem = f"the server refused: {error}"
        except (OSError, KeyError, IndexError, TypeError, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"
        seconds = round(time.monotonic() - started, 2)
        self.steps.append({"step": text, "ok": not problem, "seconds": seconds, **({"problem": problem} if problem else {})})
        say(f"  {'ok  ' if not problem else 'FAIL'} {text} ({seconds:.1f} s)")
        if problem:
            say(f"       {problem}")
            raise ChapterEnds

    @property
    def failed(self) -> int:
        return sum(not step["ok"] for step in self.steps)

    def close(self) -> int:
        """Print the JSON line; returns the exit code."""
        passed = len(self.steps) - self.failed
        ok = bool(self.steps) and not self.failed
        say(json.dumps({"ok": ok, "passed": passed, "failed": self.failed, "steps": self.steps}, ensure_ascii=False))
        return 0 if ok else 1


class ChapterEnds(Exception):
    """Later steps of a chapter stand on the one that did not happen."""


def eventually(what: str, look: Callable[[], Any], seconds: float = 15) -> Any:
    """Look again until there is something, and return it.

    :raise DidNotHappen: when there was nothing after that many seconds.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise DidNotHappen(f"not within {seconds:g} s: {what}")
        time.sleep(0.1)


def expect(condition: Any, what: str) -> None:
    """:raise DidNotHappen: unless the condition holds."""
    if not condition:
        raise DidNotHappen(what)
