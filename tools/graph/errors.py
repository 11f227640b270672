"""What can go wrong when talking to Meta.

::

    GraphError
    ├── TransientError          Meta (or the way to it) is unwell: try again
    │   └── NotSentError        no connection came about: nothing left, try again
    ├── ThrottledError          too fast: try again, slower
    ├── PermanentError          this message will never go
    ├── RecipientError          this person cannot get it, for now
    ├── ConfigurationError      somebody must mend account, number or template
    ├── RequestError            our request was wrong
    └── OutcomeUnknownError     the request left, the answer did not come: Meta may
                                have done it. Never repeat by yourself.

    InvalidMessage              ours, before anything was tried: a rule is broken

All but the two about the connection mean that somebody answered: the outcome is
definite. :func:`from_answer` picks the class by ``tools.failures``.

Source: developers.facebook.com, WhatsApp "Error codes" (error envelope).
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from .. import failures
from ..redact import redact


class GraphError(Exception):
    """Base of all errors of this package.

    No attribute, nor the text of the error, contains a secret.
    """

    default_family: ClassVar[str] = failures.PERMANENT

    def __init__(
        self,
        message: str = "",
        *,
        code: int | None = None,
        subcode: int | None = None,
        details: str = "",
        user_message: str = "",
        user_title: str = "",
        http_status: int | None = None,
        fbtrace_id: str = "",
        retry_after: float | None = None,
        failure: failures.Failure | None = None,
    ) -> None:
        self.message = message
        """Meta's sentence for developers, or ours when Meta did not answer."""
        self.code = code
        """Meta's code; None when the answer had none."""
        self.subcode = subcode
        self.details = details
        """``error_data.details``: what Meta recommends to show to developers."""
        self.user_message = user_message
        """Meta's sentence for people, in the account's language; often empty."""
        self.user_title = user_title
        self.http_status = http_status
        """None when no answer came."""
        self.fbtrace_id = fbtrace_id
        """What Meta's support asks for."""
        self.retry_after = retry_after
        """Seconds, from the ``Retry-After`` header."""
        self.failure = failure or failures.Failure(code, self.default_family, "unknown_error")
        """The entry of the table: family, slug, scope, wait."""
        self.media_uids: frozenset[str] = frozenset()
        """Ids of files that stood in the refused message (``media.media_uids``); whoever sent it fills them in."""
        super().__init__(message)

    @property
    def family(self) -> str:
        """The family of ``tools.failures``, ``unknown`` for an unknown outcome."""
        return self.failure.family

    @property
    def slug(self) -> str:
        """The name of the sentence a person gets to read."""
        return self.failure.slug

    def __str__(self) -> str:
        status = f"HTTP {self.http_status}" if self.http_status else "no answer"
        head = f"{self.code} ({status})" if self.code is not None else status
        said = self.details or self.message
        trace = f" [trace {self.fbtrace_id}]" if self.fbtrace_id else ""
        return f"{head}: {said}{trace}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class TransientError(GraphError):
    """Meta is unwell, or a read was cut: the same request may be repeated."""

    default_family = failures.TRANSIENT


class NotSentError(TransientError):
    """No connection came about, so nothing left this machine: repeat safely."""


class ThrottledError(GraphError):
    """A limit was reached: repeat later and slower (``failure.scope`` says where)."""

    default_family = failures.THROTTLED


class PermanentError(GraphError):
    """This message will never be accepted."""

    default_family = failures.PERMANENT


class RecipientError(GraphError):
    """This person cannot get this message, for now or for good."""

    default_family = failures.RECIPIENT


class ConfigurationError(GraphError):
    """Token, permission, payment, number or template must be mended by somebody."""

    default_family = failures.CONFIGURATION


class RequestError(GraphError):
    """Our request was wrong: a mistake in this software or in its input."""

    default_family = failures.REQUEST


class OutcomeUnknownError(GraphError):
    """The request left, a usable answer did not come back.

    Meta may have done what was asked. A message in this state is settled by the
    status webhook that carries its uuid, and is never sent again by itself.
    """

    default_family = "unknown"


class InvalidMessage(ValueError):
    """A message breaks one of Meta's rules and was therefore not even tried.

    Not a :class:`GraphError`: nobody was asked.
    """

    def __init__(self, rule: str, detail: str = "") -> None:
        self.rule = rule
        """Slug of the rule, one of ``rules.RULES``."""
        self.detail = detail
        """Facts for a person: which part, how long, which limit."""
        super().__init__(rule, detail)

    def __str__(self) -> str:
        return f"{self.rule}: {self.detail}" if self.detail else self.rule


CLASSES: dict[str, type[GraphError]] = {
    failures.TRANSIENT: TransientError,
    failures.THROTTLED: ThrottledError,
    failures.PERMANENT: PermanentError,
    failures.RECIPIENT: RecipientError,
    failures.CONFIGURATION: ConfigurationError,
    failures.REQUEST: RequestError,
}


def from_answer(
    error: dict[str, Any],
    http_status: int,
    *,
    retry_after: float | None = None,
    secrets: tuple[str, ...] = (),
) -> GraphError:
    """Return the error that Meta's ``error`` object stands for.

    :param error: the object under ``error``; any of its parts may be missing or
        of another type.
    :param secrets: values to mask in Meta's sentences: some quote the token.
    """

    def text(value: object) -> str:
        shown = value if isinstance(value, str) else ""
        return str(redact(shown, secrets))

    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else data
    kind, message = text(error.get("type")), text(error.get("message"))
    if failures.is_about_proof(code, subcode, kind, message):
        failure = failures.APP_SECRET
    elif code == failures.UNKNOWN_PATH:
        failure = failures.of_path(message)
    elif failures.is_about_media(code, message):
        failure = failures.MEDIA_UNKNOWN
    else:
        failure = failures.classify(code, subcode, http_status, error.get("is_transient") is True)
    return CLASSES[failure.family](
        message,
        code=code,
        subcode=subcode,
        details=text(details),
        user_message=text(error.get("error_user_msg")),
        user_title=text(error.get("error_user_title")),
        http_status=http_status,
        fbtrace_id=text(error.get("fbtrace_id")),
        retry_after=retry_after,
        failure=failure,
    )


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return None


def is_unknown_field(error: GraphError) -> bool:
    """Tell whether Meta refused a request because it asked for a field that does not exist.

    Either this version does not know it, or the id is that of another kind of thing.
    """
    return error.code == 100 and "nonexisting field" in error.message


def node_type(error: GraphError) -> str:
    """Return what kind of thing an id is, where Meta's refusal names it; else ``""``.

    Such as ``WhatsAppBusinessPhoneNumber``. Source: Graph API, answers to unknown fields.
    """
    found = re.search(r"on node type \((\w+)\)", error.message)
    return found[1] if found else ""


def harmless(error: OutcomeUnknownError) -> TransientError:
    """Return the same error for a request that may be repeated without harm."""
    return TransientError(error.message, http_status=error.http_status, retry_after=error.retry_after)


def too_large(limit: int) -> PermanentError:
    """Return the error for a file that is larger than ``limit`` bytes."""
    failure = failures.Failure(None, failures.PERMANENT, "media_too_large")
    return PermanentError(f"the file is larger than {limit} bytes", failure=failure)


def incomplete(got: int, expected: int | None) -> TransientError:
    """Return the error for a file of which only a part, or nothing, was handed out: it may be whole next time.

    :param got: bytes that came.
    :param expected: bytes there should be, if that is known.
    """
    failure = failures.Failure(None, failures.TRANSIENT, "media_incomplete")
    of = f" of {expected}" if expected else ""
    return TransientError(f"{got}{of} bytes came", http_status=200, failure=failure)


def list_incomplete(why: str) -> TransientError:
    """Return the error for a list of which Meta hands out only a part.

    :param why: for developers.
    """
    return TransientError(why, http_status=200, failure=failures.LIST_INCOMPLETE)
