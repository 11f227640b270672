from odoo import fields, models
from odoo.addons.base_automation.models.base_automation import TIME_TRIGGERS


class BaseAutomation(models.Model):
    """A rule about dates that sends begins when it is switched on, not in the past.

    Odoo makes up for everything a rule missed while it rested, and a new one for all
    time: reminders of a year's meetings would leave at once.
    """

    _inherit = "base.automation"

    def write(self, vals):
        """Let rules that send and are switched on begin now."""
        waking = self.browse()
        if vals.get("active") and "last_run" not in vals:
            waking = self.filtered(
                lambda rule: not rule.active and rule.trigger in TIME_TRIGGERS and rule._wa_rehearsed_actions()
            )
        result = super().write(vals)
        if waking:
            super(BaseAutomation, waking).write({"last_run": fields.Datetime.now()})
        return result
