from collections import defaultdict

from odoo import api, models

from ...tools.webhook.events import StatusEvent
from .context import Notes


class WaInboundStatus(models.AbstractModel):
    """What became of our messages: sent, delivered, read, failed."""

    _name = "wa.inbound.status"
    _description = "WhatsApp Inbound: Statuses"

    @api.model
    def _handle_all(self, pairs: list[tuple[models.BaseModel, StatusEvent]]) -> Notes:
        """Apply statuses together.

        :param pairs: ``(wa.webhook.event, StatusEvent)``.
        :returns: ``{wa.webhook.event: [notes]}`` about statuses of messages that are not ours.
        """
        notes: Notes = defaultdict(list)
        by_account = defaultdict(list)
        for event, item in pairs:
            by_account[event.account_id].append(item)
        foreign: set[int] = set()
        for account, items in by_account.items():
            unknown = self.env["wa.message"]._apply_statuses(items, account._sharing_app())
            foreign.update(id(item) for item in unknown)
        for event, item in pairs:
            if id(item) in foreign:
                notes[event].append(f"status {item.status} of a message we did not send")
        return notes
