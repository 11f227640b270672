from __future__ import annotations

from odoo import models


class WaAlertMixin(models.AbstractModel):
    """Tells the administrators that something stopped and waits for them."""

    _name = "wa.alert.mixin"
    _description = "WhatsApp Alert"
    _inherit = ["mail.thread"]

    def _administrators(self) -> models.BaseModel:
        """Return the users who can mend what concerns this record."""
        self.ensure_one()
        group = self.env.ref("crm_whatsapp.crm_whatsapp_group_admin")
        return group.sudo().all_user_ids.filtered(lambda user: user.active and self.company_id in user.company_ids)

    def _alert(self, reason: str) -> None:
        """Notify everybody who can mend it: once in their inbox or by e-mail, and in the chatter.

        :param str reason: a sentence with its next step, in no particular language.
        """
        for record in self.sudo():
            admins = record._administrators()
            record.message_post(
                body=self.env._("WhatsApp needs attention. %s", reason),
                partner_ids=admins.partner_id.ids,
                message_type="notification",
                subtype_xmlid="mail.mt_comment",
            )
