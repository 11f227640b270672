"""Messages that waited and may not leave any more: counted, and their owners are told."""

from __future__ import annotations

from collections import defaultdict

from odoo import models

#: Customers named in one notification; the list of messages has all.
NAMED = 10


def tell_refused(messages: models.BaseModel) -> None:
    """Count messages the gate refused when their turn came, and tell those who count on them.

    One notification per person and reason, however many messages: a template that
    is paused concerns all that wait. Messages to many have a list of their own.
    """
    refusals = messages.env["wa.refusal"]
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
            for message in messages
        ]
    )
    told: dict[tuple[models.BaseModel, str], models.BaseModel] = defaultdict(messages.browse)
    for message in messages.filtered(lambda m: m.origin != "bulk"):
        owner = owner_of(message)
        if owner:
            told[owner, message.error_code] |= message
    for (owner, _code), concerned in told.items():
        _notify_refused(concerned, owner)


def owner_of(message: models.BaseModel) -> models.BaseModel | None:
    """Return the colleague who counts on this message: who has the lead or the talk, else who sent it."""
    candidates = (message.lead_id.user_id, message.conversation_id.user_id, message.author_id)
    by_hand = message.origin in ("chat", "manual")
    owners = [*reversed(candidates)] if by_hand else candidates
    return next((user for user in owners if user.active and not user.share and user._is_internal()), None)


def _notify_refused(messages: models.BaseModel, owner: models.BaseModel) -> None:
    """Tell one colleague which customers did not get what they were to get, and why."""
    speaking = messages.with_context(lang=owner.lang or messages.env.lang)
    names = [message.contact_id.display_name for message in speaking]
    listed = ", ".join(dict.fromkeys(names[:NAMED])) + (" …" if len(names) > NAMED else "")
    record = messages.lead_id[:1] or messages.partner_id[:1]
    if not record:
        return
    record.with_context(lang=speaking.env.lang).message_notify(
        partner_ids=owner.partner_id.ids,
        subject=speaking.env._("WhatsApp message was not sent"),
        body=speaking.env._(
            "%(count)s WhatsApp message(s) that waited were not sent to %(customers)s. %(reason)s",
            count=len(messages),
            customers=listed,
            reason=speaking[:1].error_text or "",
        ),
    )
