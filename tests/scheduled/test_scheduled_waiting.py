from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.outbox.claim import claim
from ..sequence_case import SequenceCase


@tagged("post_install", "-at_install", "wa", "wa_sequence")
class TestScheduledWaiting(SequenceCase):
    """What was handed over at night waits for the morning; an answer in between makes it pointless."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound("Hello"))
        self.lead = self.conversation.lead_id

    def hand_over(self):
        """Run the job; returns the message, as if it had been made an hour ago and waited since."""
        self.run_plans()
        message = self.last_outgoing(self.conversation)
        self.assertEqual(message.state, "queued")
        self.env.flush_all()
        self.env.cr.execute("UPDATE wa_message SET create_date = create_date - INTERVAL '1 hour' WHERE id = %s", [message.id])
        message.invalidate_recordset()
        return message

    def claim(self):
        """Return what the sender would send now."""
        return claim(self.number, 10) or self.env["wa.message"]

    def test_an_answer_calls_off_the_step_that_waits(self):
        run = self.enrol(self.sequence())
        message = self.hand_over()
        self.pass_time(run, hours=2)
        self.receive(self.inbound("I am here"))
        self.assertEqual((run.state, run.code), ("left", "sequence_replied"))
        self.assertFalse(self.claim())
        self.assertEqual((message.state, message.error_code), ("cancelled", "sequence_replied"))
        plan = self.plans(run).filtered(lambda plan: plan.message_id == message)
        self.assertEqual((plan.state, plan.code), ("cancelled", "sequence_replied"))

    def test_an_answer_calls_off_the_last_step_too(self):
        run = self.enrol(self.sequence({"template_id": self.first.id, "delay": 0}))
        message = self.hand_over()
        self.assertEqual(run.state, "done")
        self.receive(self.inbound("I am here"))
        self.assertFalse(self.claim())
        self.assertEqual(message.state, "cancelled")

    def test_somebody_who_takes_the_lead_out_means_what_waits_too(self):
        run = self.enrol(self.sequence())
        message = self.hand_over()
        run.with_user(self.ana).action_leave()
        self.assertFalse(self.claim())
        self.assertEqual((message.state, message.error_code), ("cancelled", "sequence_left_by_person"))

    def test_without_an_answer_it_leaves(self):
        self.enrol(self.sequence())
        message = self.hand_over()
        self.assertEqual(self.claim(), message)

    def test_a_reminder_is_pointless_after_the_answer(self):
        self.qualified.wa_remind_template_id = self.first
        rule = self.env["base.automation"].search([("wa_stage_id", "=", self.qualified.id)])
        self.assertEqual(rule.trg_date_id.name, "wa_awaiting_since")
        self.lead.stage_id = self.qualified
        rule.action_server_ids.with_context(active_model="crm.lead", active_ids=self.lead.ids, active_id=self.lead.id).run()
        message = self.hand_over()
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(minutes=1)
        self.assertFalse(self.claim())
        self.assertEqual(message.state, "cancelled")

    def test_other_rules_are_about_what_happened_and_are_sent(self):
        self.proposition.wa_enter_template_id = self.first
        self.lead.stage_id = self.proposition
        message = self.hand_over()
        self.receive(self.inbound("I am here"))
        self.assertEqual(self.claim(), message)
