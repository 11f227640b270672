from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..scheduled_case import ScheduledCase


@tagged("post_install", "-at_install", "wa")
class TestRulesByTheClock(ScheduledCase):
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
