"""What the check has made at Meta and not yet taken back, kept in a file so that a crash does not lose it.

Something is written down *before* it is made. Ids and names only: no secret, nobody's phone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

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
    """The list, kept in a file that exists only while there is something on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.items: list[Left] = []
        if path.is_file():
            self.items = [Left(**item) for item in json.loads(path.read_text())]

    def add(self, kind: str, what: str, where: str = "") -> Left:
        """Write down what is about to be made."""
        item = Left(kind, what, where)
        if item not in self.items:
            self.items.append(item)
            self._save()
        return item

    def has(self, kind: str, what: str) -> bool:
        """Tell whether something is on the list."""
        return any(item.kind == kind and item.what == what for item in self.items)

    def drop(self, item: Left) -> None:
        """Forget what is gone."""
        if item in self.items:
            self.items.remove(item)
            self._save()

    def take_back(self, undo: Callable[[Left], str]) -> list[tuple[Left, str]]:
        """Undo everything; return what could not be, with the reason.

        :param undo: takes one thing back and returns ``""``, or why it could not.
        """
        left = []
        for item in sorted(self.items, key=lambda one: KINDS.index(one.kind)):
            reason = undo(item)
            if reason:
                left.append((item, reason))
            else:
                self.drop(item)
        return left

    def _save(self) -> None:
        if not self.items:
            self.path.unlink(missing_ok=True)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps([asdict(item) for item in self.items], indent=1))
        os.replace(new, self.path)
