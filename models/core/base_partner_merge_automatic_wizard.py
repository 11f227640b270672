from odoo import api, models
from odoo.exceptions import UserError

from ..mixins.wa_facts import taking_facts_along


# The wizard is core's; what is added is how our rows are merged. pylint: disable=no-wizard-in-models
class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging customers keeps every contact and conversation of both."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Move our rows through the ORM first.

        Core moves foreign keys by SQL and deletes source rows when a unique key
        stands in the way. Source: base/wizard/base_partner_merge.py.

        :raises UserError: a customer who wrote would become one with a colleague.
        """
        self._wa_check_nobody_of_us(src_partners | dst_partner)
        contacts = self.env["wa.contact"].sudo().search([("partner_id", "in", src_partners.ids)])
        company = dst_partner.sudo().company_id
        foreign = contacts.filtered(lambda contact: company and contact.company_id != company)
        former_names = frozenset(filter(None, src_partners.sudo().mapped("name")))
        (contacts - foreign).write({"partner_id": dst_partner.id})
        (contacts - foreign)._retitle(former_names=former_names)
        foreign._part_from_partner()
        # What was planned for them is not sent to whoever they are now, who may have a plan of their own.
        domain = [("res_model", "=", "res.partner"), ("res_id", "in", src_partners.ids), ("state", "=", "planned")]
        self.env["wa.scheduled.message"].sudo().search(domain)._cancel("customer_merged")
        self.env.flush_all()
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """A fact about one of them is one about whoever they are together."""
        with taking_facts_along():
            return super()._update_values(src_partners, dst_partner)

    @api.model
    def _wa_check_nobody_of_us(self, partners) -> None:
        """Refuse to merge colleagues with WhatsApp customers: what those wrote would get the colleague's name."""
        if not partners._wa_ours():
            return
        wrote = [("mail_message_id.author_id", "in", partners.ids), ("direction", "=", "in")]
        if partners.sudo().wa_contact_ids or self.env["wa.message"].sudo().search_count(wrote, limit=1):
            raise UserError(
                self.env._(
                    "One of these is a colleague or your company, another one is a WhatsApp customer. What the customer "
                    "wrote would stand under the colleague's name, so they cannot be merged."
                )
            )
