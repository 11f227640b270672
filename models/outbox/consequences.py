"""What follows from a refusal beyond its message: contact, window, file, template, number or account.

The answer to a request and a later status both lead here, so that they mean the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from odoo import fields, models

from ...tools.failures import CONFIGURATION, RECIPIENT, THROTTLED, WIDE, Failure
from .uploads import forget_uploads

#: Refusals of marketing or templates as such: chats and everything else go on.
CONCERNS_TEMPLATES = (
    "marketing_disabled",
    "payment_terms",
    "template_count_limit",
    "template_misclassified",
    "template_not_eligible",
)


def conclude_failure(messages: models.BaseModel, failure: Failure | None = None) -> None:
    """Draw all that follows from messages that have failed: the answer to a request and a later status lead here.

    :param failure: what Meta's refusal means (``tools.failures.Failure``); None when it was our own decision.
    """
    messages._take_back_reactions()
    for message in messages:
        if failure:
            draw_consequences(message, failure)
        if message.lead_id:
            message.lead_id._wa_log_failure(message)


def draw_consequences(message: models.BaseModel, failure: Failure) -> None:
    """Keep a permanent refusal from being repeated: contact, window, file, template, number or account."""
    slug, facts = failure.slug, {"said": message.error_detail} if message.error_detail else None
    if slug == "recipient_unreachable":
        message.contact_id.is_unreachable = True
    elif slug == "recipient_opted_out":
        message.env["wa.optout"]._on_refused(message)
    elif slug == "window_closed":
        message.conversation_id._close_window(asked_at(message))
    elif slug == "media_upload_failed":
        # A person's next try brings the file anew.
        forget_uploads(message, before=asked_at(message))
    elif failure.family == RECIPIENT and failure.wait:
        message.contact_id._hold(message.failed_at + timedelta(seconds=failure.wait))
    elif failure.scope == "template" and message.template_id:
        message.template_id._flag_unsendable(slug, asked_at(message))
    elif failure.family == CONFIGURATION and failure.scope == "number":
        message.number_id._block(slug, facts)
    elif failure.family == CONFIGURATION and slug not in CONCERNS_TEMPLATES and failure.scope == "account":
        message.number_id.account_id._flag_blocked(slug, facts)
        message.number_id._block(slug, facts)


def hold_for(message: models.BaseModel, failure: Failure, wait: float) -> float:
    """Send nothing for a while from the numbers that a limit of WhatsApp's concerns.

    :param tools.failures.Failure failure: any.
    :param float wait: seconds.
    :returns: seconds for which this message's number is held from now on; 0 if it is no such limit
    """
    if failure.family != THROTTLED or failure.scope not in WIDE:
        return 0
    numbers = message.number_id if failure.scope == "number" else message.number_id.account_id.number_ids
    (numbers | message.number_id)._hold(wait, asked_at(message))
    return max(message.number_id._held_for(), 1)


def asked_at(message: models.BaseModel) -> datetime:
    """Return when the request left that WhatsApp refused (naive UTC), or the next best moment that is known.

    What was sent from the phone app, or put back for another try meanwhile, has no ``submitted_at``.
    """
    return message.submitted_at or message.sent_at or message.failed_at or fields.Datetime.now()
