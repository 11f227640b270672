from odoo import api, fields, models


class IrActionsServer(models.Model):
    """Server action type “Add to WhatsApp Sequence”: in automation rules, lists, buttons and scheduled jobs."""

    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[("wa_sequence", "Add to WhatsApp Sequence"), ("followers",)],
        ondelete={"wa_sequence": "cascade"},
    )
    wa_sequence_id = fields.Many2one("wa.sequence", "WhatsApp Sequence", ondelete="set null")

    @api.model
    def _name_depends(self):
        return [*super()._name_depends(), "wa_sequence_id"]

    def _generate_action_name(self):
        self.ensure_one()
        if self.state == "wa_sequence" and self.wa_sequence_id:
            return self.env._("Add to WhatsApp sequence: %s", self.wa_sequence_id.name)
        return super()._generate_action_name()

    @api.model
    def _warning_depends(self):
        return [*super()._warning_depends(), "wa_sequence_id"]

    def _get_warning_messages(self):
        self.ensure_one()
        warnings = super()._get_warning_messages()
        if self.state == "wa_sequence" and self.model_id and self.model_id.model != "crm.lead":
            warnings.append(self.env._("Only leads are in WhatsApp sequences: choose the model Lead."))
        return warnings

    def _run_action_wa_sequence_multi(self, eval_context=None):
        """Add the leads; those that may not be in stop nobody, and no rule.

        A sequence that was archived or emptied adds nobody.
        """
        sequence = self.wa_sequence_id.sudo()
        records = eval_context.get("records") or eval_context.get("record")
        if sequence.active and sequence.step_ids and records and records._name == "crm.lead":
            person = self._wa_person()
            self.env["wa.reach"]._check_records(person, records)
            sequence._enrol(records, person)
        return False
