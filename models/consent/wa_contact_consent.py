from odoo import api, fields, models

from ...tools.phone import phone_key
from ..concurrency import retry_lost_race
from ..mixins.wa_consent_holder import STATES, most_cautious


class WaContact(models.Model):
    """What a person agreed to stays with the person: when contacts are joined, re-keyed or moved."""

    _inherit = "wa.contact"

    consent_ids = fields.One2many("wa.consent", "contact_id", "Consents", readonly=True)
    consent_service = fields.Selection(STATES, "Service", compute="_compute_consents", compute_sudo=True)
    consent_marketing = fields.Selection(STATES, "Marketing", compute="_compute_consents", compute_sudo=True)

    # ------------------------------------------------------------------ compute

    @api.depends("consent_ids")
    @api.depends_context("allowed_company_ids")
    def _compute_consents(self):
        latest = self.env["wa.consent"]._latest(self._origin)
        companies = set(self.env.companies.ids)
        for contact in self:
            words = latest.get(contact._origin.id, {}).items()
            for purpose in ("service", "marketing"):
                contact[f"consent_{purpose}"] = most_cautious(
                    word[2] for (company, _number, about), word in words if about == purpose and company in companies
                )

    def _consent_state(self, purpose, company, number=None):
        """Return ``granted``, ``withdrawn`` or ``none`` of one contact, also without a conversation.

        :param str purpose: ``service`` or ``marketing``
        :param company: ``res.company`` that wants to write
        :param number: ``wa.number`` it would write from; None: what holds for all its numbers
        """
        self.ensure_one()
        consents = self.env["wa.consent"]
        latest = consents._latest(self).get(self.id, {})
        return consents._state(latest, company, number or self.env["wa.number"], purpose)

    # ------------------------------------------------------------------- people

    @api.model
    def _ensure_for_phones(self, account, partners):
        """Return the contacts of people who agreed to something before they ever wrote.

        No customer is made for them: that is for whoever talks to them.

        :param dict partners: ``{E.164 number: res.partner, may be empty}``
        :returns: ``{E.164 number: wa.contact}``
        """
        key = account._get_portfolio_key()
        keys = {e164: phone_key(e164) for e164 in partners}
        known = {
            contact.phone_key: contact
            for contact in self.search([("portfolio_key", "=", key), ("phone_key", "in", list(keys.values()))])
        }
        missing = {keys[e164]: (e164, partner) for e164, partner in partners.items() if keys[e164] not in known}
        ours = set(self.env["res.partner"].union(*partners.values())._wa_ours().ids)
        with retry_lost_race():
            created = self.create(
                [
                    {
                        "portfolio_key": key,
                        "partner_id": partner.id not in ours and partner.id,
                        "country_id": self._country_for(e164.lstrip("+")),
                        **self._phone_vals(e164.lstrip("+")),
                    }
                    for e164, partner in missing.values()
                ]
            )
        known |= {contact.phone_key: contact for contact in created}
        return {e164: known[keys[e164]] for e164 in partners}

    def _merge(self, other):
        """One person: what both agreed to and took back is theirs."""
        if other and other != self:
            other.sudo().consent_ids.write({"contact_id": self.id})
        return super()._merge(other)

    @api.model
    def _move_portfolio(self, former_key, new_key):
        """Whoever is known in the new portfolio already brings along what they said before.

        As copies: the conversations of the contact that stays behind keep their proof.
        """
        result = super()._move_portfolio(former_key, new_key)
        if self._is_unknown_portfolio(former_key):
            for contact in self.search([("portfolio_key", "=", former_key), ("consent_ids", "!=", False)]):
                known = self._find_by_phone(new_key, contact.wa_id) if contact.wa_id else self.browse()
                if known:
                    contact.sudo().consent_ids._copy_to(known)
        return result

    # ------------------------------------------------------------------ actions

    @api.model
    def _consent_history(self, contacts, record):
        """Return the action that shows the consents of contacts, newest first.

        :param record: what the button to record a new one will be about.
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_consent_action")
        action.update(
            display_name=self.env._("Consents of %s", record.display_name),
            domain=[("contact_id", "in", contacts.ids)],
            context={"default_res_model": record._name, "default_res_id": record.id},
        )
        action.pop("path", None)
        return action

    def action_open_wa_consents(self):
        """Open the history of what this person agreed to and took back."""
        self.ensure_one()
        return self._consent_history(self, self)
