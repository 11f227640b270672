"""What is taken from a number's queue: the gate is asked, then messages are claimed, then marked as submitted.

In this order: :func:`claim` (``queued`` → ``sending``, COMMIT), the uploads, :func:`mark_submitted` right before the
requests leave (COMMIT). A crash at any point leaves rows that tell whether their request may have left, see
``recovery.py``. What was claimed and did not leave goes back by :func:`unclaim`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.ratelimit import PAIR_MEMORY, pair_free_at
from ..concurrency import savepoint
from ..message.wa_message import PRIORITY_BULK
from .refused import tell_refused
from .results import fail


def claim(number: models.BaseModel, limit: int, people_only: bool = False) -> models.BaseModel | None:
    """Take the next messages, people's first, one per conversation; the caller COMMITs the claim.

    One per conversation keeps the order in which somebody gets messages; a
    message that waits for a retry or is on its way holds back those after it. One
    whose template is being reviewed does not: that may last a day (decision 90).

    :returns: the claimed ``wa.message`` records that may leave; None when there
        was nothing to claim
    """
    rows = number.env.execute_query(
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
            number=number.id,
            now=fields.Datetime.now(),
            holds=_holds_back(),
            priority=PRIORITY_BULK if people_only else 2**31 - 1,
            limit=limit,
        )
    )
    if not rows:
        return None
    batch = number.env["wa.message"].browse([row[0] for row in rows])
    wanted = number.env["wa.scheduled.message"]._call_off_overtaken(batch)
    allowed = hold_back_for_pair_rate(ask_gate(wanted))
    mark_claimed(allowed)
    (batch - allowed)._broadcast_state()
    return allowed


def _holds_back() -> SQL:
    """Return the condition under which the queued message ``earlier`` holds back later ones of its conversation.

    So simple that PostgreSQL can estimate it: with thousands in one conversation it was a hundred times slower otherwise.
    """
    return SQL("earlier.error_code IS DISTINCT FROM 'template_in_review'")


def next_due(number: models.BaseModel) -> datetime | None:
    """Return when the next queued message that nothing holds back is due, or None."""
    [[due]] = number.env.execute_query(
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
            number=number.id,
            now=fields.Datetime.now(),
            holds=_holds_back(),
        )
    )
    return due or None


def recently_submitted(number: models.BaseModel, seconds: float) -> list[float]:
    """Return how many seconds ago messages left within the last ``seconds``, as a list."""
    return [
        float(row[0])
        for row in number.env.execute_query(
            SQL(
                """
                SELECT EXTRACT(EPOCH FROM clock_timestamp() AT TIME ZONE 'UTC' - submitted_at)
                  FROM wa_message
                 WHERE number_id = %s
                   AND submitted_at > clock_timestamp() AT TIME ZONE 'UTC' - %s * INTERVAL '1 second'
                """,
                number.id,
                seconds,
            )
        )
    ]


def ask_gate(messages: models.BaseModel) -> models.BaseModel:
    """Ask the gate again at the time of sending; keep only those that may leave.

    Refused messages fail with the gate's code; those for later go back to the queue,
    with the code that says why.
    """
    gate = messages.env["wa.gate"]
    frequency = gate._read_frequency(messages.filtered("purpose").contact_id, messages.number_id.account_id)
    allowed, refused = messages.browse(), messages.browse()
    for message in messages:
        decision = gate._decide(
            message.conversation_id,
            "template" if message.kind == "template" else "free",
            message.template_id,
            origin=message.origin or "chat",
            message=message,
            frequency=frequency,
        )
        if decision.verdict == "later":
            message.write({"state": "queued", "next_attempt_at": decision.when, **message._waiting_vals(decision)})
        elif not decision.allowed:
            fail(message, decision.code)
            frequency.forget(message)
            refused |= message
        else:
            allowed |= message
    if refused:
        # Whoever cannot be told must not stop the number.
        with savepoint(messages.env, f"nobody was told that messages {refused.ids} are not sent"):
            tell_refused(refused)
    return allowed


def hold_back_for_pair_rate(messages: models.BaseModel) -> models.BaseModel:
    """Put messages back that would come too soon after others to the same person.

    Source: cloud-api reference §1.6, pair rate.

    :returns: those that may leave now
    """
    recent: dict[int, list[float]] = defaultdict(list)
    for conversation_id, ago in messages.env.execute_query(
        SQL(
            """
            SELECT conversation_id,
                   EXTRACT(EPOCH FROM clock_timestamp() AT TIME ZONE 'UTC' - submitted_at)
              FROM wa_message
             WHERE conversation_id = ANY(%s)
               AND submitted_at > clock_timestamp() AT TIME ZONE 'UTC' - %s * INTERVAL '1 second'
          ORDER BY submitted_at
            """,
            messages.conversation_id.ids,
            PAIR_MEMORY,
        )
    ):
        recent[conversation_id].append(-float(ago))
    allowed = messages.browse()
    for message in messages:
        wait = pair_free_at(recent[message.conversation_id.id], 0.0)
        if wait > 0:
            until = fields.Datetime.now() + timedelta(seconds=math.ceil(wait))
            message.write({"next_attempt_at": until, "error_code": "recipient_rate_limit", "error_detail": False})
        else:
            allowed |= message
    return allowed


def mark_claimed(messages: models.BaseModel) -> None:
    """Mark messages as being sent by a sender; it COMMITs this before anything leaves.

    By one statement: hundreds a second are claimed, each with a count of its own.
    """
    changed = ["state", "claimed_at", "next_attempt_at", "attempts"]
    messages.flush_recordset(changed)
    messages.env.cr.execute(
        """
        UPDATE wa_message
           SET state = 'sending', claimed_at = %(now)s, next_attempt_at = NULL, attempts = COALESCE(attempts, 0) + 1
         WHERE id = ANY(%(ids)s)
        """,
        {"now": fields.Datetime.now(), "ids": messages.ids},
    )
    messages.invalidate_recordset(changed, flush=False)


def unclaim(messages: models.BaseModel) -> None:
    """Return messages to the queue that were claimed and did not leave."""
    messages.write({"state": "queued", "claimed_at": False})
    for message in messages:
        message.attempts -= 1


def mark_submitted(env: api.Environment, message_ids: Iterable[int]) -> None:
    """Mark that the requests of these messages are about to leave; the caller COMMITs it.

    Durably: a mark that a crash of PostgreSQL could lose would let the message
    go out a second time. One COMMIT serves all that leave together.
    """
    env.cr.execute(
        "UPDATE wa_message SET submitted_at = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = ANY(%s)",
        [list(message_ids)],
    )
