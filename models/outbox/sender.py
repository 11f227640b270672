"""The sender of a number: the only place that hands messages to WhatsApp.

One thread with the database, a pool of threads that do nothing but HTTP. Every message goes through:

1. ``claim.claim``: the gate is asked again, then the message is ``sending``; COMMIT.
2. ``uploads``: what WhatsApp does not have of its files yet.
3. ``wa.message._prepare_request``: the body of the request.
4. ``claim.mark_submitted``: it is about to leave; COMMIT.
5. :func:`call_transport` in a thread of the pool, at its moment.
6. ``results.apply_results``: the outcome, and its ``consequences``; COMMIT.

A crash at any point leaves rows that tell whether their request may have left (``recovery``), so that nothing is sent twice.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Collection
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import datetime
from typing import Any, TypeAlias

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, config

from ...tools.failures import WIDE
from ...tools.graph import second_look
from ...tools.graph.client import GraphClient
from ...tools.graph.errors import GraphError, InvalidMessage, OutcomeUnknownError, ThrottledError
from ...tools.graph.media import media_uids
from ...tools.graph.results import SendResult
from ...tools.ratelimit import Pacer, RateLimiter
from ...tools.thread_pool import SlimThreadPool
from ..concurrency import begin_read_committed, commit_in_halves, commit_with_retries, start_over, traceback_text
from ..message.wa_message import PRIORITY_BULK
from .claim import claim, mark_submitted, next_due, recently_submitted, unclaim
from .receipts import Receipts
from .recovery import recover
from .results import apply_results, apply_uploads, fail, keep_bare_result
from .uploads import collect_uploads, run_uploads

_logger = logging.getLogger(__name__)

#: A request that waits for its moment: is it bulk, message id, body.
Ready: TypeAlias = tuple[bool, int, dict[str, Any]]
#: Message id, and what became of its request.
Result: TypeAlias = tuple[int, SendResult | GraphError]

#: Messages claimed ahead, in seconds of the number's throughput: short, so that people overtake soon.
CLAIM_SECONDS = 0.5
MAX_CLAIM = 200
MAX_PARALLEL_REQUESTS = 160
PARALLEL_UPLOADS = 4
#: Seconds between looks for people's messages while bulk messages are at hand.
LOOK_SECONDS = 0.1
#: Seconds ahead for which requests are handed to the pool; each waits there for its moment.
AHEAD_SECONDS = 0.3
#: Seconds results may wait to be written together.
RESULT_SECONDS = 0.2
#: Seconds in which answers are gathered before anything is done about them: hundreds come in a second, and each look
#: at the database makes this thread wait for those of the pool.
GATHER_SECONDS = 0.02
#: How many requests on their way make it worth while.
GATHER_FROM = 100
#: Seconds one run of the job may take, if Odoo's limits allow it and no customer waits.
RUN_SECONDS = 45
#: Seconds after which a run makes room for customers' messages that wait.
FAIR_SECONDS = 3
#: First half of the advisory lock key; the second is the number's id.
SENDER_LOCK = 0x57415350
#: A retry due within so many seconds is waited for: ir.cron's clock ticks once a minute.
SHORT_WAIT = 5


def run_sender(number: models.BaseModel) -> None:
    """Send what waits for a number; nothing happens while another sender of it is at work, on whatever node."""
    if not number._may_send() or not _lock(number):
        return
    try:
        recover(number)
        Sender(number).run()
    except BaseException:
        # In a failed transaction the lock could not be released and would stay on the pooled connection.
        start_over(number.env)
        raise
    finally:
        _unlock(number)


def _lock(number: models.BaseModel) -> bool:
    """Become the only sender of a number on any node; False when there is one.

    ``ir.cron`` already runs a job once at a time; this also covers whoever
    calls the sender in another way. PostgreSQL frees it when the process dies.
    """
    [[locked]] = number.env.execute_query(SQL("SELECT pg_try_advisory_lock(%s, %s)", SENDER_LOCK, number.id))
    return bool(locked)


def _unlock(number: models.BaseModel) -> None:
    number.env.execute_query(SQL("SELECT pg_advisory_unlock(%s, %s)", SENDER_LOCK, number.id))


class Sender:
    """One run of a number's sender: what is in memory between claim and result.

    Records lose their cache at every COMMIT, and the pool's threads must never touch
    the database: everything that crosses that line is plain data.
    """

    def __init__(self, number: models.BaseModel) -> None:
        self.number = number
        self.env = number.env
        self.phone_number_id = number.phone_number_id
        self.rate = rate = max(1, number.messages_per_second)
        self.claim_size = min(MAX_CLAIM, max(1, int(rate * CLAIM_SECONDS)))
        # Threads that wait for their moment, and those that wait for an answer: a second or two of them.
        self.parallel = min(MAX_PARALLEL_REQUESTS, max(16, rate * 2))
        # Some more are at hand for threads that get free while this one is busy with the database.
        self.handed_out = self.parallel + min(rate // 16, self.parallel // 2)
        # People's go past bulk that hangs, but not without end: what is handed out counts as submitted, and has to leave
        # before Odoo's limit for jobs. Two rounds of time-outs fit.
        self.handed_out_people = self.parallel * 2
        now = time.monotonic()
        recent = [now - ago for ago in recently_submitted(number, 2)]
        self.pacer = Pacer(rate, now, recent)
        self.rate_limiter = RateLimiter(rate, time.monotonic, recent)
        self.ready: deque[Ready] = deque()  # people first
        self.uploading: dict[Future[Any], int] = {}  # future -> message id
        self.in_flight: dict[Future[Any], int] = {}  # future -> message id
        self.results: list[Result] = []
        self.results_since = 0.0
        self.looked_at = 0.0
        self.asked_at, self.may_send = 0.0, True
        self.held_until = 0.0
        self.started_at = now
        self.ends_at = now + self._seconds_allowed()
        self.awaited: datetime | None = None
        self.queue_is_empty = False

    @staticmethod
    def _seconds_allowed() -> float:
        """Return how long a run may take: well under the limit at which Odoo kills the worker."""
        limit = config["limit_time_real_cron"]
        limit = config["limit_time_real"] if limit is None or limit < 0 else limit
        return min(RUN_SECONDS, limit * 0.4) if limit else RUN_SECONDS

    def run(self) -> None:
        """Send until nothing is left, the time is over, or Meta says stop."""
        try:
            transport = self.number.account_id._get_transport()
        except UserError:
            self.number.account_id._flag_unusable()
            self.env["ir.cron"]._commit_progress()
            return
        with (
            SlimThreadPool(self.parallel, thread_name_prefix="wa-send") as pool,
            SlimThreadPool(PARALLEL_UPLOADS, thread_name_prefix="wa-upload") as uploaders,
        ):
            self.uploaders = uploaders
            self.receipts = Receipts(self.number)
            try:
                while self._step(transport, pool) or self._wait_for_retry():
                    pass
            except BaseException:
                self._save_what_is_known()
                raise
            finally:
                self.receipts.close()
        self._put_back()
        transport.close()
        due = next_due(self.number)
        if due and self.number._may_send():
            self.number._trigger_sender(due)

    def _save_what_is_known(self) -> None:
        """After a fault: wait for the requests that left and store their outcomes all the same."""
        start_over(self.env)
        wait(self.in_flight)
        for future, message_id in self.in_flight.items():
            self._add_result(message_id, future.result())
        self.in_flight.clear()
        if self.results:
            self._write_results()
        self._put_back()

    def _step(self, transport: GraphClient, pool: SlimThreadPool) -> bool:
        """Do what can be done now, then wait for the first thing that changes; False at the end."""
        # What is at hand leaves before this thread is busy with the database for a while, and once more after it.
        self._release(transport, pool)
        self._claim_if_needed(transport)
        if time.monotonic() < self.ends_at:
            self.receipts.send(transport)
        wait_for = self._release(transport, pool)
        running = [*self.in_flight, *self.uploading]
        if running:
            done: Collection[Future[Any]] = wait(running, timeout=wait_for, return_when=FIRST_COMPLETED).done
            if len(running) >= GATHER_FROM:
                time.sleep(GATHER_SECONDS)
                done = [future for future in self.uploading if future.done()]
            self._take_results()
            for future in done:
                if future in self.uploading:
                    self._finish_upload(self.uploading.pop(future), future.result())
        elif self.ready:
            time.sleep(wait_for)
        if self.results and (not self.in_flight or time.monotonic() - self.results_since >= RESULT_SECONDS):
            self._write_results()
        return bool(running or self.results or (self._goes_on() and not self._is_done()))

    def _wait_for_retry(self) -> bool:
        """Wait for a message that is due within seconds; True if there is something to do now."""
        due = next_due(self.number)
        # Each moment once: what cannot be claimed then is left to the next run.
        if not due or due == self.awaited or not self._goes_on():
            return False
        seconds = (due - fields.Datetime.now()).total_seconds()
        if seconds > SHORT_WAIT:
            return False
        self.awaited = due
        self.env["ir.cron"]._commit_progress()
        time.sleep(max(0, seconds))
        self.queue_is_empty = False
        return True

    def _goes_on(self) -> bool:
        """Tell whether time is left and nobody stopped the number; asked a few times a second.

        Customers come before bulk: when nobody takes in their messages, this job ends
        and leaves its worker to that one. It also ends when WhatsApp changes the number's
        limit: the next run, at once, goes by the new one.
        """
        now = time.monotonic()
        if now - self.asked_at >= LOOK_SECONDS:
            self.asked_at, self.may_send = now, self._may_send(now)
            if now - self.started_at >= FAIR_SECONDS and _inbound_waits(self.env):
                self.ends_at = now
            if max(1, self.number.messages_per_second) != self.rate:
                self.ends_at = now
        return now < self.ends_at and self.may_send

    def _may_send(self, now: float) -> bool:
        """Tell whether the number may send; a limit that is over in a moment is waited out here.

        The next run would come a minute later (see :data:`SHORT_WAIT`).
        """
        held = self.number._held_for()
        if held > SHORT_WAIT or not self.number._is_in_order():
            return False
        if held:
            self.held_until = max(self.held_until, now + held)
            self.pacer.pause(now, held)
        return True

    def _is_done(self) -> bool:
        return self.queue_is_empty and not self.ready

    # ------------------------------------------------------------------- claim

    def _claim_if_needed(self, transport: GraphClient) -> None:
        """Keep messages at hand, and look for people's messages between bulk ones."""
        now = time.monotonic()
        if not self._goes_on():
            return
        if now < self.held_until:
            if not self.in_flight and not self.ready:
                time.sleep(min(LOOK_SECONDS, self.held_until - now))
            return
        if len(self.ready) <= self.claim_size // 4:
            if self.queue_is_empty and now - self.looked_at < LOOK_SECONDS and self.in_flight:
                return
            claimed = self._claim(self.claim_size)
        elif now - self.looked_at >= LOOK_SECONDS and self.ready[0][0]:
            claimed = self._claim(self.claim_size, people_only=True) or []
        else:
            return
        self.looked_at = now
        self.queue_is_empty = claimed is None
        if claimed:
            self._upload_first(transport, claimed)

    def _claim(self, limit: int, people_only: bool = False) -> models.BaseModel | None:
        return commit_with_retries(self.env, lambda: claim(self.number, limit, people_only))

    def _upload_first(self, transport: GraphClient, messages: models.BaseModel) -> None:
        """Have the files of messages uploaded in threads of their own; the rest is ready to leave.

        An upload sends nothing to anybody, so nothing is marked as submitted for it, and
        a large file holds up no text.
        """
        contents, ready = messages._read_contents(), []
        # Whoever deleted a conversation at this moment deleted what was claimed from it.
        for message in messages.filtered(lambda message: message.id in contents):
            if uploads := collect_uploads(message, contents[message.id]):
                future = self.uploaders.submit(run_uploads, transport, self.phone_number_id, uploads)
                self.uploading[future] = message.id
            else:
                ready.append(message.id)
        self._prepare(messages.browse(ready), contents)

    def _finish_upload(self, message_id: int, results: list[tuple[tuple[str, str], str | GraphError]]) -> None:
        """Keep the media ids of a message; it leaves next, or fails with the reason."""
        message = self.env["wa.message"].browse(message_id)
        outcome: dict[str, bool] = {}
        commit_with_retries(self.env, lambda: outcome.update(ok=apply_uploads(message, results)))
        if outcome["ok"]:
            self._prepare(message, message._read_contents())
        else:
            message._broadcast_state()
            self.queue_is_empty = False

    def _prepare(self, messages: models.BaseModel, contents: dict[int, dict[str, Any]]) -> None:
        """Build the requests before anything counts as submitted; people's go to the front.

        :param dict contents: of ``wa.message._read_contents``.
        """
        people: list[Ready] = []
        bulk: list[Ready] = []
        for message in messages:
            try:
                request = message._prepare_request(contents[message.id])
            except InvalidMessage as error:
                fail(message, error.rule, error.detail)
                message._broadcast_state()
                continue
            except Exception as error:  # noqa: BLE001 (one message nobody can build must not stop the number)
                _logger.error("WhatsApp message %s cannot be built:\n%s", message.id, traceback_text(error))
                fail(message, "message_invalid")
                message._broadcast_state()
                continue
            is_bulk = message.priority >= PRIORITY_BULK
            (bulk if is_bulk else people).append((is_bulk, message.id, request))
        if self.ready and self.ready[0][0]:
            self.ready.extendleft(reversed(people))
        else:
            self.ready.extend(people)
        self.ready.extend(bulk)

    def _put_back(self) -> None:
        """Return claimed messages that did not leave; nothing was submitted for them."""
        if self.ready:
            messages = self.env["wa.message"].browse([message_id for _bulk, message_id, _r in self.ready])
            unclaim(messages)
            self.ready.clear()
            self.env["ir.cron"]._commit_progress()

    # -------------------------------------------------------------------- send

    def _release(self, transport: GraphClient, pool: SlimThreadPool) -> float:
        """Hand the requests of the next moments to the pool, each with the moment it may leave.

        COMMITs first that they are about to leave; after that they count as possibly sent.

        :returns: seconds after which it is worth looking again
        """
        now = time.monotonic()
        if not self.ready or not self._goes_on():
            return RESULT_SECONDS
        self._take_results()  # whoever is back makes room
        leaving: list[tuple[float, bool, int, dict[str, Any]]] = []
        while self.ready:
            is_bulk = self.ready[0][0]
            room = self.handed_out if is_bulk else self.handed_out_people
            if len(self.in_flight) + len(leaving) >= room:
                break
            slot = self.pacer.next_slot(now, is_bulk)
            if slot > now + AHEAD_SECONDS:
                break
            self.pacer.book(slot)
            leaving.append((slot, *self.ready.popleft()))
        if leaving:
            ids = [message_id for _slot, _bulk, message_id, _request in leaving]
            commit_with_retries(self.env, lambda: mark_submitted(self.env, ids))
            for slot, _bulk, message_id, request in leaving:
                future = pool.submit(call_transport, transport, self.phone_number_id, request, slot, self.rate_limiter)
                self.in_flight[future] = message_id
        return AHEAD_SECONDS / 6

    # ----------------------------------------------------------------- results

    def _take_results(self) -> None:
        """Take what has come back, without waiting for anything."""
        for future in [future for future in self.in_flight if future.done()]:
            self._add_result(self.in_flight.pop(future), future.result())

    def _add_result(self, message_id: int, outcome: SendResult | GraphError) -> None:
        if not self.results:
            self.results_since = time.monotonic()
        self.results.append((message_id, outcome))
        if isinstance(outcome, ThrottledError) and outcome.failure.scope in WIDE:
            self.pacer.pause(time.monotonic(), max(1.0, outcome.retry_after or 0))

    def _write_results(self) -> None:
        """Store outcomes together. Only this memory has them: each stays in it until it is committed.

        Statuses of the same messages come in at this very moment, in another process: whoever is second waits.
        """

        def apply(results: list[Result]) -> None:
            begin_read_committed(self.env)
            apply_results(self.env, results)

        commit_in_halves(
            self.env,
            list(self.results),
            apply,
            lambda results, error: keep_bare_result(self.env, results, error),
            # Whatever is wrong with one message must not leave the others in doubt.
            undone_by=(Exception,),
            on_committed=self._forget_results,
        )
        self.asked_at = 0.0  # a result may have stopped the number
        # What was on its way may have held back the next message to the same person.
        self.queue_is_empty = False

    def _forget_results(self, results: list[Result]) -> None:
        stored = {message_id for message_id, _outcome in results}
        self.results = [result for result in self.results if result[0] not in stored]


def call_transport(
    transport: GraphClient, phone_number_id: str, request: dict[str, Any], moment: float, rate_limiter: RateLimiter
) -> SendResult | GraphError:
    """Send one request in a worker thread, which has no database.

    :param moment: of the monotonic clock, before which it may not leave.
    :param rate_limiter: counts what leaves, however late threads wake up.
    :returns: the ``SendResult``, or the :class:`GraphError` that was raised.
    """

    def wait_for_turn() -> None:
        # Asked when the request is ready: what is counted is what leaves, not what is still being prepared.
        wait = moment - time.monotonic()
        while wait > 0 or (wait := rate_limiter.wait_for()):
            time.sleep(wait)
            wait = 0

    try:
        return second_look.send(transport, phone_number_id, request, wait_for_turn)
    except GraphError as error:
        error.media_uids = media_uids(request)
        return error
    except Exception as error:  # noqa: BLE001 - one broken request must not take the others' results along
        _logger.error("WhatsApp: a request broke off unexpectedly:\n%s", traceback_text(error))
        return OutcomeUnknownError(type(error).__name__)


def _inbound_waits(env: api.Environment) -> bool:
    """Tell whether customers' messages wait because the job that takes them in has no worker."""
    [[waits]] = env.execute_query(
        SQL(
            """
            SELECT EXISTS (SELECT 1 FROM wa_webhook_event
                            WHERE state = 'new' AND COALESCE(attempts, 0) = 0 AND received_at < %s)
            """,
            fields.Datetime.subtract(fields.Datetime.now(), seconds=2),
        )
    )
    return bool(waits)
