from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import WABA_ID, WaCase

FREE_MESSAGES, TEMPLATES = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING", "RESTRICTED_BIZ_INITIATED_MESSAGING"


@tagged("post_install", "-at_install", "wa")
class TestCountryRules(WaCase):
    """Where nothing, or no advertising, may be sent: data, by the number and by the id."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["wa.country.rule"].with_context(active_test=False).search([]).active = True
        cls.offer = cls._make_template("autumn_offer", "Only today", [], category="MARKETING")

    def code(self, kind="template", template=None, origin="bulk", **person):
        conversation = self.receive(self.inbound(**person))
        self.give_consent(conversation.contact_id)
        template = template or self.offer if kind == "template" else None
        return self.env["wa.gate"]._decide(conversation, kind, template, origin=origin).code

    def test_marketing_to_the_united_states_by_area_code(self):
        self.assertEqual(self.code(wa_id="12025550143", bsuid=None), "country_no_marketing")
        self.assertEqual(self.code(wa_id=None, bsuid="US.8001"), "country_no_marketing")
        for wa_id in ("14165550143", "18765550143", "17875550143"):  # Canada, Jamaica, Puerto Rico
            self.assertNotEqual(self.code(wa_id=wa_id, bsuid=None), "country_no_marketing", wa_id)
        self.assertNotEqual(self.code(wa_id=None, bsuid="CA.8002"), "country_no_marketing")

    def test_the_phone_says_more_than_the_id(self):
        self.assertNotEqual(self.code(wa_id="447700900123", bsuid="US.8003"), "country_no_marketing")

    def test_other_messages_to_the_united_states(self):
        self.assertEqual(self.code(template=self.template, wa_id="12025550144", bsuid=None), "")
        self.assertEqual(self.code(kind="free", origin="chat", wa_id="12025550145", bsuid=None), "")

    def test_countries_in_which_nobody_may_be_written_to(self):
        for person in (
            {"wa_id": "5351234567", "bsuid": None},
            {"wa_id": "989121234567", "bsuid": None},
            {"wa_id": "963944567890", "bsuid": None},
            {"wa_id": "8501921234567", "bsuid": None},
            {"wa_id": "79781234567", "bsuid": None},
            {"wa_id": None, "bsuid": "CU.8004"},
            {"wa_id": None, "bsuid": "IR.8005"},
        ):
            for kind in ("free", "template"):
                self.assertEqual(self.code(kind=kind, origin="chat", **person), "country_restricted", person)
        self.assertEqual(self.code(kind="free", origin="chat", wa_id="79161234567", bsuid=None), "")

    def test_every_rule_names_its_source(self):
        rules = self.env["wa.country.rule"].search([("company_id", "=", False)])
        self.assertGreaterEqual(len(rules), 8)
        for rule in rules:
            self.assertTrue(rule.source_url.startswith("https://"), rule.display_name)
            self.assertTrue(rule.note, rule.display_name)

    def test_managers_change_the_rules_and_that_counts_at_once(self):
        person = {"wa_id": "12025550146", "bsuid": None}
        self.assertEqual(self.code(**person), "country_no_marketing")
        rule = self.env.ref("crm_whatsapp.country_rule_us_marketing").with_user(self.lead_manager)
        rule.active = False
        self.assertEqual(self.code(**person), "")
        canada = (
            self.env["wa.country.rule"]
            .with_user(self.lead_manager)
            .create({"country_id": self.env.ref("base.ca").id, "what": "no_marketing"})
        )
        self.assertEqual(self.code(wa_id="14165550144", bsuid=None), "country_no_marketing")
        canada.unlink()
        self.assertEqual(self.code(wa_id="14165550144", bsuid=None), "")
        with self.assertRaises(AccessError):
            rule.with_user(self.ana).active = True

    def test_rule_of_one_company_is_not_the_others(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env["wa.country.rule"].create(
            {"country_id": self.env.ref("base.uk").id, "what": "no_business", "company_id": company.id}
        )
        self.assertEqual(self.code(kind="free", origin="chat", wa_id="447700900124", bsuid=None), "")

    def test_a_prefix_in_other_digits_and_of_another_spelling(self):
        """R34, R1: a prefix is typed in any script and holds for every spelling of a number."""
        rule = self.env["wa.country.rule"].create({"phone_prefix": "+٢٢٥ ٠٧", "what": "no_marketing"})
        self.assertEqual(rule.phone_prefix, "22507")
        company = self.account.company_id
        for wa_id, applies in (("22547000001", True), ("2250747000001", True), ("22505000001", False), (None, False)):
            found = rule._for("CI", wa_id, company)
            self.assertEqual("22507" in [one.prefix for one in found], applies, wa_id)

    def test_a_prefix_is_digits(self):
        rule = self.env["wa.country.rule"].create({"phone_prefix": "+1 (787)", "what": "no_marketing"})
        self.assertEqual(rule.phone_prefix, "1787")
        with self.assertRaisesRegex(ValidationError, "only digits"):
            rule.phone_prefix = "seven"
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.env["wa.country.rule"].create({"what": "no_marketing"})


@tagged("post_install", "-at_install", "wa")
class TestRestrictions(WaCase):
    """What WhatsApp restricts, it restricts until its end; several at once, each what it says."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana

    def notice(self, event="ACCOUNT_RESTRICTION", **value):
        self.store_webhook(
            {
                "object": "whatsapp_business_account",
                "entry": [{"id": WABA_ID, "changes": [{"field": "account_update", "value": {"event": event, **value}}]}],
            }
        )
        self.process_webhooks()

    def restrict(self, **ends):
        """Have WhatsApp restrict; hours until the end by kind, None: no end."""
        now = int(fields.Datetime.now().timestamp())
        self.notice(
            restriction_info=[
                {"restriction_type": kind, **({"expiration": now + hours * 3600} if hours is not None else {})}
                for kind, hours in ends.items()
            ]
        )

    def code(self, kind, template=None, hours=0):
        now = fields.Datetime.now() + timedelta(hours=hours)
        self.conversation.last_inbound_at = now
        return self.env["wa.gate"]._decide(self.conversation, kind, template, now=now).code

    def test_each_forbids_what_it_says_until_its_end(self):
        self.restrict(**{TEMPLATES: 24, FREE_MESSAGES: 48})
        self.assertEqual(self.code("template", self.template), "account_restricted")
        self.assertEqual(self.code("free"), "account_restricted")
        self.assertEqual(self.code("template", self.template, hours=25), "")
        self.assertEqual(self.code("free", hours=25), "account_restricted")
        self.assertEqual(self.code("free", hours=49), "")
        self.assertEqual(self.account.state, "connected", "it ends by itself")

    def test_utility_alone(self):
        self.restrict(RESTRICTED_UTILITY_TEMPLATES=24)
        self.assertEqual(self.code("template", self.template), "account_restricted")
        self.assertEqual(self.code("free"), "")
        offer = self._make_template("autumn_offer", "Only today", [], category="MARKETING")
        self.assertNotEqual(self.code("template", offer), "account_restricted")

    def test_a_later_notice_adds_and_does_not_shorten(self):
        self.restrict(**{TEMPLATES: 48})
        self.restrict(RESTRICTED_UTILITY_TEMPLATES=24)
        self.assertEqual(self.code("template", self.template, hours=30), "account_restricted")
        self.assertIn("no templates may be sent", self.account.restriction_note)
        self.assertIn("no templates of the category Utility", self.account.restriction_note)

    def test_without_an_end_it_holds_until_whatsapp_or_a_person_says_otherwise(self):
        self.restrict(**{TEMPLATES: None})
        self.assertEqual(self.code("template", self.template, hours=24 * 365), "account_restricted")
        self.notice("DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"})
        self.assertEqual(self.code("template", self.template), "")
        self.restrict(**{TEMPLATES: None, FREE_MESSAGES: 1})
        with self.assertRaises(AccessError):
            self.account.with_user(self.ana).action_lift_restrictions()
        self.account.with_user(self.admin_user).action_lift_restrictions()
        self.assertEqual((self.code("template", self.template), self.account.restriction_note), ("", False))

    def test_what_the_gate_does_not_know_is_shown_and_forbids_nothing(self):
        self.restrict(RESTRICTED_ADD_PHONE_NUMBER_ACTION=24)
        self.assertEqual((self.code("free"), self.code("template", self.template)), ("", ""))
        self.assertIn("no phone numbers may be added", self.account.restriction_note)


@tagged("post_install", "-at_install", "wa")
class TestBlock(WaCase):
    """The business itself decides not to write to somebody."""

    def setUp(self):
        super().setUp()
        self.ana.lang = self.lead_manager.lang = "en_US"
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.contact = self.conversation.contact_id

    def test_blocked_gets_nothing_and_the_thread_says_who_did_it(self):
        self.contact.with_user(self.lead_manager).action_block()
        self.assertTrue(self.contact.is_blocked)
        note = self.conversation.channel_id.message_ids[0]
        self.assertIn(self.lead_manager.name, note.body)
        self.assertTrue(note.subtype_id.internal)
        with self.assertRaisesRegex(UserError, "blocked"):
            self.reply(self.ana, self.conversation, "x")
        outcome = self.template._send_in_conversation(self.conversation, self.conversation.lead_id, "manual", {"body.2": "9"})
        self.assertEqual(outcome.code, "contact_blocked")
        self.assertEqual(self.env["wa.gate"]._explain(self.conversation, "free")["code"], "contact_blocked")

    def test_unblocked_gets_messages_again(self):
        self.contact.with_user(self.lead_manager).action_block()
        self.contact.with_user(self.lead_manager).action_unblock()
        self.assertEqual(self.reply(self.ana, self.conversation, "Back").wa_message_ids.state, "queued")

    def test_blocked_people_can_still_write(self):
        self.contact.is_blocked = True
        self.receive(self.inbound("Please"))
        self.assertIn("Please", self.conversation.message_ids.mapped("preview"))

    def test_salespeople_do_not_decide(self):
        for action in ("action_block", "action_unblock"):
            with self.assertRaises(AccessError):
                getattr(self.contact.with_user(self.ana), action)()
        with self.assertRaises(AccessError):
            self.contact.with_user(self.lead_manager).write({"is_blocked": True})

    def test_block_survives_joining_two_contacts(self):
        other = self.receive(self.inbound(wa_id="12025550188", bsuid=None)).contact_id
        other.is_blocked = True
        self.contact._merge(other)
        self.assertTrue(self.contact.is_blocked)
