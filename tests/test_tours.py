from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import WaHttpCase


@tagged("post_install", "-at_install", "wa", "wa_tour")
class TestTours(WaHttpCase):
    """What a salesperson does in the browser, against the real server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound("Do you still have the oak table?"))
        self.conversation.user_id = self.ana
        self.lead = self.conversation.lead_id
        self.lead.write({"user_id": self.ana.id, "expected_revenue": 1250})

    def outgoing(self):
        """Return everything queued for the customer, oldest first."""
        return self.env["wa.message"].search(
            [("conversation_id", "=", self.conversation.id), ("direction", "=", "out")], order="id"
        )

    def test_answer_from_the_lead(self):
        self.reply(self.ana, self.conversation, "I will look").wa_message_ids.state = "read"
        self.start_tour(f"/odoo/crm.lead/{self.lead.id}", "wa_lead_conversation", login=self.ana.login)
        self.assertEqual(
            [(row.state, row.content.get("body")) for row in self.outgoing()],
            [("read", "I will look"), ("queued", "Yes, one is left.")],
            "the answer is queued once and the note never leaves",
        )

    def test_template_through_a_closed_window(self):
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)
        self.start_tour(f"/odoo/crm.lead/{self.lead.id}", "wa_window_closed", login=self.ana.login)
        row = self.outgoing()
        self.assertEqual((row.state, row.kind, row.template_id), ("queued", "template", self.template))

    def test_conversation_in_discuss(self):
        self.receive(self.inbound("Are you there?"))
        self.start_tour("/odoo/discuss", "wa_discuss", login=self.ana.login)
        self.assertFalse(self.outgoing())
