from contextlib import contextmanager

from psycopg2 import errors as pg_errors
from psycopg2.errors import UniqueViolation

from odoo.exceptions import ConcurrencyError

#: Another transaction was faster: everything is rolled back and done again.
CONFLICTS = (
    pg_errors.SerializationFailure,
    pg_errors.DeadlockDetected,
    pg_errors.LockNotAvailable,
    pg_errors.UniqueViolation,
    ConcurrencyError,
)
CONFLICT_RETRIES = 20


class TooEarly(Exception):
    """What a webhook is about is being written at this moment: nothing is wrong, look again in a moment."""


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
