from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.failures import CONFIGURATION, RECIPIENT
from ..tools.graph import messages as build
from ..tools.graph.errors import GraphError, NotSentError, OutcomeUnknownError
from ..tools.status import rank_sql

#: Attempts after which a message that Meta keeps refusing for now is given up.
MAX_ATTEMPTS = 8
#: Seconds before attempt n+1 when nothing better is known: 4^n, at most ten minutes.
MAX_BACKOFF = 600


class WaMessage(models.Model):
    """The outbox side of a message: what is requested from WhatsApp, and what came of it."""

    _inherit = "wa.message"

    # ----------------------------------------------------------------- request

    def _prepare_request(self):
        """Return the body of ``POST /{phone_number_id}/messages`` for this message.

        One method ``_prepare_<kind>_content`` per kind; adding a kind is adding a method.

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
            **prepare(self.content or {}),
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

        Refused messages fail with the gate's code; those for later go back to the queue.
        """
        allowed = self.browse()
        for message in self:
            decision = self.env["wa.gate"]._decide(
                message.conversation_id,
                "template" if message.kind == "template" else "free",
                message.template_id,
            )
            if decision.verdict == "later":
                message.write({"state": "queued", "next_attempt_at": decision.when})
            elif not decision.allowed:
                message._fail(decision.code)
            else:
                allowed |= message
        return allowed

    # ------------------------------------------------------------------ results

    def _apply_accepted(self, result):
        """Store what WhatsApp answered when it accepted the message.

        A status may have arrived before this answer was stored: the state only rises.

        :param result: ``tools.graph.client.SendResult``
        """
        self.ensure_one()
        self.flush_recordset()
        # Held for quality assessment: accepted, but neither sent nor promised.
        state = "sending" if result.message_status == "held_for_quality_assessment" else "sent"
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                UPDATE wa_message
                   SET wamid = %(wamid)s,
                       state = CASE WHEN %(old_rank)s < %(new_rank)s THEN %(state)s ELSE state END,
                       sent_at = COALESCE(sent_at, %(now)s),
                       write_date = %(now)s
                 WHERE id = %(id)s
                """,
                wamid=result.wamid,
                old_rank=SQL(rank_sql("state")),
                new_rank=self._rank(state),
                state=state,
                now=now,
                id=self.id,
            )
        )
        self.invalidate_recordset()
        contact = self.contact_id
        if contact.wa_id and result.wa_id and contact.wa_id != result.wa_id:
            # Meta rewrote the number (Brazil, Mexico): its spelling is the canonical one.
            if not (contact._find_by_phone(contact.portfolio_key, result.wa_id) - contact):
                contact.write(contact._phone_vals(result.wa_id))

    def _apply_error(self, error):
        """Decide what a refused or broken request means for this message and its number.

        :param GraphError error: typed by ``tools.graph.errors``.
        """
        self.ensure_one()
        if isinstance(error, OutcomeUnknownError):
            self._settle(
                {"state": "unknown", "error_code": "outcome_unknown", "error_detail": False}
            )
        elif isinstance(error, NotSentError):
            self._retry_later("not_reachable", None)
        else:
            failure = error.failure
            code = error.code if error.code is not None else failure.slug
            if failure.retryable:
                wait = max(failure.wait, error.retry_after or 0)
                self._retry_later(code, error.details, wait, failure.tries)
            else:
                self._fail(code, error.user_message or error.details)
                self._draw_consequences(failure)

    def _retry_later(self, code, detail, wait=0, tries=None):
        """Put the message back with growing patience, or give up after enough attempts."""
        if self.attempts >= (tries or MAX_ATTEMPTS):
            self._fail(code or "too_many_tries", detail)
            return
        seconds = max(wait, min(4 ** (self.attempts - 1), MAX_BACKOFF))
        self._settle(
            {
                "state": "queued",
                "posted_at": False,
                "next_attempt_at": fields.Datetime.now() + timedelta(seconds=seconds),
                "error_code": str(code),
                "error_detail": detail or False,
            }
        )

    def _fail(self, code, detail=None):
        """Give the message up, with Meta's or our code kept readable."""
        self._settle(
            {
                "state": "failed",
                "failed_at": fields.Datetime.now(),
                "error_code": str(code) if code else "unknown_error",
                "error_detail": detail or False,
            }
        )
        for message in self.filtered("lead_id"):
            message.lead_id._wa_log_failure(message)

    def _settle(self, vals):
        """Write the outcome of an attempt, unless a status has settled the message already."""
        open_messages = self.filtered(lambda m: m.state in ("queued", "sending", "unknown"))
        open_messages.write(vals)

    def _draw_consequences(self, failure):
        """Keep a permanent refusal from being repeated: contact, template, number or account."""
        self.ensure_one()
        slug, sentence = failure.slug, self.error_text
        if slug == "recipient_unreachable":
            self.contact_id.is_unreachable = True
        elif slug == "recipient_opted_out":
            self.contact_id.opted_out_marketing = True
        elif failure.family == RECIPIENT:
            return
        elif failure.scope == "template" and self.template_id:
            self.template_id._flag_unsendable(slug)
        elif failure.family == CONFIGURATION and failure.scope == "number":
            self.number_id._block(sentence)
        elif failure.family == CONFIGURATION and failure.scope == "account":
            self.number_id.account_id._flag_blocked(sentence)
            self.number_id._block(sentence)

    # ---------------------------------------------------------------- recovery

    def _settle_orphans(self):
        """Decide about messages that a dead sender left in state ``sending``.

        ``posted_at`` is written right before a request leaves, so without it the
        message surely did not leave and is queued again. With it, nobody knows:
        ``unknown``, until a status with our uuid settles it.
        """
        untouched = self.filtered(lambda m: not m.posted_at)
        untouched.write({"state": "queued", "claimed_at": False})
        (self - untouched).write({"state": "unknown", "error_code": "outcome_unknown"})
        return untouched


def call_transport(transport, phone_number_id, request):
    """Send one request in a worker thread, which has no database.

    :returns: the ``SendResult``, or the :class:`GraphError` that was raised.
    """
    try:
        return transport.send_message(phone_number_id, request)
    except GraphError as error:
        return error
