from odoo import api, fields, models

#: A change of these may end a sequence.
ENDED_BY = {"stage_id", "active", "probability", "won_status", "lost_reason_id"}


class CrmLead(models.Model):
    """The sequences of a lead: what it was and will be sent, and what ends them."""

    _inherit = "crm.lead"

    wa_sequence_run_ids = fields.One2many("wa.sequence.run", "lead_id", "WhatsApp Sequences", readonly=True)
    wa_sequence_count = fields.Integer(compute="_compute_wa_sequence_plan")
    wa_sequence_plan = fields.Json(
        compute="_compute_wa_sequence_plan", help="What the page of sequences shows: each with its messages, past and coming."
    )

    # ------------------------------------------------------------------ compute

    @api.depends("wa_sequence_run_ids.state", "wa_scheduled_message_ids.state")
    @api.depends_context("lang", "uid")
    def _compute_wa_sequence_plan(self):
        runs = self.env["wa.sequence.run"]
        visible = runs.search([("lead_id", "in", self.ids)]) if runs.has_access("read") else runs
        by_lead = visible.grouped("lead_id")
        for lead in self:
            own = by_lead.get(lead._origin, runs)
            lead.wa_sequence_count = len(own)
            lead.wa_sequence_plan = [run._describe() for run in own]

    # --------------------------------------------------------------------- crud

    def write(self, vals):
        """Leads that are won, lost, archived or move on leave the sequences that end with that."""
        result = super().write(vals)
        if ENDED_BY & vals.keys() and (runs := self.env["wa.sequence.run"]._under_way(self)):
            runs._leave_if_due(("sequence_closed", "sequence_stage"))
        return result

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        runs = self.env["wa.sequence.run"].sudo().search([("lead_id", "in", opportunities.ids)])
        runs._move_to(self)
        return result

    # ------------------------------------------------------------------ actions

    def action_add_to_wa_sequence(self):
        """Open the wizard that adds leads to a sequence."""
        return self.env["wa.sequence.add"]._action_for(self)
