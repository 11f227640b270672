"""The limiter never lets more through than Meta allows, and not much less."""

from hypothesis import given
from hypothesis import strategies as st

from tools.ratelimit import PAIR_BURST, Throughput, pair_free_at


def run(limiter, seconds, step=0.01, bulk=True, start=0.0):
    """Send as much as is allowed, looking every ``step`` seconds; returns the moments."""
    moments, now = [], start
    while now < start + seconds:
        while (slot := limiter.next_slot(now, bulk)) <= now + step:
            limiter.book(slot, now, bulk)
            moments.append(slot)
        now += step
    return moments


def most_in_a_second(moments):
    return max(sum(1 for other in moments if moment <= other < moment + 1) for moment in moments)


def test_bulk_reaches_95_percent_and_never_more_than_the_limit():
    # Of twenty messages one is kept for people: five percent.
    for limit, share in ((20, 0.92), (80, 0.95), (1000, 0.95)):
        moments = run(Throughput(limit, 0.0), 6)
        assert len(moments) >= share * limit * 6
        assert most_in_a_second(moments) <= limit


def test_a_stall_is_caught_up_without_exceeding_the_limit():
    limiter = Throughput(80, 0.0)
    moments = run(limiter, 1)
    moments += run(limiter, 2, start=1.4)
    assert most_in_a_second(moments) <= 80


def test_bulk_is_spread_evenly():
    moments = run(Throughput(80, 0.0), 2)
    gaps = [b - a for a, b in zip(moments, moments[1:], strict=False)]
    assert max(gaps[5:]) < 0.03


def test_people_may_use_what_bulk_leaves():
    limiter = Throughput(80, 0.0)
    run(limiter, 3)
    assert limiter.next_slot(3.0, bulk=False) <= limiter.next_slot(3.0, bulk=True)
    assert limiter.next_slot(3.0, bulk=False) <= 3.05


def test_a_new_sender_respects_what_left_before_it():
    recent = [0.0 - i / 100 for i in range(80)]
    assert Throughput(80, 0.0, recent).next_slot(0.05) >= 0.2


def test_pause():
    limiter = Throughput(80, 0.0)
    limiter.pause(0.0, 2)
    assert limiter.next_slot(0.1) == 2.0


def test_pair_rate_allows_a_burst_and_then_waits_it_off():
    assert pair_free_at([], 0.0) <= 0.0
    assert pair_free_at([0.0], 7.0) <= 7.0
    assert pair_free_at([0.0, 1.0, 2.0], 3.0) <= 3.0
    assert pair_free_at([0.0, 3.0], 10.0) == 12.0
    burst = [i / 10 for i in range(PAIR_BURST)]
    assert pair_free_at(burst, 5.0) == PAIR_BURST * 6


@given(st.lists(st.floats(0, 300), max_size=60), st.integers(1, 200))
def test_no_second_ever_sees_more_than_the_limit(gaps, limit):
    limiter = Throughput(limit, 0.0)
    moments = []
    for now in sorted(gaps):
        for _ in range(5):
            slot = limiter.next_slot(now)
            limiter.book(slot, now)
            moments.append(slot)
    if moments:
        assert most_in_a_second(moments) <= limit
