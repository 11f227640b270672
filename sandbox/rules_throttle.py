"""How fast a number may send: throughput per number and the pair rate per (number, person).

Source: Meta, ``throughput`` (80 messages a second, 1,000 after an upgrade, 20 for coexistence numbers) and
``about-the-platform`` (one message per six seconds to one person, bursts that borrow from the future).
"""

from dataclasses import dataclass

PAIR_SECONDS = 6.0
PAIR_BURST = 45
MPS_BY_LEVEL = {"STANDARD": 80, "HIGH": 1000, "COEXISTENCE": 20}


@dataclass(slots=True)
class Bucket:
    """A token bucket holding at most one second's worth of messages."""

    rate: float
    tokens: float
    at: float

    @classmethod
    def full(cls, rate, now):
        return cls(rate=rate, tokens=max(1.0, float(rate)), at=now)

    def take(self, now, rate=None):
        """Take one token if there is one; return whether there was."""
        if rate is not None:
            self.rate = rate
        self.tokens = min(max(1.0, self.rate), self.tokens + max(0.0, now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1.0:
            return False
        self.tokens -= 1.0
        return True


@dataclass(slots=True)
class Pair:
    """What one person has lately been sent by one number."""

    burst_at: float = float("-inf")
    count: int = 0
    free_at: float = float("-inf")


def allow_pair(pair, now):
    """Book one message to a person; return whether Meta lets it pass.

    Each message costs six seconds. Up to 45 may go out within six seconds, but then the debt must be waited
    off before the next one: a burst of 20 means about two minutes of silence.
    """
    if now >= pair.free_at:
        pair.burst_at, pair.count, pair.free_at = now, 1, now + PAIR_SECONDS
        return True
    if now - pair.burst_at <= PAIR_SECONDS and pair.count < PAIR_BURST:
        pair.count += 1
        pair.free_at += PAIR_SECONDS
        return True
    return False
