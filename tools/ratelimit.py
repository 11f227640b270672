"""How fast a number may send: Meta's throughput per number and the pair rate per person.

Arithmetic over moments in seconds; whoever uses it brings the clock. Nothing here
outlives a process: a new sender starts from the moments it finds stored.

Two steps, because a thread that is to send at 10.00 may wake at 10.08:
:class:`Throughput` plans, :class:`Turnstile` counts what really leaves.

Sources: developers.facebook.com, WhatsApp "Throughput" (messages per second of a
number) and "About the platform" (pair rate limit: one message in six seconds to one
person, with bursts that are paid back).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

WINDOW = 1.04
"""Seconds in which at most the limit may leave: a little more than Meta's one
second, so that requests of which some take longer on the way still fit."""

PLANNED = 1.032
"""Seconds for which the limit is planned: bulk does not use all of it (see
:data:`PEOPLE_SHARE`), so that what is planned still fits into :data:`WINDOW`."""

PEOPLE_SHARE = 0.0125
"""Part of the throughput that bulk messages leave to people."""

PAIR_SECONDS = 6.0
PAIR_BURST = 45


class Throughput:
    """Plans the moments at which messages may leave: evenly, and strictly limited.

    In no window of :data:`PLANNED` seconds are there more than ``limit`` of these
    moments, whatever happened before. What a pause has cost is not caught up: sending
    faster for a while is a burst, and at the limit a burst repeats itself every second.
    """

    def __init__(self, limit: int, now: float, recent: Iterable[float] = ()) -> None:
        """Start with what left before.

        :param limit: messages per second Meta allows the number.
        :param now: seconds of a monotonic clock.
        :param recent: moments (same clock) of messages that left lately.
        """
        self.limit = max(1, limit)
        self._slots = deque(sorted(recent), maxlen=self.limit)
        self._not_before = now

    def next_slot(self, now: float, bulk: bool = False) -> float:
        """Return the earliest moment at which the next message may leave, now or later.

        :param bulk: leave :data:`PEOPLE_SHARE` of the limit to people.
        """
        count = self._count(bulk)
        slot = max(now, self._not_before)
        if self._slots:
            slot = max(slot, self._slots[-1] + PLANNED / count)
        if len(self._slots) >= count:
            slot = max(slot, self._slots[-count] + PLANNED)
        return slot

    def book(self, slot: float) -> None:
        """Note that a message leaves at a slot that :meth:`next_slot` gave."""
        self._slots.append(slot)

    def pause(self, now: float, seconds: float) -> None:
        """Let nothing leave for some seconds: Meta said that we are too fast."""
        self._not_before = max(self._not_before, now + seconds)

    def _count(self, bulk: bool) -> int:
        reserve = max(1, round(self.limit * PEOPLE_SHARE)) if bulk and self.limit > 1 else 0
        return self.limit - reserve


class Turnstile:
    """Lets messages out one by one, counting the moments at which they really leave.

    Threads wake late when the machine is busy; those of two planned seconds would meet
    in one. Whoever comes too soon after others has to come again. Safe for many threads.
    """

    def __init__(self, limit: int, clock: Callable[[], float], recent: Iterable[float] = ()) -> None:
        """Start with what left before.

        :param limit: how many may leave within :data:`WINDOW` seconds.
        :param clock: returns seconds; never goes back.
        :param recent: moments of that clock at which messages left lately.
        """
        self._clock = clock
        self._left = deque(sorted(recent)[-max(1, limit) :], maxlen=max(1, limit))
        self._lock = threading.Lock()

    def wait_for(self) -> float:
        """Return 0.0 when the caller has to leave now, or after how many seconds to ask again."""
        with self._lock:
            now = self._clock()
            if len(self._left) == self._left.maxlen:
                wait = self._left[0] + WINDOW - now
                if wait > 0:
                    return wait
            self._left.append(now)
            return 0.0


def pair_free_at(sent: Iterable[float], now: float) -> float:
    """Return the moment from which the next message to one person may leave.

    Every message costs six seconds. Up to 45 may leave within six seconds, but the
    debt has to be waited off before the next one.

    :param sent: moments at which messages to this person left, in order.
    :return: ``now`` or earlier when nothing stands in the way.
    """
    started, count, free_at = float("-inf"), 0, float("-inf")
    for moment in sent:
        if moment >= free_at:
            started, count, free_at = moment, 1, moment + PAIR_SECONDS
        else:
            count += 1
            free_at += PAIR_SECONDS
    if now >= free_at or (now - started < PAIR_SECONDS and count < PAIR_BURST):
        return now
    return free_at


PAIR_MEMORY = PAIR_BURST * PAIR_SECONDS
"""Seconds after which a message to a person no longer matters for the pair rate."""
