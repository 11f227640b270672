"""A sequence with three steps and a lead, for tests of sequences."""

from datetime import timedelta

from odoo import Command, fields

from .common import WaCase


class SequenceCase(WaCase):
    """Three templates, a sequence of them, and a lead whose customer wrote some time ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["base.automation"].search([]).active = False
        cls.qualified = cls.env.ref("crm.stage_lead2")
        cls.proposition = cls.env.ref("crm.stage_lead3")
        cls.won = cls.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        cls.first, cls.second, cls.third = (
            cls._make_template(name, f"{name} for {{{{1}}}}", [("1", "name", "you")], buttons=("Yes please", "No"))
            for name in ("first", "second", "third")
        )

    def setUp(self):
        super().setUp()
        self.lead = self.env["crm.lead"].create(
            {"name": "Table", "type": "opportunity", "phone": "+12025550143", "user_id": self.ana.id, "team_id": self.team.id}
        )

    def sequence(self, *steps, **vals):
        """Return a sequence; without steps given, three templates: at once, after 2 and after 3 hours more."""
        steps = steps or (
            {"template_id": self.first.id, "delay": 0},
            {"template_id": self.second.id, "delay": 2},
            {"template_id": self.third.id, "delay": 3},
        )
        lines = [Command.create({"sequence": 10 * place, "delay_unit": "hours", **step}) for place, step in enumerate(steps, 1)]
        return self.env["wa.sequence"].create({"name": "Follow up", "calendar_id": False, "step_ids": lines, **vals})

    def enrol(self, sequence, leads=None):
        runs, refused = sequence._enrol(leads or self.lead)
        self.assertFalse(refused)
        return runs

    def plans(self, runs):
        return self.env["wa.scheduled.message"].search([("run_id", "in", runs.ids)], order="id")

    def story(self, run):
        """Return what was planned for a run, as (template, state, code)."""
        return [(plan.template_id.name, plan.state, plan.code or "") for plan in self.plans(run)]

    def pass_time(self, runs, **delta):
        """Let everything about runs have happened earlier."""
        delta = timedelta(**delta)
        for run in runs:
            run.write({"started_at": run.started_at - delta, "last_at": run.last_at - delta})
            for plan in run.scheduled_message_ids:
                plan.write({"planned_at": plan.planned_at - delta, "due_at": plan.due_at - delta})
        for message in self.plans(runs).message_id:
            message.sent_at = fields.Datetime.now() - delta
        self.env.flush_all()

    def step(self, runs, **delta):
        """Let time pass, and the job run."""
        if delta:
            self.pass_time(runs, **delta)
        self.run_plans()

    def answer(self, text="Hello?", **message):
        return self.receive(self.inbound(text, **message))
