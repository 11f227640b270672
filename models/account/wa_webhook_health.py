from odoo import api, fields, models
from odoo.tools import SQL


class WaWebhookHealth(models.Model):
    """How many webhook requests of an account were refused, for the set-up page.

    A row of its own because strangers can make it change: their noise must not
    lock the account, which the sender and administrators write to.
    """

    _name = "wa.webhook.health"
    _description = "WhatsApp Webhook Health"
    _rec_name = "account_id"

    account_id = fields.Many2one("wa.account", required=True, ondelete="cascade")
    refused_count = fields.Integer(readonly=True, default=0)
    last_refused_at = fields.Datetime(readonly=True)

    _account_uniq = models.Constraint("UNIQUE(account_id)", "One row per account.")

    @api.model
    def _count_refused(self, account_id):
        """Count one refused request; skipped when another request counts right now."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE wa_webhook_health SET refused_count = COALESCE(refused_count, 0) + 1,
                       last_refused_at = NOW() AT TIME ZONE 'UTC'
                 WHERE id = (SELECT id FROM wa_webhook_health
                              WHERE account_id = %s FOR UPDATE SKIP LOCKED)
                """,
                account_id,
            )
        )
