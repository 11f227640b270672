"""Rules about WhatsApp messages: those of the period are all there, and are looked at one by one."""

from datetime import datetime, timedelta

from odoo import fields, models
from odoo.tools.misc import split_every

from ..automation.wa_rule_match import Facts
from .rule_records import conditions_of, model_of
from .trigger_occurrences import LIMIT, Found, TriggerOccurrence

#: Messages that are looked at, newest first, before the period has to be shorter.
MESSAGES = 4 * LIMIT
CHUNK = 500
#: ``[(wa.message, moment)]``
Moments = list[tuple[models.BaseModel, datetime]]
#: When a message of ours reached a status.
REACHED_AT = {"sent": "sent_at", "delivered": "delivered_at", "read": "read_at", "failed": "failed_at"}


class PastFacts(Facts):
    """The conditions on messages, looked at when each of them came."""

    def __init__(self, rows: models.BaseModel, ran: dict[models.BaseModel, datetime]):
        """:param ran: ``{conversation: when the rule would have run there last}``, kept by the caller."""
        super().__init__(rows)
        self._ran = ran

    def turn_to(self, moment: datetime) -> None:
        """Set the clock (naive UTC)."""
        self.now = moment
        self._open.clear()

    def _pauses(self, rule: models.BaseModel, row: models.BaseModel) -> bool:
        last = self._ran.get(row.conversation_id)
        return bool(rule.wa_pause_hours and last and last > self.now - timedelta(hours=rule.wa_pause_hours))


def find(rule: models.BaseModel, start: datetime, end: datetime) -> Found:
    """Return when messages of a period would have started a rule."""
    env, rule = rule.env, rule.sudo()
    received = rule.trigger == "on_wa_received"
    domain = [("create_date", ">=", start), ("create_date", "<", end), ("direction", "=", "in" if received else "out")]
    rows = env["wa.message"].sudo().search(domain, order="id desc", limit=MESSAGES + 1)
    is_cut, rows = len(rows) > MESSAGES, rows[:MESSAGES].sorted("id")
    moments = _received_at(rule, rows) if received else _reported_at(rule, rows, start, end)
    occurrences = _about(rule.with_env(env), moments)
    found = Found.of(
        occurrences,
        env._("WhatsApp messages of the period that meet the rule's conditions.")
        if received
        else env._("Reports of the period about messages of ours that meet the rule's conditions."),
        [env._("What the records were like when the message came is not known: they are judged as they are today.")],
    )
    found.is_cut = found.is_cut or is_cut
    return found


def _received_at(rule: models.BaseModel, rows: models.BaseModel) -> Moments:
    """Return ``[(wa.message, moment)]`` of the customers' messages that would have started a rule."""
    moments: Moments = []
    ran: dict[models.BaseModel, datetime] = {}
    for chunk in split_every(CHUNK, rows.ids, rows.browse):
        facts = PastFacts(chunk, ran)
        for row in chunk:
            moment = row.mail_message_id.date or row.create_date
            facts.turn_to(moment)
            if facts.is_received(rule, row) and not _is_superseded(rule, row, facts):
                moments.append((row, moment))
                ran[row.conversation_id] = moment
    return moments


def _is_superseded(rule: models.BaseModel, row: models.BaseModel, facts: Facts) -> bool:
    """Tell whether a message would have started another rule that this one gives way to."""
    return any(
        rule.env["wa.rule"]._records(other, row).sudo().filtered_domain(conditions_of(other))
        for other in rule._wa_gives_way_to()
        if facts.is_received(other, row)
    )


def _reported_at(rule: models.BaseModel, rows: models.BaseModel, start: datetime, end: datetime) -> Moments:
    """Return ``[(wa.message, moment)]`` of the reports that would have started a rule."""
    wanted = rule._wa_wanted_statuses()
    return [
        (row, row[name])
        for row in rows
        for status, name in REACHED_AT.items()
        if status in wanted and row[name] and start <= row[name] < end and Facts.is_report(rule, row, {status})
    ]


def _about(rule: models.BaseModel, moments: Moments) -> list[TriggerOccurrence]:
    """Return the occurrences of messages: the records they are about, as far as the user may read them."""
    model = model_of(rule)
    about = [(rule.env["wa.rule"]._records(rule.sudo(), row), moment) for row, moment in moments]
    ids = {record.id for records, _moment in about for record in records}
    meeting = model.browse(ids).exists()._filtered_access("read")
    meeting = meeting.sudo().filtered_domain(conditions_of(rule))
    by_id = {record.id: record for record in meeting.sudo(False)}
    return [
        TriggerOccurrence(by_id[record.id], fields.Datetime.to_datetime(moment))
        for records, moment in about
        for record in records
        if record.id in by_id
    ]
