import json
from collections.abc import Iterable

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.bidi import one_line
from ...tools.failures import Failure, classify, narrowed
from ...tools.status import RANK, merge
from ...tools.webhook.events import ErrorInfo, StatusEvent
from ...tools.window import moment_of
from ..outbox.consequences import conclude_failure, hold_for
from .wa_message import HELD, HELD_LONG

#: The reason of a failure for which WhatsApp gives no code, and reasons that say no more than that.
UNKNOWN, VAGUE = "unknown_error", ("unknown_error", "meta_unknown_error")
#: Reasons of waiting that the next status settles.
DOUBTS = ("outcome_unknown", HELD, HELD_LONG)
#: Characters kept of what one error says.
DETAIL_LIMIT = 500
#: Which moment a status records.
MOMENT_OF_STATUS = {
    "sent": "sent_at",
    "delivered": "delivered_at",
    "read": "read_at",
    "failed": "failed_at",
}
#: Columns a status may fill; what it does not say stays as it is.
COLUMNS = (
    "id",
    "state",
    "wamid",
    "sent_at",
    "delivered_at",
    "read_at",
    "failed_at",
    "error_code",
    "error_detail",
    "pricing",
)
#: What is read of a message that gets a status.
READ = ("state", "error_code", "mail_message_id", "conversation_id", "contact_id", "number_id", "lead_id")


class WaMessage(models.Model):
    """Statuses from webhooks: in any order, any number of times, never backwards.

    They come three for every message sent, so they are applied in bulk: one query
    to find the messages, one to change them.
    """

    _inherit = "wa.message"

    @api.model
    def _apply_statuses(self, items: list[StatusEvent], accounts: models.BaseModel) -> list[StatusEvent]:
        """Apply statuses to the messages they belong to.

        Messages are found by our uuid, which travels in ``biz_opaque_callback_data``
        and is known before WhatsApp has answered the send, else by wamid.

        :param items: list of ``StatusEvent``
        :param accounts: ``wa.account`` records the webhook speaks for.
        :returns: the items that belong to no message of theirs
        """
        found = self._match_statuses(items, accounts)
        own_items, foreign = {}, []
        for item in items:
            message_id = found.get(id(item))
            if message_id:
                own_items.setdefault(message_id, []).append(item)
            else:
                foreign.append(item)
        messages = self.browse(own_items)
        messages._lock_in_order()
        messages.fetch(READ)
        former = {message.id: message.state for message in messages}
        changes = [message._merge_statuses(own_items[message.id]) for message in messages]
        self._write_statuses(changes)
        changed = messages.filtered(lambda m: m.state != former[m.id])
        self.env["wa.rule.status"]._note({message.id: former[message.id] for message in changed})
        changed._broadcast_state()
        for message in changed.filtered(lambda m: m.state == "failed"):
            message._on_failed_status()
        for message in messages:
            message._update_recipient(own_items[message.id])
        self._update_reachable([message.id for message in changed if message.state in ("delivered", "read", "played")])
        return foreign

    @api.model
    def _update_reachable(self, arrived: list[int]) -> None:
        """Whoever got a message can be reached after all.

        :param arrived: ids of messages.
        """
        if not arrived:
            return
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT c.id FROM wa_contact c JOIN wa_message m ON m.contact_id = c.id"
                " WHERE m.id = ANY(%s) AND c.is_unreachable",
                arrived,
            )
        )
        self.env["wa.contact"].browse([row[0] for row in rows]).write({"is_unreachable": False})

    def _lock_in_order(self) -> None:
        """Lock these messages in the order of their ids.

        The answers to requests and the statuses about them come at the same moment, to
        two processes, in bulk. Each locking rows in its own order, they would wait for
        one another until PostgreSQL's deadlock detection ends it, after a second in
        which nothing leaves.
        """
        if self:
            self.env.execute_query(SQL("SELECT id FROM wa_message WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", self.ids))

    @api.model
    def _match_statuses(self, items: list[StatusEvent], accounts: models.BaseModel) -> dict[int, int]:
        """Return ``{id(item): wa.message id}`` for the statuses of our own messages."""
        uuids = {item.uuid for item in items if item.uuid}
        wamids = {item.wamid for item in items if item.wamid}
        by_uuid, by_wamid = {}, {}
        self.flush_model(["uuid", "wamid"])
        for message_id, uuid, wamid, phone_number_id in self.env.execute_query(
            SQL(
                """
                SELECT m.id, m.uuid, m.wamid, n.phone_number_id
                  FROM wa_message m JOIN wa_number n ON n.id = m.number_id
                 WHERE m.direction = 'out' AND m.uuid = ANY(%(uuids)s)
                   AND n.account_id = ANY(%(accounts)s)
             UNION
                SELECT m.id, m.uuid, m.wamid, n.phone_number_id
                  FROM wa_message m JOIN wa_number n ON n.id = m.number_id
                 WHERE m.direction = 'out' AND m.wamid = ANY(%(wamids)s)
                   AND n.account_id = ANY(%(accounts)s)
                """,
                uuids=list(uuids),
                wamids=list(wamids),
                accounts=accounts.ids,
            )
        ):
            by_uuid[uuid] = message_id
            if wamid:
                by_wamid[phone_number_id, wamid] = message_id
        matches = {}
        for item in items:
            found = by_uuid.get(item.uuid) or by_wamid.get((item.phone_number_id, item.wamid))
            if found:
                matches[id(item)] = found
        return matches

    def _merge_statuses(self, items: list[StatusEvent]) -> tuple:
        """Return the row (:data:`COLUMNS`) that several statuses of this message amount to."""
        self.ensure_one()
        row = dict.fromkeys(COLUMNS)
        row.update(id=self.id, state=self.state)
        for item in items:
            row["state"] = merge(row["state"], item.status if item.status in RANK else None)
            row["wamid"] = row["wamid"] or item.wamid or None
            if moment := MOMENT_OF_STATUS.get(item.status):
                row[moment] = moment_of(item.timestamp, fields.Datetime.now())
            if item.status == "failed":
                row["error_code"], row["error_detail"] = self._words_of_errors(item.errors)
            if item.pricing:
                row["pricing"] = json.dumps(item.pricing)
        if self.error_code in DOUBTS and not row["error_code"] and row["state"] != self.state:
            row["error_code"] = ""  # the doubt is settled
        return tuple(row.values())

    @api.model
    def _words_of_errors(self, errors: Iterable[ErrorInfo]) -> tuple[str, str | None]:
        """Return ``(code, detail)`` of a failure: the first error that means something, and what all of them say.

        :param errors: ``ErrorInfo`` objects; WhatsApp may give several, one without a code, or none.
        """
        coded = [error for error in errors if error.code is not None]
        known = [error for error in coded if classify(error.code).slug not in VAGUE]
        chief = next(iter([*known, *coded, *errors]), None)
        if chief is None:
            return UNKNOWN, None
        words = [chief.details or chief.message or chief.title]
        for error in errors:
            said = error.details or error.message or error.title
            if error is not chief and said not in words:
                words.append(f"{error.code}: {said}" if error.code is not None else said)
        return (
            str(chief.code) if chief.code is not None else UNKNOWN,
            "; ".join(one_line(part)[:DETAIL_LIMIT] for part in words if part) or None,
        )

    @api.model
    def _write_statuses(self, rows: list[tuple]) -> None:
        """Write merged rows (:data:`COLUMNS`) with one query; what a row leaves open is kept."""
        if not rows:
            return
        self.flush_model()
        self.env.cr.execute(
            """
            UPDATE wa_message m
               SET state = v.state,
                   wamid = COALESCE(m.wamid, v.wamid),
                   sent_at = COALESCE(v.sent_at, m.sent_at),
                   delivered_at = COALESCE(v.delivered_at, m.delivered_at),
                   read_at = COALESCE(v.read_at, m.read_at),
                   failed_at = COALESCE(v.failed_at, m.failed_at),
                   error_code = NULLIF(COALESCE(v.error_code, m.error_code), ''),
                   error_detail = COALESCE(v.error_detail, m.error_detail),
                   pricing = COALESCE(v.pricing::jsonb, m.pricing),
                   write_date = NOW() AT TIME ZONE 'UTC'
              FROM unnest(%s::int[], %s::text[], %s::text[], %s::timestamp[], %s::timestamp[], %s::timestamp[],
                          %s::timestamp[], %s::text[], %s::text[], %s::text[])
                   AS v (id, state, wamid, sent_at, delivered_at, read_at, failed_at, error_code, error_detail, pricing)
             WHERE m.id = v.id
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )
        self.browse([row[0] for row in rows]).invalidate_recordset([name for name in COLUMNS if name != "id"], flush=False)

    def _on_failed_status(self) -> None:
        """Treat a failure reported later like one in the answer, but for one thing: it is not sent again by itself.

        *Delivered* may still follow a *failed*: only a person decides to send it once more.
        """
        self.ensure_one()
        failure = self._reported_failure()
        if failure.slug == "permission_missing":
            # It was accepted, so the token may send: what is not open to this business is this message.
            failure = narrowed(failure)
        conclude_failure(self, failure)
        # From when WhatsApp limited it: webhooks may come days late, and those of one limit for hours.
        past = (fields.Datetime.now() - (self.failed_at or fields.Datetime.now())).total_seconds()
        if failure.wait > past:
            hold_for(self, failure, failure.wait - max(0, past))

    def _reported_failure(self) -> Failure:
        """Return what the code of this failed message means (``tools.failures.Failure``)."""
        code = self.error_code or ""
        return classify(int(code) if code.isdigit() else None)

    def _update_recipient(self, items: list[StatusEvent]) -> None:
        """Complete the contact with ids that only a status tells."""
        contact = self.contact_id
        if contact.bsuid and contact.wa_id:
            return
        for item in items:
            if item.group_id:
                continue  # the participant of a group is not whom this message went to
            if item.person and ((item.person.bsuid and not contact.bsuid) or (item.person.wa_id and not contact.wa_id)):
                contact._update_identity(item.person)
