"""Quiet hours: when nobody should hear from a machine, at the customer's place.

Facts in, a moment out. Moments are naive UTC, as Odoo stores them; time zones are
``tzinfo`` objects, so that whoever asks chooses the database they come from.

Often it is not known in which of several zones somebody lives (a mobile number of
a large country). Then it is quiet when it is quiet in *any* of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache

MINUTES_OF_DAY = 24 * 60
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
#: Steps in which the next night is looked for.
QUARTER = timedelta(minutes=15)
#: Clocks are never changed by more than this at once.
MOST_CHANGE = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Every night from one time of the day to another, and some days as a whole.

    :raises ValueError: a time is outside of the day, or no moment of the week is left.
    """

    start: int
    """Minutes after midnight from which it is quiet."""
    end: int
    """Minutes after midnight from which it is not; smaller than ``start``: the next day. Equal: no nights."""
    days: frozenset[int] = frozenset()
    """Days that are quiet as a whole, 0 (Monday) to 6 (Sunday)."""

    def __post_init__(self) -> None:
        """Refuse hours under which nothing could ever be sent."""
        if not (0 <= self.start < MINUTES_OF_DAY and 0 <= self.end < MINUTES_OF_DAY):
            raise ValueError("quiet hours lie between 0:00 and 23:59")
        if self.days >= frozenset(range(7)):
            raise ValueError("a week needs a day that is not quiet")

    def covers(self, local: datetime) -> bool:
        """Tell whether a wall clock that shows ``local`` stands in quiet hours."""
        if local.weekday() in self.days:
            return True
        minute = local.hour * 60 + local.minute
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def ends(self, local: datetime) -> datetime:
        """Return what a wall clock shows when the quiet stretch around ``local`` is over.

        A night may run into a quiet day, and that into the next night.
        """
        while self.covers(local):
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
            morning = midnight + self.end * MINUTE
            local = morning if morning > local else midnight + DAY
        return local


def quiet_until(hours: QuietHours, zones: Sequence[tzinfo], now: datetime) -> datetime | None:
    """Return until when it is quiet, or None when it is not (or no zone is known).

    With several zones, that is the first moment at which it is quiet in none of them.

    If the zones lie so far apart that no such moment comes within a day of the first
    one's morning, none ever will: every day has the same hours. Waiting for ever
    would be worse than waking few, so it is then the moment at which it is quiet in
    the fewest, the earliest of those. At that moment the answer is None: whoever asks
    again does not wait once more.
    """
    return _quiet_until(hours, tuple(dict.fromkeys(zones)), now)


@lru_cache(maxsize=4096)
def _quiet_until(hours: QuietHours, zones: tuple[tzinfo, ...], now: datetime) -> datetime | None:
    """Many recipients share their zones, and all of one run share ``now``."""
    quiet = _quiet_zones(hours, zones, now)
    if not quiet:
        return None
    first_morning = min(_end_in(hours, zone, now) for zone in quiet)
    if len(quiet) < len(zones):
        first_morning = now
    horizon = first_morning + DAY
    moment = now
    while quiet:
        # Until the last of them has its morning no moment is free.
        moment = max(_end_in(hours, zone, moment) for zone in quiet)
        if moment > horizon:
            return _fewest(hours, zones, now, horizon)
        quiet = _quiet_zones(hours, zones, moment)
    return moment


def _fewest(hours: QuietHours, zones: tuple[tzinfo, ...], now: datetime, horizon: datetime) -> datetime | None:
    """Return the first moment with the fewest quiet zones, or None if that is now.

    Fewer sleep than before only at somebody's morning, so no other moments are tried.
    """
    best, fewest = now, len(_quiet_zones(hours, zones, now))
    for moment in sorted({end for zone in zones for end in _mornings(hours, zone, now, horizon)}):
        count = len(_quiet_zones(hours, zones, moment))
        if count < fewest:
            best, fewest = moment, count
    return best if best > now else None


def _mornings(hours: QuietHours, zone: tzinfo, moment: datetime, horizon: datetime) -> list[datetime]:
    """Return the moments at which quiet stretches in one zone are over."""
    found = []
    while moment <= horizon:
        if hours.covers(_local(moment, zone)):
            moment = _end_in(hours, zone, moment)
            found.append(moment)
        else:
            moment += QUARTER
    return found


def _quiet_zones(hours: QuietHours, zones: tuple[tzinfo, ...], moment: datetime) -> list[tzinfo]:
    return [zone for zone in zones if hours.covers(_local(moment, zone))]


def _local(moment: datetime, zone: tzinfo) -> datetime:
    """Return what a clock in ``zone`` shows, without its zone."""
    aware = moment.replace(tzinfo=timezone.utc).astimezone(zone)
    return aware.replace(tzinfo=None)


def _end_in(hours: QuietHours, zone: tzinfo, moment: datetime) -> datetime:
    """Return the moment at which the quiet stretch in one zone is over.

    Clocks that are changed in between are followed: their morning comes an hour
    earlier or later. If the time at which it should end is skipped that night, it
    ends when the clocks jump over it.
    """
    local = _local(moment, zone)
    ahead = moment + (hours.ends(local) - local)
    end = ahead - ((_local(ahead, zone) - ahead) - (local - moment))
    end = max(end, moment)
    latest = end + MOST_CHANGE
    while hours.covers(_local(end, zone)) and end < latest:
        end += MINUTE
    return end
