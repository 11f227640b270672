"""What a sender that died left behind, and what WhatsApp holds back for too long: settled before a run begins."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from odoo import fields, models

from ..concurrency import commit_with_retries
from ..message.wa_message import HELD_HOURS, HELD_LONG
from .claim import unclaim

_logger = logging.getLogger(__name__)

#: Messages looked at in one run.
DOUBT_LIMIT = 1000


def recover(number: models.BaseModel) -> None:
    """Settle what a sender that died left behind."""
    for settle in (settle_orphans, doubt_held):
        # Statuses about the same messages come in meanwhile.
        if count := commit_with_retries(number.env, partial(settle, number)):
            number.env["ir.cron"]._commit_progress(count)


def settle_orphans(number: models.BaseModel) -> int:
    """Decide about messages that a dead sender left in state ``sending``; returns how many there were.

    ``submitted_at`` is written right before a request leaves, so without it the
    message surely did not leave and is queued again. With it, nobody knows:
    ``unknown``, until a status with our uuid settles it.
    """
    orphans = number.env["wa.message"].search([("number_id", "=", number.id), ("state", "=", "sending"), ("wamid", "=", False)])
    if orphans:
        _logger.info("WhatsApp number %s: %s messages of a dead sender", number.id, len(orphans))
        untouched = orphans.filtered(lambda message: not message.submitted_at)
        unclaim(untouched)
        (orphans - untouched).write({"state": "unknown", "error_code": "outcome_unknown"})
        orphans._broadcast_state()
    return len(orphans)


def doubt_held(number: models.BaseModel) -> int:
    """Stop waiting for the status of messages that were held back a day ago, and say so.

    They are *unknown*: a late status still settles them, and only a person sends them again.

    :returns: how many there were
    """
    messages = number.env["wa.message"].search(
        [
            ("number_id", "=", number.id),
            ("state", "=", "sending"),
            ("wamid", "!=", False),
            ("submitted_at", "<", fields.Datetime.now() - timedelta(hours=HELD_HOURS)),
        ],
        order="id",
        limit=DOUBT_LIMIT,
    )
    messages._lock_in_order()
    # A status may have come before the lock.
    messages.invalidate_recordset(["state"], flush=False)
    messages = messages.filtered(lambda message: message.state == "sending")
    messages.write({"state": "unknown", "error_code": HELD_LONG, "error_detail": False})
    messages._broadcast_state()
    return len(messages)
