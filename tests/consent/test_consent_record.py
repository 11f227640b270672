from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import new_test_user, tagged

from ...models.outbox.claim import ask_gate
from ...tools.webhook.events import Person
from ..common import WaCase


@tagged("post_install", "-at_install", "wa", "wa_consent")
class TestConsentState(WaCase):
    """What holds now is derived from rows that nobody changes."""

    def setUp(self):
        super().setUp()
        self.account.consent_policy = "all"
        self.conversation = self.receive(self.inbound())
        self.contact = self.conversation.contact_id
        self.now = fields.Datetime.now()

    def states(self):
        self.conversation.invalidate_recordset()
        return self.conversation.consent_service, self.conversation.consent_marketing

    def test_latest_moment_decides_whatever_is_written_first(self):
        for hours, action in ((3, "granted"), (1, "withdrawn"), (2, "granted")):
            self.give_consent(self.contact, action=action, at=self.now - timedelta(hours=hours))
        self.assertEqual(self.states()[1], "withdrawn")

    def test_later_row_decides_between_two_of_one_moment(self):
        self.give_consent(self.contact, action="granted", at=self.now)
        self.give_consent(self.contact, action="withdrawn", at=self.now)
        self.assertEqual(self.states()[1], "withdrawn")

    def test_future_is_cut_to_now(self):
        row = self.give_consent(self.contact, at=self.now + timedelta(days=900))
        self.assertLess(row.happened_at, self.now + timedelta(minutes=5))

    def test_one_number_or_all_of_the_company(self):
        second = self.env["wa.number"].create(
            {"name": "Second", "account_id": self.account.id, "phone_number_id": "900000000000177"}
        )
        other = self.env["wa.conversation"]._ensure(second, self.contact)[0]
        self.give_consent(self.contact, number=self.number, at=self.now - timedelta(hours=1))
        self.assertEqual((self.states()[1], other.consent_marketing), ("granted", "none"))
        self.assertEqual(self.contact._consent_state("marketing", self.env.company, second), "none")
        self.give_consent(self.contact, action="withdrawn", at=self.now)
        self.assertEqual((self.states()[1], other.consent_marketing), ("withdrawn", "withdrawn"))
        self.give_consent(self.contact, number=second, at=self.now)
        self.assertEqual((self.states()[1], other.consent_marketing), ("withdrawn", "granted"))

    def test_consent_given_to_another_company_counts_for_nobody_else(self):
        self.give_consent(self.contact, company_id=self.env["res.company"].create({"name": "Other"}).id)
        self.assertEqual(self.states()[1], "none")
        own = self.contact.with_context(allowed_company_ids=self.env.company.ids)
        self.assertEqual(own.consent_marketing, "none")

    def test_conversation_that_starts_later_knows_what_was_said_before(self):
        [contact] = self.env["wa.contact"]._ensure_for_phones(self.account, {"+447700900321": self.env["res.partner"]}).values()
        self.give_consent(contact)
        self.assertEqual(contact._consent_state("marketing", self.env.company), "granted")
        conversation = self.env["wa.conversation"]._ensure(self.number, contact)[0]
        self.assertEqual((conversation.consent_service, conversation.consent_marketing), ("none", "granted"))

    def test_states_of_many_are_read_without_asking_for_each(self):
        contacts = self.env["wa.contact"]._ensure_for_phones(
            self.account, {f"+4477009{i:05d}": self.env["res.partner"] for i in range(40)}
        )
        for contact in contacts.values():
            self.env["wa.conversation"]._ensure(self.number, contact)
        conversations = self.env["wa.conversation"].search([("contact_id", "in", [c.id for c in contacts.values()])])
        self.env["wa.consent"]._record(
            [
                {
                    "contact_id": contact.id,
                    "company_id": self.env.company.id,
                    "purpose": "marketing",
                    "action": "granted",
                    "source": "import",
                    "evidence": "list",
                    "happened_at": self.now,
                }
                for contact in contacts.values()
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        gate, template = self.env["wa.gate"], self.template.sudo()
        gate._facts(self.conversation, "template", template)
        # Conversations, contacts, blacklist: one query each, for forty as for ten thousand.
        with self.assertQueryCount(3):
            facts = [gate._facts(conversation, "template", template) for conversation in conversations]
        self.assertEqual({f.marketing_consent for f in facts}, {"granted"})

    # ---------------------------------------------------------------- identity

    def test_joined_contacts_keep_what_both_said(self):
        self.give_consent(self.contact, at=self.now - timedelta(hours=2))
        hidden = self.receive(self.inbound("It is me", wa_id=None, bsuid="GB.77", name="Ada")).contact_id
        self.give_consent(hidden, action="withdrawn", at=self.now - timedelta(hours=1))
        rows = self.contact.consent_ids | hidden.consent_ids
        hidden._merge(self.contact)
        self.assertEqual(hidden.consent_ids, rows)
        self.assertEqual(hidden.conversation_ids.consent_marketing, "withdrawn")

    def test_new_number_of_the_same_person_keeps_consent(self):
        self.give_consent(self.contact)
        before = self.contact.consent_ids
        contact = self.contact._rekey(Person(bsuid="US.55", wa_id="12025550177"))
        self.assertEqual((contact.wa_id, contact.consent_ids), ("12025550177", before))

    def test_phone_that_changes_hands_takes_no_consent_along(self):
        self.give_consent(self.contact)
        owner = self.receive(self.inbound("Hello, new here", bsuid="US.4242", name="Bob Example"))
        self.assertNotEqual(owner.contact_id, self.contact)
        self.assertEqual(owner.contact_id.wa_id, "12025550143")
        self.assertEqual((owner.consent_service, owner.consent_marketing), ("granted", "none"), "only what Bob wrote")
        self.assertEqual(self.states()[1], "granted")

    def test_merged_customers_keep_consent(self):
        self.give_consent(self.contact)
        rows, target = self.contact.consent_ids, self.env["res.partner"].create({"name": "Ada E."})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.contact.partner_id | target).ids, target)
        self.assertEqual(rows.exists().partner_id, target)
        self.assertEqual(target.wa_consent_marketing, "granted")

    def test_merged_leads_keep_consent(self):
        self.give_consent(self.contact)
        lead = self.conversation.lead_id
        other = self.env["crm.lead"].create({"name": "Other", "partner_id": lead.partner_id.id})
        merged = (other | lead).merge_opportunity()
        self.assertEqual(merged.wa_consent_marketing, "granted")

    def test_contact_known_in_the_new_portfolio_brings_consent_along(self):
        key = self.contact.portfolio_key
        Contact = self.env["wa.contact"]
        former = f"{self.account.company_id.id}/waba:1"
        early = Contact.create({"portfolio_key": former, "wa_id": "12025550143", "phone_key": "12025550143"})
        self.give_consent(early)
        Contact._move_portfolio(former, key)
        self.assertEqual((early.portfolio_key, len(early.consent_ids)), (former, 1))
        self.assertEqual(self.states()[1], "granted")

    # --------------------------------------------------------------------- gate

    def test_strict_policy_asks_for_consent_before_any_template(self):
        lead = self.env["crm.lead"].create(
            {"name": "Cold", "phone": "+12025550155", "team_id": self.team.id, "expected_revenue": 9}
        )
        [outcome] = self.template._send_to_records(lead, origin="automation")
        self.assertEqual((outcome.status, outcome.code), ("refused", "consent_missing"))
        self.assertIn("not on record", outcome.reason)
        contact = self.env["wa.contact"].search([("wa_id", "=", "12025550155")])
        self.give_consent(contact, "service")
        [outcome] = self.template._send_to_records(lead, origin="automation")
        self.assertEqual(outcome.status, "queued", outcome.reason)

    def test_lenient_policy_asks_for_marketing_only(self):
        lead = self.env["crm.lead"].create(
            {"name": "Cold", "phone": "+12025550155", "team_id": self.team.id, "expected_revenue": 9}
        )
        self.account.consent_policy = "marketing"
        offer = self._make_template("offer", "Ten percent off", [], category="MARKETING")
        [outcome] = offer._send_to_records(lead, origin="automation")
        self.assertEqual(outcome.code, "consent_missing")
        [outcome] = self.template._send_to_records(lead, origin="automation")
        self.assertEqual(outcome.status, "queued", outcome.reason)

    def test_message_in_the_queue_is_refused_when_its_turn_comes(self):
        row = self.reply(self.ana, self.conversation, "On its way").wa_message_ids
        self.give_consent(self.contact, "service", "withdrawn")
        self.assertFalse(ask_gate(row))
        self.assertEqual((row.state, row.error_code), ("failed", "consent_withdrawn"))

    def test_panel_offers_to_record_consent(self):
        self.give_consent(self.contact, "service", "withdrawn")
        explained = self.env["wa.gate"]._explain(self.conversation, "free")
        self.assertEqual((explained["code"], explained["action"]), ("consent_withdrawn", "consent"))
        with self.assertRaises(UserError):
            self.reply(self.ana, self.conversation, "Hello?")
        self.give_consent(self.contact, "service")
        self.assertTrue(self.reply(self.ana, self.conversation, "Hello!"))

    def test_template_wizard_leads_to_recording(self):
        offer = self._make_template("offer", "Ten percent off", [], category="MARKETING")
        wizard = (
            self.env["wa.template.send"]
            .with_user(self.lead_manager)
            .create({"conversation_id": self.conversation.id, "template_id": offer.id})
        )
        with self.assertRaises(RedirectWarning) as caught:
            wizard.action_send()
        action = caught.exception.args[1]
        self.assertEqual(action["res_model"], "wa.consent.record")
        self.assertEqual(action["context"]["default_purpose"], "marketing")


@tagged("post_install", "-at_install", "wa", "wa_consent", "wa_rights")
class TestConsentRights(WaCase):
    """Consents are a record: colleagues add to it with their name, and nobody rewrites it."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.row = self.conversation.contact_id.consent_ids

    def wizard(self, user, record, **vals):
        return (
            self.env["wa.consent.record"]
            .with_user(user)
            .create(
                {"res_model": record._name, "res_id": record.id, "evidence": "Yes, do send", "purpose": "marketing", **vals}
            )
        )

    def test_nobody_changes_deletes_or_forges(self):
        self.assertEqual(len(self.row), 1)
        vals = {
            "contact_id": self.row.contact_id.id,
            "company_id": self.env.company.id,
            "purpose": "marketing",
            "action": "granted",
            "source": "message",
            "evidence": "made up",
            "happened_at": fields.Datetime.now(),
        }
        for user in (self.ana, self.lead_manager, self.admin_user, self.env.ref("base.user_admin")):
            rows = self.row.with_user(user)
            for attempt in (
                lambda rows=rows: rows.write({"action": "withdrawn"}),
                rows.unlink,
                lambda rows=rows: rows.create(vals),
                lambda rows=rows: rows.copy(),
                lambda rows=rows: rows.contact_id.write({"consent_ids": [Command.delete(rows.id)]}),
                lambda rows=rows: rows.contact_id.partner_id.write(
                    {"wa_contact_ids": [Command.update(rows.contact_id.id, {"consent_ids": [Command.clear()]})]}
                ),
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    attempt()
        self.assertTrue(self.row.exists())

    def test_team_sees_and_others_do_not(self):
        self.assertEqual(self.env["wa.consent"].with_user(self.ben).search([("id", "=", self.row.id)]), self.row)
        self.assertFalse(self.env["wa.consent"].with_user(self.cid).search([("id", "=", self.row.id)]))
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.cid).action_open_wa_consents()
        with self.assertRaises(AccessError):
            self.wizard(self.cid, self.conversation).action_record()
        self.assertEqual(len(self.conversation.contact_id.consent_ids), 1)

    def test_other_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Second"})
        stranger = new_test_user(
            self.env,
            "wa_stranger",
            groups="crm_whatsapp.crm_whatsapp_group_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertFalse(self.env["wa.consent"].with_user(stranger).search([("id", "=", self.row.id)]))

    def test_colleague_records_with_name_words_and_file(self):
        wizard = self.wizard(self.ana, self.conversation, place="on the phone", file="UERG", file_name="signed.pdf")
        self.assertIn("555-0143", wizard.recipient)
        wizard.action_record()
        row = self.env["wa.consent"].search([("contact_id", "=", self.conversation.contact_id.id)], limit=1)
        self.assertEqual(
            (row.purpose, row.action, row.source, row.evidence, row.place, row.user_id),
            ("marketing", "granted", "person", "Yes, do send", "on the phone", self.ana),
        )
        self.assertEqual(row.attachment_id.with_user(self.ana).name, "signed.pdf")
        with self.assertRaises(AccessError):
            row.attachment_id.with_user(self.cid).read(["datas"])
        self.assertEqual(self.conversation.consent_marketing, "granted")

    def test_both_purposes_for_one_number(self):
        self.wizard(self.ana, self.conversation, purpose="both", action="withdrawn", number_id=self.number.id).action_record()
        self.assertEqual(self.conversation.consent_service, "withdrawn")
        rows = self.conversation.contact_id.consent_ids.filtered(lambda c: c.action == "withdrawn")
        self.assertEqual((len(rows), rows.number_id), (2, self.number))

    def test_recorded_for_somebody_who_never_wrote(self):
        lead = self.env["crm.lead"].create({"name": "Cold", "phone": "+12025550155", "user_id": self.ana.id})
        partners = self.env["res.partner"].search_count([])
        self.wizard(self.ana, lead, purpose="service").action_record()
        self.assertEqual((lead.wa_consent_service, lead.wa_consent_marketing), ("granted", "none"))
        self.assertEqual(self.env["res.partner"].search_count([]), partners, "no customer is made for it")
        history = lead.with_user(self.ana).action_open_wa_consents()
        self.assertEqual(self.env["wa.consent"].with_user(self.ana).search_count(history["domain"]), 1)

    def test_proof_and_phone_are_asked_for(self):
        with self.assertRaisesRegex(UserError, "what the customer said"):
            self.wizard(self.ana, self.conversation, evidence=" ").action_record()
        with self.assertRaisesRegex(UserError, "future"):
            self.wizard(self.ana, self.conversation, happened_at=fields.Datetime.now() + timedelta(days=1)).action_record()
        lead = self.env["crm.lead"].create({"name": "Nobody", "user_id": self.ana.id})
        with self.assertRaisesRegex(UserError, "country code"):
            self.wizard(self.ana, lead).action_record()

    def test_wizard_is_about_nothing_else(self):
        wizard = self.wizard(self.ana, self.env["res.users"].browse(1))
        with self.assertRaises(UserError):
            wizard.action_record()

    def test_chips_of_a_customer_without_whatsapp(self):
        partner = self.env["res.partner"].create({"name": "Plain"})
        self.assertEqual((partner.wa_consent_service, partner.wa_consent_marketing), ("none", "none"))
        self.assertEqual(self.env["res.partner"].new({"name": "x"}).wa_consent_service, "none")

    def test_chip_shows_the_most_cautious_of_several_phones(self):
        second = self.receive(self.inbound(wa_id="447700900777", bsuid="GB.777")).contact_id
        second.partner_id = self.conversation.partner_id
        self.give_consent(second, action="withdrawn")
        self.give_consent(self.conversation.contact_id)
        self.assertEqual(self.conversation.partner_id.wa_consent_marketing, "withdrawn")
