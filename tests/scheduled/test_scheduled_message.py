from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..scheduled_case import ScheduledCase


@tagged("post_install", "-at_install", "wa")
class TestScheduledMessage(ScheduledCase):
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
class TestDryRunOfSending(ScheduledCase):
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
