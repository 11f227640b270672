"""Field ``messages``: what customers write and what becomes of our messages.

Source: developers.facebook.com, WhatsApp webhook reference "messages".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import content, identity, people, reading, statuses
from .events import (
    ErrorInfo,
    Event,
    Json,
    MessageEvent,
    NoticeEvent,
    Person,
    Problem,
    UnknownEvent,
)
from .route import Found, Route


def read(route: Route, value: Json) -> Found:
    """Read a whole change: messages, statuses and errors of the account."""
    known = people.contacts(value)
    failures = reading.errors(value.get("errors"))
    found: Found = [
        Problem(route.at(key), "not_a_list") for key in ("messages", "statuses") if not isinstance(value.get(key) or [], list)
    ]
    messages = reading.sequence(value.get("messages"))
    reports = reading.sequence(value.get("statuses"))
    alone = len(messages) + len(reports) == 1
    for index, item in enumerate(messages):
        path = route.at("messages", index)
        found += _read_one(route, item, known, failures, path, alone)
    for index, item in enumerate(reports):
        path = route.at("statuses", index)
        found += statuses.read_one(route, item, known, failures, path, alone)
    if all(isinstance(item, Problem) and item.reason == "not_a_list" for item in found):
        found.append(_without_messages(route, value, failures))
    elif failures and not any(_carries(item, failures) for item in found):
        # Said beside messages that have nothing to do with it.
        only = {"errors": value["errors"]}
        found.append(_without_messages(route, only, failures))
    return found


def _carries(item: Event | Problem, failures: tuple[ErrorInfo, ...]) -> bool:
    """Tell whether an event took over the errors of the whole value."""
    return getattr(item, "errors", None) == failures


def _without_messages(route: Route, value: Json, failures: Sequence[ErrorInfo]) -> NoticeEvent | UnknownEvent:
    if failures:
        return NoticeEvent(
            field=route.field,
            waba_id=route.waba_id,
            phone_number_id=route.phone_number_id or None,
            value=value,
            display_phone_number=route.display_phone_number,
            timestamp=route.timestamp,
        )
    return unknown(route, value)


def _read_one(
    route: Route,
    item: Any,
    known: Sequence[Person],
    failures: tuple[ErrorInfo, ...],
    path: str,
    alone: bool,
) -> Found:
    if not isinstance(item, dict):
        return [Problem(path, "not_an_object")]
    if not reading.identifier(item.get("id")):
        return [Problem(path, "no_id"), unknown(route, item, "messages")]
    person = people.sender(item, known, alone)
    if item.get("type") == "system" and identity.concerns(item):
        return [identity.from_system(route, item, person)]
    found: Found = [message(route, item, person, failures)]
    if not person.has_own_id:
        found.append(Problem(path, "nobody"))
    return found


def unknown(route: Route, value: Json, part: str = "") -> UnknownEvent:
    """Keep something that cannot be read."""
    return UnknownEvent(
        field=f"{route.field}.{part}" if part else route.field,
        value=value,
        waba_id=route.waba_id,
        phone_number_id=route.phone_number_id or None,
        timestamp=route.timestamp,
    )


def message(
    route: Route,
    item: Json,
    person: Person,
    failures: tuple[ErrorInfo, ...] = (),
) -> MessageEvent:
    """Read one message object, of whatever kind.

    :param failures: errors of the whole value, which some kinds carry there.
    """
    kind = reading.identifier(item.get("type")) or "unknown"
    inner = _content(kind, item)
    words = content.read(kind, inner)
    context = reading.mapping(item.get("context"))
    often = reading.flag(context.get("frequently_forwarded"))
    own_errors = reading.errors(item.get("errors"))
    if not own_errors and not inner:
        own_errors = failures
    return MessageEvent(
        waba_id=route.waba_id,
        phone_number_id=route.phone_number_id,
        display_phone_number=route.display_phone_number,
        wamid=reading.identifier(item.get("id")) or "",
        timestamp=reading.timestamp(item.get("timestamp")),
        kind=kind,
        person=person,
        content=inner,
        text=words.text,
        payload=words.payload,
        quoted_wamid=reading.identifier(context.get("id")),
        forwarded=often or reading.flag(context.get("forwarded")),
        referral=reading.mapping(item.get("referral")) or None,
        errors=own_errors,
        raw=item,
        target_wamid=words.target_wamid,
        media=words.media,
        contact_request=words.contact_request,
        frequently_forwarded=often,
        referred_product=reading.mapping(context.get("referred_product")) or None,
        group_id=reading.identifier(item.get("group_id")),
    )


def _content(kind: str, item: Json) -> Json:
    """Return the object named after the type; lists and texts are wrapped."""
    inner = item.get(kind)
    if kind == "contacts" and isinstance(inner, list):
        origin = {"origin": item["origin"]} if item.get("origin") else {}
        return {"contacts": inner, **origin}
    if isinstance(inner, dict):
        return inner
    return {} if inner is None else {kind: inner}
