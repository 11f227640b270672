"""Which service takes which kind of event in a webhook: the one table from ``tools/webhook/events`` to ``models/inbound``.

A new kind of event is one line here and one service with ``_handle`` or ``_handle_all``.
"""

from dataclasses import dataclass
from enum import Enum

from ...tools.webhook.events import (
    ContactSyncEvent,
    EchoEvent,
    IdentityEvent,
    MessageEvent,
    PreferenceEvent,
    StatusEvent,
    TemplateEvent,
)


class Together(Enum):
    """How many events a service takes at once."""

    #: One by one: ``_handle(event, item)`` returns a list of notes, or None.
    SINGLY = "singly"
    #: Those of one kind that follow one another: ``_handle_all(pairs)`` returns ``{event: [notes]}``.
    RUN = "run"
    #: All of them, after everything else: ``_handle_all(pairs)`` as above.
    LAST = "last"


@dataclass(frozen=True)
class Handler:
    """The service for a kind of event."""

    #: Name of the model.
    model: str
    together: Together = Together.SINGLY


HANDLERS: dict[type, Handler] = {
    MessageEvent: Handler("wa.inbound.message", Together.RUN),
    EchoEvent: Handler("wa.inbound.message", Together.RUN),
    StatusEvent: Handler("wa.inbound.status", Together.LAST),
    ContactSyncEvent: Handler("wa.inbound.contact.sync"),
    IdentityEvent: Handler("wa.inbound.identity"),
    PreferenceEvent: Handler("wa.inbound.preference"),
    TemplateEvent: Handler("wa.inbound.template"),
}
#: News about accounts and numbers, and what nobody knows: kept and listed.
NOTICES = Handler("wa.inbound.notice")


def handler_of(item: object) -> Handler:
    """Return the handler for one of ``tools.webhook.events``, also for a kind that nobody knows."""
    return HANDLERS.get(type(item), NOTICES)
