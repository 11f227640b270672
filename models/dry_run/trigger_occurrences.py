from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from odoo import models

#: Occurrences looked at in one rehearsal.
LIMIT = 5000


@dataclass(eq=False)
class TriggerOccurrence:
    """One time a rule would have been triggered, for one record."""

    record: models.BaseModel
    #: When (naive UTC).
    at: datetime
    #: For rules about a stage: which one was entered, and when it was left again.
    stage_id: int = 0
    left_at: datetime | None = None


@dataclass(eq=False)
class Found:
    """The occurrences of a period, and how they were found."""

    occurrences: list[TriggerOccurrence]
    #: One sentence for people.
    how: str
    #: There were more than :data:`LIMIT`; the latest are here.
    is_cut: bool = False
    #: What cannot be known about them, as further sentences.
    unknown: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, occurrences: Iterable[TriggerOccurrence], how: str, unknown: Iterable[str] = ()) -> "Found":
        """Return the latest occurrences, oldest first."""
        latest = sorted(occurrences, key=lambda occurrence: (occurrence.at, occurrence.record.id))
        return cls(latest[-LIMIT:], how, len(latest) > LIMIT, list(unknown))
