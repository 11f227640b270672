from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common import WaSandboxCase
from ..rule_case import RuleMixin


@tagged("post_install", "-at_install", "wa", "wa_flow")
class TestRuleFlows(RuleMixin, WaSandboxCase):
    """What customers answer on their phone moves leads, and what is set in a stage happens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.offer, cls.talks = cls.env["crm.stage"].create(
            [{"name": "Offer made", "sequence": 90}, {"name": "Negotiation", "sequence": 91}]
        )
        cls.reminder = cls._make_template("reminder", "Hello {{1}}, any news?", [("1", "partner_id.name", "there")])

    def setUp(self):
        super().setUp()
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "How much is it?")
        self.lead = self.conversation.lead_id
        self.lead.expected_revenue = 1250

    def send_what_is_planned(self):
        self.run_plans()
        self.run_sender()
        self.deliver()

    def tap(self, index):
        card = self.phone_messages(self.ada)[-1]
        self.sandbox.control("POST", f"customers/{self.ada['id']}/messages", tap={"message_id": card["id"], "index": index})
        self.deliver()

    def outgoing(self, template):
        return self.env["wa.message"].search(
            [("conversation_id", "=", self.conversation.id), ("template_id", "=", template.id)]
        )

    def test_a_tap_moves_the_lead_tags_it_makes_an_activity_and_assigns(self):
        rule = self.rule(
            "wants a call",
            wa_kind="button",
            wa_button="Yes, call me",
            wa_template_id=self.template.id,
        )
        self.add_action(rule, **self.moving("stage_id", self.talks))
        self.add_action(rule, **self.moving("user_id", self.ben))
        self.add_action(
            rule,
            state="next_activity",
            activity_type_id=self.env.ref("mail.mail_activity_data_call").id,
            activity_summary="Call about the proposal",
            activity_user_type="generic",
            activity_user_field_name="user_id",
        )
        self.offer.wa_enter_template_id = self.template
        self.lead.stage_id = self.offer
        self.send_what_is_planned()
        self.tap(1)
        self.assertEqual((self.tags(self.lead), self.lead.stage_id), ([], self.offer), "“Not now” is not meant")
        self.template._send_in_conversation(self.conversation, self.lead, "manual")
        self.run_sender()
        self.deliver()
        self.tap(0)
        self.assertEqual(self.tags(self.lead), ["wants a call"])
        self.assertEqual((self.lead.stage_id, self.lead.user_id), (self.talks, self.ben))
        self.assertEqual(self.lead.activity_ids.mapped("summary"), ["Call about the proposal"])

    def test_a_reminder_goes_to_who_did_not_answer_once(self):
        self.offer.write(
            {"wa_enter_template_id": self.template.id, "wa_remind_template_id": self.reminder.id, "wa_remind_after": 2}
        )
        self.lead.stage_id = self.offer
        self.assertFalse(self.lead.wa_awaiting_since, "we have not written yet")
        self.send_what_is_planned()
        self.assertEqual(len(self.outgoing(self.template)), 1)
        self.assertTrue(self.lead.wa_awaiting_since)
        self.check_time()
        self.assertFalse(self.outgoing(self.reminder), "two days are not over")
        self.pass_time(days=3)
        self.check_time()
        self.assertEqual(len(self.outgoing(self.reminder)), 1)
        self.pass_time(days=3)
        self.check_time()
        self.assertEqual(len(self.outgoing(self.reminder)), 1, "once per stay")

    def test_an_answer_stops_the_reminder_and_moves_the_lead(self):
        self.offer.write(
            {
                "wa_enter_template_id": self.template.id,
                "wa_remind_template_id": self.reminder.id,
                "wa_answer_stage_id": self.talks.id,
            }
        )
        self.talks.wa_answer_stage_id = self.env.ref("crm.stage_lead1")
        self.lead.stage_id = self.offer
        self.customer_writes(self.ada, "By the way")
        self.assertEqual(self.lead.stage_id, self.offer, "nobody had asked anything")
        self.send_what_is_planned()
        self.customer_writes(self.ada, "I will think about it")
        self.assertFalse(self.lead.wa_awaiting_since)
        self.assertEqual(self.lead.stage_id, self.talks)
        self.customer_writes(self.ada, "Tomorrow")
        self.assertEqual(self.lead.stage_id, self.talks, "one answer, one step")
        self.lead.stage_id = self.offer
        self.pass_time(days=9)
        self.check_time()
        self.assertFalse(self.outgoing(self.reminder))

    def test_won_leads_get_no_reminder(self):
        self.offer.write({"wa_enter_template_id": self.template.id, "wa_remind_template_id": self.reminder.id})
        self.lead.stage_id = self.offer
        self.send_what_is_planned()
        self.pass_time(days=9)
        self.lead.write({"active": False, "probability": 0})
        self.check_time()
        self.assertFalse(self.outgoing(self.reminder))

    def test_an_answer_in_another_conversation_of_the_lead_counts(self):
        second = self.receive(self.inbound("Me again", wa_id="447700900123", bsuid="GB.1"))
        second.lead_id = self.lead
        self.reply(self.ana, self.conversation, "Well?")
        self.assertTrue(self.lead.wa_awaiting_since)
        second.last_inbound_at = fields.Datetime.now() + timedelta(seconds=5)
        self.assertFalse(self.lead.wa_awaiting_since)

    def pass_time(self, **span):
        """Let everything have happened earlier."""
        back = timedelta(**span)
        self.conversation.write(
            {name: self.conversation[name] - back for name in ("awaiting_since", "last_inbound_at") if self.conversation[name]}
        )
        for rule in self.env["base.automation"].search([("trigger", "=", "on_time")]):
            rule.last_run = rule.last_run and rule.last_run - back

    def check_time(self):
        """Run the job of time-based rules, and what it plans."""
        self.env.flush_all()
        self._run_cron(self.env.ref("base_automation.ir_cron_data_base_automation_check"))
        self.run_plans()
