"""``statuses[]``: sent, delivered, read, played, failed.

A status of a message nobody here knows is normal: other apps may share the
number, and a status may overtake the answer to our own request.

Source: developers.facebook.com, WhatsApp webhook reference "status messages".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import people, reading
from .events import ErrorInfo, Person, Problem, StatusEvent, UnknownEvent
from .route import Found, Route


def read_one(
    route: Route,
    item: Any,
    known: Sequence[Person],
    failures: tuple[ErrorInfo, ...],
    path: str,
    alone: bool = True,
) -> Found:
    """Read one status. Those of payments and calls are kept as unknown.

    :param failures: errors of the whole value: a failure sometimes stands there.
    :param alone: nothing else is in the value.
    """
    if not isinstance(item, dict):
        return [Problem(path, "not_an_object")]
    kind = reading.text(item.get("type"))
    wamid = reading.identifier(item.get("id"))
    status = reading.identifier(item.get("status"))
    if kind not in ("", "message") or not wamid or not status:
        other = UnknownEvent(
            field=f"{route.field}.statuses" + (f".{kind}" if kind else ""),
            value=item,
            waba_id=route.waba_id,
            phone_number_id=route.phone_number_id or None,
        )
        return [other] if kind else [Problem(path, "no_id_or_status"), other]
    in_group = reading.text(item.get("recipient_type")) == "group"
    own_errors = reading.errors(item.get("errors"))
    return [
        StatusEvent(
            waba_id=route.waba_id,
            phone_number_id=route.phone_number_id,
            wamid=wamid,
            status=status,
            timestamp=reading.timestamp(item.get("timestamp")),
            uuid=reading.identifier(item.get("biz_opaque_callback_data")),
            person=people.recipient(item, known, alone),
            errors=own_errors or (failures if status == "failed" else ()),
            pricing=reading.mapping(item.get("pricing")) or None,
            raw=item,
            display_phone_number=route.display_phone_number,
            group_id=reading.identifier(item.get("recipient_id")) if in_group else None,
        )
    ]
