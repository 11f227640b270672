"""A resting rule and leads with a history, for tests of dry runs."""

from datetime import timedelta

from odoo import fields

from .common import WaCase


class DryRunCase(WaCase):
    """A resting rule for whoever enters “Proposition”, and leads with a history."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proposition = cls.env.ref("crm.stage_lead3")
        cls.qualified = cls.env.ref("crm.stage_lead2")
        cls.env["base.automation"].search([]).active = False
        cls.now = fields.Datetime.now()
        cls.start = cls.now - timedelta(days=30)
        cls.end = cls.now + timedelta(days=1)

    def rule(self, action=None, **vals):
        """Return a rule with one sending action; it rests unless said otherwise."""
        automation = self.env["base.automation"].create(
            {
                "name": "Proposal",
                "model_id": self.env["ir.model"]._get_id(vals.pop("model", "crm.lead")),
                "trigger": "on_stage_set",
                "trg_field_ref": self.proposition.id,
                "active": False,
                **vals,
            }
        )
        self.action(base_automation_id=automation.id, model_id=automation.model_id.id, **(action or {}))
        return automation

    def action(self, **vals):
        return self.env["ir.actions.server"].create(
            {
                "name": "send",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "usage": "base_automation" if "base_automation_id" in vals else "ir_actions_server",
                "state": "wa_template",
                "wa_template_id": self.template.id,
                **vals,
            }
        )

    def leads(self, count, days=60, **vals):
        """Create leads in “Qualified”, long ago."""
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Lead {i}",
                    "phone": f"+1202555015{i}",
                    "expected_revenue": 10 + i,
                    "stage_id": self.qualified.id,
                    **vals,
                }
                for i in range(count)
            ]
        )
        self.settle()
        self.born(leads, self.now - timedelta(days=days))
        return leads

    def settle(self):
        """Let the history be written, as at the end of a transaction."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()

    def born(self, leads, at):
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s, write_date = %s, date_last_stage_update = %s WHERE id = ANY(%s)",
            [at, at, at, leads.ids],
        )
        leads.invalidate_recordset()

    def enter(self, leads, stage, at):
        """Let leads have entered a stage at a moment."""
        before = self.env["mail.tracking.value"].search([], order="id desc", limit=1).id or 0
        leads.write({"stage_id": stage.id, "date_last_stage_update": at})
        self.settle()
        self.env["mail.tracking.value"].search([("id", ">", before)]).mail_message_id.date = at

    def rehearse(self, subject, user=None):
        env = self.env(user=user or self.lead_manager)
        return env["wa.dry.run.service"]._dry_run(subject.with_env(env), self.start, self.end)

    def outcomes(self, subject, user=None):
        return [(r.record.id, r.outcome, r.code) for r in self.rehearse(subject, user).results]
