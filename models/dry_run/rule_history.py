"""Rules about a stage (or a responsible): who entered it when is in the tracking of that field."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .rule_records import conditions_of, model_of
from .trigger_occurrences import Found, TriggerOccurrence

#: ``{record id: [(moment, old id, new id)]}``
Changes = dict[int, list[tuple[datetime, int, int]]]


def tracked_field(rule: models.BaseModel) -> fields.Field | None:
    """Return the tracked many2one field whose change triggers a rule, or None."""
    rule = rule.sudo()
    if rule.trigger not in ("on_stage_set", "on_user_set"):
        return None
    field = rule.env[rule.model_name]._fields.get(rule._get_trigger_specific_field().name)
    is_tracked = field is not None and field.type == "many2one" and getattr(field, "tracking", None)
    return field if is_tracked else None


def find(rule: models.BaseModel, field: fields.Field, start: datetime, end: datetime) -> Found:
    """Return every stay that began in the period, each once."""
    model = model_of(rule)
    changes = _changes(model, field, start)
    born = {record.id: record for record in model.search([("create_date", ">=", start), ("create_date", "<", end)])}
    stays = [*_first_stays(field, born.values(), changes), *_later_stays(model, changes, end)]
    readable = model.browse({stay.record.id for stay in stays}).exists()._filtered_access("read")
    stays = [stay for stay in stays if stay.stage_id and stay.record in readable]
    wanted = _meeting(rule, field, stays)
    unknown = []
    if rule.sudo().filter_pre_domain:
        unknown.append(rule.env._("What the record was before the change is not looked at."))
    if field.name == "stage_id":
        how = rule.env._(
            "Records that entered the stage in the period, as their history of stages tells, and those created in it."
        )
    else:
        how = rule.env._("Records whose history tells of this change in the period, and those created with it.")
    return Found.of([stay for stay in stays if (stay.record.id, stay.stage_id) in wanted], how, unknown)


def _changes(model: models.BaseModel, field: fields.Field, start: datetime) -> Changes:
    """Return what changed since a moment, in order."""
    # Tracking is for system administrators; which records are shown is decided afterwards.
    model.env["mail.tracking.value"].flush_model()
    model.env["mail.message"].flush_model(["model", "res_id", "date"])
    rows = model.env.execute_query(
        SQL(
            """
            SELECT message.res_id, message.date, value.old_value_integer, value.new_value_integer
              FROM mail_tracking_value value
              JOIN mail_message message ON message.id = value.mail_message_id
             WHERE value.field_id = %s AND message.model = %s AND message.date >= %s
          ORDER BY message.date, value.id
            """,
            model.env["ir.model.fields"]._get(model._name, field.name).id,
            model._name,
            start,
        )
    )
    changes: Changes = defaultdict(list)
    for record_id, moment, old, new in rows:
        changes[record_id].append((moment, old or 0, new or 0))
    return changes


def _first_stays(field: fields.Field, born: Iterable[models.BaseModel], changes: Changes) -> Iterator[TriggerOccurrence]:
    """Yield how records that came into being in the period began."""
    for record in born:
        moment, old, _new = next(iter(changes.get(record.id, ())), (None, record[field.name].id, 0))
        yield TriggerOccurrence(record, record.create_date, old or 0, moment)


def _later_stays(model: models.BaseModel, changes: Changes, end: datetime) -> Iterator[TriggerOccurrence]:
    for record_id, steps in changes.items():
        for number, (moment, _old, new) in enumerate(steps):
            if moment < end:
                left_at = steps[number + 1][0] if number + 1 < len(steps) else None
                yield TriggerOccurrence(model.browse(record_id), moment, new, left_at)


def _meeting(rule: models.BaseModel, field: fields.Field, stays: list[TriggerOccurrence]) -> set[tuple[int, int]]:
    """Return ``{(record id, stage id)}`` that meet the conditions: the stage as it was then, the rest as today."""
    conditions, by_stage = conditions_of(rule), defaultdict(set)
    for stay in stays:
        by_stage[stay.stage_id].add(stay.record.id)
    meeting, model = set(), rule.env[rule.sudo().model_name].sudo()
    for stage_id, ids in by_stage.items():
        stage = rule.env[field.comodel_name].sudo().browse(stage_id).exists()
        domain = conditions.map_conditions(lambda c, stage=stage: _judged(c, field, stage))
        meeting |= {(record.id, stage_id) for record in model.browse(ids).filtered_domain(domain)}
    return meeting


def _judged(condition: Domain, field: fields.Field, stage: models.BaseModel) -> Domain:
    """Return a condition as it is, or what it was worth in a stage if it is about that."""
    name, _dot, rest = condition.field_expr.partition(".")
    if name != field.name:
        return condition
    operator, value = condition.operator, condition.value
    if not rest and operator in ("any", "any!", "not any", "not any!"):
        met = bool(stage.filtered_domain(Domain(value))) == operator.startswith("any")
    else:
        path = rest or ("display_name" if "like" in operator else "id")
        met = bool(stage.filtered_domain(Domain(path, operator, value)))
    return Domain.TRUE if met else Domain.FALSE
