import time

from odoo.tests import tagged

from ..common import WaCase

PHONE, WA_ID, BSUID = "+12025550143", "12025550143", "US.1000200030004"


@tagged("post_install", "-at_install", "wa")
class TestIdentity(WaCase):
    """One person is one contact, whatever WhatsApp called them first; two people never become one."""

    def write_to_phone(self):
        """Write to the number of a lead, as a salesperson who does not know more; returns the message."""
        lead = self.env["crm.lead"].create(
            {
                "name": "From the fair",
                "partner_name": "Ada",
                "phone": PHONE,
                "team_id": self.team.id,
                "expected_revenue": 100,
            }
        )
        [outcome] = self.template._send_to_records(lead)
        self.assertEqual(outcome.status, "queued", outcome.reason)
        outcome.message.write({"state": "sending", "wamid": "wamid.OUT"})
        return outcome.message

    def status_of(self, message, status="delivered", wa_id=WA_ID, bsuid=BSUID):
        frame = {
            "id": message.wamid,
            "status": status,
            "timestamp": str(int(time.time())),
            "biz_opaque_callback_data": message.uuid,
        }
        if wa_id:
            frame["recipient_id"] = wa_id
        if bsuid:
            frame["recipient_user_id"] = bsuid
        return frame

    def system(self, change, **ids):
        """A message of WhatsApp itself about a person's ids."""
        frame = {
            "id": f"wamid.SYS.{time.monotonic_ns()}",
            "timestamp": str(int(time.time())),
            "type": "system",
            "system": {"type": change, "body": "changed", **ids},
        }
        return self.payload_of(messages=[frame])

    def contacts(self):
        return self.env["wa.contact"].search([("portfolio_key", "=", self.account._get_portfolio_key())])

    # ------------------------------------------------------------ one person

    def test_status_that_names_both_ids_joins_the_two_contacts(self):
        hidden = self.receive(self.inbound("I hide my number", wa_id=None))
        row = self.write_to_phone()
        known_partners = hidden.partner_id | row.contact_id.partner_id
        self.assertEqual(len(self.contacts()), 2)
        self.assertEqual(len(known_partners), 2)
        inbound_message = hidden.message_ids.mail_message_id

        self.store_webhook(self.payload_of(statuses=[self.status_of(row)]))
        self.process_webhooks()

        self.assertEqual(row.state, "delivered", "the status itself is not lost")
        contact = self.contacts()
        self.assertEqual((contact.wa_id, contact.bsuid), (WA_ID, BSUID))
        conversation = contact.conversation_ids
        self.assertEqual(len(conversation), 1)
        self.assertEqual(len(conversation.message_ids), 2, "what both had said is kept")
        self.assertEqual(inbound_message.res_id, conversation.channel_id.id, "and stands in one thread")
        self.assertTrue(conversation.window_until, "the customer's message keeps the window open")
        self.assertTrue(conversation.lead_id)
        for partner in known_partners:
            self.assertTrue(partner.exists())
            self.assertIn("the same person", partner.message_ids[0].body)

    def test_message_that_names_both_ids_joins_the_two_contacts(self):
        hidden = self.receive(self.inbound("I hide my number", wa_id=None))
        row = self.write_to_phone()
        conversation = self.receive(self.inbound("Now you see it"))
        self.assertEqual(self.contacts(), hidden.contact_id)
        self.assertEqual(row.conversation_id, conversation)
        self.assertEqual(len(conversation.message_ids), 3)

    def test_joined_contacts_leave_the_other_statuses_of_their_webhook_alone(self):
        self.receive(self.inbound("I hide my number", wa_id=None))
        row = self.write_to_phone()
        other = self.receive(self.inbound("Hi", wa_id="447700900123", bsuid="GB.7", name="Bo"))
        reply = self.reply(self.ana, other, "Hello").wa_message_ids
        reply.write({"state": "sending", "wamid": "wamid.BO"})
        self.store_webhook(
            self.payload_of(statuses=[self.status_of(row), self.status_of(reply, wa_id="447700900123", bsuid="GB.7")])
        )
        self.process_webhooks()
        self.assertEqual((row.state, reply.state), ("delivered", "delivered"))

    def test_answer_after_joining_goes_to_the_one_person(self):
        self.receive(self.inbound("I hide my number", wa_id=None))
        row = self.write_to_phone()
        self.store_webhook(self.payload_of(statuses=[self.status_of(row)]))
        self.process_webhooks()
        conversation = self.contacts().conversation_ids
        answer = self.reply(self.ana, conversation, "There you are").wa_message_ids
        self.assertEqual(answer._prepare_request()["to"], PHONE)

    def test_wish_to_get_no_marketing_survives_joining(self):
        hidden = self.receive(self.inbound("Stop that", wa_id=None))
        hidden.contact_id.opted_out_marketing = True
        row = self.write_to_phone()
        self.store_webhook(self.payload_of(statuses=[self.status_of(row)]))
        self.process_webhooks()
        self.assertTrue(self.contacts().opted_out_marketing)

    def test_people_meet_in_one_webhook(self):
        """Both messages of one webhook are kept when the second shows who wrote the first."""
        self.receive(self.inbound("I hide my number", wa_id=None))
        payload = self.inbound("from the phone alone", bsuid=None, wamid="wamid.1")
        payload["entry"] += self.inbound("with both", wamid="wamid.2")["entry"]
        self.receive(payload)
        rows = self.env["wa.message"].search([("wamid", "in", ("wamid.1", "wamid.2"))])
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows.contact_id, self.contacts())

    # ------------------------------------------------------------ two people

    def test_new_owner_of_a_number_gets_neither_history_nor_partner(self):
        first = self.receive(self.inbound("Old owner", bsuid="US.OLD", name="Old Owner"))
        second = self.receive(self.inbound("New owner", bsuid="US.NEW", name="New Owner"))
        self.assertNotEqual(first.contact_id, second.contact_id)
        self.assertNotEqual(first.partner_id, second.partner_id)
        self.assertNotEqual(first.lead_id, second.lead_id)
        reply = self.reply(self.ana, first, "Still there?").wa_message_ids
        request = reply._prepare_request()
        self.assertEqual(request.get("recipient"), "US.OLD", "the old owner is not written to at the number")
        self.assertNotIn("to", request)

    def test_status_about_a_new_owner_takes_nobodys_number(self):
        conversation = self.receive(self.inbound("Mine", bsuid="US.OWNER"))
        row = self.reply(self.ana, conversation, "Hello").wa_message_ids
        row.write({"state": "sending", "wamid": "wamid.OUT"})
        other = self.receive(self.inbound("Other", wa_id="447700900123", bsuid="GB.7", name="Bo"))
        self.store_webhook(self.payload_of(statuses=[self.status_of(row, wa_id="447700900123", bsuid="US.OWNER")]))
        self.process_webhooks()
        self.assertEqual(row.state, "delivered")
        self.assertEqual(other.contact_id.wa_id, "447700900123")
        self.assertEqual(conversation.contact_id.wa_id, WA_ID)

    # --------------------------------------------------------- changes of ids

    def test_new_id_without_its_number_clears_the_old_number(self):
        conversation = self.receive(self.inbound("before", bsuid="US.OLD"))
        self.receive(self.system("user_changed_user_id", user_id="US.FRESH", previous_user_id="US.OLD"))
        contact = conversation.contact_id
        self.assertEqual((contact.bsuid, contact.wa_id, contact.phone_key), ("US.FRESH", False, False))
        reply = self.reply(self.ana, conversation, "Hello").wa_message_ids
        self.assertEqual(reply._prepare_request().get("recipient"), "US.FRESH")
        self.assertIn("US.FRESH", conversation.partner_id.message_ids[0].body)

    def test_new_id_with_its_number_takes_both(self):
        conversation = self.receive(self.inbound("before", bsuid="US.OLD"))
        self.receive(self.system("user_changed_number", user_id="US.FRESH", previous_user_id="US.OLD", wa_id="12025550199"))
        self.assertEqual(conversation.contact_id.bsuid, "US.FRESH")
        self.assertEqual(conversation.contact_id.wa_id, "12025550199")

    # ----------------------------------------------------------------- leads

    def test_lead_of_a_form_is_continued(self):
        """A lead with a phone number and nobody behind it is that customer's lead."""
        lead = self.env["crm.lead"].create(
            {"name": "Web form", "contact_name": "Ada", "phone": "+1 202-555-0143", "team_id": self.team.id}
        )
        self.assertFalse(lead.partner_id)
        conversation = self.receive(self.inbound())
        self.assertEqual(conversation.lead_id, lead)
        self.assertEqual(lead.partner_id, conversation.partner_id)

    def test_several_open_leads_of_one_number(self):
        """The newest of the number's team is continued, the others are shown, and what a person chooses stays."""
        customer, other = self.env["res.partner"].create(
            [{"name": "Ada", "phone": PHONE}, {"name": "Ada's shop", "phone": PHONE, "is_company": True}]
        )
        lead = {"partner_id": customer.id, "team_id": self.team.id}
        first, second, _lost, foreign, of_shop = self.env["crm.lead"].create(
            [
                {"name": "First", **lead},
                {"name": "Second", **lead},
                {"name": "Lost", **lead},
                {"name": "Other team", **lead, "team_id": self.other_team.id},
                {"name": "Of the shop", **lead, "partner_id": other.id},
            ]
        )
        _lost.action_set_lost()
        conversation = self.receive(self.inbound())
        self.assertEqual((conversation.partner_id, conversation.lead_id), (customer, second))
        self.assertEqual(conversation.other_lead_ids.ids, (first | foreign | of_shop).ids)
        conversation.with_user(self.lead_manager).lead_id = of_shop
        self.receive(self.inbound("Again"))
        self.assertEqual(conversation.lead_id, of_shop)
        of_shop.action_set_lost()
        self.receive(self.inbound("And again"))
        self.assertEqual(conversation.lead_id, second)

    def test_lead_of_a_form_is_continued_in_the_other_spelling_of_the_number(self):
        lead = self.env["crm.lead"].create({"name": "Web form", "phone": "+55 11 98765-4321", "team_id": self.team.id})
        conversation = self.receive(self.inbound(wa_id="551187654321", bsuid=None))
        self.assertEqual(conversation.lead_id, lead)
        self.assertEqual(self.env["crm.lead"].search_count([("partner_id", "=", conversation.partner_id.id)]), 1)
