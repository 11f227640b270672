"""What the check has made at Meta and not yet taken back, kept in a file so that a crash does not lose it.

Something is written down *before* it is made. Ids and names only: no secret, nobody's phone.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from lib import shell

from .asking import Unusable

#: Kinds in the order in which they are taken back: what brings webhooks here first.
KINDS = ("number override", "account override", "subscription", "template", "flow", "file")


@dataclass(frozen=True)
class Left:
    """One thing made at Meta."""

    kind: str
    #: Id or name.
    what: str
    #: Id of the account or number it belongs to.
    where: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.what}"


class Ledger:
    """The list, kept in a file that exists only while there is something on it.

    :raise Unusable: there is a file, and nobody can read it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.items: list[Left] = _read(path)
        #: Why the file names more than is left; ``""`` when it does not.
        self.stale = ""

    def add(self, kind: str, what: str, where: str = "") -> Left:
        """Write down what is about to be made.

        :raise Unusable: that cannot be written, so it must not be made. It is on the list all the same: of some things
            the id is known afterwards only.
        """
        item = Left(kind, what, where)
        if item not in self.items:
            self.items.append(item)
            self._save()
        return item

    def has(self, kind: str, what: str) -> bool:
        """Tell whether something is on the list."""
        return any(item.kind == kind and item.what == what for item in self.items)

    def drop(self, item: Left) -> None:
        """Forget what is gone. A file that cannot be written names too much then, which the next cleaning finds gone."""
        if item not in self.items:
            return
        self.items.remove(item)
        try:
            self._save()
        except Unusable as problem:
            self.stale = str(problem)

    def take_back(self, undo: Callable[[Left], str]) -> list[tuple[Left, str]]:
        """Undo everything; return what could not be, with the reason. That alone stays on the list.

        :param undo: takes one thing back and returns ``""``, or why it could not. Whatever else goes wrong in it is a
            reason, too: trouble with one thing keeps no other from being taken back.
        """
        left = []
        for item in sorted(self.items, key=lambda one: KINDS.index(one.kind)):
            try:
                reason = undo(item)
            except Exception as problem:  # noqa: BLE001 (see above)
                reason = f"{type(problem).__name__}: {problem}"
            if reason:
                left.append((item, reason))
            else:
                self.drop(item)
        return left

    def _save(self) -> None:
        try:
            new = self.path.with_suffix(".new")
            if self.items:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                new.write_text(json.dumps([asdict(item) for item in self.items], indent=1))
                os.replace(new, self.path)
            else:
                self.path.unlink(missing_ok=True)
            self.stale = ""
        except OSError as problem:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
            raise Unusable(
                f"The list of what is made at Meta cannot be written to {shell.show(self.path)} ({problem.strerror}): "
                "make room or give yourself the right to write there. Nothing more is made."
            ) from None


def _read(path: Path) -> list[Left]:
    try:
        items = [Left(**item) for item in json.loads(path.read_text())]
        if all(item.kind in KINDS and isinstance(item.what, str) and isinstance(item.where, str) for item in items):
            return items
        why = "it is of another version"
    except FileNotFoundError:
        return []
    except OSError as problem:
        why = problem.strerror
    except (ValueError, TypeError):
        why = "it is damaged"
    raise Unusable(
        f"The list of what an earlier run left at Meta, {shell.show(path)}, cannot be read ({why}): mend it, or look into it "
        "and move it away. Templates and forms are then found by --clean; a callback it names has to be removed by hand."
    )


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep a list for oneself; the kernel gives it free when the process ends, however it does.

    :raise Unusable: somebody else has it, whose things would be taken for left behind.
    """
    with contextlib.ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(path.with_suffix(".lock").open("w"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable("Another dev/live-check of this checkout is at work: wait until it has ended.") from None
        except OSError as problem:
            raise Unusable(
                f"{shell.show(path.parent)} cannot be written to ({problem.strerror}): nothing can be kept there."
            ) from None
        yield
