from datetime import datetime, timedelta

import pytz

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..dry_run_case import DryRunCase

OCCASIONS = "odoo.addons.crm_whatsapp.models.dry_run.trigger_occurrences"


@tagged("post_install", "-at_install", "wa")
class TestDryRunOfStages(DryRunCase):
    """Who entered a stage when stands in the history, and each stay counts once."""

    def test_who_entered_in_the_period_gets_it_each_for_their_reason(self):
        rule = self.rule()
        inside, nobody, outside, elsewhere = self.leads(4)
        nobody.phone = False
        self.enter(inside | nobody, self.proposition, self.now - timedelta(days=3))
        self.enter(outside, self.proposition, self.now - timedelta(days=40))
        found = self.rehearse(rule)
        results = {result.record: result for result in found.results}
        self.assertEqual(set(results), {inside, nobody})
        self.assertNotIn(elsewhere, results)
        got = results[inside]
        self.assertEqual((got.outcome, got.category, got.template), ("get", "UTILITY", self.template))
        self.assertIn("10.00", got.text)
        self.assertEqual(got.at, self.now - timedelta(days=3))
        self.assertEqual((results[nobody].outcome, results[nobody].code), ("not", "no_recipient"))
        self.assertIn("history", found.how)

    def test_who_moved_on_since_was_there_all_the_same(self):
        rule = self.rule()
        lead = self.leads(1)
        self.enter(lead, self.proposition, self.now - timedelta(days=9))
        self.enter(lead, self.qualified, self.now - timedelta(days=8))
        self.assertEqual(self.outcomes(rule), [(lead.id, "get", "")])

    def test_each_stay_counts_once_and_once_per_record_is_once(self):
        rule = self.rule()
        lead = self.leads(1)
        for day in (9, 5):
            self.enter(lead, self.proposition, self.now - timedelta(days=day))
            self.enter(lead, self.qualified, self.now - timedelta(days=day - 1))
        self.assertEqual(self.outcomes(rule), [(lead.id, "get", "")] * 2)
        rule.action_server_ids.wa_repeat = "record"
        self.assertEqual(self.outcomes(rule), [(lead.id, "get", ""), (lead.id, "before", "sent_before")])

    def test_leads_created_in_the_stage_count(self):
        rule = self.rule()
        lead = self.leads(1, stage_id=self.proposition.id)
        self.assertEqual(self.outcomes(rule), [])
        self.born(lead, self.now - timedelta(days=2))
        self.assertEqual(self.outcomes(rule), [(lead.id, "get", "")])

    def test_other_conditions_are_those_of_today(self):
        rule = self.rule()
        rule.filter_domain = repr([("stage_id", "=", self.proposition.id), ("expected_revenue", ">", 10)])
        small, large = leads = self.leads(2)
        self.enter(leads, self.proposition, self.now - timedelta(days=3))
        self.enter(leads, self.qualified, self.now - timedelta(days=2))
        self.assertEqual(self.outcomes(rule), [(large.id, "get", "")])
        rule.filter_domain = repr([("stage_id.name", "=", "no such stage")])
        self.assertEqual(self.outcomes(rule), [])
        self.assertTrue(small)

    def test_what_was_sent_before_is_not_sent_again(self):
        rule = self.rule()
        rule.active = True
        sent, refused = self.leads(2)
        refused.phone = False
        (sent | refused).write({"stage_id": self.proposition.id})
        self.settle()
        self.run_plans()
        self.assertEqual(
            {r: (o, c) for r, o, c in self.outcomes(rule)},
            {sent.id: ("before", "sent_before"), refused.id: ("not", "no_recipient")},
        )

    def test_a_delay_ends_after_the_lead_moved_on(self):
        rule = self.rule({"wa_delay": 2, "wa_delay_unit": "days"})
        stays, leaves = self.leads(2)
        self.enter(stays | leaves, self.proposition, self.now - timedelta(days=9))
        self.enter(leaves, self.qualified, self.now - timedelta(days=8))
        found = {r.record: r for r in self.rehearse(rule).results}
        self.assertEqual((found[stays].outcome, found[stays].when), ("get", self.now - timedelta(days=7)))
        self.assertEqual((found[leaves].outcome, found[leaves].code), ("not", "no_longer_applies"))

    def test_the_night_is_that_of_the_moment_where_the_customer_lives(self):
        rule = self.rule()
        self.account.write({"has_quiet_hours": True, "quiet_from": 21, "quiet_to": 8})
        leads = self.leads(2)
        leads.partner_id = False
        day, night = leads
        # Washington, by the area code of the phone.
        zone, yesterday = pytz.timezone("America/New_York"), self.now.date() - timedelta(days=2)

        def there(hour):
            moment = zone.localize(datetime.combine(yesterday, datetime.min.time()).replace(hour=hour))
            return moment.astimezone(pytz.utc).replace(tzinfo=None)

        self.enter(day, self.proposition, there(12))
        self.enter(night, self.proposition, there(2))
        found = {r.record: r for r in self.rehearse(rule).results}
        self.assertEqual((found[day].outcome, found[day].when), ("get", there(12)))
        self.assertEqual((found[night].outcome, found[night].code), ("later", "quiet_hours"))
        self.assertEqual(found[night].when, there(8))

    def test_who_wrote_since_was_asleep_that_night(self):
        """An answer wakes nobody, but a message of today says nothing about a night of last week."""
        lead = self.receive(self.inbound("Hello?")).lead_id
        self.account.write({"has_quiet_hours": True, "quiet_from": 21, "quiet_to": 8})
        zone, day = pytz.timezone("America/New_York"), self.now.date() - timedelta(days=2)
        night = zone.localize(datetime.combine(day, datetime.min.time()).replace(hour=2))
        self.enter(lead, self.proposition, night.astimezone(pytz.utc).replace(tzinfo=None))
        found = {r.record: r for r in self.rehearse(self.rule()).results}
        self.assertEqual((found[lead].outcome, found[lead].code), ("later", "quiet_hours"))

    def test_a_text_needs_the_window_that_was_open_then(self):
        conversation = self.receive(self.inbound("Hello?"))
        conversation.message_ids.mail_message_id.date = self.now - timedelta(hours=1)
        lead = conversation.lead_id
        action = self.action(wa_content="text", wa_text="Hi {{ partner_id.name | you }}!", wa_repeat="always")
        outcomes = {r: (o, c) for r, o, c in self.outcomes(action)}
        self.assertEqual(outcomes[lead.id], ("get", ""))
        conversation.message_ids.mail_message_id.date = self.now - timedelta(hours=30)
        outcomes = {r: (o, c) for r, o, c in self.outcomes(action)}
        self.assertEqual(outcomes[lead.id], ("not", "window_closed"), "although today's window is open")


@tagged("post_install", "-at_install", "wa")
class TestDryRunOfOthers(DryRunCase):
    """Rules with other triggers, and actions without a rule."""

    def test_a_scheduled_job_is_rehearsed_from_its_own_form(self):
        job = self.env["ir.cron"].create(
            {
                "name": "Mondays",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "wa_template",
                "wa_template_id": self.template.id,
                "active": False,
            }
        )
        wanted, _other = self.leads(2)
        job.wa_domain = repr([("id", "=", wanted.id)])
        screen = self.env["wa.dry.run"].browse(job.action_wa_dry_run()["res_id"])
        self.assertEqual(screen._subject(), job.ir_actions_server_id)
        self.assertEqual([(line.res_id, line.outcome) for line in screen.line_ids], [(wanted.id, "get")])
        # What an update of the module does with every view: a button without its method would stop it.
        self.env.ref("crm_whatsapp.ir_cron_view_form")._check_xml()
        self.env.ref("crm_whatsapp.ir_actions_server_view_form_dry_run")._check_xml()

    def test_created(self):
        rule = self.rule(trigger="on_create", trg_field_ref=False, filter_domain="[('expected_revenue', '>', 10)]")
        small, large = leads = self.leads(2)
        self.assertEqual(self.outcomes(rule), [])
        self.born(leads, self.now - timedelta(days=2))
        self.assertEqual(self.outcomes(rule), [(large.id, "get", "")])
        self.assertTrue(small)

    def test_changed(self):
        rule = self.rule(
            trigger="on_create_or_write", trg_field_ref=False, filter_domain=f"[('stage_id', '=', {self.qualified.id})]"
        )
        _old, changed = self.leads(2)
        self.env.cr.execute("UPDATE crm_lead SET write_date = %s WHERE id = %s", [self.now - timedelta(days=1), changed.id])
        changed.invalidate_recordset()
        found = self.rehearse(rule)
        self.assertEqual([result.record for result in found.results], [changed])
        self.assertIn("not remember", found.unknown[0])

    def test_date_with_a_delay(self):
        rule = self.rule(
            {"wa_repeat": "always"},
            trigger="on_time",
            trg_field_ref=False,
            trg_date_id=self.env["ir.model.fields"]._get("crm.lead", "date_deadline").id,
            trg_date_range=10,
            trg_date_range_type="day",
            trg_date_range_mode="before",
            filter_domain="[]",
        )
        today = fields.Date.today()
        soon, far, past = self.leads(3)
        soon.date_deadline = today + timedelta(days=5)
        far.date_deadline = today + timedelta(days=50)
        past.date_deadline = today - timedelta(days=30)
        found = self.rehearse(rule)
        self.assertEqual([result.record for result in found.results], [soon])
        self.assertEqual(found.results[0].at.date(), today - timedelta(days=5))
        self.assertIn("Expected Closing", found.how)

    def test_working_days_are_counted_by_the_calendar(self):
        rule = self.rule(
            trigger="on_time",
            trg_field_ref=False,
            trg_date_id=self.env["ir.model.fields"]._get("crm.lead", "date_deadline").id,
            trg_date_range=5,
            trg_date_range_type="day",
            trg_date_range_mode="after",
            trg_date_calendar_id=self.env.company.resource_calendar_id.id,
            filter_domain="[]",
        )
        lead = self.leads(1)
        lead.date_deadline = fields.Date.today() - timedelta(days=14)
        [result] = self.rehearse(rule).results
        self.assertGreaterEqual((result.at.date() - lead.date_deadline).days, 4, "five working days, the first included")
        self.assertLessEqual((result.at.date() - lead.date_deadline).days, 7)
        self.assertLess(result.at.weekday(), 5)

    def test_an_action_alone(self):
        action = self.action()
        _old, changed = self.leads(2)
        self.born(changed, self.now - timedelta(days=1))
        found = self.rehearse(action)
        self.assertEqual([(r.record, r.outcome) for r in found.results], [(changed, "get")])

    def test_what_leaves_no_trace_is_said(self):
        rule = self.rule(trigger="on_unlink", trg_field_ref=False)
        with self.assertRaisesRegex(UserError, "no trace"):
            self.rehearse(rule)

    def test_steps_of_a_sequence_have_their_own_moments(self):
        lead, nobody = self.leads(2)
        nobody.phone = False
        later = self.now + timedelta(days=2)
        plan = [(who, None, when, self.template) for who, when in ((lead, self.now), (nobody, self.now), (lead, later))]
        found = self.env["wa.dry.run.service"]._dry_run_plan(plan)
        self.assertEqual(
            [(r.record, r.when, r.outcome) for r in found],
            [(lead, self.now, "get"), (nobody, self.now, "not"), (lead, later, "get")],
        )

    def test_nothing_to_send_is_said(self):
        rule = self.rule()
        rule.action_server_ids.wa_template_id = False
        with self.assertRaisesRegex(UserError, "nothing to send"):
            self.rehearse(rule)
        rule.action_server_ids.unlink()
        self.assertFalse(rule.wa_can_dry_run)
        with self.assertRaisesRegex(UserError, "Send WhatsApp"):
            self.rehearse(rule)
