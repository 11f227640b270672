from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..common import WaSandboxCase


@tagged("post_install", "-at_install", "wa", "wa_flow")
class TestSequenceFlow(WaSandboxCase):
    """A sequence against the sandbox: what arrives on the customer's phone, and what their answer does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["base.automation"].search([]).active = False
        cls.reminder = cls._make_template(
            "follow_up_reminder",
            "Hello {{1}}, we have not heard from you about {{2}}. May we help you with anything?",
            [("1", "partner_id.name", "there"), ("2", "name", "your request")],
            buttons=("Talk to us", "Stop messages"),
        )

    def setUp(self):
        super().setUp()
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "How much is it?")
        self.lead = self.conversation.lead_id
        self.lead.expected_revenue = 1250
        # The question came days before the lead was added.
        self.conversation.message_ids.sent_at -= timedelta(days=3)
        steps = [
            {"sequence": 1, "delay": 0, "delay_unit": "minutes", "template_id": self.template.id},
            {
                "sequence": 2, "delay": 1, "delay_unit": "days", "template_id": self.reminder.id, "condition": "button",
                "button_id": self.template.button_ids[0].id,
            },
        ]  # fmt: skip
        self.sequence = self.env["wa.sequence"].create(
            {"name": "Proposal", "calendar_id": False, "step_ids": [Command.create(step) for step in steps]}
        )
        self.run = self.sequence._enrol(self.lead)[0]

    def pass_a_day(self):
        day = timedelta(days=1, minutes=1)
        self.run.write({"started_at": self.run.started_at - day, "last_at": self.run.last_at - day})
        for plan in self.run.scheduled_message_ids.filtered(lambda plan: plan.state == "planned"):
            plan.due_at -= day

    def work(self):
        self.run_plans()
        self.run_sender()

    def first_card(self):
        self.work()
        # Added a moment before the customer answers.
        self.run.started_at -= timedelta(minutes=5)
        return self.phone_messages(self.ada)[-1]

    def tap(self, card, index):
        self.sandbox.control("POST", f"customers/{self.ada['id']}/messages", tap={"message_id": card["id"], "index": index})
        self.deliver()

    def test_the_awaited_button_brings_the_next_message(self):
        card = self.first_card()
        self.assertIn("proposal", str(card))
        self.tap(card, 0)
        self.assertEqual(self.run.state, "running")
        self.pass_a_day()
        self.work()
        self.assertIn("not heard from you", str(self.phone_messages(self.ada)[-1]))
        self.assertEqual(self.run.state, "done")

    def test_any_other_answer_stops_it(self):
        self.tap(self.first_card(), 1)
        self.assertEqual((self.run.state, self.run.code), ("left", "sequence_replied"))
        before = len(self.phone_messages(self.ada))
        self.pass_a_day()
        self.work()
        self.assertEqual(len(self.phone_messages(self.ada)), before)

    def test_silence_sends_nothing_more_here_and_the_lead_says_why(self):
        self.first_card()
        self.pass_a_day()
        self.work()
        [shown] = self.lead.wa_sequence_plan
        self.assertEqual([step["state"] for step in shown["steps"]], ["queued", "cancelled"])
        self.assertIn("condition", shown["steps"][1]["reason"])
        self.assertEqual(self.run.state, "done")
        self.assertLess(self.run.ended_at - fields.Datetime.now(), timedelta(seconds=5))
