import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class WaSequence(models.Model):
    """How leads come in by themselves: one automation rule, owned by the sequence and visible under Automation Rules."""

    _inherit = "wa.sequence"

    entry = fields.Selection(
        [
            ("manual", "Somebody adds them"),
            ("stage", "They enter a stage"),
            ("domain", "They match a filter"),
        ],
        "Leads Come In When",
        required=True,
        default="manual",
    )
    entry_stage_id = fields.Many2one("crm.stage", "Stage", ondelete="restrict")
    entry_domain = fields.Char("Which Leads", default="[]", help="Only leads that match.")
    automation_id = fields.Many2one("base.automation", "Automation Rule", readonly=True, copy=False, ondelete="set null")

    @api.constrains("entry", "entry_stage_id", "entry_domain")
    def _check_entry(self):
        for sequence in self:
            if sequence.entry == "stage" and not sequence.entry_stage_id:
                raise ValidationError(self.env._("Choose the stage in which leads come in."))
            domain = self.env["wa.sequence.step"]._check_domain(sequence.entry_domain)
            if sequence.entry == "domain" and domain.is_true():
                raise ValidationError(self.env._("Say which leads come in; an empty filter would add every lead there is."))

    @api.model_create_multi
    def create(self, vals_list):
        """The rule comes with the sequence."""
        sequences = super().create(vals_list)
        sequences._update_automation()
        return sequences

    def write(self, vals):
        """The rule follows the sequence."""
        result = super().write(vals)
        if {"entry", "entry_stage_id", "entry_domain", "active", "name", "team_id", "company_id"} & vals.keys():
            self._update_automation()
        return result

    def unlink(self):
        """The rule goes with its sequence."""
        rules = self.sudo().automation_id
        result = super().unlink()
        rules.unlink()
        return result

    def _update_automation(self):
        """Create, change or switch off the rule; a manager of sequences need not be one of rules."""
        for sequence in self.sudo():
            rule = sequence.automation_id.with_context(active_test=False)
            if sequence.entry == "manual":
                rule.active = False
                continue
            vals = sequence._prepare_automation_vals()
            if rule:
                rule.write(vals)
            else:
                sequence.automation_id = rule.create(vals)
                self.env["ir.actions.server"].sudo().create(
                    {
                        "name": self.env._("Add to WhatsApp sequence: %s", sequence.name),
                        "model_id": self.env["ir.model"]._get_id("crm.lead"),
                        "base_automation_id": sequence.automation_id.id,
                        "usage": "base_automation",
                        "state": "wa_sequence",
                        "wa_sequence_id": sequence.id,
                    }
                )

    def _prepare_automation_vals(self):
        """Return the values of the rule by which leads come in."""
        self.ensure_one()
        domain = list(ast.literal_eval(self.entry_domain or "[]"))
        if self.team_id:
            domain = [("team_id", "=", self.team_id.id), *domain]
        domain = [("company_id", "in", [self.company_id.id, False]), *domain]
        if self.entry == "stage":
            domain = [("stage_id", "=", self.entry_stage_id.id), *domain]
        vals = {
            "name": self.env._("WhatsApp sequence: %s", self.name),
            "model_id": self.env["ir.model"]._get_id("crm.lead"),
            "active": self.active,
            "filter_domain": repr(domain),
        }
        if self.entry == "stage":
            return {**vals, "trigger": "on_stage_set", "trg_field_ref": self.entry_stage_id.id}
        return {**vals, "trigger": "on_create_or_write"}


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
