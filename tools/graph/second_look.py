"""Two refusals of a message that mean less than they say, looked into before they are believed.

*Not in the test list* (131030): a number in development mode keeps Argentine and Mexican
recipients without the digit after the calling code and compares what it is given as it
comes, so that an answer to the ``wa_id`` of a webhook is refused. Source: chatwoot#13932
and #11053, pywa#155.

*Permission missing* (3, 10, 131005, 200-299): the token lost its rights, or one feature is
not open to this business. Source: WhatsApp "Error codes", 10.

All of it is HTTP and memory: fit for the sender's threads, which have no database.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from ..failures import narrowed
from ..phone import digits, variants, wa_id_to_e164
from .errors import GraphError, OutcomeUnknownError
from .results import SendResult

if TYPE_CHECKING:
    from .client import GraphClient

REMEMBERED_SECONDS = 60.0
"""For so long what was found out about a number holds: of ten thousand refusals one asks."""

NO_MESSAGE = "wamid.0"
"""Nobody's message: marking it as read does nothing, and takes the right to send."""


MAY_SEND, NUMBER_GONE, MAY_NOT, UNSAID = "may_send", "number_gone", "may_not", "unsaid"
"""What Meta says about a number and our token: it may send · the token does not see that
number · it may not send · Meta did not say."""


class Rights:
    """What a token may do with a number; asked once, remembered for a moment. Safe for many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._found: dict[str, tuple[float, str]] = {}

    def of(self, client: GraphClient, phone_number_id: str) -> str:
        """Return one of the four words above.

        Whoever asks meanwhile waits for the same answer.
        """
        with self._lock:
            known = self._found.get(phone_number_id)
            if known and self._clock() - known[0] < REMEMBERED_SECONDS:
                return known[1]
            found = _ask(client, phone_number_id)
            self._found[phone_number_id] = (self._clock(), found)
            return found


def _ask(client: GraphClient, phone_number_id: str) -> str:
    """Read the number, then touch nothing by a call that needs the right to send.

    Reading alone does not tell: it takes another right than sending does.
    """
    try:
        client.number(phone_number_id, fields="id")
    except GraphError as error:
        if _says_nothing(error):
            return UNSAID
        return NUMBER_GONE if error.slug == "number_unknown" else MAY_NOT
    try:
        client.mark_read(phone_number_id, NO_MESSAGE)
    except GraphError as error:
        if _says_nothing(error):
            return UNSAID
        # That there is no such message, only those hear who may send.
        return MAY_NOT if error.family == "configuration" else MAY_SEND
    return MAY_SEND


def _says_nothing(error: GraphError) -> bool:
    return isinstance(error, OutcomeUnknownError) or error.failure.retryable


def narrow(client: GraphClient, phone_number_id: str, error: GraphError) -> GraphError:
    """Return a refusal; one that says *permission missing* no wider than it is.

    It is one message's matter where the token may send otherwise, and one number's where
    the token does not see that number: it may have moved to another account.
    """
    if error.slug == "permission_missing":
        found = client.rights.of(client, phone_number_id)
        if found == MAY_SEND:
            error.failure = narrowed(error.failure)
        elif found == NUMBER_GONE:
            error.failure = replace(error.failure, slug="number_unknown", scope="number")
    return error


def other_spelling(to: object) -> str | None:
    """Return another spelling of the phone number a message goes to, with its plus sign; None if there is none."""
    given = digits(to) if isinstance(to, str) else ""
    return wa_id_to_e164(next((one for one in variants(given) if one != given), None))


def send(
    client: GraphClient,
    phone_number_id: str,
    payload: Mapping[str, Any],
    take_turn: Callable[[], object] | None = None,
) -> SendResult:
    """Send a body made by ``messages``, and look again into the two refusals above.

    Never twice to a person: a second request leaves only after a definite refusal of the first.

    :param take_turn: waits until one more request may leave; see ``before`` of ``GraphClient.send_message``.
    :return: ``dialled`` is set when another spelling of the number went through.
    :raise GraphError: as ``GraphClient.send_message``; a missing permission has the scope
        ``message`` when the token may send otherwise.
    """
    try:
        return client.send_message(phone_number_id, payload, take_turn)
    except GraphError as error:
        narrow(client, phone_number_id, error)
        other = None
        if error.slug == "recipient_not_in_test_list":
            other = other_spelling(payload.get("to"))
        if not other:
            raise
    result = client.send_message(phone_number_id, {**payload, "to": other}, take_turn)
    return replace(result, dialled=digits(other))
