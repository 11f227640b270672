from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from .trigger_occurrences import LIMIT, Found, TriggerOccurrence

#: Triggers that leave no trace in the records.
UNTRACED = ("on_unlink", "on_change", "on_webhook")


class BaseAutomation(models.Model):
    """Which records would have triggered a rule in a period: read from what the database remembers."""

    _inherit = "base.automation"

    wa_can_dry_run = fields.Boolean(compute="_compute_wa_can_dry_run")

    @api.depends("action_server_ids.state")
    def _compute_wa_can_dry_run(self):
        for rule in self:
            rule.wa_can_dry_run = bool(rule._wa_dry_run_actions())

    # ----------------------------------------------------------------- business

    def _wa_dry_run_actions(self):
        """Return the actions of this rule that send WhatsApp messages, also inside of others."""
        found, todo = self.env["ir.actions.server"], self.action_server_ids
        while todo:
            found |= todo.filtered(lambda action: action.state == "wa_template")
            todo = todo.child_ids - found
        return found

    def _wa_trigger_occurrences(self, start, end):
        """Return when this rule would have been triggered in a period, by records the user may read.

        :param datetime start: naive UTC, included.
        :param datetime end: naive UTC, not included.
        :returns: :class:`Found`
        :raises UserError: what the rule reacts to leaves no trace.
        """
        self.ensure_one()
        trigger = self.sudo().trigger
        if trigger in UNTRACED:
            raise UserError(
                self.env._(
                    "What this rule reacts to leaves no trace in the records, so it cannot be rehearsed. "
                    "Rehearse its action instead: open it and press “Rehearse”."
                )
            )
        if trigger in ("on_wa_received", "on_wa_status"):
            return self._wa_trigger_occurrences_of_messages(start, end)
        if trigger in ("on_time", "on_time_created", "on_time_updated"):
            return self._wa_trigger_occurrences_in_time(start, end)
        if trigger == "on_create":
            return self._wa_trigger_occurrences_created(start, end)
        if field := self._wa_tracked_field():
            return self._wa_trigger_occurrences_tracked(field, start, end)
        return self._wa_trigger_occurrences_changed(start, end)

    def _wa_conditions(self):
        """Return the conditions of this rule as a ``Domain``."""
        rule = self.sudo()
        if not rule.filter_domain:
            return Domain.TRUE
        return Domain(safe_eval(rule.filter_domain, rule._get_eval_context()))

    def _wa_dry_run_model(self):
        """Return the model of the rule's records, with the rights of the user.

        :raises AccessError: the user may not read such records.
        """
        model = self.env[self.sudo().model_name].with_context(active_test=False)
        model.check_access("read")
        return model

    def _wa_trigger_occurrences_created(self, start, end):
        model = self._wa_dry_run_model()
        period = Domain("create_date", ">=", start) & Domain("create_date", "<", end)
        records = model.search(period & self._wa_conditions(), order="create_date desc, id desc", limit=LIMIT + 1)
        return Found.of(
            [TriggerOccurrence(record, record.create_date) for record in records],
            self.env._("Records created in the period that meet the rule's conditions today."),
        )

    def _wa_trigger_occurrences_changed(self, start, end):
        model = self._wa_dry_run_model()
        return self._wa_changed(model, self._wa_conditions(), start, end)

    @api.model
    def _wa_changed(self, model, conditions, start, end):
        """Return records by the last change Odoo remembers; which change that was nobody knows."""
        period = Domain("write_date", ">=", start) & Domain("write_date", "<", end)
        records = model.search(period & conditions, order="write_date desc, id desc", limit=LIMIT + 1)
        return Found.of(
            [TriggerOccurrence(record, record.write_date) for record in records],
            self.env._("Records last changed in the period that meet the conditions today."),
            [
                self.env._(
                    "Odoo does not remember which change it was: records changed for another reason are here too, "
                    "and each is counted once."
                )
            ],
        )

    # ------------------------------------------------------------------ actions

    def action_wa_dry_run(self):
        """Open the rehearsal of this rule. Managers only.

        :raises AccessError: by somebody else.
        """
        self.ensure_one()
        return self.env["wa.dry.run"]._open(self)
