"""People whose ids change: ``system`` messages, and a field Meta took back.

The id before the change was only in the English sentence of the message until
August 2026; ``previous_user_id`` is read first, the sentence as a last resort.

Source: developers.facebook.com, WhatsApp webhook reference "system messages" and
changelog of 11 August 2026.
"""

from __future__ import annotations

import re
from typing import Any

from ..phone import is_bsuid
from . import people, reading
from .events import IdentityEvent, Json, Person, UnknownEvent
from .route import Found, Route

CHANGES = frozenset(
    {
        "user_changed_number",
        "customer_changed_number",
        "user_changed_user_id",
        "user_identity_changed",
        "customer_identity_changed",
    }
)

_ID_KEYS = ("user_id", "previous_user_id", "wa_id", "new_wa_id")
_FROM_TO = re.compile(r"\bfrom\s+(\S+)\s+to\s+(\S+)")


def concerns(item: Json) -> bool:
    """Tell whether a ``system`` message is about somebody's ids."""
    system = reading.mapping(item.get("system"))
    if reading.text(system.get("type")) in CHANGES:
        return True
    return any(system.get(key) for key in _ID_KEYS)


def from_system(route: Route, item: Json, sender: Person) -> IdentityEvent:
    """Read a ``system`` message. ``from`` names the person *before* the change."""
    system = reading.mapping(item.get("system"))
    change = reading.identifier(system.get("type")) or "unknown"
    body = reading.text(system.get("body"))
    old, new = _ids_in_sentence(body)
    new_wa_id = people.wa_id(system.get("wa_id") or system.get("new_wa_id"))
    previous = reading.identifier(system.get("previous_user_id")) or old.bsuid
    bsuid = reading.identifier(system.get("user_id")) or new.bsuid
    moved = bool(previous) or change.endswith("_changed_number")
    return IdentityEvent(
        waba_id=route.waba_id,
        phone_number_id=route.phone_number_id,
        display_phone_number=route.display_phone_number,
        wamid=reading.identifier(item.get("id")),
        timestamp=reading.timestamp(item.get("timestamp")),
        change=change,
        person=Person(
            bsuid=bsuid or (None if moved else sender.bsuid),
            parent_bsuid=reading.identifier(system.get("parent_user_id")) or (None if moved else sender.parent_bsuid),
            wa_id=new_wa_id or new.wa_id or (None if moved else sender.wa_id),
            username=sender.username,
            name=sender.name,
        ),
        previous_bsuid=previous or (sender.bsuid if moved else None),
        previous_wa_id=(sender.wa_id or old.wa_id) if moved else None,
        previous_parent_bsuid=reading.identifier(system.get("previous_parent_user_id"))
        or (sender.parent_bsuid if moved else None),
        text=body,
        raw=item,
    )


def _ids_in_sentence(body: str) -> tuple[Person, Person]:
    """Return the ids in "… changed from OLD to NEW", each as a person."""
    match = _FROM_TO.search(body)
    if match is None:
        return Person(), Person()
    old, new = (_person_of(word.strip(".,;:\"'()")) for word in match.groups())
    return old, new


def _person_of(word: str) -> Person:
    if is_bsuid(word):
        return Person(bsuid=word)
    if re.fullmatch(r"\+?[0-9]{6,20}", word):
        return Person(wa_id=people.wa_id(word))
    return Person()


def read_user_id_update(route: Route, value: Json) -> Found:
    """Read the withdrawn field ``user_id_update``, which partners still forward.

    Its items hold ``user_id: {previous, current}``; under which key they stand
    was never settled, so every list of the value is looked at.
    """
    known = people.contacts(value)
    found: Found = []
    lists = [reading.sequence(part) for part in value.values()]
    for item in [value, *(item for part in lists for item in part)]:
        change = _pair(reading.mapping(item).get("user_id"))
        if change != (None, None):
            found.append(_from_pair(route, item, change, known))
    if not found:
        found.append(UnknownEvent(route.field, value, route.waba_id))
    return found


def _pair(value: Any) -> tuple[str | None, str | None]:
    both = reading.mapping(value)
    return tuple(reading.identifier(both.get(k)) for k in ("previous", "current"))  # type: ignore[return-value]


def _from_pair(
    route: Route,
    item: Json,
    change: tuple[str | None, str | None],
    known: tuple[Person, ...],
) -> IdentityEvent:
    previous, current = change
    old_parent, new_parent = _pair(item.get("parent_user_id"))
    person = Person(current, new_parent, people.wa_id(item.get("wa_id")))
    return IdentityEvent(
        waba_id=route.waba_id,
        phone_number_id=route.phone_number_id,
        display_phone_number=route.display_phone_number,
        wamid=None,
        timestamp=reading.timestamp(item.get("timestamp")) or route.timestamp,
        change="user_changed_user_id",
        person=people.complete(person, known),
        previous_bsuid=previous,
        previous_parent_bsuid=old_parent,
        text=reading.text(item.get("detail")),
        raw=item,
    )
