"""Which records would have triggered a rule or an action in a period: read from what the database remembers."""

from datetime import datetime, timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from . import rule_dates, rule_history, rule_messages
from .rule_records import conditions_of, model_of
from .trigger_occurrences import LIMIT, Found, TriggerOccurrence

#: Triggers that leave no trace in the records.
UNTRACED = ("on_unlink", "on_change", "on_webhook")


def of_subject(subject: models.BaseModel, start: datetime, end: datetime) -> Found:
    """Return when a rule would have been triggered in a period, or an action run, by records the user may read.

    :param subject: ``base.automation`` or ``ir.actions.server``, with the rights of the user.
    :param start: naive UTC, included.
    :param end: naive UTC, not included.
    :raises UserError: what the rule reacts to leaves no trace.
    """
    subject.ensure_one()
    return _of_action(subject, start, end) if subject._name == "ir.actions.server" else _of_rule(subject, start, end)


def _of_rule(rule: models.BaseModel, start: datetime, end: datetime) -> Found:
    trigger, env = rule.sudo().trigger, rule.env
    if trigger in UNTRACED:
        raise UserError(
            env._(
                "What this rule reacts to leaves no trace in the records, so it cannot be rehearsed. "
                "Rehearse its action instead: open it and press “Rehearse”."
            )
        )
    if trigger in ("on_wa_received", "on_wa_status"):
        return rule_messages.find(rule, start, end)
    if trigger in ("on_time", "on_time_created", "on_time_updated"):
        return rule_dates.find(rule, start, end)
    if trigger == "on_create":
        return _created(rule, start, end)
    if field := rule_history.tracked_field(rule):
        return rule_history.find(rule, field, start, end)
    return _changed(model_of(rule), conditions_of(rule), start, end)


def _created(rule: models.BaseModel, start: datetime, end: datetime) -> Found:
    period = Domain("create_date", ">=", start) & Domain("create_date", "<", end)
    records = model_of(rule).search(period & conditions_of(rule), order="create_date desc, id desc", limit=LIMIT + 1)
    return Found.of(
        [TriggerOccurrence(record, record.create_date) for record in records],
        rule.env._("Records created in the period that meet the rule's conditions today."),
    )


def _changed(model: models.BaseModel, conditions: Domain, start: datetime, end: datetime) -> Found:
    """Return records by the last change Odoo remembers; which change that was nobody knows."""
    env = model.env
    period = Domain("write_date", ">=", start) & Domain("write_date", "<", end)
    records = model.search(period & conditions, order="write_date desc, id desc", limit=LIMIT + 1)
    return Found.of(
        [TriggerOccurrence(record, record.write_date) for record in records],
        env._("Records last changed in the period that meet the conditions today."),
        [
            env._(
                "Odoo does not remember which change it was: records changed for another reason are here too, "
                "and each is counted once."
            )
        ],
    )


def _of_action(action: models.BaseModel, start: datetime, end: datetime) -> Found:
    """Return the records an action could have been run on in a period."""
    model = action.env[action.sudo().model_id.model].with_context(active_test=False)
    model.check_access("read")
    if action.sudo().usage == "ir_cron":
        return _of_job(action, model.with_context(active_test=True), end)
    found = _changed(model, Domain.TRUE, start, end)
    found.how = action.env._("All records created or changed in the period: this action has no conditions of its own.")
    return found


def _of_job(action: models.BaseModel, model: models.BaseModel, end: datetime) -> Found:
    """Return the records a scheduled job would send to if it ran now, or at the end of the period."""
    at = min(fields.Datetime.now(), end - timedelta(seconds=1))
    records = model.search(action.sudo()._wa_scheduled_domain(), limit=LIMIT + 1)
    return Found.of(
        [TriggerOccurrence(record, at) for record in records],
        action.env._("Records this job finds today, as if it ran once."),
    )
