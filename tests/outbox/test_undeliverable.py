from odoo.tests import tagged

from ..common import WaSandboxCase


@tagged("post_install", "-at_install", "wa")
class TestUndeliverable(WaSandboxCase):
    """U14: what WhatsApp could not deliver (131026) a person may try again, really, and is not locked out by us."""

    def setUp(self):
        super().setUp()
        self.sandbox.control("POST", "switches", pair_rate=False)
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.conversation.user_id = self.ana
        self.contact = self.conversation.contact_id

    def requests(self):
        return len([line for line in self.sandbox.requests_log() if line["path"].endswith("/messages")])

    def failed(self, row):
        self.order_refusal(131026)
        self.run_to_the_end()
        self.assertEqual((row.state, row.error_code), ("failed", "131026"))
        self.assertTrue(self.contact.is_unreachable)
        return row

    def retry(self, row):
        self.env["wa.message"].search([]).submitted_at = False  # the pair rate is not what this is about
        row.mail_message_id.with_user(self.ana).action_wa_retry()
        before = self.requests()
        self.run_to_the_end()
        return self.requests() - before

    def test_retry_is_real_and_fills_no_list(self):
        """U14: each press is one request to WhatsApp, with WhatsApp's answer, and no refusal of ours."""
        row = self.failed(self.reply(self.ana, self.conversation, "Good morning").wa_message_ids)
        self.assertTrue(row._is_undeliverable())
        self.assertEqual(self.retry(row), 1)
        self.assertEqual((row.state, row.error_code), ("failed", "131026"))
        self.assertIn("WhatsApp", row.error_text)
        self.assertFalse(self.env["wa.refusal"].search([("conversation_id", "=", self.conversation.id)]))
        self.assertFalse(self.blocked())
        self.order_refusal(0)
        self.assertEqual(self.retry(row), 1)
        self.assertEqual(row.state, "delivered", row.error_text)
        self.assertFalse(self.contact.is_unreachable, "who got a message can be reached")

    def blocked(self):
        return self.env["wa.gate"].with_user(self.ana)._explain(self.conversation, "free")

    def test_composer_stays_open(self):
        """U14: the window is open, so people may go on writing."""
        self.failed(self.reply(self.ana, self.conversation, "Good morning").wa_message_ids)
        self.assertFalse(self.blocked())
        self.order_refusal(0)
        row = self.reply(self.ana, self.conversation, "Are you there?").wa_message_ids
        self.env["wa.message"].search([]).submitted_at = False
        self.run_sender()
        self.assertEqual(row.state, "sent", row.error_text)

    def test_message_of_a_rule(self):
        """U14: a person may insist on what a rule had sent; machines still leave such people alone."""
        lead = self.conversation.lead_id
        lead.expected_revenue = 5
        [outcome] = self.template._send_to_records(lead)
        row = self.failed(outcome.message)
        self.assertEqual(self.template._send_to_records(lead)[0].code, "recipient_unreachable")
        self.env["wa.refusal"].search([]).unlink()
        self.order_refusal(0)
        self.assertEqual(self.retry(row), 1)
        self.assertEqual(row.state, "delivered", row.error_text)
        self.assertFalse(self.env["wa.refusal"].search([("conversation_id", "=", self.conversation.id)]))


@tagged("post_install", "-at_install", "wa")
class TestUndeliverableByOtherRoad(TestUndeliverable):
    """The same where the refusal comes by the other road."""

    allow_inherited_tests_method = True
    by_other_road = True
