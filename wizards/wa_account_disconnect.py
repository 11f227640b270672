from odoo import api, fields, models


class WaAccountDisconnect(models.TransientModel):
    """Asks before an account is disconnected, and says what that means for this one."""

    _name = "wa.account.disconnect"
    _description = "Disconnect a WhatsApp Account"

    account_id = fields.Many2one("wa.account", required=True, readonly=True, ondelete="cascade")
    number_count = fields.Integer(compute="_compute_counts")
    conversation_count = fields.Integer(compute="_compute_counts")
    waiting_count = fields.Integer(compute="_compute_counts")
    planned_count = fields.Integer(compute="_compute_counts")

    @api.depends("account_id")
    def _compute_counts(self):
        for wizard in self:
            counts = wizard.account_id._count_dependents() if wizard.account_id else {}
            wizard.number_count = counts.get("numbers", 0)
            wizard.conversation_count = counts.get("conversations", 0)
            wizard.waiting_count = counts.get("waiting", 0)
            wizard.planned_count = counts.get("planned", 0)

    def action_disconnect(self):
        """Archive the account; what WhatsApp answered stands in its chatter."""
        self.account_id.check_access("write")
        self.account_id.write({"active": False})
        return {"type": "ir.actions.client", "tag": "soft_reload"}
