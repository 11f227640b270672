from odoo import models


class IrCron(models.Model):
    """The form of a scheduled job is that of its action, buttons included."""

    _inherit = "ir.cron"

    def action_wa_dry_run(self):
        """Open the rehearsal of what this job sends. Managers only.

        :raises AccessError: by somebody else.
        """
        self.ensure_one()
        return self.ir_actions_server_id.action_wa_dry_run()
