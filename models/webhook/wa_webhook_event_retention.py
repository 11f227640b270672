from datetime import timedelta

from odoo import api, fields, models

from ..wa_limits import DEFAULT_EVENT_DAYS, SHORTEST_EVENT_DAYS

BATCH = 5000


class WaWebhookEvent(models.Model):
    """Raw webhooks hold everything customers wrote: they go after a while.

    What was made of them (messages, contacts, leads) stays. Those that failed are
    kept until somebody solved them, because nothing else holds their content.
    """

    _inherit = "wa.webhook.event"

    hint = fields.Char(compute="_compute_hint")

    @api.depends("state")
    def _compute_hint(self):
        for event in self:
            event.hint = (
                self.env._(
                    "This webhook could not be processed. It is kept until it is solved: mend the cause and press "
                    "Process Again, or delete it."
                )
                if event.state == "failed"
                else False
            )

    @api.model
    def _retention_days(self):
        """Return for how many days webhooks are kept."""
        value = self.env["ir.config_parameter"].sudo().get_param("crm_whatsapp.event_days", DEFAULT_EVENT_DAYS)
        return max(int(value), SHORTEST_EVENT_DAYS) if str(value).isdigit() else DEFAULT_EVENT_DAYS

    @api.autovacuum
    def _gc_events(self):
        """Delete webhooks that were processed and are older than the setting says.

        :returns: ``(deleted, remaining)``, so that a full table is emptied in steps.
        """
        limit = fields.Datetime.now() - timedelta(days=self._retention_days())
        domain = [("state", "=", "done"), ("received_at", "<", limit)]
        old = self.sudo().search(domain, limit=BATCH, order="id")
        deleted = len(old)
        old.unlink()
        return deleted, self.sudo().search_count(domain, limit=BATCH) if deleted == BATCH else 0
