"""What became of requests: accepted, held back, refused for now or for good, or nobody knows.

:func:`apply_results` takes what the sender's threads brought; :func:`keep_bare_result` what could not be stored that way.
What a refusal means for others than its message stands in ``consequences.py``.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from psycopg2.extras import execute_values

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.failures import Failure
from ...tools.graph.errors import GraphError, NotSentError, OutcomeUnknownError
from ...tools.graph.results import SendResult
from ...tools.status import rank_sql
from ..concurrency import traceback_text
from ..message.wa_message import HELD
from .consequences import conclude_failure, hold_for
from .uploads import forget_uploads, mark_kept

_logger = logging.getLogger(__name__)

#: Attempts after which a message that Meta keeps refusing for now is given up.
MAX_ATTEMPTS = 8
#: Seconds before attempt n+1 when nothing better is known: 4^n, at most ten minutes.
MAX_BACKOFF = 600
#: Refusals of the way to Meta, before it has looked at the message: that waits, and leaves when the account is mended.
ABOUT_THE_WAY = ("app_secret", "api_version")


def apply_results(env: api.Environment, results: list[tuple[int, SendResult | GraphError]]) -> None:
    """Store what became of requests.

    :param results: list of ``(message id, SendResult or GraphError)``
    """
    messages = env["wa.message"]
    present = messages.browse([message_id for message_id, _outcome in results]).exists()
    present._lock_in_order()
    accepted = {}
    for message_id, outcome in results:
        message = messages.browse(message_id)
        if message not in present:
            continue  # deleted with its conversation while it was on its way
        if isinstance(outcome, GraphError):
            apply_error(message, outcome)
        else:
            accepted[message_id] = outcome
    apply_accepted(env, accepted)
    present._broadcast_state()


def apply_accepted(env: api.Environment, accepted: dict[int, SendResult]) -> None:
    """Store what WhatsApp answered when it accepted messages.

    A status may have arrived before the answer was stored: the state only rises.

    :param dict accepted: ``{message id: tools.graph.results.SendResult}``
    """
    if not accepted:
        return
    messages, rules = env["wa.message"].browse(accepted), env["wa.rule.status"]
    messages.flush_model()
    former = rules._former_states(accepted)
    now = fields.Datetime.now()
    further = f"{rank_sql('m.state')} > {rank_sql('v.state')}"
    rows = [
        (id_, result.wamid, now, *(("sending", None, HELD) if result.is_held else ("sent", now, None)))
        for id_, result in accepted.items()
    ]
    execute_values(
        env.cr._obj,
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
    messages.invalidate_recordset(["wamid", "state", "sent_at", "error_code", "error_detail"], flush=False)
    rules._note(former)
    _update_spellings(env, accepted)


def _update_spellings(env: api.Environment, accepted: dict[int, SendResult]) -> None:
    """Let contacts learn from messages that were accepted how their numbers are to be written.

    Nearly all are written as we know them: PostgreSQL looks which are not.

    :param dict accepted: ``{message id: tools.graph.results.SendResult}``
    """
    spelled = {id_: result.wa_id for id_, result in accepted.items() if result.wa_id}
    env["wa.contact"].flush_model(["wa_id"])
    other = env.execute_query(
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
    for message in env["wa.message"].browse({*dialled, *(row[0] for row in other)}):
        message.contact_id._learn_spelling(accepted[message.id])


def keep_bare_result(env: api.Environment, results: list[tuple[int, SendResult | GraphError]], error: Exception) -> None:
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
        env.cr.execute(
            SQL(
                "UPDATE wa_message SET %s WHERE id = %s AND state IN ('queued', 'sending', 'unknown')",
                columns,
                message_id,
            )
        )
    env.invalidate_all(flush=False)


def apply_error(message: models.BaseModel, error: GraphError) -> None:
    """Decide what a refused or broken request means for this message and its number.

    :param GraphError error: typed by ``tools.graph.errors``.
    """
    if isinstance(error, OutcomeUnknownError):
        settle(message, {"state": "unknown", "error_code": "outcome_unknown", "error_detail": False})
    elif isinstance(error, NotSentError):
        retry_later(message, "not_reachable", None)
    else:
        failure = error.failure
        code = error.code if error.code is not None else failure.slug
        if failure.slug == "media_unknown":
            upload_again(message, error.media_uids)
        elif failure.retryable:
            wait = max(failure.wait, error.retry_after or 0)
            if held := hold_for(message, failure, wait):
                # A limit of all that is sent is nothing this message did: it is not given up for it.
                message.attempts = max(0, message.attempts - 1)
            retry_later(message, code, error.details, max(wait, held), failure.tries)
        elif failure.slug in ABOUT_THE_WAY:
            wait_for_account(message, failure.slug)
        else:
            fail(message, code, error.user_message or error.details, failure)


def apply_uploads(message: models.BaseModel, results: list[tuple[tuple[str, str], str | GraphError]]) -> bool:
    """Store what became of the uploads of a message.

    :param results: as ``uploads.run_uploads`` returns them.
    :returns: True when the message can go on; else it failed or waits for another try.
    """
    problem = None
    for key, outcome in results:
        if isinstance(outcome, GraphError):
            problem = problem or outcome
        else:
            message.env["wa.upload"]._keep(message.number_id, key, outcome)
            mark_kept((message.number_id.phone_number_id, *key))
    if problem:
        apply_error(message, problem)
    return not problem


def upload_again(message: models.BaseModel, media_uids: Collection[str]) -> None:
    """Upload the files of a message anew and send it, once: Meta does not have one any more that it once took.

    The refusal came in the answer, so nothing left and nothing is doubled. What another message has brought anew since
    this one was made is kept: a mailing of thousands carries one file.

    :param media_uids: the ids of files that stood in the refused request.
    """
    forget_uploads(message, media_uids=media_uids)
    if (message.content or {}).get("files") and message.error_code != "media_unknown":
        retry_later(message, "media_unknown", None)
    else:
        fail(message, "media_unknown")


def wait_for_account(message: models.BaseModel, slug: str) -> None:
    """Put the message back as if it had never left, and stop the account: nothing is wrong with the message.

    :param str slug: one of ``ABOUT_THE_WAY``.
    """
    settle(message, {"state": "queued", "submitted_at": False, "error_code": slug, "error_detail": False})
    message.attempts = max(0, message.attempts - 1)
    message.number_id.account_id._flag_blocked(slug)
    message.number_id._block(slug)


def retry_later(message: models.BaseModel, code: Any, detail: str | None, wait: float = 0, tries: int | None = None) -> None:
    """Put the message back with growing patience, or give up after enough attempts."""
    if message.attempts >= (tries or MAX_ATTEMPTS):
        fail(message, code or "too_many_tries", detail)
        return
    settle(
        message,
        {
            "state": "queued",
            "submitted_at": False,
            "next_attempt_at": next_attempt_at(message, wait),
            "error_code": str(code),
            "error_detail": detail or False,
        },
    )


def next_attempt_at(message: models.BaseModel, wait: float = 0) -> datetime:
    """Return when to try again after as many attempts as there were (naive UTC).

    :param float wait: seconds it takes at least.
    """
    seconds = max(wait, min(4 ** max(message.attempts - 1, 0), MAX_BACKOFF))
    return fields.Datetime.now() + timedelta(seconds=seconds)


def fail(messages: models.BaseModel, code: Any, detail: str | None = None, failure: Failure | None = None) -> None:
    """Give the message up, with Meta's or our code kept readable.

    :param failure: what Meta's refusal means (``tools.failures.Failure``); None when it was our own decision.
    """
    failed = settle(
        messages,
        {
            "state": "failed",
            "failed_at": fields.Datetime.now(),
            # Meta's code 0 is a code.
            "error_code": str(code) if code or code == 0 else "unknown_error",
            "error_detail": detail or False,
        },
    )
    conclude_failure(failed, failure)


def settle(messages: models.BaseModel, vals: dict[str, Any]) -> models.BaseModel:
    """Write the outcome of an attempt, unless a status has settled the message already.

    :returns: the messages that were still open
    """
    open_messages = messages.filtered(lambda m: m.state in ("queued", "sending", "unknown"))
    former = {message.id: message.state for message in open_messages}
    open_messages.write(vals)
    if vals["state"] == "failed":
        messages.env["wa.rule.status"]._note(former)
    return open_messages
