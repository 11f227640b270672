from odoo import api, fields, models


class IrActionsServer(models.Model):
    """Server action type “Send WhatsApp”: in automation rules, buttons, lists and scheduled jobs."""

    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[("wa_template", "Send WhatsApp"), ("followers",)],
        ondelete={"wa_template": "cascade"},
    )
    wa_template_id = fields.Many2one(
        "wa.template",
        "WhatsApp Template",
        compute="_compute_wa_template_id",
        store=True,
        readonly=False,
        ondelete="set null",
        domain="[('model_id', '=', model_id)]",
    )
    wa_number_id = fields.Many2one(
        "wa.number",
        "Send From",
        ondelete="set null",
        help="Empty: the number the customer writes to, else the team's.",
    )
    wa_repeat = fields.Selection(
        [
            ("stage", "Once per record and stage"),
            ("record", "Once per record"),
            ("always", "Every time"),
        ],
        "Send",
        compute="_compute_wa_repeat",
        store=True,
        readonly=False,
    )

    @api.model
    def _name_depends(self):
        return [*super()._name_depends(), "wa_template_id"]

    def _generate_action_name(self):
        self.ensure_one()
        if self.state == "wa_template" and self.wa_template_id:
            return self.env._("Send WhatsApp: %s", self.wa_template_id.display_name)
        return super()._generate_action_name()

    @api.depends("state", "model_id")
    def _compute_wa_template_id(self):
        for action in self:
            if action.state != "wa_template" or action.wa_template_id.model_id != action.model_id:
                action.wa_template_id = False

    @api.depends("state")
    def _compute_wa_repeat(self):
        for action in self:
            if action.state != "wa_template":
                action.wa_repeat = False
            elif not action.wa_repeat:
                action.wa_repeat = "stage"

    @api.model
    def _warning_depends(self):
        return [*super()._warning_depends(), "model_id", "state", "wa_template_id"]

    def _get_warning_messages(self):
        """Warnings are shown in the form and keep the action from running."""
        self.ensure_one()
        warnings = super()._get_warning_messages()
        if self.state == "wa_template" and self.wa_template_id:
            if self.wa_template_id.sudo().model_id != self.model_id:
                warnings.append(self.env._("The WhatsApp template is filled from another kind of record."))
        return warnings

    def _run_action_wa_template_multi(self, eval_context=None):
        """Queue the template for the records; nothing is sent while the user waits.

        What cannot be sent is said in the record's chatter and stops nobody else.
        """
        if not self.wa_template_id or self._is_recompute():
            return False
        records = eval_context.get("records") or eval_context.get("record")
        if not records:
            return False
        template = self.wa_template_id.with_env(records.env)
        template.sudo()._send_to_records(
            records,
            number=self.wa_number_id.with_env(records.env).sudo() or None,
            origin="automation",
            dedupe_key=self._wa_dedupe_key if self.wa_repeat != "always" else None,
        )
        return False

    def _wa_dedupe_key(self, record):
        """Return the key that is used once: action, record and, if asked for, this stay in the stage."""
        self.ensure_one()
        key = f"action:{self.id}:{record._name}:{record.id}"
        if self.wa_repeat == "stage" and "stage_id" in record._fields:
            entered = record["date_last_stage_update"] if "date_last_stage_update" in record._fields else ""
            key += f":{record['stage_id'].id}:{entered}"
        return key
