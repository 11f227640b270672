from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class WaWebhookEventReplay(models.TransientModel):
    """Process the webhooks of a time range again, after something that broke them has been mended.

    Nothing is doubled: messages, reactions and notices that were made before are
    recognised.
    """

    _name = "wa.webhook.event.replay"
    _description = "Process WhatsApp Webhooks Again"

    account_id = fields.Many2one("wa.account", help="Empty: all accounts.")
    date_from = fields.Datetime("From", required=True, default=lambda self: fields.Datetime.now() - timedelta(days=1))
    date_to = fields.Datetime("To", required=True, default=fields.Datetime.now)
    which = fields.Selection(
        [
            ("failed", "Failed"),
            ("noted", "Failed, or with something not handled"),
            ("all", "All"),
        ],
        default="noted",
        required=True,
    )

    def _get_domain(self):
        self.ensure_one()
        domain: list = [
            ("received_at", ">=", self.date_from),
            ("received_at", "<=", self.date_to),
            ("state", "!=", "new"),
        ]
        if self.account_id:
            domain.append(("account_id", "=", self.account_id.id))
        if self.which == "failed":
            domain.append(("state", "=", "failed"))
        elif self.which == "noted":
            domain += ["|", ("state", "=", "failed"), ("note", "!=", False)]
        return domain

    def action_replay(self):
        """Put the webhooks of the range back into the queue, oldest first.

        :raises UserError: there are none.
        """
        events = self.env["wa.webhook.event"].search(self._get_domain(), order="id")
        if not events:
            raise UserError(self.env._("There are no such webhooks in this time."))
        events.action_process_again()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s webhooks are being processed again.", len(events)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
