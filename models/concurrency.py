"""The one policy for lost races and for steps that fail: what counts as one, how often it is tried again, what is undone.

Odoo's transactions are REPEATABLE READ: who loses against another transaction cannot see what the winner
wrote, so nothing but a new transaction helps.

============================  =========================================================================================
who                           goes through
============================  =========================================================================================
a job, one piece of work      :func:`commit_with_retries`
a job, many things at once    :func:`commit_in_halves`
one step of many, which may   :func:`attempt` (the error is returned), :func:`attempt_in_halves` (the culprit is found),
fail without the others       :func:`savepoint` (the error is only logged)
a request of a person         :func:`retry_lost_race`; Odoo does the request again
============================  =========================================================================================
"""

import logging
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2 import Error as PsycopgError
from psycopg2 import OperationalError
from psycopg2 import errors as pg_errors
from psycopg2.errors import UniqueViolation
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..tools.redact import redact, without_rows

_logger = logging.getLogger(__name__)

#: Another transaction was faster: everything is rolled back and done again. ``UniqueViolation`` is among them:
#: somebody made the same thing at this moment, and the next try finds it.
CONFLICTS: tuple[type[Exception], ...] = (
    pg_errors.SerializationFailure,
    pg_errors.DeadlockDetected,
    pg_errors.LockNotAvailable,
    pg_errors.UniqueViolation,
    ConcurrencyError,
)
#: What is never the fault of the one step it happens in, and so must not be caught with that step alone.
OF_THE_TRANSACTION: tuple[type[Exception], ...] = (OperationalError, ConcurrencyError)
CONFLICT_RETRIES = 20
#: Seconds before the second try; each further one waits as much longer.
PAUSE = 0.01


class RetryLater(Exception):
    """What a webhook is about is being written at this moment: nothing is wrong, look again in a moment."""


def is_of_the_database(error: Exception) -> bool:
    """Tell whether PostgreSQL itself is in trouble, which is no fault of what is being done.

    What is too large for one of its limits (class 54) is.
    """
    return isinstance(error, OperationalError) and not (error.pgcode or "").startswith("54")


def traceback_text(error: BaseException, *, with_rows: bool = False) -> str:
    """Return the traceback of an error without secrets.

    :param with_rows: also with what PostgreSQL quotes of the data concerned: for a field that administrators read and
        that goes with the data, never for a log.
    """
    text = redact("".join(traceback.format_exception(error)))
    return text if with_rows else without_rows(text)


# ------------------------------------------------------------------------------------------------- whole transactions


def start_over(env: api.Environment, tries: int = 0) -> None:
    """Undo the transaction of a job, and wait a little longer with each try."""
    env.cr.rollback()
    env.invalidate_all()
    if tries:
        time.sleep(PAUSE * tries)


def begin_read_committed(env: api.Environment) -> None:
    """End the transaction of a job and begin one in which each statement sees what others have COMMITted by then.

    For work that locks its rows first and may then find them changed: in Odoo's REPEATABLE READ it would lose to
    whoever had them a moment before, here it waits for them. Inside a test, whose transaction began long ago, it is
    an ordinary COMMIT.
    """
    env.cr.commit()
    if env.cr.connection.get_transaction_status() == TRANSACTION_STATUS_IDLE:
        env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")


def lock_fresh(records: models.BaseModel, *names: str) -> None:
    """Lock rows in the order of their ids, and read fields of them anew: what is read now is what is written back.

    In READ COMMITTED this waits for whoever has them; in Odoo's REPEATABLE READ it loses to whoever changed them since
    the transaction began, and the work is done again.

    :param names: the fields that are looked at.
    """
    if not records:
        return
    records.flush_recordset(names)
    table = SQL.identifier(records._table)
    records.env.execute_query(SQL("SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", table, records.ids))
    records.invalidate_recordset(names, flush=False)


def commit_with_retries(env: api.Environment, work: Callable[[], Any], retries: int = CONFLICT_RETRIES) -> Any:
    """Do ``work`` and COMMIT it, again from the start when it lost a race.

    Not as progress of the job (``ir.cron._commit_progress``): there is nothing to say, and it would read and write a
    row each time.

    :param work: function without arguments; must be able to run several times.
    :returns: what ``work`` returns
    :raises: the last conflict, when every try lost; whatever else ``work`` raises
    """
    for attempt in range(1, retries + 1):
        try:
            result = work()
            env.cr.commit()
            return result
        except CONFLICTS:
            start_over(env, attempt if attempt < retries else 0)
            if attempt == retries:
                raise
    return None


def commit_in_halves(
    env: api.Environment,
    items: Any,
    work: Callable[[Any], Any],
    give_up: Callable[[Any, Exception], Any],
    undone_by: tuple[type[Exception], ...] = (),
    on_committed: Callable[[Any], Any] | None = None,
) -> None:
    """Do ``work`` with many things and COMMIT; when it lost a race, with halves of them, down to each alone.

    So whoever is in the way holds up one and not two hundred.

    :param items: a recordset or list.
    :param work: function of a part of the items; must be able to run several times.
    :param give_up: function of one item (as part) and the error, called after the rollback: it lost every race,
        or raised one of ``undone_by`` alone. It keeps what there is to keep, which is COMMITted at once: the next
        conflict would undo it.
    :param undone_by: further exception classes which concern one item and must not stop the others.
    :param on_committed: function of a part, called once it is committed.
    """
    waiting, tries = [items], 0
    while waiting:
        part = waiting.pop()
        try:
            work(part)
            env.cr.commit()
        except (*CONFLICTS, *undone_by) as error:
            start_over(env)
            half, is_conflict = len(part) // 2, isinstance(error, CONFLICTS)
            if half:
                waiting += [part[half:], part[:half]]
                continue
            if is_conflict and tries < CONFLICT_RETRIES:
                tries += 1
                time.sleep(PAUSE * tries)
                waiting.append(part)
                continue
            give_up(part, error)
            env.cr.commit()
        tries = 0
        if on_committed:
            on_committed(part)


@contextmanager
def retry_lost_race() -> Iterator[None]:
    """Have the transaction done again when somebody else has created the same thing at this moment.

    A customer writes while a rule writes to them: both create the contact. Whoever
    loses cannot see the winner's row in its own snapshot (REPEATABLE READ), so
    nothing but a new transaction finds it. Requests are retried for this error
    (odoo/service/model.py ``retrying``); a violated constraint would end them with
    "already known", and with them everything the person did.

    :raises ConcurrencyError: instead of ``UniqueViolation``
    """
    try:
        yield
    except UniqueViolation as error:
        raise ConcurrencyError(str(error)) from error


# ------------------------------------------------------------------------------------------- one step among others


def attempt(
    env: api.Environment,
    work: Callable[[], Any],
    beyond: tuple[type[Exception], ...] = OF_THE_TRANSACTION,
) -> tuple[Any, Exception | None]:
    """Do something that may fail without undoing what is around it; rules of a database raise anything.

    :param work: function without arguments.
    :param beyond: exceptions that are not of this step: they are raised, and undo everything.
    :returns: ``(what work returned, None)`` or ``(None, the exception)``; then all it did is undone
    """
    try:
        with env.cr.savepoint():
            return work(), None
    except beyond:
        raise
    except Exception as error:  # noqa: BLE001 (the one place that catches everything: the caller keeps it with its reason)
        return None, error


def attempt_in_halves(
    env: api.Environment,
    items: Any,
    work: Callable[[Any], Any],
    give_up: Callable[[Any, Exception], Any],
    beyond: tuple[type[Exception], ...] = OF_THE_TRANSACTION,
) -> None:
    """Do ``work`` with many things together; when it fails, with halves of them, down to each alone.

    The culprit is found while the others stay together. In the order of the items, within the caller's transaction.

    :param items: a recordset or list; nothing is done with an empty one.
    :param work: function of a part of the items; undone where it raises, and done again with halves.
    :param give_up: function of one item (as part) and the error.
    :param beyond: as for :func:`attempt`; trouble of the database itself is raised, too.
    """
    if not items:
        return
    _result, error = attempt(env, lambda: work(items), beyond)
    if error is None:
        return
    if is_of_the_database(error):
        raise error
    env.invalidate_all()
    half = len(items) // 2
    if not half:
        give_up(items, error)
        return
    for part in (items[:half], items[half:]):
        attempt_in_halves(env, part, work, give_up, beyond)


@contextmanager
def savepoint(env: api.Environment, what: str) -> Iterator[None]:
    """Do something that must not undo what it follows from: what fails in it is undone alone, and logged.

    Rules of a database may be about any of our records and raise anything. A message
    that came in, or a result of WhatsApp, is kept all the same.

    :param what: for the log: what is missing when this fails.
    :raises OperationalError, ConcurrencyError: somebody else was faster; everything is to be done again.
    """
    try:
        with env.cr.savepoint():
            yield
    except OF_THE_TRANSACTION:
        raise
    except Exception as error:  # noqa: BLE001 (see above)
        _logger.warning("WhatsApp: %s:\n%s", what, traceback_text(error))


def when_this_ended(env: api.Environment, write: Callable[[Any], None], what: str) -> None:
    """Write something whatever becomes of this transaction: an error is about to undo it.

    Done by a transaction of its own when this one has ended, either way, so that neither waits for the other. If that
    fails there is a line in the log: it is never worth a second error for the user.

    :param write: called once with the cursor of that transaction.
    :param what: for the log: what is missing when this fails.
    """
    cr, registry = env.cr, env.registry
    pending = [write]

    def run() -> None:
        while pending:
            todo = pending.pop()
            try:
                with registry.cursor() as own:
                    todo(own)
            except PsycopgError as error:
                _logger.warning("WhatsApp: %s:\n%s", what, traceback_text(error))

    cr.postrollback.add(run)
    cr.postcommit.add(run)
