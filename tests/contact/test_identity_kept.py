import time

from odoo.tests import tagged

from ..common import WaCase

PHONE, WA_ID, BSUID = "+12025550143", "12025550143", "US.1000200030004"


@tagged("post_install", "-at_install", "wa")
class TestIdentityKept(WaCase):
    """Deleted customers come back with their next message; joining keeps the work of people."""

    def test_deleted_customer_has_a_name_again(self):
        conversation = self.receive(self.inbound("Hello"))
        conversation.lead_id.unlink()
        conversation.partner_id.unlink()
        self.assertFalse(conversation.contact_id.partner_id)
        self.receive(self.inbound("Me again"))
        partner = conversation.partner_id
        self.assertEqual((partner.name, partner.wa_is_source), ("Ada Example", True))
        self.assertEqual(conversation.contact_id.partner_id, partner)
        self.assertEqual(conversation.message_ids[:1].mail_message_id.author_id, partner)
        self.assertEqual(conversation.lead_id.partner_id, partner)

    def test_deleted_customer_is_found_by_phone(self):
        conversation = self.receive(self.inbound("Hello"))
        conversation.partner_id.unlink()
        known = self.env["res.partner"].create({"name": "Ada of the card file", "phone": PHONE})
        self.receive(self.inbound("Me again"))
        self.assertEqual(conversation.partner_id, known)

    def test_joining_keeps_what_a_person_has_to_decide(self):
        """R29: a question that waits for a person, and machines that were stopped, stay so."""
        kept = self.receive(self.inbound("Hello"))
        other = self.receive(self.inbound("Enough of this", wa_id="12025550188", bsuid="US.ALSO.ME"))
        row = other.message_ids[:1]
        self.env["wa.optout"]._note_request(row)
        other.machine_since = "2026-01-01 00:00:00"
        activity = other.stop_activity_id
        self.assertTrue(activity)
        kept._merge(other)
        self.assertEqual((kept.stop_request_id, kept.stop_activity_id), (row, activity))
        self.assertTrue(kept.machine_since)

    def test_joining_keeps_the_lead_that_people_made(self):
        stranger = self.receive(self.inbound("I hide my number", wa_id=None))
        stranger.user_id = self.ana
        made_by_message = stranger.lead_id
        self.assertTrue(made_by_message)
        lead = self.env["crm.lead"].create(
            {
                "name": "From the fair",
                "partner_name": "Ada",
                "phone": PHONE,
                "team_id": self.team.id,
                "user_id": self.ben.id,
                "expected_revenue": 100,
            }
        )
        [outcome] = self.template._send_to_records(lead)
        outcome.message.write({"state": "sending", "wamid": "wamid.OUT"})
        status = {
            "id": "wamid.OUT",
            "status": "delivered",
            "timestamp": str(int(time.time())),
            "recipient_id": WA_ID,
            "recipient_user_id": BSUID,
        }
        self.store_webhook(self.payload_of(statuses=[status]))
        self.process_webhooks()
        contact = self.env["wa.contact"].search([("bsuid", "=", BSUID)])
        self.assertEqual(contact.wa_id, WA_ID, "the two are one person now")
        [conversation] = contact.conversation_ids
        self.assertEqual(conversation.lead_id, lead)
        self.assertEqual(conversation.user_id, self.ben)
        self.assertTrue(made_by_message.exists())
