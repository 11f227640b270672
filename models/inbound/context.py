"""What goes through the inbound pipeline: one message with everything that is found out about it on its way."""

from dataclasses import dataclass, field
from datetime import datetime

from odoo import models

from ...tools.webhook.events import EchoEvent, MessageEvent
from ...tools.window import counts

#: Kinds that change another message instead of being one.
EFFECTS = ("reaction", "edit", "revoke")
#: Kinds WhatsApp says by itself: a thin line, no lead, nobody waits.
THIN = ("system", "request_welcome")

#: Lines for administrators about what could not be handled: ``{wa.webhook.event: [lines]}``, a ``defaultdict(list)``.
Notes = dict[models.BaseModel, list[str]]
#: What a webhook brought: ``[(wa.webhook.event, one of tools.webhook.events)]``.
Pairs = list[tuple[models.BaseModel, object]]


@dataclass(eq=False)
class InboundContext:
    """One inbound message on its way into the database.

    Made by ``wa.inbound.message._new_contexts``; each step of the pipeline fills in what it is named after.
    """

    #: ``wa.webhook.event`` it came in.
    event: models.BaseModel
    #: The message as WhatsApp sent it. Nothing in it is trusted.
    item: MessageEvent
    #: ``wa.number`` it was written to, in its company.
    number: models.BaseModel
    #: When it was written (naive UTC): never later than it came.
    sent_at: datetime
    #: One line for lists.
    preview: str
    #: What WhatsApp says beside it where it was written outside of the API (on the business's phone, or before the number
    #: was connected); None: a customer wrote it just now.
    echo: EchoEvent | None = None

    # What the steps of the pipeline find; to ask before its step is an error.
    #: ``wa.contact`` of the customer.
    contact: models.BaseModel = field(init=False, repr=False)
    #: Nobody knew this customer before this message.
    is_new_contact: bool = False
    #: ``wa.conversation`` it belongs to.
    conversation: models.BaseModel = field(init=False, repr=False)
    #: ``wa.message`` it answers; empty for none, or for one that is not here.
    quoted: models.BaseModel | None = None
    #: ``wa.message`` it became.
    row: models.BaseModel = field(init=False, repr=False)

    #: ``"in"``: the customer wrote; ``"out"``: the business, on a phone.
    direction: str = field(init=False)

    def __post_init__(self) -> None:
        self.direction = "out" if self.echo and self.echo.outgoing else "in"

    @property
    def is_live(self) -> bool:
        """Whether a customer wrote it just now; else it only completes what is seen here."""
        return self.echo is None

    @property
    def is_history(self) -> bool:
        """Whether it is from before the number was connected."""
        return self.echo is not None and self.echo.source == "history"

    @property
    def is_change(self) -> bool:
        """Whether it changes another message instead of being one."""
        return self.item.kind in EFFECTS

    @property
    def is_thin(self) -> bool:
        """Whether WhatsApp says it by itself."""
        return self.item.kind in THIN

    @property
    def is_message(self) -> bool:
        """Whether it is shown as a message of somebody."""
        return not self.is_change and not self.is_thin

    @property
    def is_from_blocked(self) -> bool:
        """Whether it is kept without telling anybody: the business wants nothing to do with whoever wrote it."""
        return self.is_live and bool(self.contact.is_blocked)

    @property
    def opens_window(self) -> bool:
        """Whether it lets us write freely to its sender; a message to a group does not."""
        return counts(self.item.kind) and not self.item.group_id
