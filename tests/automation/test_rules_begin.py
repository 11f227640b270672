from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..rule_case import RuleCase


@tagged("post_install", "-at_install", "wa")
class TestRulesBeginNow(RuleCase):
    """A rule about a date that writes to customers acts on moments after it began, not on all of the past."""

    def setUp(self):
        super().setUp()
        self.lead = self.env["crm.lead"].create(
            {"name": "Old", "type": "opportunity", "phone": "+12025550143", "date_deadline": "2020-02-03"}
        )
        self.env["crm.lead"].search([("id", "!=", self.lead.id)]).date_deadline = False

    def vals(self, **vals):
        return {
            "name": "Deadline",
            "model_id": self.env["ir.model"]._get_id("crm.lead"),
            "trigger": "on_time",
            "trg_date_id": self.env["ir.model.fields"]._get("crm.lead", "date_deadline").id,
            "trg_date_range": 1,
            "trg_date_range_type": "day",
            "trg_date_range_mode": "after",
            **vals,
        }

    def action(self, **vals):
        return {
            "name": "Remind",
            "model_id": self.env["ir.model"]._get_id("crm.lead"),
            "usage": "base_automation",
            "state": "wa_template",
            "wa_template_id": self.template.id,
            **vals,
        }

    def run_clock(self):
        self._run_cron(self.env.ref("base_automation.ir_cron_data_base_automation_check"))

    def assertBegins(self, rule):
        """The old date is left alone, one that comes due later is not."""
        self.run_clock()
        plans = self.env["wa.scheduled.message"].search([("res_model", "=", "crm.lead"), ("res_id", "=", self.lead.id)])
        self.assertFalse(plans)
        rule.last_run = fields.Datetime.now() - timedelta(days=2)
        self.lead.date_deadline = fields.Date.today() - timedelta(days=1)
        self.run_clock()
        self.assertTrue(plans.search([("res_model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]))

    def test_created_with_its_action_as_the_form_does(self):
        action = Command.create(self.action())
        self.assertBegins(self.env["base.automation"].create(self.vals(action_server_ids=[action])))

    def test_created_before_its_action_as_data_files_do(self):
        rule = self.env["base.automation"].create(self.vals())
        self.assertFalse(rule.last_run)
        self.env["ir.actions.server"].create(self.action(base_automation_id=rule.id))
        self.assertBegins(rule)

    def test_an_action_that_learns_to_send(self):
        rule = self.rule(**self.vals())
        self.assertFalse(rule.last_run)
        rule.action_server_ids.write({"state": "wa_template", "wa_template_id": self.template.id})
        self.assertBegins(rule)

    def test_an_action_inside_of_another(self):
        rule = self.env["base.automation"].create(self.vals())
        outer = self.env["ir.actions.server"].create(self.action(state="multi", base_automation_id=rule.id))
        self.env["ir.actions.server"].create(self.action(usage="ir_actions_server", parent_id=outer.id))
        self.assertBegins(rule)

    def test_a_rule_that_becomes_one_about_a_date(self):
        rule = self.env["base.automation"].create(
            {**self.vals(trigger="on_write"), "action_server_ids": [Command.create(self.action())]}
        )
        self.assertFalse(rule.last_run)
        vals = self.vals()
        rule.write({name: vals[name] for name in vals if name.startswith("tr")})
        self.assertBegins(rule)

    def test_a_copy(self):
        rule = self.env["base.automation"].create(self.vals(action_server_ids=[Command.create(self.action())]))
        copy = rule.copy()
        rule.active = False
        self.assertBegins(copy)

    def test_leads_of_the_past_do_not_enter_a_sequence(self):
        sequence = self.env["wa.sequence"].create(
            {"name": "Follow up", "step_ids": [Command.create({"template_id": self.template.id, "delay": 1})]}
        )
        rule = self.env["base.automation"].create(self.vals())
        self.env["ir.actions.server"].create(
            self.action(base_automation_id=rule.id, state="wa_sequence", wa_sequence_id=sequence.id)
        )
        self.run_clock()
        self.assertFalse(sequence.run_ids)

    def test_rules_that_do_not_write_to_customers_are_odoos(self):
        rule = self.rule(**self.vals(name="Late"))
        self.assertFalse(rule.last_run)
        self.run_clock()
        self.assertEqual(self.tags(self.lead), ["Late"])

    def test_what_ran_already_and_what_was_told_is_kept(self):
        moment = fields.Datetime.now().replace(microsecond=0) - timedelta(days=3)
        told = self.env["base.automation"].create(self.vals(last_run=moment, action_server_ids=[Command.create(self.action())]))
        self.assertEqual(told.last_run, moment)
        # As the update of a module writes it.
        told.write({"active": True, "name": "Deadline again", "trigger": "on_time"})
        told.action_server_ids.write({"state": "wa_template", "name": "Remind again"})
        self.assertEqual(told.last_run, moment)
