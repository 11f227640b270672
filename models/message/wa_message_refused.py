from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from ..outbox.wa_message_held import HELD, HELD_HOURS
from .wa_message import PRIORITY_BULK

#: Customers named in one notification; the list of messages has all.
NAMED = 10


class WaMessage(models.Model):
    """A message that waited and may not leave any more: counted, and its owner is told."""

    _inherit = "wa.message"

    def _tell_refused(self):
        """Count messages the gate refused when their turn came, and tell those who count on them.

        One notification per person and reason, however many messages: a template that
        is paused concerns all that wait. Messages to many have a list of their own.
        """
        refusals = self.env["wa.refusal"]
        refusals._count(
            [
                refusals._vals(
                    message.error_code,
                    "template" if message.kind == "template" else "free",
                    message.origin,
                    message.conversation_id,
                    message.template_id,
                    lead_id=message.lead_id.id,
                    user_id=message.author_id.id,
                )
                for message in self
            ]
        )
        told = defaultdict(self.browse)
        for message in self.filtered(lambda m: m.origin != "bulk"):
            owner = message._get_owner()
            if owner:
                told[owner, message.error_code] |= message
        for (owner, _code), messages in told.items():
            messages._notify_refused(owner)

    def _is_for_other_words(self):
        """Tell whether a template message that waits was filled for other words than its template has now.

        Those queued before words were marked are taken for fitting.
        """
        self.ensure_one()
        version = (self.content or {}).get("version")
        return bool(version) and version != self.template_id.fingerprint

    def _get_owner(self):
        """Return the colleague who counts on this message: who has the lead or the talk, else who sent it."""
        self.ensure_one()
        candidates = (self.lead_id.user_id, self.conversation_id.user_id, self.author_id)
        by_hand = self.origin in ("chat", "manual")
        owners = [*reversed(candidates)] if by_hand else candidates
        return next((user for user in owners if user.active and not user.share and user._is_internal()), None)

    def _notify_refused(self, owner):
        """Tell one colleague which customers did not get what they were to get, and why."""
        speaking = self.with_context(lang=owner.lang or self.env.lang)
        names = [message.contact_id.display_name for message in speaking]
        listed = ", ".join(dict.fromkeys(names[:NAMED])) + (" …" if len(names) > NAMED else "")
        record = self.lead_id[:1] or self.partner_id[:1]
        if not record:
            return
        record.with_context(lang=speaking.env.lang).message_notify(
            partner_ids=owner.partner_id.ids,
            subject=speaking.env._("WhatsApp message was not sent"),
            body=speaking.env._(
                "%(count)s WhatsApp message(s) that waited were not sent to %(customers)s. %(reason)s",
                count=len(self),
                customers=listed,
                reason=speaking[:1].error_text or "",
            ),
        )

    def _get_wait(self):
        """Return ``(reason, until)``: what people read under a message, and until when it waits (UTC, as text) or False.

        One that WhatsApp holds back: until nobody believes any more that it leaves. One without a reason of its own: that
        of an earlier one of the conversation, of its number, or of the account.
        """
        message = self[:1]
        if message.state == "sending" and message.error_code == HELD and message.submitted_at:
            return message.error_text, fields.Datetime.to_string(message.submitted_at + timedelta(hours=HELD_HOURS))
        if message.state != "queued":
            return message.error_text, False
        cause = message if message.error_code else message._waits_behind()
        if cause.error_code:
            return cause.error_text, fields.Datetime.to_string(cause.next_attempt_at or False)
        number = message.number_id
        reason, until = False, False
        if number.is_blocked or number.account_id.state == "blocked":
            reason = "account_unhealthy" if number.account_id.state == "blocked" else "number_unhealthy"
        elif number._held_for():
            reason, until = "number_on_hold", fields.Datetime.to_string(number.hold_until)
        return reason and self.env["wa.failure"]._sentence(reason), until

    def _waits_behind(self):
        """Return the earlier message of the conversation that holds this one back until a moment, or an empty set."""
        if self.priority >= PRIORITY_BULK:
            return self.browse()  # thousands, and nobody watches them
        domain = Domain("conversation_id", "=", self.conversation_id.id) & Domain("state", "=", "queued")
        domain &= Domain("next_attempt_at", ">", fields.Datetime.now()) & Domain("error_code", "!=", "template_in_review")
        domain &= Domain("priority", "<", self.priority) | Domain("priority", "=", self.priority) & Domain("id", "<", self.id)
        return self.search(domain, order="priority, id", limit=1)
