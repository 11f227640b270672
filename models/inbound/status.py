from collections import defaultdict

from odoo import api, models


class WaInboundStatus(models.AbstractModel):
    """What became of our messages: sent, delivered, read, failed."""

    _name = "wa.inbound.status"
    _description = "WhatsApp Inbound: Statuses"

    @api.model
    def _handle_all(self, pairs):
        """Apply statuses together.

        :param pairs: list of ``(wa.event, StatusEvent)``.
        :returns: ``{wa.event: [notes]}`` about statuses of messages that are not ours.
        """
        foreign = {id(item) for item in self.env["wa.message"]._apply_statuses([i for _e, i in pairs])}
        notes = defaultdict(list)
        for event, item in pairs:
            if id(item) in foreign:
                notes[event].append(f"status {item.status} of a message we did not send")
        return notes
