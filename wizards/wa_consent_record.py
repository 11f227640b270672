from odoo import api, fields, models
from odoo.exceptions import UserError

#: What a wizard may be about; each has its own way to the people.
ABOUT = ("wa.conversation", "wa.contact", "crm.lead", "res.partner")


class WaConsentRecord(models.TransientModel):
    """Write down what a customer agreed to or took back: what they said, where, when, perhaps a file."""

    _name = "wa.consent.record"
    _description = "Record a WhatsApp Consent"

    res_model = fields.Char(readonly=True)
    res_id = fields.Integer(readonly=True)
    recipient = fields.Char("Customer", compute="_compute_recipient")
    purpose = fields.Selection(
        [("service", "Service and utility"), ("marketing", "Marketing"), ("both", "Both")], required=True, default="service"
    )
    action = fields.Selection(
        [("granted", "agrees to such messages"), ("withdrawn", "wants no such messages any more")],
        "The Customer",
        required=True,
        default="granted",
    )
    evidence = fields.Text(
        "What Was Said", help="The words of the customer, as exactly as you can: this is the proof when somebody asks."
    )
    place = fields.Char("Where", help="On the phone, at the counter, at a fair, by e-mail…")
    happened_at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    number_id = fields.Many2one(
        "wa.number", "Only for Number", domain="[('company_id', '=', company_id)]", help="Empty: for all your numbers."
    )
    file = fields.Binary(help="A signed form, a picture, an e-mail.")
    file_name = fields.Char()

    # ------------------------------------------------------------------ compute

    def _get_record(self):
        self.ensure_one()
        if self.res_model not in ABOUT or not self.res_id:
            return None
        return self.env[self.res_model].browse(self.res_id).exists()

    @api.depends("res_model", "res_id")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard._get_company(wizard._get_record())

    @api.model
    def _get_company(self, record):
        if record is not None and record and "company_id" in record._fields and record.sudo().company_id:
            return record.sudo().company_id
        return self.env.company

    @api.depends("res_model", "res_id")
    def _compute_recipient(self):
        for wizard in self:
            record = wizard._get_record()
            if not record:
                wizard.recipient = False
                continue
            record.check_access("read")
            contacts = wizard._find_contacts(record.sudo())
            addresses = ", ".join(contact._get_address_label() for contact in contacts)
            if not addresses and record._name in ("crm.lead", "res.partner"):
                addresses = record.sudo()._wa_find_phone(record.sudo()._wa_partner())
            wizard.recipient = f"{record.display_name} ({addresses or self.env._('no phone number')})"

    @api.model
    def _find_contacts(self, record):
        if record._name == "wa.contact":
            return record
        if record._name == "wa.conversation":
            return record.contact_id
        return record._wa_consent_contacts()[record.id]

    # ------------------------------------------------------------------ actions

    def action_record(self):
        """Append the consent; whoever may work with the record may say what its customer said.

        :raises UserError: something is missing; says what.
        """
        self.ensure_one()
        record = self._get_record()
        if not record:
            raise UserError(self.env._("Open this from a conversation, a lead or a contact."))
        if not (self.evidence or "").strip():
            raise UserError(self.env._("Write down what the customer said, or what they signed."))
        if self.happened_at > fields.Datetime.now():
            raise UserError(self.env._("Nobody can have said this in the future."))
        company = self._get_company(record)
        if self.number_id and self.number_id.sudo().company_id != company:
            raise UserError(self.env._("The number belongs to another company."))
        reach = self.env["wa.reach"]
        # Before a contact is made for a phone: whoever may not do this leaves no trace.
        reach._check_consent(reach._person(), record, self._find_contacts(record.sudo()), company)
        contacts = self._contacts_for(record.sudo(), company)
        if not contacts:
            raise UserError(
                self.env._("There is no phone number to which this could belong. Add the number with its country code first.")
            )
        reach._check_consent(reach._person(), record, contacts, company)
        rows = self.env["wa.consent"]._record(
            [
                {**self._prepare_vals(company), "contact_id": contact.id, "purpose": purpose}
                for contact in contacts
                for purpose in (("service", "marketing") if self.purpose == "both" else (self.purpose,))
            ]
        )
        self._attach_file(rows)
        return {"type": "ir.actions.act_window_close"}

    def _contacts_for(self, record, company):
        if record._name in ("crm.lead", "res.partner"):
            return self.env["wa.contact"].sudo()._of_record(record, company)
        return self._find_contacts(record)

    def _prepare_vals(self, company):
        return {
            "company_id": company.id,
            "number_id": self.number_id.id,
            "action": self.action,
            "source": "person",
            "evidence": self.evidence.strip(),
            "place": self.place,
            "user_id": self.env.uid,
            "happened_at": self.happened_at,
        }

    def _attach_file(self, rows):
        """Keep the file with the first row: whoever may read the consent may open it."""
        if self.file:
            rows.attachment_id = (
                self.env["ir.attachment"]
                .sudo()
                .create(
                    {
                        "name": self.file_name or self.env._("Consent"),
                        "datas": self.file,
                        "res_model": rows._name,
                        "res_id": rows[0].id,
                    }
                )
            )
