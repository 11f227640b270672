from odoo import api, models


class WaActionSequence(models.AbstractModel):
    """Server actions “Add to WhatsApp Sequence”: in automation rules, lists, buttons and scheduled jobs."""

    _name = "wa.action.sequence"
    _description = "Action: Add to WhatsApp Sequence"
    _inherit = ["wa.action.kind"]

    _label_fields = ("wa_sequence_id",)
    _warning_fields = ("wa_sequence_id",)

    @api.model
    def _label(self, action: models.BaseModel) -> str:
        return self.env._("Add to WhatsApp sequence: %s", action.wa_sequence_id.name) if action.wa_sequence_id else ""

    @api.model
    def _warnings(self, action: models.BaseModel) -> list[str]:
        if action.model_id and action.model_id.model != "crm.lead":
            return [self.env._("Only leads are in WhatsApp sequences: choose the model Lead.")]
        return []

    @api.model
    def _written(self, action: models.BaseModel) -> str:
        return self.env._("the sequence “%s”", action.wa_sequence_id.name or "")

    @api.model
    def _run(self, action: models.BaseModel, eval_context: dict) -> None:
        """Add the leads; those that may not be in stop nobody, and no rule.

        A sequence that was archived or emptied adds nobody.
        """
        sequence = action.wa_sequence_id.sudo()
        records = eval_context.get("records") or eval_context.get("record")
        if sequence.active and sequence.step_ids and records and records._name == "crm.lead":
            person = action._wa_person()
            self.env["wa.reach"]._check_records(person, records)
            sequence._enrol(records, person)
