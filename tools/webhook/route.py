"""Where a change came from and where it goes: passed along to every reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from . import reading
from .events import Event, Json, Problem


@dataclass(frozen=True, slots=True)
class Route:
    """The ids around one change, and its place in the POST."""

    field: str
    waba_id: str
    timestamp: int
    path: str
    phone_number_id: str = ""
    display_phone_number: str = ""

    def at(self, *steps: str | int) -> str:
        """Return the path of something inside this change's value."""
        tail = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)
        return f"{self.path}.value{tail}"

    def with_metadata(self, value: Json) -> Route:
        """Return the route with the number from ``value.metadata``, if any.

        One POST may mix numbers of several accounts: the number is read per
        change and never taken from the first one.
        """
        metadata = reading.mapping(value.get("metadata"))
        number = metadata.get("display_phone_number") or value.get("display_phone_number")
        return replace(
            self,
            phone_number_id=reading.identifier(metadata.get("phone_number_id")) or "",
            display_phone_number=reading.text(number),
        )


Found: TypeAlias = "list[Event | Problem]"
Reader: TypeAlias = Callable[[Route, Json], Found]
