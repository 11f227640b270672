from odoo import api, models
from odoo.addons.mail.tools.discuss import Store

GROUPS = ("crm_whatsapp.crm_whatsapp_group_user", "crm_whatsapp.crm_whatsapp_group_manager")
#: What decides which conversations somebody may see.
REACH = {"active", "company_ids", "group_ids", "role"}


class ResUsers(models.Model):
    """Colleagues: what their browser knows, for whom they may act, and whose customers they lose when they leave."""

    _inherit = "res.users"

    @api.model
    def _init_store_data(self, store: Store):
        """Tell colleagues' browsers which files WhatsApp takes."""
        result = super()._init_store_data(store)
        if self.env.user._is_internal():
            store.add_global_values(wa_file_rules=self.env["wa.file"]._client_rules())
        return result

    def _wa_acts_for_all_companies(self) -> bool:
        """Tell whether a user may change what holds for all companies (asked by record rules).

        Those who may choose every company there is, as everybody may where there is one only;
        and those who manage companies and users (Odoo's *Access Rights*).
        """
        self.ensure_one()
        if self.has_group("base.group_erp_manager"):
            return True
        own = self.sudo().company_ids.ids
        return not self.env["res.company"].sudo().search_count([("id", "not in", own)], limit=1)

    # ---------------------------------------------------------------- departure

    def write(self, vals):
        """Hand over the conversations of those who cannot answer any more; who no longer sees one, leaves it."""
        if not vals.keys() & REACH:
            return super().write(vals)
        before = {user.id: user._wa_reach() for user in self}
        result = super().write(vals)
        self._wa_hand_over()
        self.filtered(lambda user: before[user.id] - user._wa_reach())._wa_part()
        return result

    def _wa_reach(self) -> set[str | int]:
        """Return what opens conversations to this user, a set: groups and companies, nothing for who left."""
        if not self.active:
            return set()
        return {group for group in GROUPS if self.has_group(group)} | set(self.sudo().company_ids.ids)

    def _wa_part(self) -> None:
        """Take these users out of the channels of conversations that they may not see."""
        for user in self:
            self.env["wa.conversation"].sudo().search(
                [("channel_id.channel_member_ids.partner_id", "=", user.sudo().partner_id.id)]
            )._part_from_outsiders(user)

    def _wa_hand_over(self) -> None:
        """Take conversations from users who cannot own them; where a customer waits, a colleague gets it.

        The rest is visibly unassigned until the customer writes.
        """
        conversations = self.env["wa.conversation"].sudo()
        orphans = conversations.browse()
        for user, company in conversations._read_group([("user_id", "in", self.ids)], ["user_id", "company_id"]):
            if not conversations._can_own(user, company):
                orphans |= conversations.search([("user_id", "=", user.id), ("company_id", "=", company.id)])
        if orphans:
            orphans.write({"user_id": False})
            orphans.filtered("waiting_since")._assign()
