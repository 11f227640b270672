import importlib.util
import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common import APP_SECRET, PHONE_NUMBER_ID, ROOT, WaHttpCase

PHONE_NUMBER_ID_B = "900000000000202"
VALID, INVALID = "12025550175", "447700900205"


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestIdentityCompanies(WaHttpCase):
    """R5: companies that share a portfolio share no customers, and neither's screens break over the other's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a = cls.account.company_id
        cls.company_b = cls.env["res.company"].create({"name": "Company B"})
        cls.team_b = cls.env["crm.team"].create(
            {"name": "Sales of B", "company_id": cls.company_b.id, "use_opportunities": True}
        )
        groups = "sales_team.group_sale_salesman,crm_whatsapp.crm_whatsapp_group_user"
        company = {"company_id": cls.company_b.id, "company_ids": [(6, 0, cls.company_b.ids)]}
        cls.bea = new_test_user(cls.env, "wa_bea", groups=groups, name="Bea", **company)
        cls.boss_b = new_test_user(
            cls.env,
            "wa_boss_b",
            groups="sales_team.group_sale_manager,crm_whatsapp.crm_whatsapp_group_manager",
            name="Boss of B",
            **company,
        )
        cls.env["crm.team.member"].create({"crm_team_id": cls.team_b.id, "user_id": cls.bea.id})
        cls.account_b = cls.env["wa.account"].create(
            {
                "name": "Shop B",
                "waba_id": "900000000000002",
                "company_id": cls.company_b.id,
                "portfolio_id": cls.account.portfolio_id,
                "access_token": "EAADEMO-TOKEN-B",
                "app_secret": APP_SECRET,
                "state": "connected",
                "has_quiet_hours": False,
                "consent_policy": "marketing",
            }
        )
        cls.number_b = cls.env["wa.number"].create(
            {
                "name": "Shop B",
                "account_id": cls.account_b.id,
                "phone_number_id": PHONE_NUMBER_ID_B,
                "display_phone_number": "+1 202-555-0144",
                "team_id": cls.team_b.id,
            }
        )

    def hear(self, text, number=PHONE_NUMBER_ID, **vals):
        payload = self.inbound(text, **vals)
        payload["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = number
        self.assertEqual(self.post_webhook(payload).status_code, 200)
        self.process_webhooks()
        row = self.env["wa.message"].search([("direction", "=", "in"), ("text", "=", text)], limit=1)
        self.assertTrue(row, text)
        self.assertFalse(row.event_id.note, row.event_id.note)
        return row.conversation_id

    def customer_of_both(self, wa_id=VALID, bsuid=None):
        """A customer of company A with a name that colleagues there typed also writes to B."""
        first = self.hear("to A", wa_id=wa_id, bsuid=bsuid, name="Two Shops Tester")
        first.partner_id.write({"name": "Secret name in A", "company_id": self.company_a.id})
        second = self.hear("to B", PHONE_NUMBER_ID_B, wa_id=wa_id, bsuid=bsuid, name="Two Shops Tester")
        return first, second

    def as_b(self, records, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return records.with_user(user or self.bea).sudo(False).with_context(allowed_company_ids=self.company_b.ids)

    def test_other_company_gets_message_name_and_lead(self):
        """R5"""
        for wa_id, bsuid in ((VALID, None), (INVALID, None), (None, "GB.205")):
            with self.subTest(wa_id or bsuid):
                first, second = self.customer_of_both(wa_id, bsuid)
                self.assertNotEqual(first, second)
                self.assertEqual(second.partner_id.name, "Two Shops Tester")
                self.assertEqual(second.channel_id.name, "Two Shops Tester")
                self.assertNotEqual(second.partner_id, first.partner_id)
                self.assertTrue(second.lead_id, "a lead in B")
                self.assertEqual((second.lead_id.company_id, second.lead_id.partner_id), (self.company_b, second.partner_id))
                self.assertEqual((first.partner_id.name, first.channel_id.name), ("Secret name in A", first.channel_id.name))
                self.assertEqual(second.user_id, self.bea)
                self.assertEqual(self.hear(f"again A {wa_id}", wa_id=wa_id, bsuid=bsuid), first)
                self.assertEqual(self.hear(f"again B {wa_id}", PHONE_NUMBER_ID_B, wa_id=wa_id, bsuid=bsuid), second)

    def test_people_of_b_list_open_and_answer(self):
        """R5"""
        first, second = self.customer_of_both()
        own = self.as_b(self.env["wa.conversation"])
        found = own.web_search_read(
            [],
            {
                "display_name": {},
                "partner_id": {"fields": {"display_name": {}, "phone": {}}},
                "contact_id": {"fields": {"display_name": {}}},
                "lead_id": {"fields": {"display_name": {}}},
                "last_preview": {},
            },
        )
        self.assertEqual([row["id"] for row in found["records"]], second.ids)
        self.assertEqual(found["records"][0]["partner_id"]["display_name"], "Two Shops Tester")
        self.assertEqual(own.name_search("Two Shops"), [(second.id, "Two Shops Tester")])
        self.assertNotIn(first.id, [id_ for id_, _name in own.name_search("")])
        answer = self.reply(self.bea, second, "Hello from B")
        self.assertEqual(answer.wa_message_ids.state, "queued")
        self.assertEqual(answer.wa_message_ids._prepare_request()["to"], "+" + VALID)

    def test_nothing_of_a_shows_to_b_and_nothing_breaks(self):
        """R5: every model of ours and every field of it, as a salesperson and as a manager of B."""
        first, _second = self.customer_of_both()
        self.hear("only in A", wa_id="12025550176", bsuid="US.176", name="Stranger to B")
        self.give_consent(first.contact_id)
        self.template._send_to_records(first.lead_id)
        for user in (self.bea, self.boss_b):
            for name in sorted(self.env.registry):
                model = self.as_b(self.env[name], user)
                if not name.startswith("wa.") or model._abstract or model._transient or not model.has_access("read"):
                    continue
                # A failure here names the model whose rule is too wide or too narrow.
                with self.subTest(name, user=user.name):
                    fields = [f for f in model.fields_get() if model._has_field_access(model._fields[f], "read")]
                    text = json.dumps(model.search_read([], fields), default=str)
                    for secret in ("Secret name in A", "only in A", "Stranger to B", "to A"):
                        self.assertNotIn(secret, text)
                    model.search([]).mapped("display_name")
            for view in ("list", "kanban", "form", "search"):
                self.as_b(self.env["wa.conversation"], user).get_view(view_type=view)

    def test_customer_is_written_to_first_from_b(self):
        """R5: A knows the number; B's lead gets B's own contact, conversation and consent."""
        first = self.hear("to A", wa_id=VALID, bsuid=None)
        first.partner_id.company_id = self.company_a
        lead = self.env["crm.lead"].create(
            {"name": "Of B", "phone": "+" + VALID, "company_id": self.company_b.id, "team_id": self.team_b.id}
        )
        template = self.template.copy({"account_id": self.account_b.id, "name": "proposal_b", "status": "APPROVED"})
        template.parameter_ids.fallback = "x"
        [outcome] = template._send_to_records(lead)
        self.assertEqual(outcome.status, "queued", outcome.reason)
        conversation = outcome.message.conversation_id
        self.assertEqual(conversation.company_id, self.company_b)
        self.assertNotEqual(conversation.contact_id, first.contact_id)
        self.assertEqual(self.hear("to B", PHONE_NUMBER_ID_B, wa_id=VALID, bsuid=None), conversation)

    def test_block_and_consents_are_each_companys_own(self):
        """R5"""
        first, second = self.customer_of_both()
        first.contact_id.with_user(self.lead_manager).action_block()
        self.hear("STOP", wa_id=VALID, bsuid=None)
        self.assertEqual((first.contact_id.is_blocked, second.contact_id.is_blocked), (True, False))
        self.assertEqual((first.consent_service, second.consent_service), ("withdrawn", "granted"))
        self.assertTrue(self.env["wa.gate"]._decide(second, "free").allowed)

    def test_event_of_one_company_changes_nobody_of_the_other(self):
        """R5, S10: who changes their number tells each company by its own webhook."""
        first, second = self.customer_of_both(bsuid="US.OLD")
        frame = {
            "id": "wamid.SYS.R5",
            "timestamp": "1780000000",
            "type": "system",
            "system": {
                "type": "user_changed_number",
                "user_id": "US.NEW",
                "previous_user_id": "US.OLD",
                "wa_id": "12025550188",
            },
        }
        self.assertEqual(self.post_webhook(self.payload_of(messages=[frame])).status_code, 200)
        self.process_webhooks()
        self.assertEqual((first.contact_id.bsuid, second.contact_id.bsuid), ("US.NEW", "US.OLD"))

    def test_shared_customer_stays_one(self):
        """R5: a customer of all companies is the customer in both, also without a number Odoo takes."""
        for wa_id, bsuid in ((VALID, None), (INVALID, None), (None, "GB.205")):
            with self.subTest(wa_id or bsuid):
                first = self.hear(f"to A {wa_id}", wa_id=wa_id, bsuid=bsuid)
                second = self.hear(f"to B {wa_id}", PHONE_NUMBER_ID_B, wa_id=wa_id, bsuid=bsuid)
                self.assertEqual(first.partner_id, second.partner_id)
                self.assertNotEqual(first.contact_id, second.contact_id)

    def test_shared_customer_becomes_one_companys(self):
        """R5: what A does with the customer's record leaves B's conversation readable."""
        first = self.hear("to A", wa_id=VALID, bsuid=None, name="Two Shops Tester")
        second = self.hear("to B", PHONE_NUMBER_ID_B, wa_id=VALID, bsuid=None, name="Two Shops Tester")
        self.assertEqual(first.partner_id, second.partner_id)
        first.partner_id.write({"company_id": self.company_a.id, "name": "Secret name in A"})
        self.assertNotEqual(first.partner_id, second.partner_id)
        self.assertEqual(second.lead_id.partner_id, second.partner_id)
        rows = self.as_b(second).read(["display_name", "partner_id", "contact_id", "lead_id"])
        self.assertEqual(rows[0]["display_name"], "Two Shops Tester")

    def test_merging_into_a_customer_of_a_leaves_b_its_own(self):
        """R5"""
        first, second = self.customer_of_both()
        target = self.env["res.partner"].create({"name": "Merged in A", "company_id": self.company_a.id})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((first.partner_id | second.partner_id | target).ids, target)
        self.assertEqual(first.partner_id, target)
        self.assertNotEqual(second.partner_id, target)
        self.assertTrue(self.as_b(second).read(["display_name", "partner_id"]))

    def test_nobody_chooses_another_companys_customer(self):
        """R5"""
        first, second = self.customer_of_both()
        with self.assertRaises(AccessError):
            self.as_b(second.contact_id).write({"partner_id": first.partner_id.id})
        boss = new_test_user(
            self.env,
            "wa_boss_both",
            groups="sales_team.group_sale_manager,crm_whatsapp.crm_whatsapp_group_manager",
            company_id=self.company_a.id,
            company_ids=[(6, 0, (self.company_a | self.company_b).ids)],
        )
        both = second.contact_id.with_user(boss).with_context(allowed_company_ids=boss.company_ids.ids)
        with self.assertRaisesRegex(UserError, "another company"):
            both.write({"partner_id": first.partner_id.id})

    def test_company_of_an_account_with_customers_stays(self):
        """R5"""
        self.hear("to A", wa_id=VALID, bsuid=None)
        with self.assertRaisesRegex(UserError, "company"):
            self.account.company_id = self.company_b

    def test_update_names_the_company_of_each_contact(self):
        """R5: by SQL, before the addon's tables are looked at; twice is as good as once."""
        first, second = self.customer_of_both()
        silent = self.env["wa.contact"].create({"portfolio_key": self.account_b._get_portfolio_key(), "bsuid": "US.NOBODY"})
        second.contact_id.bsuid = "US.205"
        keys = {contact: contact.portfolio_key for contact in first.contact_id | second.contact_id}
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE wa_contact SET portfolio_key = split_part(portfolio_key, '/', 2), company_id = NULL,"
            " wa_id = CASE WHEN id = %s THEN NULL ELSE wa_id END, phone_key = CASE WHEN id = %s THEN NULL ELSE phone_key END",
            [second.contact_id.id, second.contact_id.id],
        )
        path = ROOT / "migrations" / "19.0.1.3.0" / "pre-contact_company.py"
        spec = importlib.util.spec_from_file_location("pre_contact_company", path)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        for _ in range(2):
            migration.migrate(self.env.cr, "19.0.1.2.0")
            self.env.invalidate_all(flush=False)
            self.assertEqual({contact: contact.portfolio_key for contact in keys}, keys)
            self.assertEqual((first.contact_id.company_id, second.contact_id.company_id), (self.company_a, self.company_b))
            self.assertIn(silent.company_id, (self.company_a, self.company_b))

    def test_update_divides_contacts_of_two_companies(self):
        """R5: before the update one contact served both companies, with A's customer."""
        first, second = self.customer_of_both()
        theirs = second.contact_id
        self.give_consent(first.contact_id)
        second.contact_id = first.contact_id
        self.env["wa.consent"].sudo().search([("contact_id", "=", theirs.id)]).write({"contact_id": first.contact_id.id})
        theirs.unlink()
        self.assertEqual(second.partner_id, first.partner_id)

        self.env["wa.contact"]._divide_by_company()

        self.assertEqual((first.contact_id.company_id, second.contact_id.company_id), (self.company_a, self.company_b))
        self.assertNotEqual(first.partner_id, second.partner_id)
        self.assertEqual(second.consent_service, "granted")
        self.assertEqual(self.hear("after", PHONE_NUMBER_ID_B, wa_id=VALID, bsuid=None), second)
        self.assertTrue(self.as_b(second).read(["display_name", "partner_id"]))
        contacts = self.env["wa.contact"].search_count([])
        self.env["wa.contact"]._divide_by_company()
        self.assertEqual(self.env["wa.contact"].search_count([]), contacts)
