"""One webhook POST in, a :class:`Delivery` out. Never raises, whatever the JSON.

Meta packs up to a thousand updates of several numbers and accounts into one
POST: every entry and every change is looked at, and one broken part does not
stop the others. What is not understood becomes an unknown event, and what is
malformed a problem that says where it stands.

Source: developers.facebook.com, WhatsApp "Webhooks – overview".
"""

from __future__ import annotations

from typing import Any

from . import coexistence, identity, messages, notices, preferences, reading, templates
from .events import Delivery, Event, Json, Problem
from .route import Found, Reader, Route

OBJECT = "whatsapp_business_account"

READERS: dict[str, Reader] = {
    "messages": messages.read,
    "user_preferences": preferences.read,
    "user_id_update": identity.read_user_id_update,
    "smb_message_echoes": coexistence.read_echoes,
    "history": coexistence.read_history,
    "smb_app_state_sync": coexistence.read_contacts,
    **dict.fromkeys(templates.CHANGE_OF_FIELD, templates.read),
    **dict.fromkeys(notices.FIELDS, notices.read),
}
"""Which function reads which webhook field; all others are kept as unknown."""


def parse(body: bytes | str | Json) -> Delivery:
    """Understand a webhook's body as far as possible.

    :param body: the raw bytes, their text, or the object already decoded.
    :return: the events in the order in which they stand, and what was wrong. A
        body that is no JSON object gives no events and one problem.
    """
    try:
        root = reading.load(body)
    except reading.Unreadable as exc:
        return Delivery(problems=(Problem("", str(exc)),))
    found: Found = []
    if root.get("object") != OBJECT:
        found.append(Problem("object", "unexpected_object"))
    entries = root.get("entry")
    if not isinstance(entries, list):
        found.append(Problem("entry", "not_a_list"))
    for index, entry in enumerate(reading.sequence(entries)):
        found += _entry(entry, f"entry[{index}]")
    return Delivery(
        events=tuple(item for item in found if not isinstance(item, Problem)),
        problems=tuple(item for item in found if isinstance(item, Problem)),
    )


def _entry(entry: Any, path: str) -> Found:
    if not isinstance(entry, dict):
        return [Problem(path, "not_an_object")]
    changes = entry.get("changes")
    if not isinstance(changes, list):
        return [Problem(f"{path}.changes", "not_a_list")]
    found: Found = []
    for index, change in enumerate(changes):
        found += _change(entry, change, f"{path}.changes[{index}]")
    return found


def _change(entry: Json, change: Any, path: str) -> Found:
    if not isinstance(change, dict):
        return [Problem(path, "not_an_object")]
    value = change.get("value")
    route = Route(
        field=reading.text(change.get("field")),
        waba_id=reading.identifier(entry.get("id")) or "",
        timestamp=reading.timestamp(entry.get("time")),
        path=path,
    )
    if not isinstance(value, dict):
        return [
            Problem(f"{path}.value", "not_an_object"),
            messages.unknown(route, {} if value is None else {"value": value}),
        ]
    value = _with_strays(change, value)
    route = route.with_metadata(value)
    reader = READERS.get(route.field)
    return reader(route, value) if reader else [messages.unknown(route, value)]


def _with_strays(change: Json, value: Json) -> Json:
    """Move what a brace slip in Meta's samples put beside ``value`` into it.

    Seen with ``rejection_info`` of a rejected template.
    """
    strays = {k: v for k, v in change.items() if k not in ("field", "value", *value)}
    return {**value, **strays} if strays else value


__all__ = ["Delivery", "Event", "parse"]
