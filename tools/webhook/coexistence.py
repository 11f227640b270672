"""Coexistence: one number used by the phone app and by the API.

Three fields: echoes of what was sent from the app, the history from before the
connection, and the app's phone book.

Source: developers.facebook.com, WhatsApp webhook reference "smb_message_echoes",
"history", "smb_app_state_sync".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..phone import phone_key
from . import people, reading
from .events import (
    ContactSyncEvent,
    EchoEvent,
    Json,
    NoticeEvent,
    Person,
    Problem,
)
from .messages import message, unknown
from .route import Found, Route


def read_echoes(route: Route, value: Json) -> Found:
    """Read ``smb_message_echoes``: messages just sent from the phone app."""
    found = _messages(route, value, "message_echoes", "echo", people.contacts(value))
    return found or [unknown(route, value)]


def _messages(
    route: Route,
    holder: Json,
    key: str,
    source: str,
    known: Iterable[Person],
    path: tuple[str | int, ...] = (),
) -> Found:
    known = tuple(known)
    found: Found = []
    items = reading.sequence(holder.get(key))
    # A thread names its one customer for all of its messages.
    alone = len(items) == 1 or bool(path)
    for index, item in enumerate(items):
        where = route.at(*path, key, index)
        if not isinstance(item, dict):
            found.append(Problem(where, "not_an_object"))
        elif not reading.identifier(item.get("id")):
            found += [Problem(where, "no_id"), unknown(route, item, key)]
        else:
            outgoing = key == "message_echoes" or _is_ours(route, item)
            found.append(_echo(route, item, source, outgoing, known, alone))
    return found


def _is_ours(route: Route, item: Json) -> bool:
    if item.get("to") or item.get("to_user_id"):
        return True
    sender = phone_key(reading.text(item.get("from")))
    return bool(sender) and sender == phone_key(route.display_phone_number)


def _echo(
    route: Route,
    item: Json,
    source: str,
    outgoing: bool,
    known: tuple[Person, ...],
    alone: bool,
) -> EchoEvent:
    customer = people.addressee if outgoing else people.sender
    status = reading.mapping(item.get("history_context")).get("status")
    return EchoEvent(
        source=source,
        outgoing=outgoing,
        message=message(route, item, customer(item, known, alone)),
        status=reading.text(status).lower(),
    )


def read_history(route: Route, value: Json) -> Found:
    """Read ``history``: threads in chunks, later media, progress and refusals.

    Each chunk also gives a notice with its metadata (phase, order, progress) or
    its errors, so that the import can show how far it is.
    """
    found: Found = []
    for index, chunk in reading.mappings(value.get("history")):
        for number, thread in reading.mappings(chunk.get("threads")):
            path = ("history", index, "threads", number)
            known = [_thread_person(thread)]
            found += _messages(route, thread, "messages", "history", known, path)
        found.append(_chunk_notice(route, chunk))
    known = list(people.contacts(value))
    for key in ("messages", "message_echoes"):
        found += _messages(route, value, key, "history", known)
    return found or [unknown(route, value)]


def _thread_person(thread: Json) -> Person:
    context = reading.mapping(thread.get("context"))
    return Person(
        bsuid=reading.identifier(context.get("user_id")),
        parent_bsuid=reading.identifier(context.get("parent_user_id")),
        wa_id=people.wa_id(context.get("wa_id") or thread.get("id")),
        username=people.username(context.get("username")),
    )


def _chunk_notice(route: Route, chunk: Json) -> NoticeEvent:
    facts: dict[str, Any] = {k: v for k, v in chunk.items() if k != "threads"}
    return NoticeEvent(
        field=route.field,
        waba_id=route.waba_id,
        phone_number_id=route.phone_number_id or None,
        value=facts,
        display_phone_number=route.display_phone_number,
        timestamp=route.timestamp,
    )


def read_contacts(route: Route, value: Json) -> Found:
    """Read ``smb_app_state_sync``: the app's phone book, one event per contact."""
    found: Found = []
    for index, item in enumerate(reading.sequence(value.get("state_sync"))):
        contact = reading.mapping(reading.mapping(item).get("contact"))
        if contact:
            found.append(_contact(route, item, contact))
        else:
            found.append(Problem(route.at("state_sync", index), "no_contact"))
    return found or [unknown(route, value)]


def _contact(route: Route, item: Json, contact: Json) -> ContactSyncEvent:
    metadata = reading.mapping(item.get("metadata"))
    first_name = reading.text(contact.get("first_name"))
    return ContactSyncEvent(
        waba_id=route.waba_id,
        phone_number_id=route.phone_number_id,
        action=reading.text(item.get("action")),
        person=Person(
            bsuid=reading.identifier(contact.get("user_id")),
            parent_bsuid=reading.identifier(contact.get("parent_user_id")),
            wa_id=people.wa_id(contact.get("phone_number")),
            username=people.username(contact.get("username")),
            name=reading.text(contact.get("full_name")) or first_name,
        ),
        first_name=first_name,
        timestamp=reading.timestamp(metadata.get("timestamp")),
        raw=item,
    )
