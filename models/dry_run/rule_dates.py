"""Rules about a date: whose date, with the delay, fell into the period."""

from datetime import datetime

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.addons.base_automation.models.base_automation import DATE_RANGE
from odoo.fields import Domain

from .rule_records import conditions_of, model_of
from .trigger_occurrences import LIMIT, Found, TriggerOccurrence


def find(rule: models.BaseModel, start: datetime, end: datetime) -> Found:
    """Return the records whose date was due in a period."""
    model, rule = model_of(rule).with_context(active_test=True), rule.sudo()
    field = model._fields[rule.trg_date_id.name]
    domain = conditions_of(rule)
    if field.store or field.search:
        domain &= _dates_near(rule, field, start, end)
    # By a working calendar the search is a little too wide, so there may be more than are kept.
    limit = None if rule.trg_date_calendar_id else LIMIT + 1
    order = f"{field.name} desc, id desc" if field.store else None
    records = model.search(domain, order=order, limit=limit)
    moments = [(record, _due(rule, record, field)) for record in records]
    occurrences = [TriggerOccurrence(record, due) for record, due in moments if due and start <= due < end]
    name = rule.trg_date_id.sudo().field_description
    return Found.of(
        occurrences,
        model.env._(
            "Records whose “%s”, with the rule's delay, fell into the period, and that meet its conditions today.", name
        ),
        [model.env._("What the date was before it was changed last is not known.")],
    )


def _delay(rule: models.BaseModel) -> relativedelta:
    """Return what lies between the date and the message."""
    sign = -1 if rule.trg_date_range_mode == "before" else 1
    return DATE_RANGE[rule.trg_date_range_type] * (rule.trg_date_range * sign)


def _dates_near(rule: models.BaseModel, field: fields.Field, start: datetime, end: datetime) -> Domain:
    """Return the domain of dates that can be due in the period."""
    first, last = start - _delay(rule), end - _delay(rule)
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


def _due(rule: models.BaseModel, record: models.BaseModel, field: fields.Field) -> datetime | None:
    """Return when the rule would have been due for a record (naive UTC), or None."""
    moment = record[field.name] or (field.name == "date_automation_last" and record.create_date)
    if not moment:
        return None
    moment = fields.Datetime.to_datetime(moment)
    calendar = rule.trg_date_calendar_id and rule._get_calendar(rule, record)
    if calendar and rule.trg_date_range_type == "day" and rule.trg_date_range:
        sign = -1 if rule.trg_date_range_mode == "before" else 1
        return calendar.plan_days(rule.trg_date_range * sign, moment, compute_leaves=True) or None
    return moment + _delay(rule)
