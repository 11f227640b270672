from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import WaCase


class DispatchCase(WaCase):
    """A lead whose customer wrote, and a rule for whoever enters a stage."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proposition = cls.env.ref("crm.stage_lead3")
        cls.qualified = cls.env.ref("crm.stage_lead2")
        cls.env["base.automation"].search([]).active = False

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound("How much is it?"))
        self.lead = self.conversation.lead_id
        self.lead.expected_revenue = 1250

    def rule(self, **action):
        """Return the server action of a new rule for leads that enter “Proposition”."""
        automation = self.env["base.automation"].create(
            {
                "name": "Proposal",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "trigger": "on_stage_set",
                "trg_field_ref": self.proposition.id,
            }
        )
        return self.env["ir.actions.server"].create(
            {
                "name": "send",
                "model_id": automation.model_id.id,
                "base_automation_id": automation.id,
                "usage": "base_automation",
                "state": "wa_template",
                "wa_template_id": self.template.id,
                **action,
            }
        )

    def by_the_clock(self, action):
        """Have the rule of an action run an hour after the lead was made, which is now."""
        action.base_automation_id.write(
            {
                "trigger": "on_time_created",
                "trg_date_range": 1,
                "trg_date_range_type": "hour",
                "last_run": fields.Datetime.now() - timedelta(days=1),
                "filter_domain": f"[('id', '=', {self.lead.id})]",
            }
        )
        self.env.flush_all()
        made_at = fields.Datetime.now() - timedelta(hours=2)
        self.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [made_at, self.lead.id])
        self.env.invalidate_all()

    def plans(self, records=None):
        return self.env["wa.scheduled.message"].search([("res_id", "in", (records or self.lead).ids)], order="id")

    def pass_time(self, plans, **delta):
        """Let plans have been made earlier, so that their time has come."""
        for plan in plans:
            plan.write({"planned_at": plan.planned_at - timedelta(**delta), "due_at": plan.due_at - timedelta(**delta)})


@tagged("post_install", "-at_install", "wa")
class TestDispatch(DispatchCase):
    """What rules want sent is written down with the change, sent by a job, and accounted for."""

    def test_the_change_only_plans_and_the_job_sends(self):
        action = self.rule()
        self.lead.with_user(self.ana).stage_id = self.proposition
        plan = self.plans()
        self.assertEqual((plan.state, plan.action_id, plan.user_id, plan.lead_id), ("planned", action, self.ana, self.lead))
        self.assertFalse(self.last_outgoing(self.conversation))
        self.run_plans()
        message = self.last_outgoing(self.conversation)
        self.assertEqual((plan.state, plan.message_id), ("queued", message))
        self.assertEqual((message.author_id, message.lead_id, message.origin), (self.ana, self.lead, "automation"))

    def test_plans_of_two_rules_due_together_send_what_each_says(self):
        other = self._make_template("call_me", "Shall we call you?", [])
        self.rule()
        second = self.rule(wa_template_id=other.id)
        lead = self.env["crm.lead"].create({"name": "Elm chair", "phone": "+12025550171", "expected_revenue": 5})
        (self.lead | lead).stage_id = self.proposition
        plans = self.plans(self.lead | lead)
        self.assertEqual(len(plans), 4)
        self.run_plans()
        self.assertEqual(plans.mapped("state"), ["queued"] * 4)
        self.assertEqual(len(plans.message_id), 4, "a message each, no more")
        for plan in plans:
            message = plan.message_id
            self.assertEqual((message.lead_id.id, message.template_id), (plan.res_id, plan.template_id))
            self.assertEqual("Shall we call you?" in message.preview, plan.action_id == second)

    def test_planning_wakes_the_job_once(self):
        self.rule()
        leads = self.env["crm.lead"].create([{"name": f"L{i}", "phone": f"+1202555010{i}"} for i in range(5)])
        cron = self.env.ref("crm_whatsapp.ir_cron_wa_scheduled_message")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        leads.write({"stage_id": self.proposition.id})
        self.env.cr.precommit.run()
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertEqual((len(self.plans(leads)), after - before), (5, 1))

    def test_a_key_is_used_once_while_planned_and_after_sending(self):
        action = self.rule()
        for _ in range(2):
            action.with_context(active_model="crm.lead", active_ids=self.lead.ids, active_id=self.lead.id).run()
        self.assertEqual(len(self.plans()), 1)
        self.run_plans()
        action.with_context(active_model="crm.lead", active_ids=self.lead.ids, active_id=self.lead.id).run()
        self.assertEqual(len(self.plans()), 1)
        # Years later, when the account is vacuumed, the message still knows.
        self.plans().unlink()
        action.with_context(active_model="crm.lead", active_ids=self.lead.ids, active_id=self.lead.id).run()
        self.run_plans()
        self.assertEqual((self.plans().state, self.plans().code), ("cancelled", "sent_before"))

    def test_postgresql_keeps_the_key(self):
        self.rule()
        self.lead.stage_id = self.proposition
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(
                "INSERT INTO wa_scheduled_message (res_model, res_id, origin, planned_at, due_at, state, dedupe_key)"
                " SELECT res_model, res_id, origin, planned_at, due_at, state, dedupe_key"
                " FROM wa_scheduled_message WHERE id = %s",
                [self.plans().id],
            )

    def test_what_was_refused_may_be_planned_again(self):
        self.rule(wa_repeat="record")
        self.template.sudo().status = "PAUSED"
        self.lead.stage_id = self.proposition
        self.run_plans()
        self.assertEqual((self.plans().state, self.plans().code), ("refused", "template_paused"))
        self.assertIn("paused", self.plans().reason)
        self.assertIn("was not sent", self.lead.message_ids[0].body)
        self.template.sudo().status = "APPROVED"
        self.lead.stage_id = self.qualified
        self.lead.stage_id = self.proposition
        self.run_plans()
        self.assertEqual(self.plans().mapped("state"), ["refused", "queued"])

    def test_delay_waits_and_looks_at_the_conditions_again(self):
        self.rule(wa_delay=2, wa_delay_unit="hours")
        self.lead.stage_id = self.proposition
        self.run_plans()
        self.assertEqual(self.plans().state, "planned")
        self.assertAlmostEqual(self.plans().due_at, fields.Datetime.now() + timedelta(hours=2), delta=timedelta(minutes=1))
        self.pass_time(self.plans(), hours=3)
        self.run_plans()
        self.assertEqual(self.plans().state, "queued")

    def test_delay_is_called_off_when_the_record_moved_on(self):
        self.rule(wa_delay=2)
        self.lead.stage_id = self.proposition
        self.lead.stage_id = self.qualified
        self.pass_time(self.plans(), hours=3)
        self.run_plans()
        self.assertEqual((self.plans().state, self.plans().code), ("cancelled", "no_longer_applies"))
        self.assertFalse(self.last_outgoing(self.conversation))

    def test_switched_off_rule_and_deleted_record_send_nothing(self):
        action = self.rule(wa_delay=1)
        other = self.env["crm.lead"].create({"name": "Gone", "phone": "+12025550144"})
        (self.lead | other).write({"stage_id": self.proposition.id})
        plans = self.plans(self.lead | other)
        self.pass_time(plans, hours=2)
        action.base_automation_id.active = False
        self.run_plans()
        self.assertEqual(set(plans.mapped("code")), {"rule_switched_off"})

    def test_a_person_cancels_and_sends_at_once(self):
        self.rule(wa_delay=3, wa_delay_unit="days", wa_repeat="always")
        self.lead.user_id = self.ana
        self.lead.stage_id = self.proposition
        self.plans().with_user(self.ana).action_cancel()
        self.assertEqual((self.plans().state, self.plans().code), ("cancelled", "cancelled_by_person"))
        self.lead.stage_id = self.qualified
        self.lead.stage_id = self.proposition
        waiting = self.plans().filtered(lambda plan: plan.state == "planned")
        waiting.with_user(self.ana).action_send_now()
        self.run_plans()
        self.assertEqual(waiting.state, "queued")
        waiting.action_cancel()
        self.assertEqual(waiting.state, "queued", "what was handed over cannot be called off here")

    def test_nobody_rewrites_or_invents_plans(self):
        self.rule()
        self.lead.user_id = self.ana
        self.lead.stage_id = self.proposition
        with self.assertRaises(AccessError):
            self.plans().with_user(self.ana).write({"state": "refused"})
        with self.assertRaises(AccessError):
            self.plans().with_user(self.admin_user).write({"template_id": False})
        with self.assertRaises(AccessError):
            self.env["wa.scheduled.message"].with_user(self.admin_user).create(
                {"res_model": "crm.lead", "res_id": self.lead.id}
            )
        with self.assertRaises(AccessError):
            self.plans().with_user(self.cid).mapped("reason")

    def test_one_broken_record_stops_no_other(self):
        self.rule()
        leads = self.lead | self.env["crm.lead"].create(
            [{"name": f"L{i}", "phone": f"+1202555012{i}", "expected_revenue": 5} for i in range(4)]
        )
        leads.write({"stage_id": self.proposition.id})
        broken = leads[2]
        original = type(self.env["wa.template"])._get_values

        def get_values(template, record, *args, **kwargs):
            if record == broken:
                raise ZeroDivisionError("a field of a customer")
            return original(template, record, *args, **kwargs)

        with (
            patch.object(type(self.env["wa.template"]), "_get_values", get_values),
            mute_logger("odoo.addons.crm_whatsapp.models.outbox.wa_sending"),
        ):
            self.run_plans()
        states = {plan.res_id: plan.state for plan in self.plans(leads)}
        self.assertEqual(states.pop(broken.id), "refused")
        self.assertEqual(set(states.values()), {"queued"})

    def test_a_fault_of_ours_is_tried_again_and_kept(self):
        self.rule()
        self.lead.stage_id = self.proposition
        plan = self.plans()
        worker = "odoo.addons.crm_whatsapp.models.scheduled.wa_scheduled_message_worker"
        with (
            patch.object(type(self.env["wa.discuss.writer"]), "_post_all", side_effect=ZeroDivisionError("a bug")),
            mute_logger(worker),
        ):
            self.run_plans()
            self.assertEqual((plan.state, plan.attempts), ("planned", 1))
            self.assertGreater(plan.due_at, fields.Datetime.now())
        self.pass_time(plan, minutes=5)
        self.run_plans()
        self.assertEqual(plan.state, "queued")

    def test_merged_leads_keep_their_plans(self):
        self.rule(wa_delay=1, wa_delay_unit="days")
        self.lead.stage_id = self.proposition
        plan = self.plans()
        other = self.env["crm.lead"].create(
            {"name": "Keeper", "partner_id": self.lead.partner_id.id, "probability": 99, "stage_id": self.proposition.id}
        )
        kept = (other | self.lead).merge_opportunity()
        self.assertEqual((plan.lead_id, plan.res_id, plan.state), (kept, kept.id, "planned"))

    def test_two_leads_that_become_one_get_it_once(self):
        self.rule(wa_delay=1, wa_delay_unit="days")
        other = self.env["crm.lead"].create({"name": "Twin", "partner_id": self.lead.partner_id.id})
        (self.lead | other).write({"stage_id": self.proposition.id})
        plans = self.plans(self.lead | other)
        self.assertEqual(plans.mapped("state"), ["planned", "planned"])
        kept = (other | self.lead).merge_opportunity()
        self.assertEqual(sorted(plans.mapped("state")), ["cancelled", "planned"])
        self.pass_time(plans, days=2)
        self.run_plans()
        sent = self.env["wa.message"].search([("lead_id", "=", kept.id), ("direction", "=", "out")])
        self.assertEqual(len(sent), 1)

    def test_a_query_that_is_broken_off_stops_nobody_else(self):
        """A time-out of the database is of one record: those behind it are sent, and it is tried later."""
        self.rule()
        other = self.env["crm.lead"].create({"name": "Behind", "partner_id": self.lead.partner_id.id})
        (self.lead | other).write({"stage_id": self.proposition.id})
        plan, behind = self.plans(self.lead), self.plans(other)
        template, lead_id = type(self.env["wa.template"]), self.lead.id
        prepare = template._prepare

        def breaks_off(self, conversation, record, *args, **kwargs):
            if record.id == lead_id:
                self.env.cr.execute("SET LOCAL statement_timeout = 10; SELECT pg_sleep(1)")
            return prepare(self, conversation, record, *args, **kwargs)

        worker = "odoo.addons.crm_whatsapp.models.scheduled.wa_scheduled_message_worker"
        with patch.object(template, "_prepare", breaks_off), mute_logger(worker, "odoo.sql_db"):
            self.run_plans()
        self.assertEqual((plan.state, plan.attempts, behind.state), ("planned", 1, "queued"))
        self.assertGreater(plan.due_at, fields.Datetime.now())


@tagged("post_install", "-at_install", "wa")
class TestSendAction(DispatchCase):
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


@tagged("post_install", "-at_install", "wa")
class TestRehearse(DispatchCase):
    """Sending can be tried out without anything being written."""

    def test_the_rehearsal_says_what_sending_would_do_and_writes_nothing(self):
        leads = self.lead | self.env["crm.lead"].create(
            [
                {"name": "New", "phone": "+12025550171", "expected_revenue": 1},
                {"name": "No phone"},
                {"name": "Nonsense", "phone": "12"},
            ]
        )
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT rehearsal")
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        outcomes = self.template._dry_run(leads)
        self.env.flush_all()
        self.env.cr.execute("ROLLBACK TO SAVEPOINT rehearsal")
        found = [(outcome.status, outcome.code) for outcome in outcomes]
        self.assertEqual(found, [("queued", ""), ("queued", ""), ("refused", "no_recipient"), ("refused", "no_recipient")])
        self.assertIn("proposal", outcomes[1].post.row["content"]["text"])
        sent = self.template._send_to_records(leads)
        self.assertEqual(found, [(outcome.status, outcome.code) for outcome in sent])


@tagged("post_install", "-at_install", "wa")
class TestSendToMany(DispatchCase):
    """A list of leads gets a template: first who and who not, then sent once."""

    def setUp(self):
        super().setUp()
        self.leads = self.lead | self.env["crm.lead"].create(
            [
                {"name": "New", "phone": "+12025550171", "expected_revenue": 1, "team_id": self.team.id},
                {"name": "No phone", "team_id": self.team.id},
            ]
        )

    def wizard(self, user, leads=None):
        action = (leads or self.leads).with_user(user).action_wa_send_template()
        return (
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
            .create({"template_id": self.template.id})
        )

    def test_the_wizard_says_who_gets_it_and_sends_once(self):
        wizard = self.wizard(self.lead_manager)
        self.assertEqual(wizard.allowed_count, 2)
        self.assertIn("2 of 3", wizard.summary)
        self.assertIn("no WhatsApp identity", wizard.summary)
        self.assertIn("your proposal", wizard.preview)
        self.assertFalse(self.plans(self.leads), "looking plans nothing")
        wizard.action_send()
        wizard.action_send()
        self.assertEqual(len(self.plans(self.leads)), 3)
        self.run_plans()
        self.assertEqual(self.plans(self.leads).mapped("state"), ["queued", "queued", "refused"])
        self.assertEqual(self.plans(self.leads).message_id.mapped("origin"), ["bulk", "bulk"])

    def test_nobody_to_send_to_is_said(self):
        wizard = self.wizard(self.lead_manager, self.leads[2] | self.leads[2].copy())
        with self.assertRaises(UserError):
            wizard.action_send()

    def test_names_and_texts_stay_inert(self):
        self.leads[1].partner_name = "x"
        self.lead.partner_id.name = "<img src=x onerror=alert(1)>"
        wizard = self.wizard(self.lead_manager)
        self.assertNotIn("<img", wizard.preview + wizard.summary)

    def test_leads_of_others_are_not_reached(self):
        self.leads.user_id = self.ben
        self.ana.group_ids -= self.env.ref("sales_team.group_sale_salesman_all_leads", raise_if_not_found=False)
        action = self.leads.action_wa_send_template()
        wizard = (
            self.env["wa.template.send.many"]
            .with_user(self.ana)
            .with_context(**action["context"])
            .new({"template_id": self.template.id})
        )
        with self.assertRaises(AccessError):
            wizard._records()


@tagged("post_install", "-at_install", "wa")
class TestRulesByTheClock(DispatchCase):
    """A rule by the clock that loses a race is tried again soon, not in hours."""

    def setUp(self):
        super().setUp()
        action = self.rule()
        self.automation = action.base_automation_id
        self.by_the_clock(action)
        self.job = self.env.ref("base_automation.ir_cron_data_base_automation_check")
        self.env["ir.cron.trigger"].search([("cron_id", "=", self.job.id)]).unlink()
        self.env.flush_all()

    def run_with(self, error):
        """Run the rules as their job does, with the first try broken off."""
        automation = type(self.automation)
        process, tries = automation._process, []

        def process_once(rule, records, *args, **kwargs):
            tries.append(records)
            if len(tries) == 1:
                raise error
            return process(rule, records, *args, **kwargs)

        with self.enter_registry_test_mode(), patch.object(automation, "_process", process_once):
            self.assertIs(self.run_job(), error, "the job has to fail, so that its failures are counted")
            self.env.invalidate_all()
            triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.job.id)])
            if triggers:
                self.run_job()
        self.env.invalidate_all()
        return triggers

    def run_job(self):
        """Run the rules in a transaction of their own, as the scheduled job does.

        :returns: the error with which it ends, or None; ``assertRaises`` would undo what the job has committed.
        """
        try:
            with self.registry.cursor() as cr, mute_logger("odoo.addons.base_automation.models.base_automation"):
                env = self.env(cr=cr, user=self.env.ref("base.user_root").id)
                env["base.automation"]._cron_process_time_based_actions()
        except (SerializationFailure, ValueError) as error:
            return error
        return None

    def test_lost_race(self):
        triggers = self.run_with(SerializationFailure("could not serialize access due to concurrent update"))
        self.assertEqual(len(triggers), 1)
        self.assertLess(triggers.call_at, fields.Datetime.now() + timedelta(seconds=15))
        self.assertEqual(self.plans().state, "planned", "the second try plans it")

    def test_a_rule_that_is_wrong_is_not_tried_again_and_again(self):
        self.assertFalse(self.run_with(ValueError("no such field")))
        self.assertFalse(self.plans())
