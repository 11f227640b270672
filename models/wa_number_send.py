import logging
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from psycopg2 import errors as pg_errors

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, config

from ..tools.graph.errors import GraphError, InvalidMessage, ThrottledError
from ..tools.ratelimit import Throughput
from .wa_message import PRIORITY_BULK
from .wa_message_send import call_transport

_logger = logging.getLogger(__name__)

#: First half of the advisory lock key; the second is the number's id.
SENDER_LOCK = 0x57415350
#: Messages claimed ahead, in seconds of the number's throughput: short, so that people overtake soon.
CLAIM_SECONDS = 0.5
MAX_CLAIM = 200
MAX_PARALLEL_REQUESTS = 128
#: Seconds between looks for people's messages while bulk messages are at hand.
LOOK_SECONDS = 0.1
#: Seconds ahead for which requests are handed to the pool; each waits there for its moment.
AHEAD_SECONDS = 0.06
#: Seconds results may wait to be written together.
RESULT_SECONDS = 0.05
#: Seconds one run of the job may take, if Odoo's limits allow it.
RUN_SECONDS = 45
#: Retries of a transaction that lost a race against another one.
CONFLICT_RETRIES = 20
CONFLICTS = (pg_errors.SerializationFailure, pg_errors.DeadlockDetected, pg_errors.LockNotAvailable)


class WaNumber(models.Model):
    """The sender of one number: the only place that hands messages to WhatsApp.

    One thread with the database, a pool of threads that do nothing but HTTP. Every
    message goes through: claim and COMMIT (``sending``), mark as posted and COMMIT,
    request, write the result and COMMIT. A crash at any point leaves rows that tell
    whether their request may have left (see ``_settle_orphans``), so that nothing is
    sent twice.
    """

    _inherit = "wa.number"

    hold_until = fields.Datetime(
        readonly=True, copy=False, help="WhatsApp limits this number: nothing is sent before."
    )

    def _cron_send(self):
        """Send what waits for this number. Body of the number's own scheduled job."""
        number = self.exists().filtered("active")
        if not number or not number._may_send() or not number._lock_sender():
            return
        try:
            number._recover()
            _Sender(number).run()
        except BaseException:
            # In a failed transaction the lock could not be released and would stay on the pooled connection.
            self.env.cr.rollback()
            raise
        finally:
            number._unlock_sender()

    def _may_send(self):
        """Tell whether number and account are in order; otherwise messages simply wait."""
        self.ensure_one()
        held = self.hold_until and self.hold_until > fields.Datetime.now()
        return not self.is_blocked and not held and self.account_id.state != "blocked"

    def _hold(self, seconds):
        """Send nothing for some time: Meta restricts the number."""
        until = fields.Datetime.add(fields.Datetime.now(), seconds=seconds)
        for number in self.sudo():
            number.hold_until = max(until, number.hold_until or until)
            number._trigger_sender(number.hold_until)

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

    # ----------------------------------------------------------------- the queue

    def _recover(self):
        """Settle what a sender that died left behind."""
        orphans = self.env["wa.message"].search(
            [("number_id", "=", self.id), ("state", "=", "sending"), ("wamid", "=", False)]
        )
        if orphans:
            _logger.info("WhatsApp number %s: %s messages of a dead sender", self.id, len(orphans))
            orphans._settle_orphans()
            orphans._broadcast_state()
            self.env["ir.cron"]._commit_progress(len(orphans))

    def _claim(self, limit, people_only=False):
        """Take the next messages, people's first, one per conversation, and COMMIT the claim.

        One per conversation keeps the order in which somebody gets messages; a
        message that waits for a retry or is on its way holds back those after it.

        :returns: the claimed ``wa.message`` records that may leave; None when there
            was nothing to claim
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM wa_message m
                 WHERE number_id = %(number)s AND state = 'queued' AND priority < %(priority)s
                   AND (next_attempt_at IS NULL OR next_attempt_at <= %(now)s)
                   AND NOT EXISTS (
                       SELECT 1 FROM wa_message earlier
                        WHERE earlier.conversation_id = m.conversation_id
                          AND (earlier.state = 'sending' AND earlier.wamid IS NULL
                               OR earlier.state = 'queued'
                                  AND (earlier.priority, earlier.id) < (m.priority, m.id)))
                 ORDER BY priority, id
                 LIMIT %(limit)s
                   FOR UPDATE SKIP LOCKED
                """,
                number=self.id,
                now=fields.Datetime.now(),
                priority=PRIORITY_BULK if people_only else 2**31 - 1,
                limit=limit,
            )
        )
        if not rows:
            return None
        batch = self.env["wa.message"].browse([row[0] for row in rows])
        allowed = batch._ask_gate()._hold_back_for_pair_rate()
        allowed._claim_for_sending()
        (batch - allowed)._broadcast_state()
        self.env["ir.cron"]._commit_progress(len(batch))
        return allowed

    def _recently_posted(self, seconds):
        """Return how many seconds ago messages left within the last ``seconds``, as a list."""
        return [
            float(row[0])
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT EXTRACT(EPOCH FROM clock_timestamp() AT TIME ZONE 'UTC' - posted_at)
                      FROM wa_message
                     WHERE number_id = %s
                       AND posted_at > clock_timestamp() AT TIME ZONE 'UTC' - %s * INTERVAL '1 second'
                    """,
                    self.id,
                    seconds,
                )
            )
        ]

    def _next_due(self):
        """Return when the next queued message that nothing holds back is due, or None."""
        [[due]] = self.env.execute_query(
            SQL(
                """
                SELECT MIN(COALESCE(next_attempt_at, %(now)s)) FROM wa_message m
                 WHERE number_id = %(number)s AND state = 'queued'
                   AND NOT EXISTS (
                       SELECT 1 FROM wa_message earlier
                        WHERE earlier.conversation_id = m.conversation_id
                          AND earlier.state = 'queued'
                          AND (earlier.priority, earlier.id) < (m.priority, m.id))
                """,
                number=self.id,
                now=fields.Datetime.now(),
            )
        )
        return due

    def _with_conflict_retry(self, work):
        """Run and COMMIT ``work``, again after a rollback when it lost a race."""
        for attempt in range(CONFLICT_RETRIES):
            try:
                work()
                self.env.flush_all()
                self.env["ir.cron"]._commit_progress()
                return
            except CONFLICTS:
                self.env.cr.rollback()
                self.env.invalidate_all()
                if attempt == CONFLICT_RETRIES - 1:
                    raise
                time.sleep(0.01 * (attempt + 1))


class _Sender:
    """One run of a number's sender: what is in memory between claim and result.

    Records lose their cache at every COMMIT, and the pool's threads must never touch
    the database: everything that crosses that line is plain data.
    """

    def __init__(self, number):
        self.number = number
        self.env = number.env
        self.phone_number_id = number.phone_number_id
        rate = max(1, number.messages_per_second)
        self.claim_size = min(MAX_CLAIM, max(1, int(rate * CLAIM_SECONDS)))
        self.parallel = min(MAX_PARALLEL_REQUESTS, max(8, rate // 4))
        now = time.monotonic()
        recent = [now - ago for ago in number._recently_posted(2)]
        self.throughput = Throughput(rate, now, recent)
        self.ready = deque()  # (is_bulk, message id, request), people first
        self.in_flight = {}  # future -> message id
        self.results = []  # (message id, SendResult or GraphError)
        self.results_since = None
        self.looked_at = 0.0
        self.ends_at = now + self._seconds_allowed()
        self.queue_is_empty = False

    @staticmethod
    def _seconds_allowed():
        """Return how long a run may take: well under the limit at which Odoo kills the worker."""
        limit = config["limit_time_real_cron"]
        limit = config["limit_time_real"] if limit is None or limit < 0 else limit
        return min(RUN_SECONDS, limit * 0.4) if limit else RUN_SECONDS

    def run(self):
        """Send until nothing is left, the time is over, or Meta says stop."""
        try:
            transport = self.number.account_id._get_transport()
        except UserError:
            self.number._block(self.env["wa.failure"]._sentence("token_missing"))
            self.env["ir.cron"]._commit_progress()
            return
        self._send_read_receipts(transport)
        with ThreadPoolExecutor(self.parallel, thread_name_prefix="wa-send") as pool:
            while self._step(transport, pool):
                pass
        self._send_read_receipts(transport)
        self._put_back()
        transport.close()
        due = self.number._next_due()
        if due and self.number._may_send():
            # A moment that has passed wakes the job at once; fractions of seconds would hide that.
            self.number._trigger_sender(None if due <= fields.Datetime.now() else due)

    def _step(self, transport, pool):
        """Do what can be done now, then wait for the first thing that changes; False at the end."""
        self._claim_if_needed()
        wait_for = self._release(transport, pool)
        if self.in_flight:
            done, _running = wait(self.in_flight, timeout=wait_for, return_when=FIRST_COMPLETED)
            for future in done:
                self._add_result(self.in_flight.pop(future), future.result())
        elif self.ready:
            time.sleep(wait_for)
        if self.results and (
            not self.in_flight or time.monotonic() - self.results_since >= RESULT_SECONDS
        ):
            self._write_results()
        return bool(self.in_flight or self.results or (self._goes_on() and not self._is_done()))

    def _goes_on(self):
        return time.monotonic() < self.ends_at and self.number._may_send()

    def _is_done(self):
        return self.queue_is_empty and not self.ready

    # ------------------------------------------------------------------- claim

    def _claim_if_needed(self):
        """Keep messages at hand, and look for people's messages between bulk ones."""
        now = time.monotonic()
        if not self._goes_on():
            return
        if len(self.ready) <= self.claim_size // 4:
            if self.queue_is_empty and now - self.looked_at < LOOK_SECONDS and self.in_flight:
                return
            claimed = self.number._claim(self.claim_size)
        elif now - self.looked_at >= LOOK_SECONDS and self.ready[0][0]:
            claimed = self.number._claim(self.claim_size, people_only=True) or []
        else:
            return
        self.looked_at = now
        self.queue_is_empty = claimed is None
        self._prepare(claimed or ())

    def _prepare(self, messages):
        """Build the requests before anything counts as posted; people's go to the front."""
        people, bulk = [], []
        for message in messages:
            try:
                request = message._prepare_request()
            except InvalidMessage as error:
                message._fail("message_invalid", str(error))
                message._broadcast_state()
                continue
            is_bulk = message.priority >= PRIORITY_BULK
            (bulk if is_bulk else people).append((is_bulk, message.id, request))
        self.ready.extendleft(reversed(people)) if self.ready and self.ready[0][0] else self.ready.extend(people)
        self.ready.extend(bulk)

    def _put_back(self):
        """Return claimed messages that did not leave; nothing was posted for them."""
        if self.ready:
            messages = self.env["wa.message"].browse([message_id for _bulk, message_id, _r in self.ready])
            messages._unclaim()
            self.ready.clear()
            self.env["ir.cron"]._commit_progress()

    # -------------------------------------------------------------------- send

    def _release(self, transport, pool):
        """Hand the requests of the next moments to the pool, each with the moment it may leave.

        COMMITs first that they are about to leave; after that they count as possibly sent.

        :returns: seconds after which it is worth looking again
        """
        now = time.monotonic()
        if not self.ready or not self._goes_on():
            return RESULT_SECONDS
        leaving = []
        while self.ready and len(self.in_flight) + len(leaving) < self.parallel:
            is_bulk = self.ready[0][0]
            slot = self.throughput.next_slot(now, is_bulk)
            if slot > now + AHEAD_SECONDS:
                break
            self.throughput.book(slot, now, is_bulk)
            leaving.append((slot, *self.ready.popleft()))
        if leaving:
            self.env["wa.message"]._mark_posted([message_id for _s, _b, message_id, _r in leaving])
            for slot, _bulk, message_id, request in leaving:
                future = pool.submit(call_transport, transport, self.phone_number_id, request, slot)
                self.in_flight[future] = message_id
        return AHEAD_SECONDS / 2

    # ----------------------------------------------------------------- results

    def _add_result(self, message_id, outcome):
        if not self.results:
            self.results_since = time.monotonic()
        self.results.append((message_id, outcome))
        if isinstance(outcome, ThrottledError) and outcome.failure.scope == "number":
            self.throughput.pause(time.monotonic(), max(1.0, outcome.retry_after or 0))

    def _write_results(self):
        """Store outcomes together; only in memory until then, so never given up on a conflict."""
        results, self.results = self.results, []
        self.number._with_conflict_retry(lambda: self.env["wa.message"]._apply_results(results))
        # What was on its way may have held back the next message to the same person.
        self.queue_is_empty = False

    # ------------------------------------------------------------ read receipts

    def _send_read_receipts(self, transport):
        """Mark as read at WhatsApp what colleagues have read here; best effort."""
        conversations = self.env["wa.conversation"].search(
            [("number_id", "=", self.number.id), ("read_wamid", "!=", False)], limit=MAX_CLAIM
        )
        if not conversations:
            return
        wamids = conversations.mapped("read_wamid")
        conversations.write({"read_wamid": False})
        self.env["ir.cron"]._commit_progress()
        for wamid in wamids:
            try:
                transport.mark_read(self.phone_number_id, wamid)
            except GraphError as error:
                # Blue ticks are a courtesy: never worth a retry or an alarm.
                _logger.info("WhatsApp number %s: read receipt refused: %s", self.number.id, error)
