from odoo import api, fields, models
from odoo.addons.base_automation.models.base_automation import TIME_TRIGGERS

#: Types of actions by which a rule writes to customers, now or later.
WRITING = ("wa_template", "wa_sequence")
#: A change of these may make a rule begin.
BEGIN_WITH = {"active", "trigger", "action_server_ids"}


class BaseAutomation(models.Model):
    """A rule about dates that writes to customers begins when it is switched on, not in the past.

    Odoo makes up for everything a rule missed while it rested, and a new one for all
    time: reminders of a year's meetings would leave at once. Rules that write to nobody
    are left as Odoo has them, and so is a ``last_run`` that somebody gives.
    """

    _inherit = "base.automation"

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        # A rule may get its actions later, see below.
        untold = rules.browse([rule.id for rule, vals in zip(rules, vals_list, strict=True) if not vals.get("last_run")])
        untold._wa_dated_writers()._wa_begin()
        return rules

    def write(self, vals):
        if "last_run" in vals or not BEGIN_WITH & vals.keys():
            return super().write(vals)
        before = self._wa_dated_writers()
        result = super().write(vals)
        (self._wa_dated_writers() - before)._wa_begin()
        return result

    def _wa_dated_writers(self):
        """Return those of these rules that are on, about dates, and write to customers."""
        return self.sudo().filtered(
            lambda rule: rule.active and rule.trigger in TIME_TRIGGERS and rule._wa_writes_to_customers()
        )

    def _wa_writes_to_customers(self):
        """Tell whether one of the rule's actions writes to customers, also inside of others."""
        todo = self.action_server_ids
        while todo:
            if any(action.state in WRITING for action in todo):
                return True
            todo = todo.child_ids
        return False

    def _wa_begin(self):
        """Have rules act on moments from now on only."""
        if self:
            self.write({"last_run": fields.Datetime.now()})


class IrActionsServer(models.Model):
    """A rule about dates that never ran begins with the first action that writes to customers."""

    _inherit = "ir.actions.server"

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        actions._wa_begin_rules()
        return actions

    def write(self, vals):
        result = super().write(vals)
        if {"state", "base_automation_id", "parent_id", "child_ids"} & vals.keys():
            self._wa_begin_rules()
        return result

    def _wa_begin_rules(self):
        """Have the rules of these actions begin, as far as they never ran."""
        rules, todo = self.env["base.automation"].sudo(), self.sudo()
        while todo:
            rules |= todo.base_automation_id
            todo = todo.parent_id
        rules.filtered(lambda rule: not rule.last_run)._wa_dated_writers()._wa_begin()
