"""Who is meant? Ids from the message, name and username from ``contacts[]``.

``contacts[]`` and ``messages[]`` run in parallel only by habit: they are matched
by id, never by position.

Source: developers.facebook.com, WhatsApp "Business-scoped user IDs" (which ids
come when).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..phone import digits, phone_key
from . import reading
from .events import Json, Person

# Meta's own samples spell the parent id of a status in three ways.
STATUS_PARENT_KEYS = (
    "recipient_parent_user_id",
    "parent_recipient_user_id",
    "parent_user_id",
)


MAX_DIGITS = 20
"""E.164 has at most 15; more is no phone number."""


def wa_id(value: Any) -> str | None:
    """Return a ``wa_id`` in digits, or None."""
    found = digits(reading.text(value))
    return found if 0 < len(found) <= MAX_DIGITS else None


def username(value: Any) -> str | None:
    """Return a username without its ``@``, or None."""
    return (reading.identifier(value) or "").lstrip("@") or None


def from_contact(contact: Json) -> Person:
    """Read one item of ``contacts[]``."""
    profile = reading.mapping(contact.get("profile"))
    return Person(
        bsuid=reading.identifier(contact.get("user_id")),
        parent_bsuid=reading.identifier(contact.get("parent_user_id")),
        wa_id=wa_id(contact.get("wa_id")),
        username=username(profile.get("username") or contact.get("username")),
        name=reading.text(profile.get("name")).strip(),
    )


def contacts(value: Json) -> tuple[Person, ...]:
    """Read ``value.contacts[]``."""
    items = reading.mappings(value.get("contacts"))
    return tuple(from_contact(item) for _index, item in items)


def complete(person: Person, known: Iterable[Person], alone: bool = True) -> Person:
    """Return ``person`` with what the matching contact knows besides.

    The strongest id decides: BSUID, then ``wa_id`` (in any spelling), then the
    parent BSUID. A single contact belongs to a person without ids, if nobody else
    is there whom it may belong to.

    :param alone: the value is about this person only.
    """
    known = tuple(known)
    match = _find(person, known)
    if match is None and alone and not person and len(known) == 1:
        match = known[0]
    if match is None:
        return person
    return replace(
        person,
        bsuid=person.bsuid or match.bsuid,
        parent_bsuid=person.parent_bsuid or match.parent_bsuid,
        wa_id=person.wa_id or match.wa_id,
        username=person.username or match.username,
        name=person.name or match.name,
    )


def _find(person: Person, known: tuple[Person, ...]) -> Person | None:
    for other in known:
        if person.bsuid and person.bsuid == other.bsuid:
            return other
    for other in known:
        clash = person.bsuid and other.bsuid
        if not clash and person.wa_id and phone_key(person.wa_id) == phone_key(other.wa_id):
            return other
    for other in known:
        clash = (person.bsuid and other.bsuid) or (person.wa_id and other.wa_id)
        if not clash and person.parent_bsuid and person.parent_bsuid == other.parent_bsuid:
            return other
    return None


def sender(message: Json, known: Iterable[Person], alone: bool = True) -> Person:
    """Return who wrote an inbound message."""
    person = Person(
        bsuid=reading.identifier(message.get("from_user_id")),
        parent_bsuid=reading.identifier(message.get("from_parent_user_id")),
        wa_id=wa_id(message.get("from")),
    )
    return complete(person, known, alone)


def addressee(message: Json, known: Iterable[Person], alone: bool = True) -> Person:
    """Return to whom an echo of our own message went."""
    person = Person(
        bsuid=reading.identifier(message.get("to_user_id")),
        parent_bsuid=reading.identifier(message.get("to_parent_user_id")),
        wa_id=wa_id(message.get("to")),
    )
    return complete(person, known, alone)


def recipient(status: Json, known: Iterable[Person], alone: bool = True) -> Person:
    """Return whom a status is about; in groups, the participant."""
    parents = (reading.identifier(status.get(key)) for key in STATUS_PARENT_KEYS)
    if reading.text(status.get("recipient_type")) == "group":
        participant = "recipient_participant_"
        person = Person(
            bsuid=reading.identifier(status.get(participant + "user_id")),
            parent_bsuid=reading.identifier(status.get(participant + "parent_user_id")),
            wa_id=wa_id(status.get(participant + "id")),
        )
    else:
        person = Person(
            bsuid=reading.identifier(status.get("recipient_user_id")),
            parent_bsuid=next(filter(None, parents), None),
            wa_id=wa_id(status.get("recipient_id")),
        )
    return complete(person, known, alone)
