from datetime import date, datetime, timedelta

from psycopg2.extras import execute_values

from odoo import api, fields, models
from odoo.addons.base_automation.models.base_automation import DATE_RANGE
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

#: Days after which nobody asks any more whether a rule ran for a record on a day.
KEEP_DAYS = 60


class WaRuleDay(models.Model):
    """For which records a rule about a date has run, and about which day: each once, however often its job comes."""

    _name = "wa.rule.day"
    _description = "WhatsApp Rule on a Day"
    _rec_name = "automation_id"
    _log_access = False

    automation_id = fields.Many2one("base.automation", required=True, readonly=True, ondelete="cascade")
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    res_model = fields.Char(related="automation_id.model_name")
    day = fields.Date(required=True, readonly=True, index=True)

    _once = models.Constraint("UNIQUE(automation_id, res_id, day)", "The rule ran for this record on that day.")

    @api.model
    def _ids_done(self, rule: models.BaseModel, day: date) -> set[int]:
        rows = self.env.execute_query(SQL("SELECT res_id FROM wa_rule_day WHERE automation_id = %s AND day = %s", rule.id, day))
        return {row[0] for row in rows}

    @api.model
    def _note(self, rule: models.BaseModel, days: list[tuple[int, date]]) -> None:
        """Note that a rule runs for records about days, in the transaction in which it does.

        :param days: ``(record id, date)``
        """
        if days:
            execute_values(
                self.env.cr._obj,
                "INSERT INTO wa_rule_day (automation_id, res_id, day) VALUES %s ON CONFLICT DO NOTHING",
                [(rule.id, *pair) for pair in days],
            )

    @api.model
    def _complete(self, rule: models.BaseModel, records: models.BaseModel, until: datetime) -> models.BaseModel:
        """Return the records for which a rule about dates runs: those Odoo found, and those it would miss.

        Odoo compares whole days with the day of the last run, and takes that one for done: a
        date that is set to today at noon is over for it when the job ran in the morning. Rules that
        write to nobody are left as Odoo has them. Source: base_automation/models/base_automation.py

        :param records: those Odoo found.
        :param until: naive UTC, when the job runs.
        """
        rule = rule.sudo()
        field = self.env[rule.model_name]._fields.get(rule.trg_date_id.name)
        if field is None or field.type != "date" or not field.store or not rule._wa_writes_to_customers():
            return records
        if rule.last_run:
            records |= self._late_records(rule, field, until)
        self._note(rule, [(record.id, record[field.name]) for record in records if record[field.name]])
        return records

    @api.model
    def _late_records(self, rule: models.BaseModel, field: fields.Field, until: datetime) -> models.BaseModel:
        """Return the records whose date is the day of the last run, which changed since and are not done."""
        day = self._day_of(rule, rule.last_run)
        if day > self._day_of(rule, until):
            return self.env[rule.model_name]
        domain = Domain(field.name, "=", day) & Domain("write_date", ">=", rule.last_run)
        if rule.filter_domain:
            domain &= Domain(safe_eval(rule.filter_domain, rule._get_eval_context()))
        done = self._ids_done(rule, day)
        return self.env[rule.model_name].search(domain).filtered(lambda record: record.id not in done)

    @api.model
    def _day_of(self, rule: models.BaseModel, moment: datetime) -> date:
        """Return the date whose turn it is at a moment, by a rule's delay."""
        sign = 1 if rule.trg_date_range_mode == "before" else -1
        if rule.trg_date_calendar_id and rule.trg_date_range_type == "day":
            days = rule.trg_date_calendar_id.plan_days(sign * rule.trg_date_range, moment, compute_leaves=True)
            return (days or moment).date()
        return (moment + DATE_RANGE[rule.trg_date_range_type] * (sign * rule.trg_date_range)).date()

    @api.autovacuum
    def _gc_old(self):
        limit = fields.Date.today() - timedelta(days=KEEP_DAYS)
        self.search([("day", "<", limit)], limit=100_000).unlink()
