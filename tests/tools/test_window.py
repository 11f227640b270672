"""The 24-hour window, to the second."""

from datetime import datetime, timedelta

import pytest

from tools.window import counts, free_entry_until, from_timestamp, is_open, local_text, moment_of, window_until

NOON = datetime(2026, 11, 23, 12, 0, 0)
DAY = timedelta(hours=24)


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (timedelta(0), True),
        (timedelta(hours=23, minutes=59, seconds=59), True),
        (DAY, False),
        (DAY + timedelta(seconds=1), False),
    ],
)
def test_open_until_the_last_second(later, expected):
    assert is_open(window_until(NOON), NOON + later) is expected


def test_no_message_no_window():
    assert window_until(None) is None
    assert window_until(0) is None
    assert not is_open(None, NOON)


def test_epoch_seconds_are_utc():
    assert from_timestamp(1795430400) == datetime(2026, 11, 23, 10, 40)
    assert window_until(1795430400) == datetime(2026, 11, 24, 10, 40)
    assert from_timestamp(0) is None
    assert from_timestamp(-5) is None


def test_an_older_message_never_shortens_the_window():
    until = window_until(NOON)
    assert window_until(NOON - timedelta(hours=5), until) == until
    assert window_until(NOON + timedelta(hours=5), until) == until + timedelta(hours=5)


@pytest.mark.parametrize("kind", ["reaction", "system", "unsupported", "edit", "revoke"])
def test_kinds_that_do_not_count(kind):
    assert not counts(kind)
    assert window_until(NOON, kind=kind) is None
    assert window_until(NOON + DAY, NOON, kind=kind) == NOON


@pytest.mark.parametrize("kind", ["text", "image", "button", "interactive", "hologram"])
def test_kinds_that_count(kind):
    assert window_until(NOON, kind=kind) == NOON + DAY


def test_a_clock_that_is_ahead_opens_nothing_more():
    assert window_until(NOON + timedelta(days=9), now=NOON) == NOON + DAY


def test_entry_through_an_ad_is_free_for_72_hours_after_a_timely_answer():
    answered = NOON + timedelta(hours=2)
    assert free_entry_until(NOON, answered) == answered + timedelta(hours=72)
    assert free_entry_until(NOON, NOON + timedelta(hours=25)) is None
    assert free_entry_until(NOON, None) is None
    assert free_entry_until(None, NOON) is None


def test_moments_that_cannot_be_are_the_arrival():
    """R10: 1970, negative and future moments."""
    for seconds in (0, 1, -5, 86400, 1230767999, 4086000000):
        assert moment_of(seconds, NOON) == NOON
    assert moment_of(1467367200, NOON) == datetime(2016, 7, 1, 10, 0)


def test_moments_that_many_read_name_their_zone():
    """A time is never shown bare where it is not the reader's own."""
    assert local_text(NOON, "America/Mexico_City") == "2026-11-23 06:00 (America/Mexico_City)"
    assert local_text(NOON, None) == local_text(NOON, "No/Where") == local_text(NOON, "Europe") == "2026-11-23 12:00 (UTC)"
