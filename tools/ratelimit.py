"""How fast a number may send: Meta's throughput per number and the pair rate per person.

Pure arithmetic over moments in seconds; whoever uses it brings the clock. Nothing
here outlives a process: a new sender starts from the moments it finds stored.

Sources: developers.facebook.com, WhatsApp "Throughput" (messages per second of a
number) and "About the platform" (pair rate limit: one message in six seconds to one
person, with bursts that are paid back).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

WINDOW = 1.015
"""Seconds in which at most the limit may leave: a little more than Meta's one
second, so that requests which overtake each other on the way still fit."""

PEOPLE_SHARE = 0.02
"""Part of the throughput that bulk messages leave to people."""

BURST = 0.1
"""Seconds' worth of messages that may leave at once after a pause."""

PAIR_SECONDS = 6.0
PAIR_BURST = 45


class Throughput:
    """A sliding window over the moments at which messages left.

    Strict: in no window of :data:`WINDOW` seconds do more than ``limit`` messages
    leave. A small bucket on top spreads them over the second.
    """

    def __init__(
        self, limit: int, now: float, recent: Iterable[float] = ()
    ) -> None:
        """Start with what left before.

        :param limit: messages per second Meta allows the number.
        :param now: seconds of a monotonic clock.
        :param recent: moments (same clock) of messages that left in the last second.
        """
        self.limit = max(1, limit)
        self._sent = deque(sorted(recent))
        self._tokens = 0.0
        self._at = now

    def allowed(self, now: float, bulk: bool = False) -> int:
        """Return how many messages may leave right now.

        :param bulk: leave :data:`PEOPLE_SHARE` of the limit to people.
        """
        self._advance(now)
        reserve = max(1, round(self.limit * PEOPLE_SHARE)) if bulk and self.limit > 1 else 0
        in_window = self.limit - reserve - len(self._sent)
        return max(0, min(in_window, int(self._tokens)))

    def book(self, now: float, count: int = 1) -> None:
        """Note that messages leave now."""
        self._advance(now)
        self._tokens -= count
        self._sent.extend([now] * count)

    def pause(self, now: float, seconds: float) -> None:
        """Let nothing leave for some seconds: Meta said that we are too fast."""
        self._advance(now)
        self._tokens = -self.limit * seconds

    def _advance(self, now: float) -> None:
        while self._sent and self._sent[0] <= now - WINDOW:
            self._sent.popleft()
        ceiling = max(1.0, self.limit * BURST)
        self._tokens = min(ceiling, self._tokens + (now - self._at) * self.limit)
        self._at = now


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
