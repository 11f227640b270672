"""A lead and a rule that sends, for tests of scheduled messages."""

from datetime import timedelta

from odoo import fields

from .common import WaCase


class ScheduledCase(WaCase):
    """A lead whose customer wrote, and a rule for whoever enters a stage."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proposition = cls.env.ref("crm.stage_lead3")
        cls.qualified = cls.env.ref("crm.stage_lead2")
        cls.env["base.automation"].search([]).active = False

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound("How much is it?"))
        self.lead = self.conversation.lead_id
        self.lead.expected_revenue = 1250

    def rule(self, **action):
        """Return the server action of a new rule for leads that enter “Proposition”."""
        automation = self.env["base.automation"].create(
            {
                "name": "Proposal",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "trigger": "on_stage_set",
                "trg_field_ref": self.proposition.id,
            }
        )
        return self.env["ir.actions.server"].create(
            {
                "name": "send",
                "model_id": automation.model_id.id,
                "base_automation_id": automation.id,
                "usage": "base_automation",
                "state": "wa_template",
                "wa_template_id": self.template.id,
                **action,
            }
        )

    def by_the_clock(self, action):
        """Have the rule of an action run an hour after the lead was made, which is now."""
        action.base_automation_id.write(
            {
                "trigger": "on_time_created",
                "trg_date_range": 1,
                "trg_date_range_type": "hour",
                "last_run": fields.Datetime.now() - timedelta(days=1),
                "filter_domain": f"[('id', '=', {self.lead.id})]",
            }
        )
        self.env.flush_all()
        made_at = fields.Datetime.now() - timedelta(hours=2)
        self.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [made_at, self.lead.id])
        self.env.invalidate_all()

    def plans(self, records=None):
        return self.env["wa.scheduled.message"].search([("res_id", "in", (records or self.lead).ids)], order="id")

    def pass_time(self, plans, **delta):
        """Let plans have been made earlier, so that their time has come."""
        for plan in plans:
            plan.write({"planned_at": plan.planned_at - timedelta(**delta), "due_at": plan.due_at - timedelta(**delta)})
