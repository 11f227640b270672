from odoo import fields, models
from odoo.addons.base_automation.models.base_automation import DATE_RANGE
from odoo.fields import Domain

from .trigger_occurrences import LIMIT, Found, TriggerOccurrence


class BaseAutomation(models.Model):
    """Rules about a date: whose date, with the delay, fell into the period."""

    _inherit = "base.automation"

    def _wa_trigger_occurrences_in_time(self, start, end):
        rule, model = self.sudo(), self._wa_dry_run_model().with_context(active_test=True)
        field = model._fields[rule.trg_date_id.name]
        domain = self._wa_conditions()
        if field.store or field.search:
            domain &= self._wa_dates_near(field, start, end)
        # By a working calendar the search is a little too wide, so there may be more than are kept.
        limit = None if rule.trg_date_calendar_id else LIMIT + 1
        order = f"{field.name} desc, id desc" if field.store else None
        records = model.search(domain, order=order, limit=limit)
        moments = [(record, self._wa_due(record, field)) for record in records]
        occurrences = [TriggerOccurrence(record, due) for record, due in moments if due and start <= due < end]
        name = rule.trg_date_id.sudo().field_description
        return Found.of(
            occurrences,
            self.env._(
                "Records whose “%s”, with the rule's delay, fell into the period, and that meet its conditions today.", name
            ),
            [self.env._("What the date was before it was changed last is not known.")],
        )

    def _wa_delay(self):
        """Return what lies between the date and the message, as ``relativedelta``."""
        rule = self.sudo()
        sign = -1 if rule.trg_date_range_mode == "before" else 1
        return DATE_RANGE[rule.trg_date_range_type] * (rule.trg_date_range * sign)

    def _wa_dates_near(self, field, start, end):
        """Return the domain of dates that can be due in the period."""
        rule, first, last = self.sudo(), start - self._wa_delay(), end - self._wa_delay()
        if rule.trg_date_calendar_id:
            # Working days are rarer: the date lies further away, at most twice as far and some holidays.
            spare = DATE_RANGE["day"] * (rule.trg_date_range + 30)
            first, last = first - spare, last + spare
        if field.type == "date":
            first, last = first.date(), last.date()
        near = Domain(field.name, ">=", first) & Domain(field.name, "<=", last)
        if field.name == "date_automation_last":
            near |= Domain(field.name, "=", False) & Domain("create_date", ">=", first) & Domain("create_date", "<=", last)
        return near

    def _wa_due(self, record, field):
        """Return when the rule would have been due for a record (naive UTC), or None."""
        rule = self.sudo()
        moment = record[field.name] or (field.name == "date_automation_last" and record.create_date)
        if not moment:
            return None
        moment = fields.Datetime.to_datetime(moment)
        calendar = rule.trg_date_calendar_id and rule._get_calendar(rule, record)
        if calendar and rule.trg_date_range_type == "day" and rule.trg_date_range:
            sign = -1 if rule.trg_date_range_mode == "before" else 1
            return calendar.plan_days(rule.trg_date_range * sign, moment, compute_leaves=True) or None
        return moment + self._wa_delay()
