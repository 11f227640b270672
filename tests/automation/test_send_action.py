from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..scheduled_case import ScheduledCase


@tagged("post_install", "-at_install", "wa")
class TestSendAction(ScheduledCase):
    """What the server action “Send WhatsApp” can be told."""

    def send(self, action, record=None):
        record = record or self.lead
        action.with_context(active_model=record._name, active_ids=record.ids, active_id=record[:1].id).run()
        self.run_plans()
        return self.env["wa.scheduled.message"].search([("action_id", "=", action.id)], limit=1)

    def action(self, model="crm.lead", **vals):
        return self.env["ir.actions.server"].create(
            {"name": "send", "model_id": self.env["ir.model"]._get_id(model), "state": "wa_template", **vals}
        )

    def variant(self, language, body):
        return self._make_template("proposal_ready", body, [("1", "partner_id.name", "")], language=language)

    def test_the_customers_language_is_taken_with_fallbacks(self):
        self.env["res.lang"]._activate_lang("es_AR")
        self.env["res.lang"]._activate_lang("fr_FR")
        spanish = self.variant("es", "Hola {{1}}, lista.")
        action = self.action(wa_template_id=self.template.id, wa_repeat="always")
        partner = self.lead.partner_id
        partner.lang = "es_AR"
        self.assertEqual(self.send(action).message_id.template_id, spanish)
        partner.lang = "fr_FR"
        self.assertEqual(self.send(action).message_id.template_id, self.template, "no French: the fallback")
        french = self.variant("fr", "Bonjour {{1}}, voilà.")
        self.assertEqual(self.send(action).message_id.template_id, french)
        french.sudo().status = "PAUSED"
        self.assertEqual(self.send(action).message_id.template_id, self.template, "a paused variant is none")
        action.wa_by_language = False
        partner.lang = "es_AR"
        self.assertEqual(self.send(action).message_id.template_id, self.template)

    def test_values_of_the_rule_come_before_those_of_the_template(self):
        line = {"parameter_id": self.template.parameter_ids[0].id, "field_path": "name", "fallback": "friend"}
        action = self.action(wa_template_id=self.template.id, wa_value_ids=[(0, 0, line)], wa_repeat="always")
        self.lead.name = "Forty chairs"
        self.assertIn("Hello Forty chairs,", self.send(action).message_id.content["text"])
        action.wa_value_ids.field_path = "contact_name"
        self.lead.contact_name = False
        self.assertIn("Hello friend,", self.send(action).message_id.content["text"])

    def test_another_kind_of_record_has_to_be_told_its_values(self):
        action = self.action("res.partner", wa_template_id=self.template.id)
        self.assertEqual(action.wa_value_ids.parameter_id, self.template.parameter_ids)
        self.assertIn("another kind of record", action.warning)
        first, second = action.wa_value_ids
        first.field_path = "name"
        second.fallback = "$ 5"
        self.assertFalse(action.warning)
        plan = self.send(action, self.lead.partner_id)
        self.assertEqual(plan.state, "queued", plan.reason)
        self.assertIn(self.lead.partner_id.name, plan.message_id.content["text"])

    def test_a_path_that_is_no_field_is_refused_while_typing(self):
        with self.assertRaises(ValidationError):
            self.action(
                wa_template_id=self.template.id,
                wa_value_ids=[(0, 0, {"parameter_id": self.template.parameter_ids[0].id, "field_path": "partner_id.nam"})],
            )

    def test_text_leaves_only_in_an_open_window(self):
        action = self.action(wa_content="text", wa_text="Hi {{ partner_id.name | you }}!", wa_repeat="always")
        self.assertFalse(action.warning)
        plan = self.send(action)
        self.assertEqual(plan.message_id.content, {"body": f"Hi {self.lead.partner_id.name}!"})
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)
        plan = self.send(action)
        self.assertEqual((plan.state, plan.code), ("refused", "window_closed"))
        stranger = self.env["crm.lead"].create({"name": "Never wrote", "phone": "+12025550199"})
        self.assertEqual(self.send(action, stranger).code, "window_closed")

    def test_text_with_a_wrong_placeholder_warns_and_does_not_run(self):
        action = self.action(wa_content="text", wa_text="Hi {{ partner_id.password }}")
        self.assertTrue(action.warning)
        self.assertIn("no field", action.warning)

    def test_half_empty_text_goes_to_nobody(self):
        action = self.action(wa_content="text", wa_text="Your tag is {{ referred }}.")
        plan = self.send(action)
        self.assertEqual((plan.state, plan.code, plan.detail), ("refused", "template_incomplete", "referred"))

    def test_number_of_the_team_or_for_the_language(self):
        north = self.env["wa.number"].create(
            {
                "name": "North",
                "account_id": self.account.id,
                "phone_number_id": "900000000000102",
                "team_id": self.other_team.id,
            }
        )
        action = self.action(wa_template_id=self.template.id, wa_number_policy="team", wa_repeat="always")
        self.lead.team_id = self.other_team
        self.assertEqual(self.send(action).message_id.number_id, north)
        self.lead.team_id = self.env["crm.team"].create({"name": "Without number"})
        self.assertEqual(self.send(action).code, "number_missing")
        self.env["res.lang"]._activate_lang("es_ES")
        north.lang_ids = self.env["res.lang"].search([("code", "=", "es_ES")])
        action.wa_number_policy = "language"
        self.lead.partner_id.lang = "es_ES"
        self.assertEqual(self.send(action).message_id.number_id, north)
        self.lead.partner_id.lang = "en_US"
        self.assertEqual(self.send(action).message_id.number_id, north, "no number for English: the customer's thread")
        stranger = self.env["crm.lead"].create({"name": "New", "phone": "+12025550188", "team_id": self.team.id})
        stranger.expected_revenue = 5
        self.assertEqual(self.send(action, stranger).message_id.number_id, self.number)

    def test_each_company_writes_in_its_own_name(self):
        company = self.env["res.company"].create({"name": "South"})
        account = self.env["wa.account"].create(
            {
                "name": "South",
                "waba_id": "900000000000777",
                "company_id": company.id,
                "access_token": "x",
                "state": "connected",
                # The customer never wrote to this company.
                "consent_policy": "marketing",
            }
        )
        number = self.env["wa.number"].create({"name": "South", "account_id": account.id, "phone_number_id": "900000000000177"})
        twin = self.template.copy({"account_id": account.id})
        twin.sudo().status = "APPROVED"
        lead = self.env["crm.lead"].create(
            {"name": "South", "phone": "+12025550166", "company_id": company.id, "team_id": False, "expected_revenue": 5}
        )
        action = self.action(wa_template_id=self.template.id, wa_repeat="always")
        self.assertEqual(self.send(action, lead).code, "other_company")
        action.wa_number_policy = "company"
        plan = self.send(action, lead)
        self.assertEqual((plan.message_id.number_id, plan.message_id.template_id), (number, twin), plan.reason)
        self.assertEqual(self.send(action).message_id.number_id, self.number)

    def test_a_scheduled_job_sends_to_the_records_it_finds_each_once(self):
        other = self.env["crm.lead"].create({"name": "Not meant", "phone": "+12025550177", "expected_revenue": 7})
        cron = self.env["ir.cron"].create(
            {
                "name": "Monday reminder",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "wa_template",
                "wa_template_id": self.template.id,
                "wa_repeat": "record",
                "wa_domain": f"[('id', 'in', [{self.lead.id}]), ('create_date', '<=', context_today())]",
                "interval_type": "weeks",
            }
        )
        self.lead.create_date = fields.Datetime.now() - timedelta(days=2)
        self.assertEqual(cron.allowed_states, ["code", "wa_template"])
        for _ in range(2):
            self._run_cron(cron)
        self.assertEqual((len(self.plans()), len(self.plans(other))), (1, 0))
        self.run_plans()
        self.assertEqual(self.plans().state, "queued")

    def test_fixed_number_is_the_default_of_actions_that_name_one(self):
        action = self.action(wa_template_id=self.template.id, wa_number_id=self.number.id)
        self.assertEqual(action.wa_number_policy, "fixed")
