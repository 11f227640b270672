from odoo.tests import tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa")
class TestRouting(WaCase):
    """What was answered with 200 is kept, also when nobody expects it any more."""

    def test_archived_number_still_receives(self):
        self.number.active = False
        self.store_webhook(self.inbound("I still have your old number"))
        self.process_webhooks()
        row = self.env["wa.message"].search([("number_id", "=", self.number.id)])
        self.assertEqual((row.direction, row.text), ("in", "I still have your old number"))
        self.assertIn(row.text, row.mail_message_id.body)
        self.assertTrue(row.conversation_id.lead_id)
        self.assertFalse(row.event_id.note)

    def test_archived_number_is_not_written_from(self):
        """Receiving does not bring it back: the answer is refused with a reason."""
        conversation = self.receive(self.inbound())
        self.number.active = False
        self.assertEqual(self.env["wa.gate"]._decide(conversation, "free").verdict, "refused")

    def test_number_that_is_not_ours_is_noted(self):
        self.store_webhook(self.payload_of(messages=[{"id": "wamid.X", "type": "text"}], phone_number_id="1"))
        self.process_webhooks()
        event = self.env["wa.webhook.event"].search([], limit=1)
        self.assertEqual(event.state, "done")
        self.assertIn("unknown phone_number_id 1", event.note)
