from datetime import timedelta
from unittest.mock import patch
from urllib.parse import quote

from odoo import fields
from odoo.tests import tagged

from ...models.outbox import sender
from ...models.outbox.results import apply_accepted
from ...tools.graph.results import SendResult
from ..common import WaSandboxCase

WORDS = ("held_for_quality_assessment", "paused", "a_new_word", "PAUSED")


@tagged("post_install", "-at_install", "wa")
class TestHeldBack(WaSandboxCase):
    """W8: WhatsApp accepts a template and says that it does not send it now, in whichever word."""

    def setUp(self):
        super().setUp()
        self.sandbox.control("POST", "switches", pair_rate=False)
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.conversation.user_id = self.ana
        self.conversation.lead_id.expected_revenue = 5
        self.template.category = "UTILITY"

    def answered(self, word):
        """Send a template that is answered with a word; returns its message."""
        self.sandbox.control("POST", "switches", template_status=word)
        [outcome] = self.template._send_to_records(self.conversation.lead_id)
        self.assertEqual(outcome.status, "queued", outcome.reason)
        self.run_sender()
        return outcome.message

    def release(self):
        self.sandbox.control("POST", "switches", template_status=None)
        self.deliver()

    def check_held(self, row):
        self.assertEqual((row.state, row.error_code, row.sent_at), ("sending", "held_back", False))
        shown = row._state_facts()
        self.assertIn("holds it back", shown["wa_error"])
        self.assertEqual(shown["wa_waits_until"], fields.Datetime.to_string(row.submitted_at + timedelta(hours=24)))
        self.assertTrue(row.wamid)
        self.assertIn("holds it back", row.error_text)

    def test_any_word_but_accepted_waits_until_a_status_tells(self):
        for word in WORDS:
            with self.subTest(word):
                row = self.answered(word)
                self.check_held(row)
                self.run_sender()
                self.check_held(row)
                self.release()
                self.assertEqual((row.state, row.error_code), ("delivered", False))
                self.assertTrue(row.sent_at)
                self.assertFalse(row._state_facts()["wa_waits_until"])
        sent = self.sandbox.control("GET", "sent")["sent"]
        self.assertEqual(len(sent), len(WORDS), "none was sent twice")

    def test_accepted_is_sent(self):
        for word in ("accepted", "ACCEPTED", None):
            self.assertFalse(SendResult("wamid.1", message_status=word).is_held)
        row = self.answered("accepted")
        self.assertEqual((row.state, row.error_code), ("sent", False))

    def test_others_of_the_conversation_do_not_wait_for_it(self):
        held = self.answered("paused")
        row = self.reply(self.ana, self.conversation, "Anything else?").wa_message_ids
        self.run_sender()
        self.assertEqual(row.state, "sent", row.error_text)
        self.check_held(held)

    def test_failed_in_the_end(self):
        row = self.answered("paused")
        self.sandbox.control("POST", f"messages/{quote(row.wamid, safe='')}/status", status="failed", code=132015)
        self.deliver()
        self.assertEqual((row.state, row.error_code), ("failed", "132015"))
        self.assertEqual(self.template.status, "PAUSED")
        self.deliver()
        self.assertEqual((row.state, row.error_code), ("failed", "132015"), "twice is as once")

    def later(self, row, hours):
        row.submitted_at = fields.Datetime.now() - timedelta(hours=hours)
        self.run_sender()

    def test_a_day_later_nobody_knows_and_a_late_status_still_settles_it(self):
        row = self.answered("paused")
        self.later(row, 23)
        self.check_held(row)
        self.later(row, 25)
        self.assertEqual((row.state, row.error_code), ("unknown", "held_long"))
        self.assertIn("for a day", row.error_text)
        self.run_sender()
        self.assertEqual(len(self.sandbox.control("GET", "sent")["sent"]), 1, "it is not sent again by itself")
        self.release()
        self.assertEqual((row.state, row.error_code), ("delivered", False))
        before = row.sent_at
        self.deliver()
        self.assertEqual((row.state, row.sent_at), ("delivered", before))

    def test_a_person_may_send_it_once_more(self):
        row = self.answered("paused")
        self.later(row, 25)
        self.sandbox.control("POST", "switches", template_status="accepted")
        row.mail_message_id.with_user(self.ana).action_wa_retry()
        self.assertEqual((row.state, row.error_code), ("queued", False))
        self.run_sender()
        self.assertEqual(row.state, "sent", row.error_text)

    def test_status_before_the_answer_was_stored(self):
        row = self.reply(self.ana, self.conversation, "quick").wa_message_ids
        for state in ("sent", "delivered", "failed"):
            row.write({"state": state, "error_code": "131026" if state == "failed" else False, "wamid": "wamid.Q"})
            apply_accepted(self.env, {row.id: SendResult("wamid.Q", message_status="paused")})
            self.assertEqual(row.state, state)
            self.assertEqual(row.error_code, "131026" if state == "failed" else False)

    def test_result_that_cannot_be_stored_in_full_promises_nothing(self):
        broken = patch.object(sender, "apply_results", side_effect=ValueError("not today"))
        with broken, self.assertLogs("odoo.addons.crm_whatsapp", "ERROR"):
            row = self.answered("paused")
        self.assertEqual(row.state, "unknown")
