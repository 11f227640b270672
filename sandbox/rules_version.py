"""Graph versions: which are known, which still live, and what a call with another one gets.

A version lives at least two years, until two years after its successor came out. A call to one that has ended is served
by the oldest that lives; one that never was is no version but a piece of the path.
Source: Meta, ``docs/graph-api/changelog`` (dates), ``docs/graph-api/guides/versioning``; filipporomani/whatsapp-python#46
(the words for a version that never was).
"""

import re
from datetime import datetime, timezone

VERSION = re.compile(r"v([1-9]\d{0,2})\.0")
#: Anything that was meant as a version: it is answered as a piece of the path.
LIKE_VERSION = re.compile(r"v\d+(\.\d*)?", re.IGNORECASE)

#: Version -> the day it ends; None: not announced.
ENDS = {
    20: "2026-09-24",
    21: "2027-01-21",
    22: "2027-05-20",
    23: "2027-10-08",
    24: "2028-02-18",
    25: "2028-07-29",
    26: None,
}
NEWEST = max(ENDS)
#: The version that brought ``whatsapp_business_manager_messaging_limit``. Source: Meta, changelog.
LIMIT_SINCE = 24


def day_start(day):
    """Return epoch seconds of the beginning of a day in UTC, ``YYYY-MM-DD``."""
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=timezone.utc).timestamp()


#: The same as epoch seconds, the oldest version first: every call asks.
ENDS_AT = [(version, float("inf") if day is None else day_start(day)) for version, day in sorted(ENDS.items())]


def oldest(now):
    """Return the oldest version that lives.

    :param now: epoch seconds.
    """
    return next(version for version, end in ENDS_AT if now < end)


def served(part, first, last):
    """Return the version that serves a call.

    :param part: the first piece of the path, such as ``v26.0``.
    :param first: the oldest version that lives.
    :param last: the newest version there is.
    :return: the number, or None when there never was such a version.
    """
    match = VERSION.fullmatch(part)
    if not match or int(match[1]) > last:
        return None
    return max(first, int(match[1]))
