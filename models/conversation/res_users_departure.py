from odoo import models

MANAGER = "crm_whatsapp.crm_whatsapp_group_manager"


class ResUsers(models.Model):
    """Colleagues leave, or lose access to WhatsApp; their customers must not stay with them."""

    _inherit = "res.users"

    def write(self, vals):
        """Hand over the conversations of those who cannot answer any more; who saw all and no longer does, leaves."""
        if not vals.keys() & {"active", "group_ids", "role"}:
            return super().write(vals)
        managers = self.filtered(lambda user: user.has_group(MANAGER))
        result = super().write(vals)
        self._wa_hand_over()
        managers.filtered(lambda user: not user.has_group(MANAGER))._wa_part()
        return result

    def _wa_part(self):
        """Take these users out of the channels of conversations that they may not see."""
        for user in self:
            self.env["wa.conversation"].sudo().search(
                [("channel_id.channel_member_ids.partner_id", "=", user.sudo().partner_id.id)]
            )._part_from_outsiders(user)

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
