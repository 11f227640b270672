from odoo.tests import tagged

from ..common import WaHttpCase

#: Today's number, the digits an older account keeps, and how people wrote the number before the change.
CHANGED = (
    ("+225 07 47 00 00 01", "22547000001", "+225 47 00 00 01"),
    ("+225 05 05 00 00 02", "22505000002", "00225 05 00 00 02"),
    ("+225 01 01 00 00 03", "22501000003", "+225 01000003"),
    ("+229 01 97 00 00 01", "22997000001", "+229 97 00 00 01"),
    ("+241 66 11 11 11", "24106111111", "+241 06 11 11 11"),
    ("+237 6 77 00 00 01", "23777000001", "+237 77 00 00 01"),
    ("+84 70 234 56 78", "841202345678", "+84 120 234 5678"),
)


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestIdentityNumbering(WaHttpCase):
    """R1: a customer who writes under the digits of before a change of numbering is the customer we know."""

    def hear(self, wa_id, text="Bonjour", **vals):
        self.assertEqual(self.post_webhook(self.inbound(text, wa_id=wa_id, bsuid=None, **vals)).status_code, 200)
        self.process_webhooks()
        return self.env["wa.message"].search([("direction", "=", "in"), ("text", "=", text)], limit=1).conversation_id

    def lead_of(self, phone, **vals):
        return self.env["crm.lead"].create({"name": "From the fair", "team_id": self.team.id, "phone": phone, **vals})

    def test_known_customer_and_lead_are_continued(self):
        """R1"""
        for phone, wa_id, _former in CHANGED:
            with self.subTest(phone):
                customer = self.env["res.partner"].create({"name": "Awa", "phone": phone})
                lead = self.lead_of(phone, partner_id=customer.id)
                conversation = self.hear(wa_id, f"from {wa_id}")
                self.assertEqual((conversation.partner_id, conversation.lead_id), (customer, lead))
                reply = self.reply(self.ana, conversation, "Bonjour").wa_message_ids
                self.assertEqual(reply._prepare_request()["to"], "+" + wa_id, "the answer goes to the id that wrote")

    def test_customer_whose_number_was_typed_before_the_change(self):
        """R1: the former spelling is stored with us, and the customer writes under today's digits or the old ones."""
        for phone, wa_id, former in CHANGED:
            now = "".join(filter(str.isdigit, phone))
            for spelling in (wa_id, now):
                with self.subTest(former, spelling=spelling), self.env.cr.savepoint():
                    customer = self.env["res.partner"].create({"name": "Awa", "phone": former})
                    lead = self.lead_of(former)
                    conversation = self.hear(spelling, f"{former} from {spelling}")
                    self.assertEqual((conversation.partner_id, conversation.lead_id), (customer, lead))
                    customer.phone = lead.phone = False
                    conversation.contact_id.write({"wa_id": "1202555" + str(1000 + conversation.id), "phone_key": False})

    def test_both_spellings_are_one_contact_and_answers_follow_the_last(self):
        """R1"""
        first = self.hear("22997000001", "from the old account")
        self.assertEqual(self.hear("2290197000001", "from the new one"), first)
        reply = self.reply(self.ana, first, "Bonjour").wa_message_ids
        self.assertEqual(reply._prepare_request()["to"], "+2290197000001")

    def test_lead_of_a_form_without_customer(self):
        """R1"""
        lead = self.lead_of("97 00 00 01", country_id=self.env.ref("base.bj").id)
        self.assertFalse(lead.partner_id)
        self.assertEqual(self.hear("22997000001").lead_id, lead)

    def test_we_write_first_and_the_old_account_answers(self):
        """R1: a template goes to today's number; who answers under the old digits is the same person."""
        lead = self.lead_of("+229 01 97 00 00 01", partner_name="Koffi", expected_revenue=100)
        [outcome] = self.template._send_to_records(lead)
        self.assertEqual(outcome.status, "queued", outcome.reason)
        conversation = self.hear("22997000001")
        self.assertEqual(conversation, outcome.message.conversation_id)
        self.assertEqual(conversation.contact_id.wa_id, "22997000001")

    def test_other_people_stay_other_people(self):
        """R1: the same eight digits behind another operator's prefix are somebody else."""
        other = self.env["res.partner"].create({"name": "Other", "phone": "+225 05 47 00 00 01"})
        self.assertNotEqual(self.hear("22547000001").partner_id, other)

    def test_stop_of_an_old_account_is_on_the_blacklist_as_core_writes_numbers(self):
        """R1: core knows today's spelling only."""
        self.hear("22997000001", "Salut")
        conversation = self.hear("22997000001", "STOP")
        self.assertEqual(conversation.consent_service, "withdrawn")
        self.assertTrue(self.env["phone.blacklist"].search([("number", "=", "+2290197000001")]))

    def test_update_joins_who_was_two(self):
        """R1: contacts stored before the update get today's key; two of one number are joined."""
        contacts = self.env["wa.contact"]
        key = self.account._get_portfolio_key()
        old, new, alone = contacts.create(
            [
                {"portfolio_key": key, "wa_id": "22547000001", "phone_key": "22547000001", "profile_name": "Awa"},
                {"portfolio_key": key, "wa_id": "2250747000001", "phone_key": "2250747000001"},
                {"portfolio_key": key, "wa_id": "22997000001", "phone_key": "22997000001"},
            ]
        )
        for contact in (old, new):
            contact._link_partner(self.account.company_id)
        conversations = self.env["wa.conversation"]._ensure_all([(self.number, old), (self.number, new)])
        conversations[self.number.id, old.id].last_inbound_at = "2026-01-02 10:00:00"
        conversations[self.number.id, new.id].last_inbound_at = "2026-01-01 10:00:00"
        partner = self.env["res.partner"].create({"name": "Typed before", "phone": "+229 97 00 00 01"})
        self.env.cr.execute("UPDATE res_partner SET phone_sanitized = NULL WHERE id = %s", [partner.id])
        partner.invalidate_recordset(["phone_sanitized"])

        contacts._renew_phone_keys()
        self.env["res.partner"]._wa_renew_former_numbers()

        [kept] = (old | new).exists()
        self.assertEqual((kept.phone_key, kept.wa_id), ("2250747000001", "22547000001"), "the id that wrote last")
        self.assertEqual(len(kept.conversation_ids), 1)
        self.assertEqual(alone.phone_key, "2290197000001")
        self.assertEqual(partner.phone_sanitized, "+2290197000001")

    def test_update_leaves_two_people_two(self):
        """R1: WhatsApp said that they are two; the number is whose who wrote last."""
        key = self.account._get_portfolio_key()
        old, new = self.env["wa.contact"].create(
            [
                {"portfolio_key": key, "wa_id": "22547000001", "phone_key": "22547000001", "bsuid": "CI.1"},
                {"portfolio_key": key, "wa_id": "2250747000001", "phone_key": "2250747000001", "bsuid": "CI.2"},
            ]
        )
        self.env["wa.contact"]._renew_phone_keys()
        self.assertEqual((old.bsuid, old.wa_id), ("CI.1", False))
        self.assertEqual((new.bsuid, new.phone_key), ("CI.2", "2250747000001"))
