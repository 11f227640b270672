from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..rule_case import RuleCase


@tagged("post_install", "-at_install", "wa")
class TestRulesAboutDays(RuleCase):
    """R32: a date that is set to today after the day's job had run is not missed, and nobody gets anything twice."""

    def setUp(self):
        super().setUp()
        self.lead = self.receive(self.inbound("Hello")).lead_id
        self.lead.expected_revenue = 5
        self.today = fields.Date.today()

    def by_day(self, action=None, **vals):
        rule = self.rule(
            "Closing",
            trigger="on_time",
            trg_date_id=self.env["ir.model.fields"]._get("crm.lead", "date_deadline").id,
            trg_date_range=vals.pop("trg_date_range", 0),
            trg_date_range_type="day",
            trg_date_range_mode=vals.pop("trg_date_range_mode", "after"),
            filter_domain=f"[('id', '=', {self.lead.id})]",
            action=action or {"state": "wa_template", "wa_template_id": self.template.id, "wa_repeat": "always"},
            **vals,
        )
        # The job ran in the morning.
        self.ran_at(rule, fields.Datetime.to_datetime(self.today))
        return rule

    def ran_at(self, rule, moment):
        rule.last_run = moment
        self.env.flush_all()

    def run_job(self):
        self._run_cron(self.env.ref("base_automation.ir_cron_data_base_automation_check"))

    def plans(self):
        return self.env["wa.scheduled.message"].search([("res_id", "=", self.lead.id), ("res_model", "=", "crm.lead")])

    def test_set_to_today_at_noon(self):
        """R32: sent once, however often the job comes that day."""
        rule = self.by_day()
        self.lead.date_deadline = self.today
        for _turn in range(3):
            self.run_job()
            self.lead.description = "Something else is written"
            self.ran_at(rule, fields.Datetime.to_datetime(self.today))
        self.assertEqual(len(self.plans()), 1)

    def test_days_before_and_working_days(self):
        """R32: the same for a rule about tomorrow, and with a calendar."""
        self.by_day(trg_date_range=1, trg_date_range_mode="before")
        self.lead.date_deadline = self.today + timedelta(days=1)
        self.run_job()
        self.assertEqual(len(self.plans()), 1)

    def test_done_in_the_morning_is_not_done_again(self):
        """R32: whoever got it in the morning and is changed at noon gets nothing more."""
        rule = self.by_day()
        self.lead.date_deadline = self.today
        self.ran_at(rule, fields.Datetime.to_datetime(self.today) - timedelta(hours=5))
        self.run_job()
        self.assertEqual(len(self.plans()), 1)
        self.lead.description = "Noon"
        self.ran_at(rule, fields.Datetime.to_datetime(self.today))
        self.run_job()
        self.assertEqual(len(self.plans()), 1)

    def test_day_that_is_over(self):
        """R32: a date set to yesterday is over, as ever."""
        self.by_day()
        self.lead.date_deadline = self.today - timedelta(days=1)
        self.run_job()
        self.assertFalse(self.plans())

    def test_rules_that_write_to_nobody_stay_odoos(self):
        """R32: other people's rules run as Odoo has them."""
        self.by_day(action=self.tagging("Closing"))
        self.lead.date_deadline = self.today
        self.run_job()
        self.assertFalse(self.tags(self.lead))
        self.assertFalse(self.env["wa.rule.day"].sudo().search([]))
