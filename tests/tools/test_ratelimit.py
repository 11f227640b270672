"""The limiter never lets more through than Meta allows, and not much less."""

import heapq
import random

from hypothesis import given
from hypothesis import strategies as st

from tools.ratelimit import PAIR_BURST, WINDOW, Pacer, RateLimiter, pair_free_at


def run(limiter, seconds, step=0.01, bulk=True, start=0.0):
    """Send as much as is allowed, looking every ``step`` seconds; returns the moments."""
    moments, now = [], start
    while now < start + seconds:
        while (slot := limiter.next_slot(now, bulk)) <= now + step:
            limiter.book(slot)
            moments.append(slot)
        now += step
    return moments


def most_in_a_second(moments):
    return max(sum(1 for other in moments if moment <= other < moment + 1) for moment in moments)


def test_bulk_reaches_95_percent_and_never_more_than_the_limit():
    # Of twenty messages one is kept for people: five percent.
    for limit, share in ((20, 0.92), (80, 0.95), (1000, 0.95)):
        moments = run(Pacer(limit, 0.0), 6)
        assert len(moments) >= share * limit * 6
        assert most_in_a_second(moments) <= limit


def test_after_a_stall_it_goes_on_as_evenly_as_before():
    limiter = Pacer(80, 0.0)
    moments = run(limiter, 1)
    after = run(limiter, 3, start=1.4)
    assert most_in_a_second(moments + after) <= 80
    gaps = [b - a for a, b in zip(after, after[1:], strict=False)]
    assert max(gaps) - min(gaps) < 0.001


def test_bulk_is_spread_evenly():
    moments = run(Pacer(80, 0.0), 2)
    gaps = [b - a for a, b in zip(moments, moments[1:], strict=False)]
    assert max(gaps[5:]) < 0.03


def test_people_go_between_what_is_planned_for_bulk():
    limiter, ahead = Pacer(80, 0.0), 0.3
    for tick in range(60):
        now = tick / 10
        while (slot := limiter.next_slot(now, bulk=True)) <= now + ahead:
            limiter.book(slot)
        if tick and tick % 20 == 0:
            for _ in range(3):
                assert limiter.next_slot(now) == now
                limiter.book(now)
            # Whoever comes next in this second has to wait until what is planned has left.
            assert limiter.next_slot(now) > now + ahead


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=150), st.integers(1, 120))
def test_people_and_bulk_together_keep_the_limit(comers, limit):
    limiter, moments = Pacer(limit, 0.0), []
    for now, bulk in sorted(comers):
        for _ in range(8):
            slot = limiter.next_slot(now, bulk)
            assert slot >= now
            if slot <= now + 0.3:
                limiter.book(slot)
                moments.append(slot)
    if moments:
        assert most_in_a_second(moments) <= limit


def test_what_people_send_takes_nothing_from_bulk_within_its_share():
    def bulk_in_ten_seconds(people):
        limiter, count = Pacer(80, 0.0), 0
        for tick in range(1000):
            now = tick / 100
            if people and tick % 50 == 0:
                limiter.book(limiter.next_slot(now))
            while (slot := limiter.next_slot(now, bulk=True)) <= now + 0.01:
                limiter.book(slot)
                count += 1
        return count

    assert bulk_in_ten_seconds(True) >= bulk_in_ten_seconds(False) - 25


def test_a_new_sender_respects_what_left_before_it():
    recent = [0.0 - i / 100 for i in range(80)]
    assert Pacer(80, 0.0, recent).next_slot(0.05) >= 0.2


def test_pause():
    limiter = Pacer(80, 0.0)
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
    limiter = Pacer(limit, 0.0)
    moments = []
    for now in sorted(gaps):
        for _ in range(5):
            slot = limiter.next_slot(now)
            limiter.book(slot)
            moments.append(slot)
    if moments:
        assert most_in_a_second(moments) <= limit


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def leave(slots, late, limit):
    """Let a thread for each slot wake so many seconds late and go through a turnstile; returns when they left."""
    clock = Clock()
    rate_limiter = RateLimiter(limit, clock)
    waiting = [(slot + delay, index) for index, (slot, delay) in enumerate(zip(slots, late, strict=True))]
    heapq.heapify(waiting)
    left = []
    while waiting:
        clock.now, index = heapq.heappop(waiting)
        if wait := rate_limiter.wait_for():
            # Who waits a second time also wakes late a second time.
            heapq.heappush(waiting, (clock.now + wait + late[index] / 10, index))
        else:
            left.append(clock.now)
    return left


@given(st.integers(2, 100), st.floats(0, 1.5), st.integers())
def test_threads_that_wake_late_never_leave_more_than_the_limit(limit, latest, seed):
    chance = random.Random(seed)
    slots = run(Pacer(limit, 0.0), 3)
    left = leave(slots, [chance.uniform(0, latest) * chance.randint(0, 1) for _ in slots], limit)
    assert len(left) == len(slots)
    # What arrives is what left, each a little later: up to what the window is longer than a second.
    arrived = [moment + chance.uniform(0, WINDOW - 1.001) for moment in left]
    assert most_in_a_second(arrived) <= limit


def test_a_process_that_stood_still_is_no_burst():
    slots = run(Pacer(80, 0.0), 4)
    # Everything stood still from 1.0 to 1.5: what was planned for that time wakes up at its end.
    late = [max(0.0, 1.5 - slot) if slot > 1.0 else 0.0 for slot in slots]
    assert most_in_a_second([slot + delay for slot, delay in zip(slots, late, strict=True)]) > 80
    assert most_in_a_second(leave(slots, late, 80)) <= 80


@given(st.integers())
def test_a_little_lateness_costs_no_share(seed):
    chance = random.Random(seed)
    slots = run(Pacer(80, 0.0), 10)
    left = leave(slots, [chance.uniform(0, 0.03) for _ in slots], 80)
    assert (len(left) - 1) / (left[-1] - left[0]) >= 0.95 * 80


def test_a_turnstile_knows_what_left_before_it():
    clock = Clock()
    rate_limiter = RateLimiter(2, clock, [-0.5, -0.1, -3.0])
    assert rate_limiter.wait_for() == WINDOW - 0.5
    clock.now = WINDOW - 0.5
    assert not rate_limiter.wait_for()
    assert rate_limiter.wait_for() > 0
