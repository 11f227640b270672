from datetime import timedelta

from odoo import api, fields, models

from ..concurrency import CONFLICTS
from ..cron_trigger import trigger_once

#: Seconds after which rules that lost a race are tried again.
AGAIN_SECONDS = 10


class BaseAutomation(models.Model):
    """Rules that run by the clock, when another transaction was faster than theirs."""

    _inherit = "base.automation"

    @api.model
    def _cron_process_time_based_actions(self):
        """Have the job come back soon when a rule lost a race.

        Core undoes what that rule did and looks at its records again at the job's next turn,
        which is up to four hours away: a reminder would come as much too late.
        """
        try:
            return super()._cron_process_time_based_actions()
        except CONFLICTS:
            job = self.env.ref("base_automation.ir_cron_data_base_automation_check")
            trigger_once(job, fields.Datetime.now() + timedelta(seconds=AGAIN_SECONDS))
            # The error ends the job's transaction, and this must outlive it.
            self.env["ir.cron"]._commit_progress()
            raise
