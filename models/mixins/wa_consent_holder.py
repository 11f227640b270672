from collections.abc import Iterable

from odoo import api, fields, models

STATES = [("none", "Not on record"), ("granted", "Granted"), ("withdrawn", "Withdrawn")]
#: Of several, people are shown the one that asks for most care.
CAUTION = ("withdrawn", "granted", "none")


def most_cautious(states: Iterable[str]) -> str:
    """Return the state to show for several contacts, companies or numbers together."""
    found = set(states)
    return next((state for state in CAUTION if state in found), "none")


class WaConsentHolder(models.AbstractModel):
    """A record of a customer whose WhatsApp consents are shown and recorded: lead, partner."""

    _name = "wa.consent.holder"
    _description = "Record With WhatsApp Consents"

    wa_consent_service = fields.Selection(
        STATES,
        "WhatsApp Service",
        compute="_compute_wa_consents",
        compute_sudo=True,
        groups="crm_whatsapp.crm_whatsapp_group_user",
    )
    wa_consent_marketing = fields.Selection(
        STATES,
        "WhatsApp Marketing",
        compute="_compute_wa_consents",
        compute_sudo=True,
        groups="crm_whatsapp.crm_whatsapp_group_user",
    )

    @api.depends_context("allowed_company_ids")
    def _compute_wa_consents(self):
        contacts_of = self._wa_consent_contacts()
        together = self.env["wa.contact"].union(*contacts_of.values())
        latest = self.env["wa.consent"]._latest(together)
        companies = set(self.env.companies.ids)
        for record in self:
            for purpose in ("service", "marketing"):
                record[f"wa_consent_{purpose}"] = most_cautious(
                    word.action
                    for contact in contacts_of.get(record._origin.id, ())
                    for (company, _number, about), word in latest.get(contact.id, {}).items()
                    if about == purpose and company in companies
                )

    def _wa_consent_contacts(self) -> dict[int, models.BaseModel]:
        """Return ``{record id: wa.contact}``: everybody these records are about on WhatsApp, as superuser.

        The customer's contacts, and a contact with the record's own number that is nobody else's.
        """
        records = self.sudo()._origin
        partners = records._wa_partners()
        keys = {record.id: record._wa_consent_phone_key(partners[record.id]) for record in records}
        by_phone: dict[str, list[models.BaseModel]] = {}
        for contact in self.env["wa.contact"].sudo().search([("phone_key", "in", list(set(filter(None, keys.values()))))]):
            by_phone.setdefault(contact.phone_key, []).append(contact)
        return {
            record.id: self.env["wa.contact"]
            .sudo()
            .union(
                partners[record.id].wa_contact_ids,
                *(
                    contact
                    for contact in by_phone.get(keys[record.id], ())
                    if not contact.partner_id or not partners[record.id]
                ),
            )
            for record in records
        }

    def _wa_consent_phone_key(self, partner: models.BaseModel) -> str | bool:
        phone = self._wa_find_phone(partner)
        return self.env["wa.contact"]._phone_vals(phone.lstrip("+"))["phone_key"] if phone else False

    def _wa_told_contacts(self) -> models.BaseModel:
        """Return whose consents a screen that shows these records is told about: all whose chips it shows."""
        return self.env["wa.contact"].sudo().union(*self._wa_consent_contacts().values())

    # ------------------------------------------------------------------ actions

    def action_open_wa_consents(self):
        """Open the history of what this customer agreed to and took back."""
        self.ensure_one()
        self.check_access("read")
        contacts = self._wa_consent_contacts()[self.id]
        return self.env["wa.consent"]._action_history(contacts, self)

    def action_record_wa_consent(self):
        """Open the wizard that records what the customer said."""
        self.ensure_one()
        return self.env["wa.consent"].with_context(default_res_model=self._name, default_res_id=self.id).action_record()
