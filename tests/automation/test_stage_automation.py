from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import WaSandboxCase


@tagged("post_install", "-at_install", "wa", "wa_flow")
class TestStageAutomation(WaSandboxCase):
    """Stage changes and scheduled jobs send templates, once, with real values."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.qualified = cls.env.ref("crm.stage_lead2")
        cls.proposition = cls.env.ref("crm.stage_lead3")
        cls.reminder = cls._make_template(
            "follow_up_reminder",
            "Hello {{1}}, we have not heard from you about {{2}}. May we help you with anything?",
            [("1", "partner_id.name", "there"), ("2", "name", "your request")],
            buttons=("Talk to us", "Stop messages"),
        )
        cls.env["base.automation"].search([]).active = False

    def setUp(self):
        super().setUp()
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "How much is it?")
        self.lead = self.conversation.lead_id
        self.lead.expected_revenue = 1250
        self.conversation.user_id = self.lead.user_id = self.ana

    def rule(self, template, trigger, **vals):
        automation = self.env["base.automation"].create(
            {
                "name": "test",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "trigger": trigger,
                **vals,
            }
        )
        self.env["ir.actions.server"].create(
            {
                "name": "send",
                "model_id": automation.model_id.id,
                "base_automation_id": automation.id,
                "usage": "base_automation",
                "state": "wa_template",
                "wa_template_id": template.id,
            }
        )
        return automation

    def outgoing(self):
        return self.env["wa.message"].search([("conversation_id", "=", self.conversation.id), ("direction", "=", "out")])

    def test_stage_change_sends_the_template_as_the_salesperson(self):
        self.rule(self.template, "on_stage_set", trg_field_ref=self.proposition.id)
        self.lead.with_user(self.ana).stage_id = self.proposition
        self.run_plans()
        row = self.outgoing()
        self.assertEqual((row.kind, row.origin, row.state), ("template", "automation", "queued"))
        self.assertEqual(row.lead_id, self.lead)
        self.assertIn("proposal_ready", self.lead.message_ids[0].body)
        self.run_sender()
        self.assertEqual(row.state, "sent", row.error_text)
        card = self.phone_messages(self.ada)[-1]
        self.assertIn("Ada Example", str(card))
        # The customer taps the first button of the card.
        self.sandbox.control("POST", f"customers/{self.ada['id']}/messages", tap={"message_id": card["id"], "index": 0})
        self.deliver()
        tap = self.env["wa.message"].search([("direction", "=", "in")], limit=1)
        self.assertEqual(tap.kind, "button")
        self.assertEqual(tap.quoted_id, row)
        self.assertEqual(tap.mail_message_id.parent_id, row.mail_message_id)

    def test_same_stage_again_does_not_send_again_but_a_new_stay_does(self):
        self.rule(self.template, "on_stage_set", trg_field_ref=self.proposition.id)
        self.lead.stage_id = self.proposition
        self.lead.write({"stage_id": self.proposition.id})
        self.run_plans()
        self.assertEqual(len(self.outgoing()), 1)

    def test_automation_reply_does_not_end_the_waiting(self):
        self.rule(self.template, "on_stage_set", trg_field_ref=self.proposition.id)
        self.lead.stage_id = self.proposition
        self.run_plans()
        self.assertTrue(self.outgoing() and self.conversation.waiting_since)

    def test_untouched_leads_are_reminded_once(self):
        self.lead.stage_id = self.qualified
        automation = self.rule(
            self.reminder,
            "on_time",
            trg_date_id=self.env["ir.model.fields"]._get("crm.lead", "wa_idle_since").id,
            trg_date_range=7,
            trg_date_range_type="day",
            trg_date_range_mode="after",
            filter_domain=[("stage_id", "=", self.qualified.id), ("id", "=", self.lead.id)],
        )
        cron = self.env.ref("base_automation.ir_cron_data_base_automation_check")
        self._run_cron(cron)
        self.assertFalse(self.outgoing(), "somebody touched it today")
        long_ago = fields.Datetime.now() - timedelta(days=8)
        self.conversation.last_touch_at = long_ago
        self.lead.date_last_stage_update = long_ago
        self.env.flush_all()
        for _ in range(2):
            automation.last_run = False
            self._run_cron(cron)
            self.run_plans()
        self.assertEqual(len(self.outgoing()), 1, "running it twice sends once")
        self.run_sender()
        self.assertEqual(self.outgoing().state, "sent", self.outgoing().error_text)

    def test_leads_that_cannot_be_written_to_do_not_stop_the_others(self):
        self.rule(self.template, "on_stage_set", trg_field_ref=self.proposition.id)
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Lead {i}",
                    "phone": f"+1 202-555-01{i:02}" if i % 3 else False,
                    "expected_revenue": 10 if i % 2 else 0,
                }
                for i in range(20)
            ]
        )
        leads.write({"stage_id": self.proposition.id})
        self.run_plans()
        sent = self.env["wa.message"].search([("lead_id", "in", leads.ids)])
        self.assertEqual(len(sent), len(leads.filtered("phone")))
        self.assertEqual(leads.mapped("stage_id"), self.proposition)
        refused = leads - sent.lead_id
        for lead in refused:
            self.assertIn("was not sent", lead.message_ids.mapped("body")[0])

    def test_salesperson_may_not_bind_secrets_into_templates(self):
        with self.assertRaises(AccessError):
            self.template.with_user(self.ana).write({"body": "x"})
        with self.assertRaises(AccessError):
            self.template.with_user(self.ana).action_submit()

    def test_lead_merge_keeps_the_conversation(self):
        other = self.env["crm.lead"].create(
            {"name": "Keeper", "partner_id": self.lead.partner_id.id, "probability": 99, "stage_id": self.proposition.id}
        )
        kept = (other | self.lead).merge_opportunity()
        self.assertEqual(self.conversation.lead_id, kept)
        self.assertEqual(self.env["wa.message"].search([("conversation_id", "=", self.conversation.id)]).lead_id, kept)

    def test_partner_merge_keeps_contacts_of_both(self):
        bo = self.customer_writes(self.customer("Bo", phone="+447700900123"), "Hi")
        keep, gone = self.conversation.partner_id, bo.partner_id
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([keep.id, gone.id], keep)
        self.assertEqual((self.conversation | bo).partner_id, keep)
        self.assertEqual(len(keep.wa_contact_ids), 2)
        self.assertTrue(bo.exists() and bo.channel_id.exists())
