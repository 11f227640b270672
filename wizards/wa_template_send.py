from odoo import Command, api, fields, models
from odoo.exceptions import RedirectWarning, UserError


class WaTemplateSend(models.TransientModel):
    """Choose a template, see it filled from the record, complete it, send it."""

    _name = "wa.template.send"
    _description = "Send a WhatsApp Template"

    conversation_id = fields.Many2one("wa.conversation", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Integer(readonly=True)
    recipient = fields.Char("To", compute="_compute_recipient")
    account_ids = fields.Many2many("wa.account", compute="_compute_account_ids")
    template_id = fields.Many2one(
        "wa.template",
        required=True,
        domain="[('status', '=', 'APPROVED'), ('account_id', 'in', account_ids), ('model', 'in', (res_model, False))]",
    )
    category = fields.Selection(related="template_id.category")
    value_ids = fields.One2many(
        "wa.template.send.value",
        "wizard_id",
        compute="_compute_value_ids",
        # Stored fields are computed with all rights, unless told not to; here a person reads the record.
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    has_files = fields.Boolean(compute="_compute_has_files", help="Some variable is a file; else there is more room for words.")
    has_sources = fields.Boolean(compute="_compute_has_files", help="Some value comes from elsewhere than these words.")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    doubts = fields.Char(compute="_compute_preview", help="Variables whose values are there and say nothing.")

    # ------------------------------------------------------------------ opening

    @api.model
    def _action_for(self, record):
        """Return the action that opens the wizard for a lead, partner or other record."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_template_send_action")
        action["context"] = {"default_res_model": record._name, "default_res_id": record.id}
        return action

    @api.model
    def default_get(self, field_names):
        """A conversation about a lead is filled from the lead."""
        defaults = super().default_get(field_names)
        conversation = self.env["wa.conversation"].browse(defaults.get("conversation_id")).exists()
        if conversation and not defaults.get("res_model"):
            record = conversation.lead_id or conversation.partner_id
            defaults.update(res_model=record._name, res_id=record.id)
        return defaults

    # ------------------------------------------------------------------ compute

    def _get_record(self):
        self.ensure_one()
        if not self.res_model or not self.res_id:
            return self.env["crm.lead"]
        return self.env[self.res_model].browse(self.res_id).exists()

    @api.depends("conversation_id", "res_model", "res_id", "template_id")
    def _compute_recipient(self):
        for wizard in self:
            record = wizard._get_record()
            contact = wizard.conversation_id.contact_id
            if contact:
                wizard.recipient = f"{contact.display_name} ({contact.sudo()._get_address_label()})"
            elif record:
                partner = record._wa_partner()
                address = record.sudo()._wa_find_phone(partner.sudo()) or self.env._("no phone number")
                wizard.recipient = f"{partner.display_name or record.display_name} ({address})"
            else:
                wizard.recipient = False

    @api.depends("conversation_id", "res_model", "res_id")
    def _compute_account_ids(self):
        """Offer the conversation's account, else those of the record's company."""
        for wizard in self:
            record, companies = wizard._get_record().sudo(), self.env.companies
            if record and "company_id" in record._fields and record["company_id"]._name == "res.company":
                companies = (companies & record["company_id"]) if record["company_id"] else companies
            wizard.account_ids = wizard.conversation_id.sudo().account_id or self.env["wa.account"].sudo().search(
                [("company_id", "in", companies.ids)]
            )

    @api.depends("template_id")
    def _compute_value_ids(self):
        for wizard in self:
            values, _missing = wizard._get_values({})
            wizard.value_ids = [Command.clear()] + [
                Command.create(wizard._line_vals(parameter, values.get(parameter.key)))
                for parameter in wizard.template_id._sent_parameters()
                if parameter.is_required or parameter.key in values
            ]

    @api.depends("value_ids.kind", "value_ids.source")
    def _compute_has_files(self):
        for wizard in self:
            wizard.has_files = "media" in wizard.value_ids.mapped("kind")
            wizard.has_sources = any(wizard.value_ids.mapped("source"))

    @api.depends("template_id", "value_ids.value")
    def _compute_preview(self):
        for wizard in self:
            values, _missing = wizard._get_values(wizard._get_overrides())
            wizard.preview = wizard.template_id._render_card(values) if wizard.template_id else False
            wizard.doubts = ", ".join(wizard.template_id._get_doubts(values).mapped("label")) if wizard.template_id else False

    @api.model
    def _line_vals(self, parameter, value):
        """Return the line of a variable: what it will be if nobody changes it."""
        vals = {"parameter_id": parameter.id}
        if parameter.kind == "media":
            vals["source"] = value.name if value else False
        elif isinstance(value, str):
            vals["value"] = value
        elif value:
            vals["source"] = self.env._("from the record")
        return vals

    def _get_overrides(self):
        """Return what a person typed, by the variable's key; files come with :meth:`_get_files`."""
        return {line.parameter_id.key: line.value for line in self.value_ids if line.value}

    def _get_files(self):
        """Return the attachments a person chose or uploaded, by the variable's key."""
        chosen = {}
        for line in self.value_ids.filtered(lambda line: line.kind == "media"):
            if line.file:
                chosen[line.parameter_id.key] = line._create_attachment()
            elif line.attachment_id:
                line.attachment_id.check_access("read")
                chosen[line.parameter_id.key] = line.attachment_id
        return chosen

    def _get_values(self, overrides):
        if not self.template_id:
            return {}, self.env["wa.template.parameter"]
        record = self._get_record()
        partner = self.conversation_id.sudo().partner_id or (record._wa_partner() if record else self.env["res.partner"])
        template, record = self.template_id._voiced(partner, record, self.conversation_id.sudo().company_id)
        return template._get_values(record, overrides)

    # ----------------------------------------------------------------- actions

    def action_send(self):
        """Queue the template and open the conversation.

        :raises UserError: it may not leave, or a variable is empty; says which.
        """
        self.ensure_one()
        template, record = self.template_id, self._get_record()
        overrides = {**self._get_overrides(), **self._get_files()}
        _values, missing = self._get_values(overrides)
        if missing:
            raise UserError(self.env._("Fill in %s first.", ", ".join(missing.mapped("label"))))
        if self.conversation_id:
            outcome = template._send_in_conversation(self.conversation_id, record, "manual", overrides)
        else:
            reach = self.env["wa.reach"]
            reach._check_records(reach._person(), record)
            [outcome] = template._send_to_records(record, origin="manual", overrides=overrides)
        if outcome.status == "refused":
            self._raise_refusal(outcome, record)
        conversation = outcome.message.conversation_id
        return {
            **conversation.action_open_chat(),
            "params": {"channel_id": conversation.channel_id.id, "close_dialog": True},
        }

    def _raise_refusal(self, outcome, record):
        """Say why nothing was sent; where writing down a consent is the way out, lead there.

        :raises UserError: the reason and the next step.
        :raises RedirectWarning: the same, with a button.
        """
        if self.env["wa.gate"]._next_action(outcome.code) == "consent":
            about = self.conversation_id or record
            marketing = self.template_id.category == "MARKETING"
            action = {
                **about.action_record_wa_consent(),
                "context": {
                    "default_res_model": about._name,
                    "default_res_id": about.id,
                    "default_purpose": "marketing" if marketing else "service",
                },
            }
            raise RedirectWarning(outcome.reason, action, self.env._("Record Consent…"))
        raise UserError(outcome.reason)


class WaTemplateSendValue(models.TransientModel):
    """One variable in the wizard."""

    _name = "wa.template.send.value"
    _description = "Value of a WhatsApp Template Variable"

    wizard_id = fields.Many2one("wa.template.send", required=True, ondelete="cascade")
    parameter_id = fields.Many2one("wa.template.parameter", required=True, ondelete="cascade")
    name = fields.Char(related="parameter_id.name")
    label = fields.Char(related="parameter_id.label")
    hint = fields.Char(related="parameter_id.hint")
    kind = fields.Selection(related="parameter_id.kind")
    example = fields.Char(related="parameter_id.example")
    value = fields.Char()
    source = fields.Char(readonly=True, help="What is sent if nothing else is chosen.")
    file = fields.Binary(help="A file of yours.")
    file_name = fields.Char()
    attachment_id = fields.Many2one("ir.attachment", "File of the Record", help="A file that is attached to the record.")

    def _create_attachment(self):
        """Return the uploaded file as an attachment of the person, not yet of any message."""
        self.ensure_one()
        return self.env["ir.attachment"].create(
            {
                "name": self.file_name or self.parameter_id.label,
                "datas": self.file,
                "res_model": "mail.compose.message",
                "res_id": 0,
            }
        )
