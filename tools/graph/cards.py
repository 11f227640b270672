"""Places and people's cards.

Source: developers.facebook.com, WhatsApp "Location messages", "Contacts messages".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..phone import digits
from .errors import InvalidMessage
from .rules import count

CONTACTS_LIMIT = 257


def location(
    latitude: float | str,
    longitude: float | str,
    name: str = "",
    address: str = "",
) -> dict[str, Any]:
    """Return a location's content; coordinates in decimal degrees."""
    return {"type": "location", "location": place(latitude, longitude, name, address)}


def place(
    latitude: float | str,
    longitude: float | str,
    name: str = "",
    address: str = "",
) -> dict[str, str]:
    """Return the object that messages and template headers share.

    Meta documents the coordinates as text.

    :raise InvalidMessage: ``location_invalid``.
    """
    result = {
        "latitude": _degrees(latitude, 90),
        "longitude": _degrees(longitude, 180),
    }
    if name:
        result["name"] = name
    if address:
        result["address"] = address
    return result


def _degrees(value: float | str, most: int) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InvalidMessage("location_invalid", str(value)[:40]) from None
    if not math.isfinite(number) or abs(number) > most:
        raise InvalidMessage("location_invalid", str(value)[:40])
    return f"{number:.7f}".rstrip("0").rstrip(".")


def contacts(cards: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the content that sends people's cards.

    :param cards: in Meta's shape (see :func:`card`).
    :raise InvalidMessage: ``contacts_count``, ``contact_name_missing``.
    """
    count("contacts", cards, 1, CONTACTS_LIMIT)
    for item in cards:
        name = item.get("name")
        parts = dict(name) if isinstance(name, Mapping) else {}
        formatted = parts.pop("formatted_name", None)
        if not formatted or not any(parts.values()):
            raise InvalidMessage("contact_name_missing")
    return {"type": "contacts", "contacts": [dict(item) for item in cards]}


def card(
    formatted_name: str,
    *,
    first_name: str = "",
    last_name: str = "",
    phones: Sequence[str] = (),
    emails: Sequence[str] = (),
    company: str = "",
    title: str = "",
    urls: Sequence[str] = (),
) -> dict[str, Any]:
    """Return one card in Meta's shape.

    Meta wants one more name part beside the full name: without one, the full name
    serves as first name. Phones get their ``wa_id``, or people would be offered
    to invite the contact instead of writing to it.

    :param phones: E.164 with plus sign.
    """
    name = {"formatted_name": formatted_name}
    if first_name or not last_name:
        name["first_name"] = first_name or formatted_name
    if last_name:
        name["last_name"] = last_name
    result: dict[str, Any] = {"name": name}
    if phones:
        result["phones"] = [{"phone": phone, "type": "WORK", "wa_id": digits(phone)} for phone in phones]
    if emails:
        result["emails"] = [{"email": email, "type": "WORK"} for email in emails]
    org = {"company": company, "title": title}
    if any(org.values()):
        result["org"] = {key: value for key, value in org.items() if value}
    if urls:
        result["urls"] = [{"url": url, "type": "WORK"} for url in urls]
    return result
