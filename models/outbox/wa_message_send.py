import logging
import math
import time
from collections import defaultdict
from datetime import timedelta

from psycopg2.extras import execute_values

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.failures import (
    CONFIGURATION,
    RECIPIENT,
    THROTTLED,
    WIDE,
)
from ...tools.graph import messages as build
from ...tools.graph import second_look
from ...tools.graph.errors import GraphError, NotSentError, OutcomeUnknownError
from ...tools.graph.media import media_uids
from ...tools.ratelimit import PAIR_MEMORY, pair_free_at
from ...tools.status import rank_sql
from ..concurrency import savepoint, traceback_text
from .wa_message_held import HELD

_logger = logging.getLogger(__name__)

#: Attempts after which a message that Meta keeps refusing for now is given up.
MAX_ATTEMPTS = 8
#: Seconds before attempt n+1 when nothing better is known: 4^n, at most ten minutes.
MAX_BACKOFF = 600
#: Refusals of the way to Meta, before it has looked at the message: that waits, and leaves when the account is mended.
ABOUT_THE_WAY = ("app_secret", "api_version")
#: Refusals of marketing or templates as such: chats and everything else go on.
CONCERNS_TEMPLATES = (
    "marketing_disabled",
    "payment_terms",
    "template_count_limit",
    "template_misclassified",
    "template_not_eligible",
)


class WaMessage(models.Model):
    """The outbox side of a message: what is requested from WhatsApp, and what came of it."""

    _inherit = "wa.message"

    # ----------------------------------------------------------------- request

    def _read_contents(self):
        """Return ``{id: frozen content}`` of those messages that still exist.

        By one query, past the field: that hands out another deep copy at each look, and the sender looks at hundreds a second.
        """
        self.flush_recordset(["content"])
        rows = self.env.execute_query(SQL("SELECT id, content FROM wa_message WHERE id = ANY(%s)", self.ids))
        return {message_id: content or {} for message_id, content in rows}

    def _prepare_request(self, content=None):
        """Return the body of ``POST /{phone_number_id}/messages`` for this message.

        One method ``_prepare_<kind>_content`` per kind; adding a kind is adding a method.

        :param dict content: the frozen content, for whoever has read it already (:meth:`_read_contents`).
        :raises InvalidMessage: the content breaks one of Meta's limits.
        """
        self.ensure_one()
        prepare = getattr(self, f"_prepare_{self.kind}_content")
        return {
            **build.envelope(
                self.contact_id._get_recipient(),
                uuid=self.uuid,
                quoted_wamid=self.quoted_id.wamid or None,
            ),
            **prepare((self.content or {}) if content is None else content),
        }

    @api.model
    def _prepare_text_content(self, content):
        return build.text(content["body"], preview_url="://" in content["body"])

    @api.model
    def _prepare_template_content(self, content):
        return build.template(content["name"], content["language"], content["components"])

    # -------------------------------------------------------------------- gate

    def _ask_gate(self):
        """Ask the gate again at the time of sending; keep only those that may leave.

        Refused messages fail with the gate's code; those for later go back to the queue,
        with the code that says why.
        """
        gate = self.env["wa.gate"]
        frequency = gate._read_frequency(self.filtered("purpose").contact_id, self.number_id.account_id)
        allowed, refused = self.browse(), self.browse()
        for message in self:
            decision = gate._decide(
                message.conversation_id,
                "template" if message.kind == "template" else "free",
                message.template_id,
                origin=message.origin or "chat",
                message=message,
                frequency=frequency,
            )
            if decision.verdict == "later":
                message.write({"state": "queued", "next_attempt_at": decision.when, **self._waiting_vals(decision)})
            elif not decision.allowed:
                message._fail(decision.code)
                frequency.forget(message)
                refused |= message
            else:
                allowed |= message
        if refused:
            # Whoever cannot be told must not stop the number.
            with savepoint(self.env, f"nobody was told that messages {refused.ids} are not sent"):
                refused._tell_refused()
        return allowed

    @api.model
    def _waiting_vals(self, decision):
        """Return what says why a message waits, for lists and the thread.

        :param decision: ``tools.gate.Decision``; nothing unless it is *later*.
        """
        return {"error_code": decision.code, "error_detail": False} if decision.when else {}

    def _hold_back_for_pair_rate(self):
        """Put messages back that would come too soon after others to the same person.

        Source: cloud-api reference §1.6, pair rate.

        :returns: those that may leave now
        """
        recent = defaultdict(list)
        for conversation_id, ago in self.env.execute_query(
            SQL(
                """
                SELECT conversation_id,
                       EXTRACT(EPOCH FROM clock_timestamp() AT TIME ZONE 'UTC' - submitted_at)
                  FROM wa_message
                 WHERE conversation_id = ANY(%s)
                   AND submitted_at > clock_timestamp() AT TIME ZONE 'UTC' - %s * INTERVAL '1 second'
              ORDER BY submitted_at
                """,
                self.conversation_id.ids,
                PAIR_MEMORY,
            )
        ):
            recent[conversation_id].append(-float(ago))
        allowed = self.browse()
        for message in self:
            wait = pair_free_at(recent[message.conversation_id.id], 0.0)
            if wait > 0:
                until = fields.Datetime.now() + timedelta(seconds=math.ceil(wait))
                message.write({"next_attempt_at": until, "error_code": "recipient_rate_limit", "error_detail": False})
            else:
                allowed |= message
        return allowed

    # ------------------------------------------------------------------- claim

    def _claim_for_sending(self):
        """Mark messages as being sent by a sender; it COMMITs this before anything leaves.

        By one statement: hundreds a second are claimed, each with a count of its own.
        """
        changed = ["state", "claimed_at", "next_attempt_at", "attempts"]
        self.flush_recordset(changed)
        self.env.cr.execute(
            """
            UPDATE wa_message
               SET state = 'sending', claimed_at = %(now)s, next_attempt_at = NULL, attempts = COALESCE(attempts, 0) + 1
             WHERE id = ANY(%(ids)s)
            """,
            {"now": fields.Datetime.now(), "ids": self.ids},
        )
        self.invalidate_recordset(changed, flush=False)

    def _unclaim(self):
        """Return messages to the queue that were claimed and did not leave."""
        self.write({"state": "queued", "claimed_at": False})
        for message in self:
            message.attempts -= 1

    @api.model
    def _mark_posted(self, message_ids):
        """Mark that the requests of these messages are about to leave; the caller COMMITs it.

        Durably: a mark that a crash of PostgreSQL could lose would let the message
        go out a second time. One COMMIT serves all that leave together.
        """
        self.env.cr.execute(
            "UPDATE wa_message SET submitted_at = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = ANY(%s)",
            [list(message_ids)],
        )

    # ------------------------------------------------------------------ results

    @api.model
    def _apply_results(self, results):
        """Store what became of requests.

        :param results: list of ``(message id, SendResult or GraphError)``
        """
        present = self.browse([message_id for message_id, _outcome in results]).exists()
        present._lock_in_order()
        accepted = {}
        for message_id, outcome in results:
            message = self.browse(message_id)
            if message not in present:
                continue  # deleted with its conversation while it was on its way
            if isinstance(outcome, GraphError):
                message._apply_error(outcome)
            else:
                accepted[message_id] = outcome
        self._apply_accepted(accepted)
        present._broadcast_state()

    @api.model
    def _apply_accepted(self, accepted):
        """Store what WhatsApp answered when it accepted messages.

        A status may have arrived before the answer was stored: the state only rises.

        :param dict accepted: ``{message id: tools.graph.results.SendResult}``
        """
        if not accepted:
            return
        self.flush_model()
        former = self._states_for_rules(accepted)
        now = fields.Datetime.now()
        further = f"{rank_sql('m.state')} > {rank_sql('v.state')}"
        rows = [
            (id_, result.wamid, now, *(("sending", None, HELD) if result.is_held else ("sent", now, None)))
            for id_, result in accepted.items()
        ]
        execute_values(
            self.env.cr._obj,
            f"""
            UPDATE wa_message m
               SET wamid = v.wamid,
                   state = CASE WHEN {further} THEN m.state ELSE v.state END,
                   sent_at = COALESCE(m.sent_at, v.sent_at::timestamp),
                   error_code = CASE WHEN {further} THEN m.error_code ELSE v.code END,
                   error_detail = CASE WHEN {further} THEN m.error_detail END,
                   write_date = v.now::timestamp
              FROM (VALUES %s) AS v (id, wamid, now, state, sent_at, code)
             WHERE m.id = v.id
            """,  # noqa: S608 - only column names of our own
            rows,
            page_size=len(rows),
        )
        messages = self.browse(accepted)
        messages.invalidate_recordset(["wamid", "state", "sent_at", "error_code", "error_detail"], flush=False)
        self._note_for_rules(former)
        self._learn_spellings(accepted)

    @api.model
    def _keep_bare_result(self, results, error):
        """Keep what became of one request whose result could not be stored in full.

        Without what would follow from it: a message that WhatsApp has must never count as one that
        may be sent again.

        :param results: list of one ``(message id, SendResult or GraphError)``
        :param Exception error: why not in full.
        """
        for message_id, outcome in results:
            _logger.error("WhatsApp message %s: its result is kept barely:\n%s", message_id, traceback_text(error))
            if not isinstance(outcome, GraphError) and not outcome.is_held:
                vals = {"state": "sent", "sent_at": fields.Datetime.now(), "error_code": None}
            elif not isinstance(outcome, GraphError) or isinstance(outcome, OutcomeUnknownError):
                vals = {"state": "unknown", "error_code": "outcome_unknown"}
            else:
                code = getattr(outcome, "code", None)
                code = "not_reachable" if isinstance(outcome, NotSentError) else code or outcome.failure.slug
                vals = {"state": "failed", "failed_at": fields.Datetime.now(), "error_code": str(code)}
            columns = SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in vals.items())
            self.env.cr.execute(
                SQL(
                    "UPDATE wa_message SET %s WHERE id = %s AND state IN ('queued', 'sending', 'unknown')",
                    columns,
                    message_id,
                )
            )
        self.env.invalidate_all(flush=False)

    @api.model
    def _learn_spellings(self, accepted):
        """Let contacts learn from messages that were accepted how their numbers are to be written.

        Nearly all are written as we know them: PostgreSQL looks which are not.

        :param dict accepted: ``{message id: tools.graph.results.SendResult}``
        """
        spelled = {id_: result.wa_id for id_, result in accepted.items() if result.wa_id}
        self.env["wa.contact"].flush_model(["wa_id"])
        other = self.env.execute_query(
            SQL(
                """
                SELECT m.id FROM UNNEST(%s::integer[], %s::varchar[]) AS v (id, wa_id)
                  JOIN wa_message m ON m.id = v.id
                  JOIN wa_contact c ON c.id = m.contact_id AND c.wa_id <> v.wa_id
                """,
                list(spelled),
                list(spelled.values()),
            )
        )
        dialled = [id_ for id_, result in accepted.items() if result.dialled]
        for message in self.browse({*dialled, *(row[0] for row in other)}):
            message.contact_id._learn_spelling(accepted[message.id])

    def _apply_error(self, error):
        """Decide what a refused or broken request means for this message and its number.

        :param GraphError error: typed by ``tools.graph.errors``.
        """
        self.ensure_one()
        if isinstance(error, OutcomeUnknownError):
            self._settle({"state": "unknown", "error_code": "outcome_unknown", "error_detail": False})
        elif isinstance(error, NotSentError):
            self._retry_later("not_reachable", None)
        else:
            failure = error.failure
            code = error.code if error.code is not None else failure.slug
            if failure.slug == "media_unknown":
                self._upload_again(error.media_uids)
            elif failure.retryable:
                wait = max(failure.wait, error.retry_after or 0)
                if held := self._hold_for(failure, wait):
                    # A limit of all that is sent is nothing this message did: it is not given up for it.
                    self.attempts = max(0, self.attempts - 1)
                self._retry_later(code, error.details, max(wait, held), failure.tries)
            elif failure.slug in ABOUT_THE_WAY:
                self._wait_for_account(failure.slug)
            else:
                self._fail(code, error.user_message or error.details, failure)

    def _hold_for(self, failure, wait):
        """Send nothing for a while from the numbers that a limit of WhatsApp's concerns.

        :param tools.failures.Failure failure: any.
        :param float wait: seconds.
        :returns: seconds for which this message's number is held from now on; 0 if it is no such limit
        """
        if failure.family != THROTTLED or failure.scope not in WIDE:
            return 0
        numbers = self.number_id if failure.scope == "number" else self.number_id.account_id.number_ids
        (numbers | self.number_id)._hold(wait, self._asked_at())
        return max(self.number_id._held_for(), 1)

    def _wait_for_account(self, slug):
        """Put the message back as if it had never left, and stop the account: nothing is wrong with the message.

        :param str slug: one of ``ABOUT_THE_WAY``.
        """
        self._settle({"state": "queued", "submitted_at": False, "error_code": slug, "error_detail": False})
        self.attempts = max(0, self.attempts - 1)
        self.number_id.account_id._flag_blocked(slug)
        self.number_id._block(slug)

    def _retry_later(self, code, detail, wait=0, tries=None):
        """Put the message back with growing patience, or give up after enough attempts."""
        if self.attempts >= (tries or MAX_ATTEMPTS):
            self._fail(code or "too_many_tries", detail)
            return
        self._settle(
            {
                "state": "queued",
                "submitted_at": False,
                "next_attempt_at": self._next_attempt_at(wait),
                "error_code": str(code),
                "error_detail": detail or False,
            }
        )

    def _next_attempt_at(self, wait=0):
        """Return when to try again after as many attempts as there were (naive UTC).

        :param float wait: seconds it takes at least.
        """
        seconds = max(wait, min(4 ** max(self.attempts - 1, 0), MAX_BACKOFF))
        return fields.Datetime.now() + timedelta(seconds=seconds)

    def _fail(self, code, detail=None, failure=None):
        """Give the message up, with Meta's or our code kept readable.

        :param failure: what Meta's refusal means (``tools.failures.Failure``); None when it was our own decision.
        """
        failed = self._settle(
            {
                "state": "failed",
                "failed_at": fields.Datetime.now(),
                # Meta's code 0 is a code.
                "error_code": str(code) if code or code == 0 else "unknown_error",
                "error_detail": detail or False,
            }
        )
        failed._conclude_failure(failure)

    def _conclude_failure(self, failure=None):
        """Draw all that follows from messages that have failed: the answer to a request and a later status lead here.

        :param failure: what Meta's refusal means (``tools.failures.Failure``); None when it was our own decision.
        """
        self._take_back_reactions()
        for message in self:
            if failure:
                message._draw_consequences(failure)
            if message.lead_id:
                message.lead_id._wa_log_failure(message)

    def _settle(self, vals):
        """Write the outcome of an attempt, unless a status has settled the message already.

        :returns: the messages that were still open
        """
        open_messages = self.filtered(lambda m: m.state in ("queued", "sending", "unknown"))
        former = {message.id: message.state for message in open_messages}
        open_messages.write(vals)
        if vals["state"] == "failed":
            self._note_for_rules(former)
        return open_messages

    def _draw_consequences(self, failure):
        """Keep a permanent refusal from being repeated: contact, window, file, template, number or account."""
        self.ensure_one()
        slug, facts = failure.slug, {"said": self.error_detail} if self.error_detail else None
        if slug == "recipient_unreachable":
            self.contact_id.is_unreachable = True
        elif slug == "recipient_opted_out":
            self.env["wa.optout"]._on_refused(self)
        elif slug == "window_closed":
            self.conversation_id._close_window(self._asked_at())
        elif slug == "media_upload_failed":
            # A person's next try brings the file anew.
            self._forget_uploads(before=self._asked_at())
        elif failure.family == RECIPIENT and failure.wait:
            self.contact_id._hold(self.failed_at + timedelta(seconds=failure.wait))
        elif failure.scope == "template" and self.template_id:
            self.template_id._flag_unsendable(slug, self._asked_at())
        elif failure.family == CONFIGURATION and failure.scope == "number":
            self.number_id._block(slug, facts)
        elif failure.family == CONFIGURATION and slug not in CONCERNS_TEMPLATES and failure.scope == "account":
            self.number_id.account_id._flag_blocked(slug, facts)
            self.number_id._block(slug, facts)

    def _asked_at(self):
        """Return when the request left that WhatsApp refused (naive UTC), or the next best moment that is known.

        What was sent from the phone app, or put back for another try meanwhile, has no ``submitted_at``.
        """
        self.ensure_one()
        return self.submitted_at or self.sent_at or self.failed_at or fields.Datetime.now()

    # ---------------------------------------------------------------- recovery

    def _settle_orphans(self):
        """Decide about messages that a dead sender left in state ``sending``.

        ``submitted_at`` is written right before a request leaves, so without it the
        message surely did not leave and is queued again. With it, nobody knows:
        ``unknown``, until a status with our uuid settles it.
        """
        untouched = self.filtered(lambda m: not m.submitted_at)
        untouched._unclaim()
        (self - untouched).write({"state": "unknown", "error_code": "outcome_unknown"})
        return untouched


def call_transport(transport, phone_number_id, request, moment, rate_limiter):
    """Send one request in a worker thread, which has no database.

    :param float moment: of the monotonic clock, before which it may not leave.
    :param RateLimiter turnstile: counts what leaves, however late threads wake up.
    :returns: the ``SendResult``, or the :class:`GraphError` that was raised.
    """

    def wait_for_turn():
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
