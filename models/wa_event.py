import hashlib
import logging
import time
import traceback
from collections import defaultdict
from datetime import timedelta
from functools import partial

import psycopg2
from psycopg2 import errors as pg_errors

from odoo import api, fields, models, sql_db
from odoo.addons.base.models.ir_cron import ODOO_NOTIFY_FUNCTION
from odoo.tools import SQL

from ..tools.redact import redact
from ..tools.webhook.events import (
    ContactSyncEvent,
    EchoEvent,
    IdentityEvent,
    MessageEvent,
    PreferenceEvent,
    StatusEvent,
    TemplateEvent,
)
from ..tools.webhook.parse import parse

_logger = logging.getLogger(__name__)

BATCH_SIZE = 200
#: After a batch smaller than this, the worker waits for so many seconds before it claims again.
FEW, GATHER_SECONDS = 50, 0.06
#: Seconds until the next try, by number of failed tries; afterwards a person has to look.
BACKOFF = (2, 10, 60, 300, 1800, 7200)
#: Another transaction was faster: everything is rolled back and done again.
CONFLICTS = (
    pg_errors.SerializationFailure,
    pg_errors.DeadlockDetected,
    pg_errors.LockNotAvailable,
    pg_errors.UniqueViolation,
)
CONFLICT_RETRIES = 20

#: Handlers that take many events of one type at once, in the order of arrival.
BULK_HANDLERS = {MessageEvent: "wa.inbound.message", EchoEvent: "wa.inbound.echo"}
#: Which handler takes which event one by one; everything else is a notice that is kept and listed.
HANDLERS = {
    ContactSyncEvent: "wa.inbound.phonebook",
    IdentityEvent: "wa.inbound.identity",
    PreferenceEvent: "wa.inbound.preference",
    TemplateEvent: "wa.inbound.template",
}
DEFAULT_HANDLER = "wa.inbound.notice"


def wake_cron_workers(dbname):
    """Tell the cron workers of all nodes that there is work, as ``ir.cron._notifydb`` does.

    Without waiting for the disk: nothing is lost with this message but a minute,
    and the webhook that waits for its answer would pay for a second flush.
    """
    with sql_db.db_connect("postgres").cursor() as cr:
        cr.execute("SET LOCAL synchronous_commit = OFF")
        cr.execute(SQL("SELECT %s('cron_trigger', %s)", SQL.identifier(ODOO_NOTIFY_FUNCTION), dbname))


class WaEvent(models.Model):
    """One webhook POST exactly as it came.

    What was answered with 200 is here. It is worked off by a scheduled job, as
    often as it takes, and stays visible with its reason when that fails.
    """

    _name = "wa.event"
    _description = "WhatsApp Webhook Event"
    _order = "id desc"
    _rec_name = "received_at"

    account_id = fields.Many2one("wa.account", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="account_id.company_id")
    digest = fields.Char(required=True, readonly=True, help="SHA-256 of the body.")
    body = fields.Text(required=True, readonly=True)
    state = fields.Selection(
        [("new", "Waiting"), ("done", "Done"), ("failed", "Failed")],
        default="new",
        required=True,
        readonly=True,
    )
    received_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    processed_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime(readonly=True)
    error = fields.Text(readonly=True)
    note = fields.Text(readonly=True, help="What was in it that we do not handle yet.")

    _digest_uniq = models.Constraint("UNIQUE(account_id, digest)", "A webhook is stored once.")
    _todo_idx = models.Index("(id) WHERE state = 'new'")

    # ------------------------------------------------------------------- store

    @api.model
    def _store(self, account_id, body):
        """Keep one verified webhook body and wake the worker; a repeated one is recognised by its digest.

        One statement for the event and the trigger of the scheduled job: Meta waits
        for the answer. The trigger is the row that ``ir.cron._trigger`` would make.

        :param int account_id: whose callback URL was called
        :param bytes body: as it came, verified
        :returns: True if it is new
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH event AS (
                    INSERT INTO wa_event (account_id, digest, body, state, received_at, attempts,
                                          create_uid, create_date, write_uid, write_date)
                    VALUES (%(account)s, %(digest)s, %(body)s, 'new', %(now)s, 0,
                            %(uid)s, %(now)s, %(uid)s, %(now)s)
                    ON CONFLICT (account_id, digest) DO NOTHING
                    RETURNING id
                ), trigger AS (
                    INSERT INTO ir_cron_trigger (cron_id, call_at, create_uid, create_date, write_uid, write_date)
                    SELECT cron.id, %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM event, ir_cron cron
                     WHERE cron.id = %(cron)s AND cron.active
                )
                SELECT id FROM event
                """,
                account=account_id,
                digest=hashlib.sha256(body).hexdigest(),
                # PostgreSQL has no NUL in texts; JSON escapes it, so only rubbish contains one.
                body=body.decode("utf-8", "replace").replace("\x00", "\ufffd"),
                now=fields.Datetime.now(),
                uid=self.env.uid,
                cron=self._worker_id(),
            )
        )
        if rows:
            self.env.cr.postcommit.add(partial(wake_cron_workers, self.env.cr.dbname))
        return bool(rows)

    @api.model
    def _worker_id(self):
        return self.env["ir.model.data"]._xmlid_to_res_id("crm_whatsapp.ir_cron_wa_event")

    @api.model
    def _trigger_worker(self):
        self.env.ref("crm_whatsapp.ir_cron_wa_event")._trigger()

    # ------------------------------------------------------------------ worker

    @api.model
    def _cron_process(self):
        """Work off waiting events, oldest first. Body of a scheduled job."""
        conflicts = 0
        while True:
            # After a conflict one event at a time, so that a stubborn one is found.
            events = self._claim(1 if conflicts else BATCH_SIZE)
            if not events:
                break
            try:
                events._process()
                self.env.flush_all()
                left = self.env["ir.cron"]._commit_progress(len(events))
            except CONFLICTS as error:
                # Not retried by ir.cron: undo everything and do it again.
                self.env.cr.rollback()
                self.env.invalidate_all()
                conflicts += 1
                if conflicts <= CONFLICT_RETRIES:
                    continue
                self._claim(1)._postpone(error)
                left = self.env["ir.cron"]._commit_progress(1)
            conflicts = 0
            if left <= 0:
                break
            if len(events) < FEW:
                # Together they cost a tenth of what each costs alone: let a few more come in.
                time.sleep(GATHER_SECONDS)
        self._wake_for_retries()

    @api.model
    def _claim(self, limit):
        """Lock the next due events against other workers for this transaction."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM wa_event
                 WHERE state = 'new' AND (next_attempt_at IS NULL OR next_attempt_at <= %s)
                 ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
                """,
                fields.Datetime.now(),
                limit,
            )
        )
        return self.browse([row[0] for row in rows])

    def _process(self):
        """Process claimed events, together if possible; one that fails does not touch the others.

        A conflict with another transaction is not a failure: it is raised, so that
        the whole batch is done again.
        """
        try:
            self._process_together()
        except psycopg2.Error as error:
            if len(self) == 1 or isinstance(error, CONFLICTS + (psycopg2.OperationalError,)):
                raise
            self._process_singly()
        except Exception:  # noqa: BLE001 (the queue's own loop: the culprit is found one by one)
            self._process_singly()

    def _process_singly(self):
        """Process events one by one and keep those that fail with their reason."""
        self.env.invalidate_all()
        for event in self:
            try:
                event._process_together()
            except CONFLICTS:
                raise
            except psycopg2.OperationalError:
                raise
            except Exception as error:  # noqa: BLE001 (the queue's own loop: kept with its reason, never dropped)
                self.env.invalidate_all()
                event._postpone(error)

    def _process_together(self):
        """Hand everything in these events to its handlers, in one savepoint."""
        with self.env.cr.savepoint():
            notes = self._dispatch()
            self.write({"state": "done", "processed_at": fields.Datetime.now(), "error": False, "note": False})
            for event in self:
                if notes[event]:
                    event.note = "\n".join(notes[event])
            self.env.flush_all()

    def _dispatch(self):
        """Parse the events and call the handlers: messages and statuses in bulk, the rest one by one.

        A change of identity between two messages is applied between them: bulk
        work is finished before anything that is not a message.

        :returns: ``{event: [lines about what is kept but not handled yet]}``
        """
        notes = defaultdict(list)
        bulk, statuses = [], []

        def finish_bulk():
            if bulk:
                handler = self.env[BULK_HANDLERS[type(bulk[0][1])]]
                for event, lines in handler._handle_all(bulk).items():
                    notes[event] += lines
                bulk.clear()

        for event in self:
            delivery = parse(event.body)
            notes[event] += [f"{problem.path}: {problem.reason}" for problem in delivery.problems]
            for item in delivery.events:
                if type(item) in BULK_HANDLERS:
                    if bulk and type(bulk[0][1]) is not type(item):
                        finish_bulk()
                    bulk.append((event, item))
                elif isinstance(item, StatusEvent):
                    statuses.append((event, item))
                else:
                    finish_bulk()
                    handler = self.env[HANDLERS.get(type(item), DEFAULT_HANDLER)]
                    company = event.account_id.company_id
                    notes[event] += handler.with_company(company)._handle(event, item) or []
        finish_bulk()
        if statuses:
            for event, lines in self.env["wa.inbound.status"]._handle_all(statuses).items():
                notes[event] += lines
        return notes

    def _postpone(self, error):
        """Keep a failed event with its reason and try again later, ever more patiently."""
        self.ensure_one()
        attempts = self.attempts + 1
        trace = redact("".join(traceback.format_exception(error)))
        _logger.warning("WhatsApp event %s failed (try %s):\n%s", self.id, attempts, trace)
        vals = {"attempts": attempts, "error": trace[-4000:]}
        if attempts > len(BACKOFF):
            vals["state"] = "failed"
        else:
            vals["next_attempt_at"] = fields.Datetime.now() + timedelta(seconds=BACKOFF[attempts - 1])
        self.write(vals)

    @api.model
    def _wake_for_retries(self):
        [[due]] = self.env.execute_query(
            SQL(
                "SELECT MIN(COALESCE(next_attempt_at, %s)) FROM wa_event WHERE state = 'new'",
                fields.Datetime.now(),
            )
        )
        if due:
            self.env.ref("crm_whatsapp.ir_cron_wa_event")._trigger(max(due, fields.Datetime.now()))

    # ----------------------------------------------------------------- actions

    def action_process_again(self):
        """Process these events again; what they made before is recognised and kept."""
        self.check_access("write")
        self.sudo().write({"state": "new", "attempts": 0, "next_attempt_at": False})
        self._trigger_worker()
