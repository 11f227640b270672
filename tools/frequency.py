"""How many templates somebody got lately: read once for all recipients of a call, asked for each of its messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

#: States of templates that the customer has got, or is about to get.
COUNTING = ("queued", "sending", "unknown", "sent", "delivered", "read", "played")
WAITING = ("queued", "sending")


class Frequency:
    """What templates some contacts got lately: read once, asked for each of many messages.

    What is decided meanwhile in the same transaction is added, so that one customer
    who comes twice in one call counts twice.
    """

    def __init__(self, contact_ids: Iterable[int]) -> None:
        # Of contacts that are only thought up (a rehearsal) too.
        self.contact_ids = frozenset(contact_ids)
        #: (contact id, purpose) -> {message id or None per new one: moment, or None while it waits}
        self._got: defaultdict[tuple[int, str], list[tuple[int | None, datetime | None]]] = defaultdict(list)

    def add(self, contact_id: int, purpose: str, message_id: int | None = None, moment: datetime | None = None) -> None:
        """Count one template. ``moment``: when it left; None: it waits. No id: it is being made."""
        self._got[contact_id, purpose].append((message_id, moment))

    def forget(self, message: Any) -> None:
        """Count a message no more that was refused now."""
        key = message.contact_id.id, message.purpose
        self._got[key] = [got for got in self._got[key] if got[0] != message.id]

    def count(self, contact_id: int, purpose: str, since: datetime, message: Any = None) -> int:
        """Return how many templates of a purpose count against the next one.

        :param datetime since: those that left before do not count (naive UTC).
        :param message: the waiting ``wa.message`` to decide about. Of those that wait
            as well only earlier ones count: of two that are one too many the first leaves.
        """
        total = 0
        for message_id, moment in self._got[contact_id, purpose]:
            if message and message_id == message.id:
                continue
            if moment is None:
                total += not (message and message_id and message_id > message.id)
            else:
                total += moment > since
        return total
