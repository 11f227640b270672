from odoo import models


class ResUsers(models.Model):
    """Colleagues leave, or lose access to WhatsApp; their customers must not stay with them."""

    _inherit = "res.users"

    def write(self, vals):
        """Hand over the conversations of those who cannot answer any more."""
        result = super().write(vals)
        if vals.keys() & {"active", "group_ids", "role"}:
            self._wa_hand_over()
        return result

    def _wa_hand_over(self):
        """Take conversations from users who cannot own them; where a customer waits, a colleague gets it.

        The rest is visibly unassigned until the customer writes.
        """
        conversations = self.env["wa.conversation"].sudo()
        left = self.filtered(lambda user: not conversations._can_own(user))
        if not left:
            return
        orphans = conversations.search([("user_id", "in", left.ids)])
        orphans.write({"user_id": False})
        orphans.filtered("waiting_since")._assign()
