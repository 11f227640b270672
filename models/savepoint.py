import logging
import traceback
from contextlib import contextmanager

from ..tools.redact import redact
from .concurrency import OF_THE_TRANSACTION

_logger = logging.getLogger(__name__)


@contextmanager
def apart(env, what):
    """Do something that must not undo what it follows from: what fails in it is undone alone, and logged.

    Rules of a database may be about any of our records and raise anything. A message
    that came in, or a result of WhatsApp, is kept all the same.

    :param str what: for the log: what is missing when this fails.
    :raises OperationalError, ConcurrencyError: somebody else was faster; everything is to be done again.
    """
    try:
        with env.cr.savepoint():
            yield
    except OF_THE_TRANSACTION:
        raise
    except Exception as error:  # noqa: BLE001 (see above)
        trace = redact("".join(traceback.format_exception(error)))
        _logger.warning("WhatsApp: %s:\n%s", what, trace)
