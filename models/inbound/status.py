from odoo import api, models


class WaInboundStatus(models.AbstractModel):
    """What became of our messages: sent, delivered, read, failed."""

    _name = "wa.inbound.status"
    _description = "WhatsApp Inbound: Statuses"

    @api.model
    def _handle_all(self, event, items):
        """Apply the statuses of one webhook together.

        :param event: ``wa.event`` they came in.
        :param items: list of ``StatusEvent``.
        :returns: notes about statuses of messages that are not ours.
        """
        foreign = self.env["wa.message"]._apply_statuses(items)
        return [f"status {item.status} of a message we did not send" for item in foreign]
