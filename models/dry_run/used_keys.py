"""What an action sent before, and may not send again: keys that are used up."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from odoo import fields, models
from odoo.tools import SQL

from .trigger_occurrences import TriggerOccurrence

#: How far the moment in a key may be from the moment in the history: the length of a slow transaction.
TOLERANCE = timedelta(hours=1)


def used_by(action: models.BaseModel, occurrences: list[TriggerOccurrence]) -> tuple[dict, set[TriggerOccurrence]]:
    """Return the keys of these occurrences, and those whose message was planned or sent before.

    :param action: ``ir.actions.server``, as superuser.
    :returns: ``(keys, used)``: ``{occurrence: key or None}``, and those that are used up
    """
    action.ensure_one()
    if action.wa_repeat == "always":
        return dict.fromkeys(occurrences), set()
    taken = _taken_keys(action)
    keys, used = {}, set()
    stays = defaultdict(list)
    for occurrence in occurrences:
        if action.wa_repeat == "stage" and occurrence.stage_id and "stage_id" in occurrence.record._fields:
            # The history knows the moment only nearly, so the key is compared nearly.
            keys[occurrence] = (occurrence.record.id, occurrence.stage_id, occurrence.at)
            stays[occurrence.record.id, occurrence.stage_id].append(occurrence)
        else:
            keys[occurrence] = key = action._wa_dedupe_key(occurrence.record.sudo())
            if key in taken:
                used.add(occurrence)
    for moment, place in _taken_stays(taken):
        near = [stay for stay in stays.get(place, ()) if abs(stay.at - moment) <= TOLERANCE]
        if near:
            used.add(min(near, key=lambda stay: abs(stay.at - moment)))
    return keys, used


def _taken_keys(action: models.BaseModel) -> set[str]:
    """Return all keys of an action that are used up: something is planned, or was sent."""
    prefix = f"action:{action.id}:%"
    action.env["wa.message"].flush_model(["dedupe_key"])
    action.env["wa.scheduled.message"].flush_model(["dedupe_key", "state"])
    rows = action.env.execute_query(
        SQL(
            """
            SELECT dedupe_key FROM wa_message WHERE dedupe_key LIKE %(prefix)s
             UNION
            SELECT dedupe_key FROM wa_scheduled_message WHERE dedupe_key LIKE %(prefix)s AND state IN ('planned', 'queued')
            """,
            prefix=prefix,
        )
    )
    return {key for (key,) in rows}


def _taken_stays(taken: set[str]) -> Iterator[tuple[datetime, tuple[int, int]]]:
    """Yield ``(moment, (record id, stage id))`` of the keys that name a stay in a stage."""
    for key in taken:
        parts = key.split(":", 5)
        if len(parts) == 6 and parts[4].isdigit() and parts[5]:
            yield fields.Datetime.to_datetime(parts[5][:19]), (int(parts[3]), int(parts[4]))
