"""Where a phone rings: the time zones a number may be in.

Only names of the tz database, no clocks: see :mod:`tools.quiet`.

Source: the geographic data of ``phonenumbers``; numbers that belong to no place
(mobiles, free-phone) have all zones of their calling code there, which for ``+1``
and ``+7`` is more than one country.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import phonenumbers
from phonenumbers import timezone as phone_timezone

from .phone import phone_key

UNKNOWN = "Etc/Unknown"


@lru_cache(maxsize=8192)
def zones_of_phone(wa_id: str | None) -> tuple[str, ...]:
    """Return the names of the zones a phone number may be in; ``()`` when nothing is known.

    :param wa_id: digits, as WhatsApp writes them. In North America the area code
        decides: ``12025550143`` is in New York's zone.
    """
    try:
        number = phonenumbers.parse("+" + phone_key(wa_id))
    except phonenumbers.NumberParseException:
        return ()
    names = phone_timezone.time_zones_for_number(number)
    return tuple(name for name in names if name != UNKNOWN)


def possible_zones(own: str | None, phone: Sequence[str], country: Sequence[str]) -> tuple[str, ...]:
    """Return the zones a person may live in, by what is known.

    :param own: the zone on the customer's own record.
    :param phone: see :func:`zones_of_phone`.
    :param country: all zones of the country of the phone or of the person's id.

    Of a phone's zones those in its country count. The customer's own zone settles it
    if it is one of these. If it is not, both count: Odoo fills it with the zone of
    the colleague who made the record, so alone it would prove nothing.
    """
    inside = [name for name in phone if name in country]
    likely = tuple(inside or phone or country)
    if not own:
        return likely
    return (own,) if own in likely else (own, *likely)
