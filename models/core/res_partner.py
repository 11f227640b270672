from odoo import api, fields, models

from ...tools.graph import messages as build
from ...tools.phone import normalise


class ResPartner(models.Model):
    """The WhatsApp side of a customer: contacts and consents, found by phone, sent as a card."""

    _name = "res.partner"
    _inherit = ["res.partner", "wa.facts.mixin", "wa.consent.holder"]

    # Inbound messages look customers up by number; core has no index here.
    phone_sanitized = fields.Char(index="btree_not_null")
    wa_contact_ids = fields.One2many("wa.contact", "partner_id", "WhatsApp Contacts")
    wa_company_ids = fields.One2many("res.company", "partner_id", "Is the Company")
    wa_is_source = fields.Boolean(
        "Came Over WhatsApp", readonly=True, copy=False, help="Created from a first WhatsApp message."
    )
    wa_conversation_count = fields.Integer(compute="_compute_wa_conversation_count")

    def _compute_wa_conversation_count(self):
        counts = {}
        if self.env["wa.conversation"].has_access("read"):
            counts = dict(
                self.env["wa.conversation"]._read_group([("partner_id", "in", self.ids)], ["partner_id"], ["__count"])
            )
        for partner in self:
            partner.wa_conversation_count = counts.get(partner._origin, 0)

    def write(self, vals):
        """Threads are called like their customer; and the customer of one company is no longer that of the others."""
        former_names = frozenset(self.mapped("name")) if vals.get("name") else None
        result = super().write(vals)
        if former_names:
            self.env["wa.contact"].sudo().search([("partner_id", "in", self.ids)])._retitle(former_names=former_names)
        if vals.get("company_id"):
            self.env["wa.contact"].sudo().search(
                [("partner_id", "in", self.ids), ("company_id", "!=", vals["company_id"])]
            )._part_from_partner()
        return result

    @api.model
    def _search_display_name(self, operator, value):
        """Customers are found by phone wherever one is chosen."""
        return self._wa_or_by_phone(super()._search_display_name(operator, value), operator, value)

    def _wa_is_colleague(self, company=None) -> bool:
        """Tell whether this partner is a user with access to WhatsApp.

        :param company: ``res.company`` of the conversation, which the user must belong to.
        """
        self.ensure_one()
        return any(
            user.has_group("crm_whatsapp.crm_whatsapp_group_user") and (company is None or company in user.company_ids)
            for user in self.sudo().user_ids
        )

    def _wa_ours(self) -> models.BaseModel:
        """Return those of these partners that are us, not customers: colleagues and the companies themselves.

        Also who left, and OdooBot: a customer's words must not stand under a colleague's name.
        """
        partners = self.sudo().with_context(active_test=False)
        ours = partners.filtered(lambda p: p.wa_company_ids or any(not user.share for user in p.user_ids))
        return self.browse(ours.ids)

    def _wa_card(self) -> dict:
        """Return this partner as a contact card in Meta's shape (hook)."""
        self.ensure_one()
        name = self.name or self.display_name
        first, _blank, last = ("", "", "") if self.is_company else name.partition(" ")
        phone = normalise(self.phone or "", (self.country_id or self.env.company.country_id).code)
        return build.card(
            name,
            first_name=first,
            last_name=last,
            phones=[phone] if phone else [],
            emails=[self.email_normalized] if self.email_normalized else [],
            company=name if self.is_company else self.parent_id.name or "",
            title=self.function or "",
            urls=[self.website] if self.website else [],
        )

    # ------------------------------------------------------------------ actions

    def action_open_wa_conversation(self):
        """Open the latest chat with this customer; without one, offer to start it with a template."""
        self.ensure_one()
        conversation = self.env["wa.conversation"].search([("partner_id", "=", self.id)], limit=1)
        if conversation:
            return conversation.action_open_chat()
        return self.env["wa.template.send"]._action_for(self)

    def action_wa_erase(self):
        """Ask once more, then erase this customer: an administrator's right."""
        self.ensure_one()
        return self.env["wa.erase"]._action_for(self.env["wa.contact"], self)

    def action_wa_send_template(self):
        """Open the template wizard for this record."""
        self.ensure_one()
        return self.env["wa.template.send"]._action_for(self)
