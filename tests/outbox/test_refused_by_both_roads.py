from odoo import fields
from odoo.tests import tagged

from ...models.policy.wa_failure import SENTENCES
from ..common import WaSandboxCase

#: What WhatsApp refuses about a person, the window or a file, and the reason a person reads.
CODES = {
    130472: "recipient_in_experiment",
    131026: "recipient_unreachable",
    131047: "window_closed",
    131049: "recipient_marketing_limit",
    131050: "recipient_opted_out",
    131053: "media_upload_failed",
}


@tagged("post_install", "-at_install", "wa")
class TestRefusedByStatus(WaSandboxCase):
    """What WhatsApp refuses has the same consequences whether it says so in the answer or by status."""

    def setUp(self):
        super().setUp()
        self.sandbox.control("POST", "switches", pair_rate=False)
        self.ana.lang = "en_US"
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.conversation.user_id = self.ana
        # Within one second nobody knows which came first.
        self.conversation.sudo().last_inbound_at = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
        self.contact, self.lead = self.conversation.contact_id, self.conversation.lead_id
        self.lead.expected_revenue = 1

    def sent_count(self):
        return len(self.sandbox.control("GET", "sent")["sent"])

    def refuse(self, code, send=None):
        """Send something that WhatsApp refuses; returns the message."""
        row = send() if send else self.reply(self.ana, self.conversation, "Good morning").wa_message_ids
        self.order_refusal(code)
        self.run_to_the_end()
        self.order_refusal(0)
        self.assertEqual((row.state, row.error_code), ("failed", str(code)))
        return row

    def template_to_lead(self):
        [outcome] = self.template._send_to_records(self.lead)
        return outcome.message

    def test_the_road_is_the_one_this_class_is_about(self):
        row = self.refuse(131026)
        by_answer = self.sandbox.control("GET", "switches")["async_errors"] == []
        self.assertEqual(bool(row.wamid), not by_answer)
        self.assertEqual(self.sent_count(), 0 if by_answer else 1)

    def test_state_reason_and_note_at_the_lead(self):
        for code, slug in CODES.items():
            with self.subTest(code):
                self.contact.write({"is_unreachable": False, "hold_until": False, "opted_out_marketing": False})
                self.conversation.sudo().window_until = fields.Datetime.add(fields.Datetime.now(), hours=1)
                row = self.template_to_lead()
                before = self.lead.message_ids
                self.refuse(code, lambda row=row: row)
                self.assertTrue(row.failed_at)
                self.assertIn(str(SENTENCES[slug][0]), row.with_user(self.ana).error_text)
                [note] = self.lead.message_ids - before
                self.assertIn(str(SENTENCES[slug][0]), note.body)
                self.assertEqual(row.mail_message_id.wa_message_ids._state_facts()["wa_state"], "failed")
                self.env["wa.message"].search([]).submitted_at = False
                self.give_consent(self.contact)

    def test_nobody_is_sent_to_twice(self):
        for code in CODES:
            with self.subTest(code):
                row = self.refuse(code)
                self.run_to_the_end()
                requests = [r for r in self.sandbox.requests_log() if r["path"].endswith("/messages")]
                with_data = [r["body"].get("biz_opaque_callback_data") for r in requests]
                self.assertEqual(with_data.count(row.uuid), 1)
                self.conversation.sudo().window_until = fields.Datetime.add(fields.Datetime.now(), hours=1)

    def test_unreachable(self):
        self.refuse(131026)
        self.assertTrue(self.contact.is_unreachable)
        self.assertEqual(self.template._send_to_records(self.lead)[0].code, "recipient_unreachable")

    def test_person_whatsapp_wants_left_alone(self):
        self.refuse(131049, self.template_to_lead)
        left = (self.contact.hold_until - fields.Datetime.now()).total_seconds()
        self.assertAlmostEqual(left, 86400, delta=30)

    def test_experiment_stops_nothing(self):
        self.refuse(130472, self.template_to_lead)
        self.assertFalse(self.contact.is_unreachable or self.contact.hold_until or self.contact.opted_out_marketing)

    def test_stopped_marketing(self):
        row = self.refuse(131050, self.template_to_lead)
        self.assertTrue(self.contact.opted_out_marketing)
        said = self.contact.consent_ids.filtered(lambda consent: consent.source == "error")
        self.assertEqual((said.action, said.purpose, said.message_id), ("withdrawn", "marketing", row))

    def test_closed_window_is_believed(self):
        """Our clock says open, WhatsApp says closed: the composer offers a template, until the customer writes again."""
        gate = self.env["wa.gate"].with_user(self.ana)
        self.assertFalse(gate._explain(self.conversation, "free"))
        self.refuse(131047)
        self.assertEqual(gate._explain(self.conversation, "free")["code"], "window_closed")
        self.customer_writes(self.ada, "Are you there?")
        self.assertFalse(gate._explain(self.conversation, "free"))
        row = self.reply(self.ana, self.conversation, "Yes").wa_message_ids
        self.run_to_the_end()
        self.assertEqual(row.state, "delivered")

    def test_window_that_whatsapp_knows_to_be_closed(self):
        """The same, met and not ordered: the clocks differ by a day."""
        self.sandbox.control("POST", "clock", forward_s=25 * 3600)
        row = self.reply(self.ana, self.conversation, "Good morning").wa_message_ids
        self.run_to_the_end()
        self.assertEqual((row.state, row.error_code), ("failed", "131047"))
        self.assertLessEqual(self.conversation.window_until, fields.Datetime.now())

    def test_phone_without_whatsapp(self):
        """Met and not ordered: nobody has this number."""
        partner = self.env["res.partner"].create({"name": "Bo", "phone": "+1 202-555-0177"})
        lead = self.env["crm.lead"].create({"name": "Chairs", "partner_id": partner.id, "expected_revenue": 1})
        [outcome] = self.template._send_to_records(lead)
        self.run_to_the_end()
        self.assertEqual((outcome.message.state, outcome.message.error_code), ("failed", "131026"))
        self.assertTrue(outcome.message.contact_id.is_unreachable)

    def test_reaction_disappears(self):
        shown = self.conversation.message_ids.mail_message_id
        shown.with_user(self.ana).sudo()._message_reaction("👍", "add", self.ana.partner_id, self.env["mail.guest"])
        row = self.last_outgoing(self.conversation)
        self.refuse(131026, lambda: row)
        self.assertFalse(shown.reaction_ids)

    def test_retry_of_a_person(self):
        row = self.refuse(131026)
        self.env["wa.message"].search([]).submitted_at = False
        row.mail_message_id.with_user(self.ana).action_wa_retry()
        self.run_to_the_end()
        self.assertEqual(row.state, "delivered", row.error_text)
        self.assertFalse(self.contact.is_unreachable)
        on_phone = [m["text"] for m in self.phone_messages(self.ada) if m.get("on_phone")]
        self.assertEqual(on_phone, ["Good morning"])


@tagged("post_install", "-at_install", "wa")
class TestRefusedByOtherRoad(TestRefusedByStatus):
    """The same in the answer to the request (or by status, where the run has the answer)."""

    allow_inherited_tests_method = True
    by_other_road = True
