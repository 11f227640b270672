from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ...models.outbox.claim import ask_gate
from ..common import WaSandboxCase


@tagged("post_install", "-at_install", "wa")
class TestFrequency(WaSandboxCase):
    """No customer gets more templates of a purpose than the account allows, whoever sends them."""

    def setUp(self):
        super().setUp()
        self.account.write({"marketing_cap": 2, "marketing_cap_days": 7, "utility_cap": 0})
        self.offer = self._make_template("autumn_offer", "Only today", [], category="MARKETING")
        self.notice = self._make_template("order_moves", "It is on its way", [])
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.lead = self.conversation.lead_id
        self.give_consent(self.conversation.contact_id)

    def send(self, records=None, template=None, origin="bulk"):
        return (template or self.offer)._send_to_records(records or self.lead, origin=origin)

    def codes(self, outcomes):
        return [outcome.code or outcome.status for outcome in outcomes]

    def test_one_too_many_is_refused(self):
        self.assertEqual(self.codes(self.send() + self.send() + self.send()), ["queued", "queued", "frequency_cap"])

    def test_people_are_limited_too(self):
        self.send()
        self.send()
        outcome = self.offer._send_in_conversation(self.conversation, self.lead, "manual")
        self.assertEqual(outcome.code, "frequency_cap")

    def test_other_purposes_do_not_count(self):
        for _ in range(3):
            self.assertEqual(self.codes(self.send(template=self.notice)), ["queued"])
        self.assertEqual(self.codes(self.send()), ["queued"])

    def test_utility_has_a_limit_a_day_of_its_own(self):
        self.account.utility_cap = 1
        first = self.send(template=self.notice)[0].message
        self.assertEqual(self.codes(self.send(template=self.notice)), ["frequency_cap"])
        first.write({"state": "delivered", "sent_at": fields.Datetime.now() - timedelta(hours=25)})
        self.assertEqual(self.codes(self.send(template=self.notice)), ["queued"])

    def test_only_what_arrives_counts_and_only_lately(self):
        rows = self.env["wa.message"].union(*[outcome.message for outcome in self.send() + self.send()])
        for state, counts in (
            ("queued", True), ("sending", True), ("unknown", True), ("sent", True), ("delivered", True), ("read", True),
            ("played", True), ("failed", False), ("cancelled", False),
        ):  # fmt: skip
            rows.state = state
            decision = self.env["wa.gate"]._decide(self.conversation, "template", self.offer, origin="bulk")
            self.assertEqual(decision.code == "frequency_cap", counts, state)
        rows.write({"state": "read", "sent_at": fields.Datetime.now() - timedelta(days=7, minutes=1)})
        self.assertTrue(self.env["wa.gate"]._decide(self.conversation, "template", self.offer, origin="bulk").allowed)
        rows.write({"sent_at": fields.Datetime.now() - timedelta(days=6, hours=23)})
        self.assertFalse(self.env["wa.gate"]._decide(self.conversation, "template", self.offer, origin="bulk").allowed)

    def test_template_that_changed_its_category_counts_as_what_it_was(self):
        self.send()
        self.send()
        self.offer.sudo().with_context(wa_from_meta=True).category = "UTILITY"
        other = self._make_template("winter_offer", "Snow", [], category="MARKETING")
        self.assertEqual(self.codes(self.send(template=other)), ["frequency_cap"])

    def test_all_numbers_of_the_business_count_together(self):
        other = self.env["wa.number"].create(
            {"name": "Second", "account_id": self.account.id, "phone_number_id": "900000000000102"}
        )
        self.send()
        self.offer._send_to_records(self.lead, number=other, origin="bulk")
        self.assertEqual(self.env["wa.message"].search([("template_id", "=", self.offer.id)]).number_id, self.number | other)
        self.assertEqual(self.codes(self.send()), ["frequency_cap"])

    def test_two_leads_of_one_person_in_one_call(self):
        self.account.marketing_cap = 1
        second = self.lead.copy({"partner_id": self.lead.partner_id.id})
        self.assertEqual(self.codes(self.send(self.lead | second)), ["queued", "frequency_cap"])

    def test_two_leads_of_one_person_in_two_chunks(self):
        self.account.marketing_cap = 1
        second = self.lead.copy({"partner_id": self.lead.partner_id.id})
        with patch("odoo.addons.crm_whatsapp.models.outbox.wa_sending.CHUNK", 1):
            self.assertEqual(self.codes(self.send(self.lead | second)), ["queued", "frequency_cap"])

    def test_a_record_that_is_refused_for_another_reason_takes_nobodys_place(self):
        self.account.marketing_cap = 1
        second = self.lead.copy({"partner_id": self.lead.partner_id.id, "name": "Second"})
        template = self._make_template(
            "named_offer", "{{1}} for you today", [("1", "description", False)], category="MARKETING"
        )
        second.description = "Snow"
        self.lead.description = False
        self.assertEqual(self.codes(self.send(self.lead | second, template)), ["template_incomplete", "queued"])

    def send_two_the_sandbox_knows(self):
        self.template.category = "MARKETING"
        return [
            self.template._send_to_records(self.lead, origin="bulk", overrides={"body.2": "9"})[0].message for _ in range(2)
        ]

    def test_waiting_messages_do_not_count_themselves(self):
        rows = self.send_two_the_sandbox_knows()
        self.run_sender()
        self.run_sender()
        self.assertEqual([row.state for row in rows], ["sent", "sent"])

    def test_of_two_that_wait_the_first_leaves_when_the_limit_was_lowered(self):
        rows = self.send_two_the_sandbox_knows()
        self.account.marketing_cap = 1
        self.run_sender()
        self.run_sender()
        self.assertEqual([row.state for row in rows], ["sent", "failed"])
        self.assertEqual(rows[1].error_code, "frequency_cap")

    def test_a_first_one_that_is_refused_makes_room_for_the_second(self):
        """Both claimed together, from two numbers' conversations with one person: asked in one batch."""
        first, second = [outcome.message for outcome in self.send() + self.send()]
        self.account.marketing_cap = 1
        paused = self._make_template("paused_offer", "Paused", [], category="MARKETING", status="PAUSED")
        first.template_id = paused
        allowed = ask_gate(first | second)
        self.assertEqual((first.state, first.error_code), ("failed", "template_paused"))
        self.assertEqual(allowed, second)

    def test_one_query_for_many_recipients(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {i}", "phone": f"+120255501{i:02}"} for i in range(60, 90)]
        )
        leads = self.env["crm.lead"].create([{"name": partner.name, "partner_id": partner.id} for partner in partners])
        for conversation in leads._wa_find_conversations(self.account).values():
            self.give_consent(conversation.contact_id)
        gate = type(self.env["wa.gate"])
        for call in (lambda: self.send(leads), lambda: ask_gate(self.env["wa.message"].search([("state", "=", "queued")]))):
            with patch.object(gate, "_read_frequency", autospec=True, side_effect=gate._read_frequency) as read:
                call()
            self.assertEqual([len(contacts) for (_gate, contacts, *_more), _kwargs in read.call_args_list], [30])

    def test_impossible_limits_are_refused_with_words(self):
        for values in ({"marketing_cap": -1}, {"utility_cap": -1}, {"marketing_cap_days": 0}, {"marketing_cap_days": 91}):
            with self.assertRaisesRegex(ValidationError, r"limit", msg=values), self.cr.savepoint():
                self.account.write(values)
