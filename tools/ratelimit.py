"""How fast a number may send: Meta's throughput per number and the pair rate per person.

Arithmetic over moments in seconds; whoever uses it brings the clock. Nothing here
outlives a process: a new sender starts from the moments it finds stored.

Two steps, because a thread that is to send at 10.00 may wake at 10.08:
:class:`Throughput` plans, :class:`RateLimiter` counts what really leaves.

Sources: developers.facebook.com, WhatsApp "Throughput" (messages per second of a
number) and "About the platform" (pair rate limit: one message in six seconds to one
person, with bursts that are paid back).
"""

from __future__ import annotations

import threading
from bisect import bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterable

WINDOW = 1.01
"""Seconds in which at most the limit may leave: a little more than Meta's one
second, so that requests of which some take longer on the way still fit."""

PLANNED = 1.006
"""Seconds for which the limit is planned: a little less than :data:`WINDOW`, so that
what is planned passes there without waiting."""

PEOPLE_SHARE = 0.0375
"""Part of the throughput that bulk messages leave to people, and, while nobody writes,
to what comes later than planned."""

PAIR_SECONDS = 6.0
PAIR_BURST = 45


class Pacer:
    """Plans the moments at which messages may leave: bulk evenly, people at once, and strictly limited.

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
        self._slots = sorted(recent)
        self._not_before = now

    def next_slot(self, now: float, bulk: bool = False) -> float:
        """Return the earliest moment at which the next message may leave, now or later.

        :param bulk: leave :data:`PEOPLE_SHARE` of the limit to people. Bulk comes after
            all that is planned, and people's messages go between.
        """
        self._forget(now)
        slot = max(now, self._not_before)
        if not bulk and self._fits(slot):
            return slot
        if self._slots:
            slot = max(slot, self._slots[-1] + PLANNED / self._count(bulk))
        if len(self._slots) >= self.limit:
            slot = max(slot, self._slots[-self.limit] + PLANNED)
        return slot

    def book(self, slot: float) -> None:
        """Note that a message leaves at a slot that :meth:`next_slot` gave."""
        insort(self._slots, slot)

    def pause(self, now: float, seconds: float) -> None:
        """Let nothing leave for some seconds: Meta said that we are too fast."""
        self._not_before = max(self._not_before, now + seconds)

    def _count(self, bulk: bool) -> int:
        reserve = max(1, round(self.limit * PEOPLE_SHARE)) if bulk and self.limit > 1 else 0
        return self.limit - reserve

    def _fits(self, slot: float) -> bool:
        """Tell whether one more at ``slot`` leaves every window within the limit."""
        place = bisect_right(self._slots, slot)
        # Only those within a window before and after it matter.
        near = [*self._slots[max(0, place - self.limit) : place], slot, *self._slots[place : place + self.limit]]
        # (What is exactly a window apart may be computed as a little less.)
        return all(last - first >= PLANNED - 1e-6 for first, last in zip(near, near[self.limit :], strict=False))

    def _forget(self, now: float) -> None:
        """Drop the moments that no window from now on contains."""
        del self._slots[: bisect_right(self._slots, now - PLANNED)]


class RateLimiter:
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
