import logging
import time
from concurrent.futures import ThreadPoolExecutor

from psycopg2 import errors as pg_errors

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.graph.errors import GraphError, InvalidMessage
from .wa_message_send import call_transport

_logger = logging.getLogger(__name__)

#: First half of the advisory lock key; the second is the number's id.
SENDER_LOCK = 0x57415350
#: Requests in flight at once, and messages claimed at once.
PARALLEL_REQUESTS = 16
BATCH_SIZE = 64
#: Retries of a transaction that lost a race against another one.
CONFLICT_RETRIES = 20
CONFLICTS = (pg_errors.SerializationFailure, pg_errors.DeadlockDetected, pg_errors.LockNotAvailable)


class WaNumber(models.Model):
    """The sender of one number: the only place that hands messages to WhatsApp.

    For every batch: claim and COMMIT, mark as posted and COMMIT, send, write the
    results and COMMIT. A crash at any point leaves rows that tell whether their
    request may have left (see ``_settle_orphans``), so that nothing is sent twice.
    """

    _inherit = "wa.number"

    def _cron_send(self):
        """Send what waits for this number. Body of the number's own scheduled job."""
        number = self.exists().filtered(lambda n: n.active and not n.is_blocked)
        if not number or number.account_id.state == "blocked" or not number._lock_sender():
            return
        try:
            number._recover()
            number._send_queue()
        except BaseException:
            # In a failed transaction the lock could not be released and would stay on the pooled connection.
            self.env.cr.rollback()
            raise
        finally:
            number._unlock_sender()

    # ------------------------------------------------------------------ locking

    def _lock_sender(self):
        """Become the only sender of this number on any node; False when there is one.

        ``ir.cron`` already runs a job once at a time; this also covers whoever
        calls the sender in another way. PostgreSQL frees it when the process dies.
        """
        [[locked]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_lock(%s, %s)", SENDER_LOCK, self.id)
        )
        return locked

    def _unlock_sender(self):
        self.env.execute_query(SQL("SELECT pg_advisory_unlock(%s, %s)", SENDER_LOCK, self.id))

    # ----------------------------------------------------------------- the loop

    def _recover(self):
        """Settle what a sender that died left behind."""
        orphans = self.env["wa.message"].search(
            [("number_id", "=", self.id), ("state", "=", "sending"), ("wamid", "=", False)]
        )
        if orphans:
            _logger.info("WhatsApp number %s: %s messages of a dead sender", self.id, len(orphans))
            orphans._settle_orphans()
            orphans._broadcast_state()
            self._commit(len(orphans))

    def _send_queue(self):
        try:
            transport = self.account_id._get_transport()
        except UserError:
            self._block(self.env["wa.failure"]._sentence("token_missing"))
            self._commit()
            return
        with ThreadPoolExecutor(PARALLEL_REQUESTS, thread_name_prefix="wa-send") as pool:
            pace = _Pace(self.messages_per_second)
            while not self.is_blocked:
                self._send_read_receipts(transport)
                batch = self._claim_batch()
                if not batch:
                    break
                requests = self._prepare_batch(batch)
                self._mark_posted(requests)
                started = time.monotonic()
                results = list(
                    pool.map(
                        lambda request: call_transport(transport, self.phone_number_id, request),
                        requests.values(),
                    )
                )
                self._write_results(dict(zip(requests, results, strict=True)))
                if self._commit(len(batch)) <= 0:
                    break
                pace.wait(len(requests), time.monotonic() - started)
        self._wake_for_retries()

    def _claim_batch(self):
        """Take the next messages, people's first, one per conversation, and COMMIT the claim.

        One per conversation and batch keeps the order in which somebody gets
        messages; a message that waits for a retry holds back those after it.

        :returns: the claimed ``wa.message`` records that may leave
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM wa_message m
                 WHERE number_id = %(number)s AND state = 'queued'
                   AND (next_attempt_at IS NULL OR next_attempt_at <= %(now)s)
                   AND NOT EXISTS (
                       SELECT 1 FROM wa_message earlier
                        WHERE earlier.conversation_id = m.conversation_id
                          AND earlier.direction = 'out'
                          AND earlier.state = 'queued'
                          AND (earlier.priority, earlier.id) < (m.priority, m.id))
                 ORDER BY priority, id
                 LIMIT %(limit)s
                   FOR UPDATE SKIP LOCKED
                """,
                number=self.id,
                now=fields.Datetime.now(),
                limit=min(BATCH_SIZE, max(self.messages_per_second, 1)),
            )
        )
        batch = self.env["wa.message"].browse([row[0] for row in rows])
        if not batch:
            return batch
        batch.write({"state": "sending", "claimed_at": fields.Datetime.now(), "next_attempt_at": False})
        allowed = batch._ask_gate()
        for message in allowed:
            message.attempts += 1
        (batch - allowed)._broadcast_state()
        allowed._broadcast_state()
        self._commit()
        return allowed or self._claim_batch()

    def _prepare_batch(self, batch):
        """Build the requests, so that no invalid message counts as posted.

        :returns: ``{message id: request body}``
        """
        requests = {}
        for message in batch:
            try:
                requests[message.id] = message._prepare_request()
            except InvalidMessage as error:
                message._fail("message_invalid", str(error))
                message._broadcast_state()
        return requests

    def _mark_posted(self, requests):
        """COMMIT that these requests are about to leave; after this they count as possibly sent."""
        self.env["wa.message"].browse(requests).write({"posted_at": fields.Datetime.now()})
        self._commit()

    def _write_results(self, results):
        """Store all outcomes; repeat when a status webhook touches the same rows meanwhile.

        :param dict results: ``{message id: SendResult or GraphError}``. Only in
            memory: losing them would turn sent messages into unknown ones.
        """

        def write():
            messages = self.env["wa.message"].browse(results)
            for message in messages:
                outcome = results[message.id]
                if isinstance(outcome, Exception):
                    message._apply_error(outcome)
                else:
                    message._apply_accepted(outcome)
            messages._broadcast_state()
            self.env.flush_all()

        self._with_conflict_retry(write)

    def _with_conflict_retry(self, work):
        """Run and COMMIT ``work``, again after a rollback when it lost a race."""
        for attempt in range(CONFLICT_RETRIES):
            try:
                work()
                self._commit()
                return
            except CONFLICTS:
                self.env.cr.rollback()
                self.env.invalidate_all()
                if attempt == CONFLICT_RETRIES - 1:
                    raise
                time.sleep(0.01 * (attempt + 1))

    # ------------------------------------------------------------ read receipts

    def _send_read_receipts(self, transport):
        """Mark as read at WhatsApp what colleagues have read here; best effort."""
        conversations = self.env["wa.conversation"].search(
            [("number_id", "=", self.id), ("read_wamid", "!=", False)], limit=BATCH_SIZE
        )
        if not conversations:
            return
        wamids = conversations.mapped("read_wamid")
        conversations.write({"read_wamid": False})
        self._commit()
        for wamid in wamids:
            try:
                transport.mark_read(self.phone_number_id, wamid)
            except GraphError as error:
                # Blue ticks are a courtesy: never worth a retry or an alarm.
                _logger.info("WhatsApp number %s: read receipt refused: %s", self.id, error)

    # --------------------------------------------------------------------- jobs

    def _commit(self, processed=0):
        """COMMIT and return the seconds this job may go on."""
        return self.env["ir.cron"]._commit_progress(processed)

    def _wake_for_retries(self):
        """Ask to be called when the next message that waits is due."""
        [[due]] = self.env.execute_query(
            SQL(
                "SELECT MIN(COALESCE(next_attempt_at, NOW() AT TIME ZONE 'UTC')) FROM wa_message"
                " WHERE number_id = %s AND state = 'queued'",
                self.id,
            )
        )
        if due and not self.is_blocked:
            self._trigger_sender(max(due, fields.Datetime.now()))


class _Pace:
    """Keeps the average rate of a sender at or below its number's limit."""

    def __init__(self, per_second):
        self._per_second = max(per_second, 1)

    def wait(self, sent, elapsed):
        """Sleep for what ``sent`` messages should have taken but did not.

        :param int sent: messages just sent
        :param float elapsed: seconds they took
        """
        time.sleep(max(0.0, sent / self._per_second - elapsed))
