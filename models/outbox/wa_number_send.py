import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..concurrency import commit_with_retries, start_over
from ..message.wa_message import PRIORITY_BULK
from .sender import Sender

_logger = logging.getLogger(__name__)

#: Restrictions that end within so much of one another are one.
HOLD_ROUGHLY = timedelta(seconds=5)
#: First half of the advisory lock key; the second is the number's id.
SENDER_LOCK = 0x57415350
#: A colleague who stopped typing that long ago is not shown as typing any more.
TYPING_STALE = timedelta(seconds=8)


class WaNumber(models.Model):
    """The sender of one number: the only place that hands messages to WhatsApp.

    One thread with the database, a pool of threads that do nothing but HTTP. Every
    message goes through: claim and COMMIT (``sending``), mark as posted and COMMIT,
    request, write the result and COMMIT. A crash at any point leaves rows that tell
    whether their request may have left (see ``_settle_orphans``), so that nothing is
    sent twice.
    """

    _inherit = "wa.number"

    hold_until = fields.Datetime(readonly=True, copy=False, help="WhatsApp limits this number: nothing is sent before.")

    def _cron_send(self):
        """Send what waits for this number. Body of the number's own scheduled job."""
        number = self.exists().filtered("active")
        if not number:
            # Archived while its job ran; with the number the job is switched on again.
            self.env["ir.cron"]._commit_progress(deactivate=True)
            return
        if not number._may_send() or not number._lock_sender():
            return
        try:
            number._recover()
            Sender(number).run()
        except BaseException:
            # In a failed transaction the lock could not be released and would stay on the pooled connection.
            start_over(self.env)
            raise
        finally:
            number._unlock_sender()

    def _may_send(self):
        """Tell whether number and account are in order and in use; otherwise messages simply wait."""
        self.ensure_one()
        held = self.hold_until and self.hold_until > fields.Datetime.now()
        return self.active and not self.is_blocked and not held and self.account_id.state != "blocked"

    def _hold(self, seconds):
        """Send nothing for some time: Meta restricts the number. It goes on by itself then."""
        until = fields.Datetime.add(fields.Datetime.now(), seconds=seconds)
        # Another process may hold it for longer at this moment: a minute must not replace its hours.
        self.env.execute_query(SQL("SELECT id FROM wa_number WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", self.ids))
        self.invalidate_recordset(["hold_until"])
        for number in self.sudo():
            # All that was on its way is refused together: the first says it for the others.
            if not number.hold_until or number.hold_until < until - HOLD_ROUGHLY:
                number.hold_until = until
                number._trigger_sender(until)

    # ------------------------------------------------------------------ locking

    def _lock_sender(self):
        """Become the only sender of this number on any node; False when there is one.

        ``ir.cron`` already runs a job once at a time; this also covers whoever
        calls the sender in another way. PostgreSQL frees it when the process dies.
        """
        [[locked]] = self.env.execute_query(SQL("SELECT pg_try_advisory_lock(%s, %s)", SENDER_LOCK, self.id))
        return locked

    def _unlock_sender(self):
        self.env.execute_query(SQL("SELECT pg_advisory_unlock(%s, %s)", SENDER_LOCK, self.id))

    # ----------------------------------------------------------------- the queue

    def _recover(self):
        """Settle what a sender that died left behind."""
        orphans = self.env["wa.message"].search([("number_id", "=", self.id), ("state", "=", "sending"), ("wamid", "=", False)])
        if orphans:
            _logger.info("WhatsApp number %s: %s messages of a dead sender", self.id, len(orphans))
            orphans._settle_orphans()
            orphans._broadcast_state()
            self.env["ir.cron"]._commit_progress(len(orphans))
        if doubtful := self.env["wa.message"]._doubt_held(self):
            doubtful._broadcast_state()
            self.env["ir.cron"]._commit_progress(len(doubtful))

    def _claim(self, limit, people_only=False):
        """Take the next messages, people's first, one per conversation; the caller COMMITs the claim.

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
        wanted = self.env["wa.scheduled.message"]._call_off_overtaken(batch)
        allowed = wanted._ask_gate()._hold_back_for_pair_rate()
        allowed._claim_for_sending()
        (batch - allowed)._broadcast_state()
        return allowed

    def _recently_posted(self, seconds):
        """Return how many seconds ago messages left within the last ``seconds``, as a list."""
        return [
            float(row[0])
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT EXTRACT(EPOCH FROM clock_timestamp() AT TIME ZONE 'UTC' - submitted_at)
                      FROM wa_message
                     WHERE number_id = %s
                       AND submitted_at > clock_timestamp() AT TIME ZONE 'UTC' - %s * INTERVAL '1 second'
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

    def _inbound_waits(self):
        """Tell whether customers' messages wait because the job that takes them in has no worker."""
        [[waits]] = self.env.execute_query(
            SQL(
                """
                SELECT EXISTS (SELECT 1 FROM wa_webhook_event
                                WHERE state = 'new' AND COALESCE(attempts, 0) = 0 AND received_at < %s)
                """,
                fields.Datetime.subtract(fields.Datetime.now(), seconds=2),
            )
        )
        return waits

    def _take_read_receipts(self, limit):
        """Return ids of customers' messages to mark as read, and forget them; busy rows are left for later."""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE wa_conversation c SET read_wamid = NULL
                  FROM (SELECT id, read_wamid FROM wa_conversation
                         WHERE number_id = %s AND read_wamid IS NOT NULL
                         ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED) taken
                 WHERE c.id = taken.id RETURNING taken.read_wamid
                """,
                self.id,
                limit,
            )
        )
        self.env["wa.conversation"].invalidate_model(["read_wamid"], flush=False)
        return [row[0] for row in rows]

    @api.model
    def _is_stale(self, moment):
        return moment < fields.Datetime.now() - TYPING_STALE

    def _collect_typing(self):
        """Return the wamids to answer with "typing…", and forget them; what is too late is dropped."""
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                   UPDATE wa_conversation c SET typing_wamid = NULL
                     FROM (SELECT id, typing_wamid FROM wa_conversation
                            WHERE number_id = %s AND typing_wamid IS NOT NULL
                              FOR NO KEY UPDATE SKIP LOCKED) due
                    WHERE c.id = due.id
                RETURNING due.typing_wamid, c.typing_at
                """,
                self.id,
            )
        )
        return [wamid for wamid, moment in rows if not self._is_stale(moment)]

    def _commit(self, work):
        """Do and COMMIT ``work``, again when it lost a race (see ``concurrency``); returns its result."""
        return commit_with_retries(self.env, work)
