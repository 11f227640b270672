"""The clock of a dry run: for each record the moment its message would leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any


class SimulatedClock:
    """When each record's message of a dry run would leave: the gate is asked as if it were then."""

    def __init__(self, by_record: Mapping[int, datetime]) -> None:
        """:param by_record: ``{record id: naive UTC datetime}``"""
        self._by_record = by_record

    def at(self, record: Any) -> datetime | None:
        """Return the moment of a record (naive UTC), if it has one."""
        return self._by_record.get(record.id)
