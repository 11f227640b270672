from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain

from ...tools.markup import to_html
from ...tools.phone import variants, wa_id_to_e164


class WaConversation(models.Model):
    """The lead a conversation continues or starts."""

    _inherit = "wa.conversation"

    def _attach_open_lead(self):
        """Continue the customer's open lead, whoever made it, where a conversation has none."""
        looking = self.filtered(lambda c: not (c.lead_id and self._is_open_lead(c.lead_id)))
        leads = looking._find_open_leads()
        for conversation in looking:
            if lead := conversation._choose_open_lead(leads):
                conversation.lead_id = lead
                conversation._explain_lead(conversation._own_open_leads(leads))
                if not lead.partner_id and conversation.partner_id:
                    lead.partner_id = conversation.partner_id

    def _apply_lead_policy(self, news):
        """Create a lead where there is no open one and the number's policy asks for it.

        :param dict news: for each conversation whether this person was unknown before the
            message, and the plain words of the message, for the description.
        """
        wanted = self.filtered(
            lambda c: (
                not (c.lead_id and self._is_open_lead(c.lead_id))
                and (c.number_id.lead_policy == "always" or (c.number_id.lead_policy == "new" and news[c][0]))
            )
        )
        wanted._create_leads({conversation: news[conversation][1] for conversation in wanted})

    @api.model
    def _is_open_lead(self, lead):
        return lead.active and lead.won_status == "pending"

    def _find_open_leads(self):
        """Return the open leads of these conversations' customers, the newest first."""
        if not self:
            return self.env["crm.lead"]
        same_person = Domain("partner_id", "in", self.partner_id.ids)
        if numbers := [number for conversation in self for number in conversation._lead_numbers()]:
            # A lead from a form or an import has a number and no customer yet.
            same_person |= Domain("partner_id", "=", False) & Domain("phone_sanitized", "in", numbers)
        domain = same_person & Domain("won_status", "=", "pending") & Domain("company_id", "in", [*self.company_id.ids, False])
        return self.env["crm.lead"].search(domain, order="id desc")

    def _find_open_leads_of_number(self):
        """Return every open lead this conversation could continue, also of others with this number, best first.

        As far as the current user may see them.
        """
        self.ensure_one()
        found = Domain("partner_id", "=", self.partner_id.id) if self.partner_id else Domain.FALSE
        if numbers := self._lead_numbers():
            found |= Domain("phone_sanitized", "in", numbers)
        domain = found & Domain("won_status", "=", "pending") & Domain("company_id", "in", (False, self.company_id.id))
        leads = self.env["crm.lead"].search(domain, order="id desc")
        return leads.sorted(lambda lead: (lead.partner_id != self.partner_id, lead.team_id != self.team_id))

    def _choose_open_lead(self, leads):
        """Return the open lead of this customer to continue, or an empty set.

        Several open leads: the most recently created one of the number's team,
        else the most recently created one.

        :param leads: ``crm.lead`` records of :meth:`_find_open_leads`.
        """
        own = self._own_open_leads(leads)
        return own.filtered(lambda lead: lead.team_id == self.team_id)[:1] or own[:1]

    def _explain_lead(self, leads):
        """Say in the thread which of several open leads was chosen, why, and that it can be changed.

        :param leads: all open leads of this customer.
        """
        self.ensure_one()
        if len(leads) < 2:
            return
        facts = {"count": len(leads), "lead": self.lead_id.sudo().name}
        if self.lead_id.team_id == self.team_id and self.team_id:
            line = self.env._(
                "This customer has %(count)s open leads. What they write is put down to “%(lead)s”, the newest of this "
                "number's team; an answer to a message about another lead is about that one. Choose another one under Lead.",
                **facts,
            )
        else:
            line = self.env._(
                "This customer has %(count)s open leads. What they write is put down to “%(lead)s”, the newest; an answer to a "
                "message about another lead is about that one. Choose another one under Lead.",
                **facts,
            )
        self.env["wa.inbound.note"]._post(self, line)

    def _own_open_leads(self, leads):
        """Return those of these open leads that are of this conversation's customer and company, the newest first."""
        self.ensure_one()
        numbers = self._lead_numbers()
        return leads.filtered(
            lambda lead: (
                lead.company_id in (self.company_id, self.company_id.browse())
                and (
                    lead.partner_id == self.partner_id
                    if lead.partner_id
                    else bool(lead.phone_sanitized) and lead.phone_sanitized in numbers
                )
            )
        )

    def _lead_numbers(self):
        """Return every spelling (``+…``) of the customer's phone."""
        return [wa_id_to_e164(variant) for variant in variants(self.contact_id.wa_id)]

    def _create_leads(self, words):
        """Start a lead for each of these conversations.

        :param dict words: for each conversation the plain words of the message.
        """
        for company, conversations in self.grouped("company_id").items():
            leads = (
                self.env["crm.lead"]
                .with_company(company)
                # Discuss tells the owner; an e-mail for every lead would be sent by SMTP while customers wait.
                .with_context(mail_create_nosubscribe=True, mail_auto_subscribe_no_notify=True, mail_create_nolog=True)
                .create([conversation._prepare_lead_vals(words[conversation]) for conversation in conversations])
                .with_context(mail_create_nolog=False)
            )
            leads._wa_log_creation()
            for conversation, lead in zip(conversations, leads, strict=True):
                conversation.lead_id = lead

    @api.model
    def _lead_title(self, name):
        """Return the title of a lead that a conversation starts."""
        return self.env._("WhatsApp: %(name)s", name=name)

    @api.model
    def _lead_title_frames(self):
        """Return what stands before and after the name in such a title, in each language; and nothing at all."""
        mark = "\N{OBJECT REPLACEMENT CHARACTER}"
        titles = [self.with_context(lang=code)._lead_title(mark) for code, _name in self.env["res.lang"].get_installed()]
        return {tuple(title.split(mark, 1)) for title in (*titles, mark)}

    def _prepare_lead_vals(self, message_text):
        """Return the values of the lead a conversation starts (hook)."""
        self.ensure_one()
        name = self.contact_id.display_name
        return {
            "name": self._lead_title(name),
            "type": "lead" if self.team_id.use_leads and not self.team_id.use_opportunities else "opportunity",
            "partner_id": self.partner_id.id,
            "contact_name": name,
            "phone": self.partner_id.phone,
            "team_id": self.team_id.id,
            "user_id": self.user_id.id,
            "company_id": self.company_id.id,
            # A field of HTML: a stranger's "<" is a sign, and their lines are lines.
            "description": Markup(to_html(message_text)) if message_text else False,  # noqa: S704 (escaped by to_html)
            "source_id": self.env.ref("crm_whatsapp.utm_source_whatsapp").id,
            "medium_id": self.env.ref("crm_whatsapp.utm_medium_whatsapp").id,
        }
