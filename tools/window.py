"""The customer service window: until when a free text may be written.

A customer's message opens it for 24 hours, counted from the *message's* own time
stamp. Coming through an advertisement makes 72 hours of messages free of charge,
but does not open the window any longer: free of charge and free to write are two
things.

All datetimes are naive UTC, as Odoo stores them.

Source: developers.facebook.com, WhatsApp "Send messages" (customer service
windows) and "Pricing" (free entry points).
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WINDOW_HOURS = 24
FREE_ENTRY_HOURS = 72
FREE_ENTRY_REPLY_HOURS = 24

# Meta does not say that these renew the window; promising time that is not
# there would end in error 131047, so they do not count.
NOT_COUNTING = frozenset({"reaction", "system", "unsupported", "edit", "revoke", "request_welcome"})


FIRST_SECOND = 1230768000
"""The beginning of 2009, the year of WhatsApp: what claims to be older has no clock (1970)."""


def from_timestamp(seconds: int) -> datetime | None:
    """Turn Meta's epoch seconds into naive UTC; None for 0 and for what cannot be (unknown)."""
    if seconds < FIRST_SECOND:
        return None
    moment = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return moment.replace(tzinfo=None)


CLOCK_AHEAD = timedelta(days=1)
"""By how much WhatsApp's clock may be ahead of ours where moments only tell what came after what."""


def moment_of(seconds: int, came: datetime, ahead: timedelta = timedelta(0)) -> datetime:
    """Return when something happened that WhatsApp told us of at ``came`` (naive UTC).

    Without a time stamp that can be true it is when it came: a wish of 2099 would make
    every later one old news.

    :param ahead: how much later than ``came`` it may be, because clocks differ.
    """
    found = from_timestamp(seconds) or came
    return found if found <= came + ahead else came


def local_text(moment: datetime, zone: str | None) -> str:
    """Return a moment for a text that people of several time zones read: with the zone's name.

    :param moment: naive UTC.
    :param zone: of the tz database; without one, or an unknown one, UTC.
    """
    try:
        where = ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of the database
        zone, where = "UTC", ZoneInfo("UTC")
    local = moment.replace(tzinfo=timezone.utc).astimezone(where)
    return f"{local:%Y-%m-%d %H:%M} ({zone or 'UTC'})"


def counts(kind: str) -> bool:
    """Tell whether an inbound message of this kind opens or renews the window."""
    return kind not in NOT_COUNTING


def window_until(
    last_inbound: datetime | int | None,
    current: datetime | None = None,
    *,
    kind: str = "text",
    now: datetime | None = None,
) -> datetime | None:
    """Return the first moment at which a free text is no longer allowed.

    :param last_inbound: when the customer's message was written: naive UTC or
        Meta's epoch seconds. None or 0 leaves ``current`` as it is.
    :param current: the end known so far. Messages arrive in any order, so an
        older one never shortens the window.
    :param kind: Meta's message type; see :func:`counts`.
    :param now: when given, a time stamp in the future counts as now, so that a
        wrong clock cannot hold the window open.
    """
    if isinstance(last_inbound, int):
        last_inbound = from_timestamp(last_inbound)
    if last_inbound is None or not counts(kind):
        return current
    if now is not None:
        last_inbound = min(last_inbound, now)
    until = last_inbound + timedelta(hours=WINDOW_HOURS)
    return until if current is None else max(current, until)


def is_open(until: datetime | None, now: datetime) -> bool:
    """Tell whether a free text may leave at ``now``; at ``until`` it may not."""
    return until is not None and now < until


def free_entry_until(entry: datetime | None, first_reply: datetime | None) -> datetime | None:
    """Return until when messages cost nothing after an entry through an ad.

    :param entry: when the customer wrote through the ad or page button.
    :param first_reply: when we first answered. An answer later than 24 hours
        after the entry, or none, gives None.
    """
    if entry is None or first_reply is None:
        return None
    if first_reply - entry > timedelta(hours=FREE_ENTRY_REPLY_HOURS):
        return None
    return first_reply + timedelta(hours=FREE_ENTRY_HOURS)
