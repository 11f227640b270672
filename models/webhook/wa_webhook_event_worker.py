import logging
import time
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.webhook.events import Delivery
from ...tools.webhook.parse import parse
from ..concurrency import (
    CONFLICTS,
    RetryLater,
    attempt_in_halves,
    commit_in_halves,
    commit_with_retries,
    traceback_text,
)
from ..cron_trigger import trigger_once
from ..inbound.context import Notes, Pairs
from ..inbound.handlers import Together, handler_of

_logger = logging.getLogger(__name__)

#: Events worked on together: at first, and at most; in between, as many as fit into so many seconds.
FIRST_BATCH, BATCH_SIZE, BATCH_SECONDS = 50, 1000, 1.0
#: Of these, at most so many that are more than statuses: a message costs twenty times as much.
HEAVY_EVENTS = 200
#: How far into a webhook its kind is looked for.
KIND_WITHIN = 1000
#: When no more than so many waited, the worker waits for so many seconds before it takes more.
FEW, GATHER_SECONDS = 50, 0.06
#: Seconds until the next try, by number of failed tries; afterwards a person has to look.
BACKOFF = (2, 10, 60, 300, 1800, 7200)
#: Tries after which an event that ends the worker itself is set aside.
MAX_TRIES = len(BACKOFF) + 2
#: A retry due within so many seconds is waited for.
SHORT_WAIT = 5


class WaWebhookEvent(models.Model):
    """The worker: takes waiting events, hands them to their handlers, keeps what fails with its reason.

    Every try is counted and committed before the work begins, so that an event which
    takes the whole worker with it (time, memory) is found: after that it comes alone,
    and after enough tries it waits for a person.
    """

    _inherit = "wa.webhook.event"

    @api.model
    def _cron_process(self) -> None:
        """Work off waiting events, oldest first. Body of a scheduled job."""
        size, left = FIRST_BATCH, float("inf")
        while left > 0:
            events = self._take(size)
            if not events:
                if not self._wait_for_retry(left):
                    break
                continue
            started = time.monotonic()
            events._work_off()
            left = self.env["ir.cron"]._commit_progress(len(events))
            if len(events) < min(size, FEW):
                # That was all there is. Together they cost a tenth of what each costs alone: let a few more come in.
                time.sleep(GATHER_SECONDS)
            fitting = len(events) * BATCH_SECONDS / max(time.monotonic() - started, 0.001)
            size = max(1, min(BATCH_SIZE, 2 * size, int(fitting)))
        if due := self._next_due():
            trigger_once(self.env.ref("crm_whatsapp.ir_cron_wa_webhook_event"), due)

    @api.model
    def _take(self, limit: int) -> "WaWebhookEvent":
        """Count a try of the next due events and COMMIT it; one that was tried before comes alone.

        :returns: the events to work on; empty when none is due
        """
        while True:
            # Another worker, or somebody who pressed Process Again, may have the same rows at this moment.
            events = commit_with_retries(self.env, lambda: self._count_try(limit))
            if not events or events[0].state == "new":
                return events

    @api.model
    def _count_try(self, limit: int) -> "WaWebhookEvent":
        """Do what :meth:`_take` says, once; one that is given up comes back as failed."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, attempts, strpos(left(body, %s), '"statuses"') = 0 AS is_heavy FROM wa_webhook_event
                 WHERE state = 'new' AND (next_attempt_at IS NULL OR next_attempt_at <= %s)
                 ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
                """,
                KIND_WITHIN,
                fields.Datetime.now(),
                limit,
            )
        )
        fresh = list(takewhile(lambda row: not row[1], rows)) or rows[:1]
        heavy = [place for place, (_id, _attempts, is_heavy) in enumerate(fresh) if is_heavy]
        if len(heavy) > HEAVY_EVENTS:
            fresh = fresh[: heavy[HEAVY_EVENTS]]
        events = self.browse([row[0] for row in fresh])
        if not events:
            return events
        self.env.cr.execute("UPDATE wa_webhook_event SET attempts = COALESCE(attempts, 0) + 1 WHERE id = ANY(%s)", [events.ids])
        events.invalidate_recordset(["attempts"], flush=False)
        if events[0].attempts > MAX_TRIES:
            events.write({"state": "failed", "error": "The worker was stopped whenever it worked on this."})
        return events

    def _work_off(self) -> None:
        """Process and COMMIT events; on a conflict with another transaction, halves of them.

        Not retried by ir.cron: everything is undone and done again, so that whoever
        caused the conflict holds up one event and not two hundred.
        """
        commit_in_halves(
            self.env,
            self,
            lambda events: events._lock_waiting()._process(),
            lambda event, error: event._postpone(error),
        )

    def _lock_waiting(self) -> "WaWebhookEvent":
        """Lock those of these events that still wait, against whoever works on them too."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM wa_webhook_event WHERE id = ANY(%s) AND state = 'new' ORDER BY id FOR UPDATE SKIP LOCKED",
                self.ids,
            )
        )
        return self.browse([row[0] for row in rows])

    def _process(self) -> None:
        """Process events, together if possible; one that fails does not touch the others."""
        attempt_in_halves(
            self.env,
            self,
            lambda events: events._process_together(),
            lambda event, error: event._process_parts(error),
            beyond=CONFLICTS,
        )

    def _process_together(self) -> None:
        """Hand everything in these events to its handlers."""
        self._finish(self._dispatch())
        self.env.flush_all()

    def _finish(self, notes: Notes) -> None:
        """Mark these events as done.

        :param notes: ``{event: [lines]}``
        """
        # By SQL: nothing depends on these columns, and hundreds of webhooks a second end here.
        self.env.cr.execute(
            """UPDATE wa_webhook_event SET state = 'done', processed_at = %s, error = NULL, note = NULL, write_date = %s
                WHERE id = ANY(%s)""",
            [fields.Datetime.now(), self.env.cr.now(), self.ids],
        )
        self.invalidate_recordset(["state", "processed_at", "error", "note"], flush=False)
        for event in self:
            if notes[event]:
                event.note = "\n".join(notes[event])

    def _process_parts(self, error: Exception) -> None:
        """Process what can be processed of one webhook; the rest is tried again later, with its reason.

        WhatsApp packs up to a thousand messages of many people into one webhook: one that
        cannot be handled must not hold up the others. What is done is recognised at the
        next try.

        :param error: what came of processing it as a whole.
        """
        self.ensure_one()
        delivery = parse(self.body)
        if len(delivery.events) < 2:
            self._postpone(error)
            return
        notes = self._notes_of(delivery)
        errors: list[Exception] = []

        def handle(pairs: Pairs) -> None:
            found = self._handle_all(pairs)
            self.env.flush_all()
            for event, lines in found.items():
                notes[event] += lines

        attempt_in_halves(
            self.env,
            [(self, item) for item in delivery.events],
            handle,
            lambda _pair, failure: errors.append(failure),
            beyond=CONFLICTS,
        )
        if errors:
            self._postpone(errors[0])
        else:
            self._finish(notes)

    def _dispatch(self) -> Notes:
        """Parse the events and call the handlers.

        :returns: ``{event: [lines about what is kept but not handled yet]}``
        """
        notes: Notes = defaultdict(list)
        pairs: Pairs = []
        for event in self:
            delivery = parse(event.body)
            notes[event] += event._notes_of(delivery)[event]
            pairs += [(event, item) for item in delivery.events]
        for event, lines in self._handle_all(pairs).items():
            notes[event] += lines
        return notes

    def _notes_of(self, delivery: Delivery) -> Notes:
        """Return ``{event: [lines]}`` about parts of a webhook that are malformed."""
        lines = [f"{problem.path}: {problem.reason}" for problem in delivery.problems]
        return defaultdict(list, {self: lines})

    @api.model
    def _handle_all(self, pairs: Pairs) -> Notes:
        """Call the handlers, each with as many at once as ``inbound/handlers.py`` says: a run of messages, the rest one by
        one, statuses last of all.

        A change of identity between two messages is applied between them: a run is finished before anything else.

        :param pairs: list of ``(event, item)``
        :returns: ``{event: [lines about what is kept but not handled yet]}``
        """
        notes: Notes = defaultdict(list)
        run: Pairs = []
        last: dict[str, Pairs] = defaultdict(list)

        def handle(model: str, some: Pairs) -> None:
            for event, lines in self.env[model]._handle_all(some).items():
                notes[event] += lines

        def finish_run() -> None:
            if run:
                handle(handler_of(run[0][1]).model, run[:])
                run.clear()

        for event, item in pairs:
            handler = handler_of(item)
            if handler.together is Together.RUN:
                if run and type(run[0][1]) is not type(item):
                    finish_run()
                run.append((event, item))
            elif handler.together is Together.LAST:
                last[handler.model].append((event, item))
            else:
                finish_run()
                company = event.account_id.company_id
                notes[event] += self.env[handler.model].with_company(company)._handle(event, item) or []
        finish_run()
        for model, some in last.items():
            handle(model, some)
        return notes

    def _postpone(self, error: Exception) -> None:
        """Keep a failed event with its reason and try again later, ever more patiently."""
        self.ensure_one()
        tries = max(1, self.attempts)
        if not isinstance(error, RetryLater):
            _logger.warning("WhatsApp event %s failed (try %s):\n%s", self.id, tries, traceback_text(error))
        vals: dict[str, Any] = {"error": traceback_text(error, with_rows=True)[-4000:]}
        if tries > len(BACKOFF):
            vals["state"] = "failed"
        else:
            vals["next_attempt_at"] = fields.Datetime.now() + timedelta(seconds=BACKOFF[tries - 1])
        self.write(vals)

    @api.model
    def _next_due(self) -> datetime | None:
        """Return when the next waiting event is due (now, for one without a moment), or None."""
        [[due]] = self.env.execute_query(
            SQL(
                "SELECT MIN(COALESCE(next_attempt_at, %s)) FROM wa_webhook_event WHERE state = 'new'",
                fields.Datetime.now(),
            )
        )
        return due

    @api.model
    def _wait_for_retry(self, left: float) -> bool:
        """Wait for a retry that is due within seconds: ir.cron's clock ticks once a minute.

        :param float left: seconds this run may go on
        :returns: True if there is something to do now
        """
        due = self._next_due()
        wait = (due - fields.Datetime.now()).total_seconds() if due else None
        if wait is None or not 0 < wait <= min(SHORT_WAIT, left):
            return False
        self.env["ir.cron"]._commit_progress()
        time.sleep(wait)
        return True
