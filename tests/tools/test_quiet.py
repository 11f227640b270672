"""Quiet hours: nights that wrap, days, clocks that change, places that are not known."""

from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest

from tools.quiet import QuietHours, quiet_until

NIGHT = QuietHours(21 * 60, 8 * 60)
SUNDAY = QuietHours(21 * 60, 8 * 60, frozenset({6}))
LONDON, PARIS = ZoneInfo("Europe/London"), ZoneInfo("Europe/Paris")
NEW_YORK, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")
KOLKATA, KATHMANDU = ZoneInfo("Asia/Kolkata"), ZoneInfo("Asia/Kathmandu")
UTC = timezone.utc


def until(hours, zones, *now):
    return quiet_until(hours, [zones] if isinstance(zones, tzinfo) else zones, datetime(*now))


# --------------------------------------------------------------------- one zone


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ((2026, 11, 25, 20, 59, 59), None),
        ((2026, 11, 25, 21, 0), datetime(2026, 11, 26, 8)),
        ((2026, 11, 25, 23, 59, 59), datetime(2026, 11, 26, 8)),
        ((2026, 11, 26, 0, 0), datetime(2026, 11, 26, 8)),
        ((2026, 11, 26, 7, 59, 59), datetime(2026, 11, 26, 8)),
        ((2026, 11, 26, 8, 0), None),
        ((2026, 11, 26, 12, 0), None),
        ((2026, 12, 31, 22, 0), datetime(2027, 1, 1, 8)),
    ],
)
def test_night_goes_over_midnight(now, expected):
    assert until(NIGHT, LONDON, *now) == expected


def test_hours_inside_of_one_day():
    siesta = QuietHours(13 * 60, 15 * 60 + 30)
    assert until(siesta, LONDON, 2026, 11, 25, 12, 59) is None
    assert until(siesta, LONDON, 2026, 11, 25, 13, 0) == datetime(2026, 11, 25, 15, 30)
    assert until(siesta, LONDON, 2026, 11, 25, 15, 30) is None


def test_equal_times_are_no_night():
    assert until(QuietHours(0, 0), LONDON, 2026, 11, 25, 3) is None
    assert until(QuietHours(600, 600), LONDON, 2026, 11, 25, 10) is None


def test_the_customers_clock_counts():
    assert until(NIGHT, NEW_YORK, 2026, 11, 25, 1, 59) is None  # 20:59 the evening before
    assert until(NIGHT, NEW_YORK, 2026, 11, 25, 2, 0) == datetime(2026, 11, 25, 13)
    assert until(NIGHT, KOLKATA, 2026, 11, 25, 15, 29) is None
    assert until(NIGHT, KOLKATA, 2026, 11, 25, 15, 30) == datetime(2026, 11, 26, 2, 30)
    assert until(NIGHT, KATHMANDU, 2026, 11, 25, 15, 15) == datetime(2026, 11, 26, 2, 15)


def test_minutes_count():
    assert until(QuietHours(21 * 60 + 10, 7 * 60 + 50), LONDON, 2026, 11, 25, 21, 9) is None
    assert until(QuietHours(21 * 60 + 10, 7 * 60 + 50), LONDON, 2026, 11, 25, 21, 10) == datetime(2026, 11, 26, 7, 50)


# ------------------------------------------------------------------------- days


def test_a_quiet_day_joins_the_nights_around_it():
    saturday_night = (2026, 11, 28, 22, 0)
    assert until(SUNDAY, LONDON, *saturday_night) == datetime(2026, 11, 30, 8)
    assert until(SUNDAY, LONDON, 2026, 11, 28, 20, 0) is None
    assert until(SUNDAY, LONDON, 2026, 11, 29, 12, 0) == datetime(2026, 11, 30, 8)
    assert until(SUNDAY, LONDON, 2026, 11, 27, 22, 0) == datetime(2026, 11, 28, 8), "a Friday"


def test_a_quiet_day_without_nights():
    sunday = QuietHours(0, 0, frozenset({6}))
    assert until(sunday, NEW_YORK, 2026, 11, 29, 4, 59) is None, "still Saturday there"
    assert until(sunday, NEW_YORK, 2026, 11, 29, 5, 0) == datetime(2026, 11, 30, 5)


def test_a_weekend():
    weekend = QuietHours(21 * 60, 8 * 60, frozenset({5, 6}))
    assert until(weekend, LONDON, 2026, 11, 27, 21, 0) == datetime(2026, 11, 30, 8)


# ------------------------------------------------------------- clocks that change


def test_clocks_go_forward_in_the_night():
    # 29 March 2026, 1:00 UTC: 2:00 becomes 3:00 in Paris.
    assert until(NIGHT, PARIS, 2026, 3, 28, 22, 0) == datetime(2026, 3, 29, 6)
    assert until(NIGHT, PARIS, 2026, 3, 29, 22, 0) == datetime(2026, 3, 30, 6)
    assert until(NIGHT, PARIS, 2026, 3, 28, 19, 59) is None, "20:59 in winter time"
    assert until(NIGHT, PARIS, 2026, 3, 29, 19, 0) == datetime(2026, 3, 30, 6), "21:00 in summer time"


def test_clocks_go_back_in_the_night():
    # 25 October 2026, 1:00 UTC: 3:00 becomes 2:00 in Paris.
    assert until(NIGHT, PARIS, 2026, 10, 24, 20, 0) == datetime(2026, 10, 25, 7)
    # Sunday has 25 hours.
    assert until(SUNDAY, PARIS, 2026, 10, 24, 20, 0) == datetime(2026, 10, 26, 7)


def test_the_time_at_which_it_ends_is_skipped():
    """8 March 2026 in New York: after 1:59 comes 3:00; 2:30 does not exist."""
    short = QuietHours(23 * 60, 2 * 60 + 30)
    assert until(short, NEW_YORK, 2026, 3, 8, 5, 0) == datetime(2026, 3, 8, 7)
    assert until(short, NEW_YORK, 2026, 3, 8, 7, 0) is None


def test_every_minute_of_a_night_with_a_change_agrees_with_a_clock_on_the_wall():
    """Walked minute by minute, without any arithmetic."""
    for zone, start in (
        (PARIS, datetime(2026, 3, 28, 18)),
        (PARIS, datetime(2026, 10, 24, 18)),
        (NEW_YORK, datetime(2026, 3, 8, 0)),
        (NEW_YORK, datetime(2026, 11, 1, 0)),
        (ZoneInfo("Australia/Lord_Howe"), datetime(2026, 4, 4, 8)),  # changes by half an hour
        (ZoneInfo("America/Santiago"), datetime(2026, 9, 5, 22)),  # changes at midnight
    ):
        minutes = [start + timedelta(minutes=i) for i in range(20 * 60)]
        walls = [minute.replace(tzinfo=UTC).astimezone(zone) for minute in minutes]
        quiet = [wall.hour >= 21 or wall.hour < 8 for wall in walls]
        for i in range(0, 18 * 60, 7):
            if quiet[i]:
                following = next((j for j in range(i, len(quiet)) if not quiet[j]), None)
                if following is None:
                    continue
                expected = minutes[following]
            else:
                expected = None
            assert quiet_until(NIGHT, [zone], minutes[i]) == expected, (zone, minutes[i])


# ----------------------------------------------------------------- several zones


def test_quiet_in_any_is_quiet_and_the_last_morning_counts():
    american = [NEW_YORK, LOS_ANGELES]
    assert until(NIGHT, american, 2026, 11, 25, 1, 59) is None
    # 21:00 in New York, 18:00 in Los Angeles; New York is awake at 13:00, Los Angeles at 16:00.
    assert until(NIGHT, american, 2026, 11, 25, 2, 0) == datetime(2026, 11, 25, 16)
    assert until(NIGHT, american, 2026, 11, 25, 15, 59) == datetime(2026, 11, 25, 16)
    assert until(NIGHT, american, 2026, 11, 25, 16, 0) is None


def test_order_and_repetition_of_zones_do_not_matter():
    now = datetime(2026, 11, 25, 5)
    expected = quiet_until(NIGHT, [NEW_YORK, LOS_ANGELES], now)
    assert quiet_until(NIGHT, [LOS_ANGELES, NEW_YORK, LOS_ANGELES], now) == expected


def test_zones_that_share_no_waking_hour():
    """The moment with the fewest, and at that moment nobody waits any longer."""
    fixed = [timezone(timedelta(hours=h)) for h in (-12, -4, 4, 12)]
    now = datetime(2026, 11, 25, 0, 0)

    def sleepers(moment):
        return sum(NIGHT.covers(moment + zone.utcoffset(None)) for zone in fixed)

    best = min(sleepers(now + timedelta(minutes=15 * i)) for i in range(120))
    assert best > 0, "the case is what it says"
    moment = quiet_until(NIGHT, fixed, now) or now
    assert sleepers(moment) == best
    assert quiet_until(NIGHT, fixed, moment) is None
    seen = now
    for _ in range(10):  # whoever asks again and again gets there
        seen = quiet_until(NIGHT, fixed, seen) or seen
    assert sleepers(seen) == best


def test_one_free_minute_a_day_is_used():
    """Hours that leave almost nothing, in places that never share it: one of them has its minute."""
    almost_always = QuietHours(0, 23 * 60 + 59)
    now = datetime(2026, 11, 25, 17, 2, 39)
    moment = quiet_until(almost_always, [NEW_YORK, PARIS], now)
    assert moment == datetime(2026, 11, 25, 22, 59), "one minute to midnight in Paris"
    assert quiet_until(almost_always, [NEW_YORK, PARIS], moment) is None


def test_far_zones_over_a_quiet_day_come_to_an_end():
    """Every moment of two weeks leads to a moment at which one may send, within four days."""
    zones = [timezone(timedelta(hours=h)) for h in (-11, -3, 5, 13)]
    for hours in range(0, 14 * 24, 5):
        now = moment = datetime(2026, 11, 23) + timedelta(hours=hours)
        for _ in range(12):
            following = quiet_until(SUNDAY, zones, moment)
            if following is None:
                break
            assert following > moment
            moment = following
        else:
            pytest.fail(f"from {now} nobody ever sends")
        assert moment - now < timedelta(days=4)


def test_no_known_zone_is_no_quiet():
    assert quiet_until(NIGHT, [], datetime(2026, 11, 25, 3)) is None


# ------------------------------------------------------------------- bad settings


@pytest.mark.parametrize(("start", "end", "days"), [(-1, 60, ()), (0, 1440, ()), (0, 0, range(7))])
def test_settings_under_which_nothing_could_be_sent_are_refused(start, end, days):
    with pytest.raises(ValueError, match="quiet"):
        QuietHours(start, end, frozenset(days))
