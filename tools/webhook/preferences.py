"""Field ``user_preferences``: a customer stops or resumes marketing messages.

Source: developers.facebook.com, WhatsApp webhook reference "user_preferences".
"""

from __future__ import annotations

from . import people, reading
from .events import Json, Person, PreferenceEvent, Problem
from .messages import unknown
from .route import Found, Route


def read(route: Route, value: Json) -> Found:
    """Read every preference of the change."""
    known = people.contacts(value)
    found: Found = []
    items = reading.sequence(value.get("user_preferences"))
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            path = route.at("user_preferences", index)
            found.append(Problem(path, "not_an_object"))
            continue
        found.append(_preference(route, item, known, len(items) == 1))
    return found or [unknown(route, value)]


def _preference(route: Route, item: Json, known: tuple[Person, ...], alone: bool) -> PreferenceEvent:
    person = Person(
        bsuid=reading.identifier(item.get("user_id")),
        parent_bsuid=reading.identifier(item.get("parent_user_id")),
        wa_id=people.wa_id(item.get("wa_id")),
    )
    return PreferenceEvent(
        person=people.complete(person, known, alone),
        category=reading.text(item.get("category")),
        value=reading.text(item.get("value")),
        timestamp=reading.timestamp(item.get("timestamp")),
        waba_id=route.waba_id,
        phone_number_id=route.phone_number_id,
        display_phone_number=route.display_phone_number,
        detail=reading.text(item.get("detail")),
        signup_id=reading.identifier(item.get("signup_id")),
        raw=item,
    )
