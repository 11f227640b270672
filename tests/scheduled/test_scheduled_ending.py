from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from ...models.outbox.claim import claim
from ..scheduled_case import ScheduledCase


@tagged("post_install", "-at_install", "wa")
class TestScheduledEnding(ScheduledCase):
    """R31: what was planned is not sent when its record has come to an end since, and the list says why."""

    def setUp(self):
        super().setUp()
        self.leads = self.lead | self.env["crm.lead"].create(
            [
                {"name": f"Lead {i}", "phone": f"+1202555016{i}", "expected_revenue": 10, "team_id": self.team.id}
                for i in range(3)
            ]
        )

    def plan(self, **action):
        """Have a stage plan a template that waits two days, for all leads; then let the days pass."""
        action = self.rule(wa_delay=2, wa_delay_unit="days", **action)
        self.leads.stage_id = self.proposition
        plans = self.plans(self.leads)
        self.assertEqual(set(plans.mapped("state")), {"planned"})
        self.pass_time(plans, days=2)
        return action, plans

    def ends(self):
        self.run_plans()
        return [(plan.state, plan.code or "") for plan in self.plans(self.leads)]

    def test_lost_archived_and_won(self):
        """R31: one lost, one archived, one won; the fourth gets it."""
        _action, plans = self.plan()
        self.leads[0].action_set_lost()
        self.leads[1].action_archive()
        self.leads[1].probability = 50
        self.leads[2].action_set_won()
        outcomes = self.ends()
        self.assertEqual(outcomes[0], ("cancelled", "lead_lost"))
        self.assertEqual(outcomes[1][0], "cancelled")
        self.assertIn(outcomes[1][1], ("lead_lost", "record_archived"))
        self.assertEqual(outcomes[2], ("cancelled", "lead_won"))
        self.assertEqual(outcomes[3][0], "queued", plans[3].reason)
        self.assertIn("lost before it was time", plans[0].reason)
        self.assertFalse(self.last_outgoing(self.conversation))

    def test_won_may_be_meant(self):
        """R31: a rule may say that it writes to those who were won meanwhile."""
        action, _plans = self.plan(wa_even_if_won=True)
        self.leads[0].action_set_won()
        self.leads[1].action_set_lost()
        # Winning moves leads out of the stage, which such a rule must not ask for.
        action.base_automation_id.filter_domain = False
        self.assertEqual([state for state, _code in self.ends()], ["queued", "cancelled", "queued", "queued"])

    def test_what_was_so_when_it_was_planned(self):
        """R31: a farewell that is planned because a lead was lost is meant for whom was lost."""
        action = self.rule(wa_delay=2, wa_delay_unit="days")
        action.base_automation_id.write({"trigger": "on_archive"})
        self.lead.action_set_lost()
        self.pass_time(self.plans(), days=2)
        self.run_plans()
        self.assertEqual(self.plans().state, "queued", self.plans().reason)

    def test_team_is_archived(self):
        """R31: nobody would see the answer (decision 53)."""
        self.plan()
        self.leads.team_id = self.other_team
        self.other_team.active = False
        self.assertEqual(set(self.ends()), {("cancelled", "team_archived")})

    def test_customer_is_archived(self):
        """R31: the customer of one lead."""
        self.plan()
        self.lead.partner_id.with_context(active_test=False).active = False
        self.assertEqual(self.ends()[0], ("cancelled", "customer_archived"))

    def test_customer_is_merged(self):
        """R31: planned for a customer who is another one by now."""
        new, old = self.env["res.partner"].create(
            [{"name": name, "phone": "+12025550177"} for name in ("New Example", "Old Example")]
        )
        greeting = self._make_template("greeting", "Good morning.", [], model_id=False)
        plan = self.env["wa.scheduled.message"]._plan(new, origin="bulk", template=greeting, by_hand=True)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((new | old).ids, old)
        self.run_plans()
        self.assertEqual((plan.state, plan.code), ("cancelled", "customer_merged"))

    def test_list_of_a_person(self):
        """R31: a list that a person sent, while its job had not run yet."""
        self.env["wa.scheduled.message"]._plan(self.leads, origin="bulk", template=self.template, by_hand=True)
        self.leads[0].action_set_lost()
        outcomes = self.ends()
        self.assertEqual(outcomes[0], ("cancelled", "lead_lost"))
        self.assertEqual({state for state, _code in outcomes[1:]}, {"queued"})

    def test_sequence_says_itself(self):
        """R31: in a sequence its own settings decide about lost and won, and its team's end calls it off."""
        for ends_on_lost, end in ((True, "cancelled"), (False, "queued")):
            with self.subTest(ends_on_lost=ends_on_lost):
                lead = self.env["crm.lead"].create({"name": "Own", "phone": "+12025550171", "expected_revenue": 1})
                sequence = self.env["wa.sequence"].create(
                    {
                        "name": "Follow up",
                        "calendar_id": False,
                        "exit_on_lost": ends_on_lost,
                        "step_ids": [Command.create({"template_id": self.template.id, "delay": 2, "delay_unit": "days"})],
                    }
                )
                runs, _refused = sequence._enrol(lead)
                lead.action_set_lost()
                plan = self.plans(lead)
                self.pass_time(plan, days=2)
                runs.last_at -= timedelta(days=2)
                self.run_plans()
                self.assertEqual(plan.state, end, plan.reason)

    def test_handed_over_and_waiting(self):
        """R31: a message that waits for the morning, when its lead is lost at night."""
        self.rule()
        self.lead.stage_id = self.proposition
        self.run_plans()
        message = self.last_outgoing(self.conversation)
        self.env.flush_all()
        self.env.cr.execute("UPDATE wa_message SET create_date = create_date - INTERVAL '1 hour' WHERE id = %s", [message.id])
        message.invalidate_recordset()
        self.lead.action_set_lost()
        claim(self.number, 10)
        self.assertEqual((message.state, message.error_code), ("cancelled", "lead_lost"))
        self.assertEqual((self.plans().state, self.plans().code), ("cancelled", "lead_lost"))
