from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common import WaHttpCase
from ..media_samples import PNG


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

    def test_consent_from_the_chip(self):
        self.start_tour(f"/odoo/crm.lead/{self.lead.id}", "wa_consent", login=self.ana.login)
        self.assertEqual(self.conversation.consent_marketing, "granted")
        self.assertEqual(self.conversation.contact_id.consent_ids[0].user_id, self.ana)

    def test_consent_from_the_panel(self):
        self.receive(self.inbound("stop"))
        self.start_tour(f"/odoo/crm.lead/{self.lead.id}", "wa_consent_panel", login=self.ana.login)
        self.assertEqual(self.conversation.consent_service, "granted")

    def test_conversation_in_discuss(self):
        self.receive(self.inbound("Are you there?"))
        self.start_tour("/odoo/discuss", "wa_discuss", login=self.ana.login)
        self.assertFalse(self.outgoing())

    def test_search_by_phone(self):
        """R7, U8: the list and the quick search of Discuss find a customer by the number as people write it."""
        lucia = self.receive(self.inbound("Hola", wa_id="12025550167", bsuid="US.2", name="Lucía Example"))
        lucia.user_id = self.ana
        self.start_tour("/odoo/whatsapp", "wa_search", login=self.ana.login)

    def test_files_and_buttons(self):
        arrived, lost = (
            self.receive(self.inbound(type="image", image={"id": uid, "mime_type": "image/png", "caption": caption}))
            .message_ids[:1]
            .media_ids
            for uid, caption in (("101", "The broken leg"), ("102", "The whole table"))
        )
        arrived._attach(PNG, "image/png")
        lost._fail("media_gone")
        self.start_tour(f"/odoo/crm.lead/{self.lead.id}", "wa_files", login=self.ana.login)
        self.assertEqual((arrived.state, lost.state), ("done", "pending"))
        picture, question = self.outgoing()
        self.assertEqual((picture.state, picture.kind, picture.content["caption"]), ("queued", "image", "Like this one?"))
        self.assertEqual(picture.content["files"][0]["mime_type"], "image/png")
        self.assertEqual((question.state, question.kind, question.author_id), ("queued", "interactive", self.ana))
        self.assertEqual(
            [button["reply"]["title"] for button in question.content["interactive"]["action"]["buttons"]],
            ["The oak one", "The ash one"],
        )
