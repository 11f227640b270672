"""The one policy for lost races: what counts as one, how often it is tried again, and that nothing gets lost.

Odoo's transactions are REPEATABLE READ: who loses against another transaction cannot see what the winner
wrote, so nothing but a new transaction helps. Whoever works in a job goes through :func:`commit_with_retries`
(one piece of work) or :func:`commit_in_halves` (many at once); whoever works in a request of a person goes
through :func:`retry_lost_race`, and Odoo does the request again.
"""

import time
from contextlib import contextmanager

from psycopg2 import OperationalError
from psycopg2 import errors as pg_errors
from psycopg2.errors import UniqueViolation
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

#: Another transaction was faster: everything is rolled back and done again. ``UniqueViolation`` is among them:
#: somebody made the same thing at this moment, and the next try finds it.
CONFLICTS = (
    pg_errors.SerializationFailure,
    pg_errors.DeadlockDetected,
    pg_errors.LockNotAvailable,
    pg_errors.UniqueViolation,
    ConcurrencyError,
)
#: What is never the fault of the one step it happens in, and so must not be caught with that step alone.
OF_THE_TRANSACTION = (OperationalError, ConcurrencyError)
CONFLICT_RETRIES = 20
#: Seconds before the second try; each further one waits as much longer.
PAUSE = 0.01


class RetryLater(Exception):
    """What a webhook is about is being written at this moment: nothing is wrong, look again in a moment."""


def start_over(env, tries=0):
    """Undo the transaction of a job, and wait a little longer with each try."""
    env.cr.rollback()
    env.invalidate_all()
    if tries:
        time.sleep(PAUSE * tries)


def begin_read_committed(env):
    """End the transaction of a job and begin one in which each statement sees what others have COMMITted by then.

    For work that locks its rows first and may then find them changed: in Odoo's REPEATABLE READ it would lose to
    whoever had them a moment before, here it waits for them. Inside a test, whose transaction began long ago, it is
    an ordinary COMMIT.
    """
    env.cr.commit()
    if env.cr.connection.get_transaction_status() == TRANSACTION_STATUS_IDLE:
        env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")


def lock_fresh(records, *names):
    """Lock rows in the order of their ids, and read fields of them anew: what is read now is what is written back.

    In READ COMMITTED this waits for whoever has them; in Odoo's REPEATABLE READ it loses to whoever changed them since
    the transaction began, and the work is done again.

    :param records: any recordset.
    :param str names: the fields that are looked at.
    """
    if not records:
        return
    records.flush_recordset(names)
    table = SQL.identifier(records._table)
    records.env.execute_query(SQL("SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", table, records.ids))
    records.invalidate_recordset(names, flush=False)


def commit_with_retries(env, work, retries=CONFLICT_RETRIES):
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


def commit_in_halves(env, items, work, give_up, undone_by=(), on_committed=None):
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
def retry_lost_race():
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
