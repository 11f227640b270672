from collections import Counter
from unittest.mock import patch

from odoo.tests import tagged

from ..common import PHONE_NUMBER_ID, WaCase


@tagged("post_install", "-at_install", "wa")
class TestFirstContacts(WaCase):
    """Many new people in one batch: together, and each as if they had come alone."""

    def write_all(self, *people):
        """Let people write, all in one batch; returns their rows in order."""
        for number, person in enumerate(people):
            self.store_webhook(self.inbound(f"Hello {number}", wamid=f"wamid.FIRST{number}", **person))
        self.process_webhooks()
        rows = self.env["wa.message"].search([("wamid", "like", "wamid.FIRST%")], order="id")
        self.assertEqual(len(rows), len(people))
        return rows

    def person(self, number, **vals):
        return {"wa_id": f"120255501{number:02}", "bsuid": f"US.{number}", "name": f"Person {number}", **vals}

    def test_each_gets_partner_conversation_lead_and_an_owner_in_turn(self):
        rows = self.write_all(*[self.person(number) for number in range(40, 50)])
        conversations = rows.conversation_id
        for model, records in (
            ("conversation", conversations),
            ("contact", conversations.contact_id),
            ("channel", conversations.channel_id),
            ("partner", conversations.partner_id),
            ("lead", conversations.lead_id),
        ):
            self.assertEqual(len(records), 10, model)
        self.assertEqual(rows.lead_id, conversations.lead_id)
        self.assertEqual(Counter(conversation.user_id.name for conversation in conversations), {"Ana": 5, "Ben": 5})
        for conversation in conversations:
            self.assertEqual(conversation.channel_id.channel_partner_ids, conversation.user_id.partner_id)
            self.assertEqual(conversation.lead_id.user_id, conversation.user_id)
            self.assertEqual(conversation.lead_id.partner_id, conversation.partner_id)
            self.assertFalse(conversation.channel_id.uuid)
            self.assertEqual(conversation.company_id, self.number.company_id)

    def test_they_are_made_together(self):
        made = []
        create = type(self.env["crm.lead"]).create

        def count(model, vals_list):
            made.append(len(vals_list))
            return create(model, vals_list)

        with patch.object(type(self.env["crm.lead"]), "create", count):
            self.write_all(*[self.person(number) for number in range(40, 50)])
        self.assertEqual(made, [10])

    def test_one_person_who_writes_twice_is_one(self):
        rows = self.write_all(self.person(40), self.person(41), self.person(40))
        self.assertEqual(len(rows.conversation_id), 2)
        self.assertEqual(len(rows.lead_id), 2)

    def test_a_number_with_two_owners_is_two_people(self):
        rows = self.write_all(self.person(40), self.person(40, bsuid="US.NEW"))
        former, now = rows.conversation_id.contact_id.sorted("id")
        self.assertEqual((former.bsuid, former.wa_id), ("US.40", False))
        self.assertEqual((now.bsuid, now.wa_id), ("US.NEW", "12025550140"))
        self.assertNotEqual(former.partner_id, now.partner_id, "the former owner's customer is not theirs")

    def test_id_first_and_phone_later_in_one_batch_is_one_person(self):
        rows = self.write_all(self.person(40, wa_id=None), self.person(40))
        [contact] = rows.conversation_id.contact_id
        self.assertEqual((contact.bsuid, contact.wa_id), ("US.40", "12025550140"))

    def test_partners_we_have_are_found_people_before_companies(self):
        partners = self.env["res.partner"].create(
            [
                {"name": "Shop", "phone": "+12025550140", "is_company": True},
                {"name": "Ada", "phone": "+12025550140"},
                {"name": "Grace", "phone": "+12025550141"},
            ]
        )
        rows = self.write_all(self.person(40), self.person(41), self.person(42))
        found = [row.conversation_id.partner_id for row in rows]
        self.assertEqual(found[:2], [partners[1], partners[2]])
        self.assertEqual(found[2].name, "Person 42")

    def test_open_leads_are_continued_each_by_its_own_customer(self):
        partner = self.env["res.partner"].create({"name": "Ada", "phone": "+12025550140"})
        by_partner, by_phone = self.env["crm.lead"].create(
            [
                {"name": "Of Ada", "partner_id": partner.id, "team_id": self.team.id},
                {"name": "From a form", "phone": "+12025550141", "team_id": self.team.id},
            ]
        )
        rows = self.write_all(self.person(40), self.person(41), self.person(42))
        self.assertEqual([row.lead_id for row in rows[:2]], [by_partner, by_phone])
        self.assertEqual(by_phone.partner_id, rows[1].conversation_id.partner_id)
        self.assertNotIn(rows[2].lead_id, by_partner | by_phone)

    def test_a_customer_who_writes_to_two_numbers_has_one_lead(self):
        other = self.number.copy({"phone_number_id": "900000000000199", "name": "Second"})
        body = self.inbound("There", wamid="wamid.FIRST9", **self.person(40))
        value = body["entry"][0]["changes"][0]["value"]
        self.assertEqual(value["metadata"]["phone_number_id"], PHONE_NUMBER_ID)
        value["metadata"]["phone_number_id"] = other.phone_number_id
        self.store_webhook(body)
        self.store_webhook(self.inbound("Here", wamid="wamid.FIRST8", **self.person(40)))
        self.process_webhooks()
        conversations = self.env["wa.conversation"].search([("contact_id.bsuid", "=", "US.40")])
        self.assertEqual(conversations.number_id, self.number | other)
        self.assertEqual(len(conversations.lead_id), 1)
