import logging
import math
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..concurrency import commit_with_retries, lock_fresh, start_over
from ..message.wa_message import PRIORITY_BULK
from .sender import Sender

_logger = logging.getLogger(__name__)

#: Restrictions that end within so much of one another are one.
HOLD_ROUGHLY = timedelta(seconds=5)
#: A limit of at least this many seconds is waited out once, as it is named.
LONG_WAIT = 30
#: One that names no time, or less: seconds it is waited out at first, twice as many each time it is met again at once,
#: and at most. Source: cloud-api reference §1.4, 130429 ("back off, lower rate").
FIRST_HOLD, MAX_HOLD = 2, 60
#: Seconds without a refusal after which a limit counts as over.
HOLD_QUIET = 10
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
    hold_seconds = fields.Integer(readonly=True, copy=False, help="How long the last of these waits was.")
    held_since = fields.Datetime(
        readonly=True, copy=False, help="When the first of these waits began that followed one another."
    )

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
        return self._is_in_order() and not self._held_for()

    def _is_in_order(self):
        """Tell whether number and account are in use and nobody has to mend anything."""
        self.ensure_one()
        return self.active and not self.is_blocked and self.account_id.state != "blocked"

    def _held_for(self):
        """Return for how many seconds nothing may be sent because WhatsApp limits this number; 0 if it does not."""
        self.ensure_one()
        return max(0, (self.hold_until - fields.Datetime.now()).total_seconds()) if self.hold_until else 0

    def _hold(self, seconds, asked_at=None):
        """Send nothing for some time: Meta restricts the number. It goes on by itself then.

        :param float seconds: as Meta names them; a limit that names hardly any is waited out longer each time.
        :param datetime asked_at: when the message left that was refused (naive UTC).
        """
        now = fields.Datetime.now()
        # Another process may hold it for longer at this moment: a minute must not replace its hours.
        lock_fresh(self.sudo(), "hold_until", "hold_seconds", "held_since")
        for number in self.sudo():
            wait = seconds if seconds >= LONG_WAIT else number._back_off(seconds, asked_at or now)
            until = fields.Datetime.add(now, seconds=math.ceil(wait))
            # All that was on its way is refused together: the first says it for the others.
            roughly = HOLD_ROUGHLY if wait >= LONG_WAIT else timedelta()
            if wait and (not number.hold_until or number.hold_until < until - roughly):
                since = number.held_since if number._is_limited_again(now) else now
                number.write({"hold_until": until, "hold_seconds": math.ceil(wait), "held_since": since or now})
                number._trigger_sender(until)

    def _is_limited_again(self, at):
        """Tell whether a limit of WhatsApp's at a moment (naive UTC) goes on from the last one."""
        return bool(self.hold_until) and at - self.hold_until <= timedelta(seconds=max(HOLD_QUIET, self.hold_seconds))

    def _back_off(self, seconds, asked_at):
        """Return how long to wait out a limit that names hardly any time; 0 if that is being done already.

        :param datetime asked_at: when the message left; before the last wait was over means before it began.
        """
        if self.hold_until and asked_at < self.hold_until:
            return 0
        if not self._is_limited_again(asked_at):
            return max(seconds, FIRST_HOLD)
        return max(seconds, min(2 * self.hold_seconds, MAX_HOLD), FIRST_HOLD)

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
        for settle in (self._settle_orphans, self._settle_held):
            # Statuses about the same messages come in meanwhile.
            if count := self._commit(settle):
                self.env["ir.cron"]._commit_progress(count)

    def _settle_orphans(self):
        """Decide about the messages of a sender that died; returns how many there were."""
        orphans = self.env["wa.message"].search([("number_id", "=", self.id), ("state", "=", "sending"), ("wamid", "=", False)])
        if orphans:
            _logger.info("WhatsApp number %s: %s messages of a dead sender", self.id, len(orphans))
            orphans._settle_orphans()
            orphans._broadcast_state()
        return len(orphans)

    def _settle_held(self):
        """Doubt messages that WhatsApp holds back for too long; returns how many there were."""
        doubtful = self.env["wa.message"]._doubt_held(self)
        doubtful._broadcast_state()
        return len(doubtful)

    def _claim(self, limit, people_only=False):
        """Take the next messages, people's first, one per conversation; the caller COMMITs the claim.

        One per conversation keeps the order in which somebody gets messages; a
        message that waits for a retry or is on its way holds back those after it. One
        whose template is being reviewed does not: that may last a day (decision 90).

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
                               OR earlier.state = 'queued' AND %(holds)s
                                  AND (earlier.priority, earlier.id) < (m.priority, m.id)))
                 ORDER BY priority, id
                 LIMIT %(limit)s
                   FOR UPDATE SKIP LOCKED
                """,
                number=self.id,
                now=fields.Datetime.now(),
                holds=self._holds_back(),
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
                          AND earlier.state = 'queued' AND %(holds)s
                          AND (earlier.priority, earlier.id) < (m.priority, m.id))
                """,
                number=self.id,
                now=fields.Datetime.now(),
                holds=self._holds_back(),
            )
        )
        return due

    @api.model
    def _holds_back(self):
        """Return the condition under which the queued message ``earlier`` holds back later ones of its conversation.

        So simple that PostgreSQL can estimate it: with thousands in one conversation it was a hundred times slower otherwise.
        """
        return SQL("earlier.error_code IS DISTINCT FROM 'template_in_review'")

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
