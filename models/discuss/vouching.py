"""Who answers for what is put into a conversation: this addon by a voucher, everybody else by who they are.

A voucher is no argument, because the way from a post to ``mail.message.create`` leads through Odoo's own methods; and it
does not travel in Odoo's context, because clients fill that. It is a variable of the thread that runs (decision 91).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(eq=False)
class Voucher:
    """The next message made, changed or deleted was checked by this addon.

    Good for one call: what rules of a database do in its course is looked at again.
    """

    #: Id of the channel in which the gate allowed the poster's own reply; None: anything, by anybody.
    reply_in: int | None = None
    is_used: bool = False


@dataclass(frozen=True, eq=False)
class Batch:
    """Messages that are made together."""

    #: Their bodies whose HTML is ours, see :class:`~.trusted_html.TrustedHtml`.
    trusted: frozenset[str]


_voucher: ContextVar[Voucher | None] = ContextVar("wa_voucher", default=None)
_batch: ContextVar[Batch | None] = ContextVar("wa_batch", default=None)


@contextmanager
def vouched(reply_in: int | None = None) -> Iterator[None]:
    """Answer for the next message that is made, changed or deleted (``message_post``, ``create``, ``write``, ``unlink``).

    :param reply_in: only for a reply of the current user in this channel; author and rights are checked as ever.
    """
    token = _voucher.set(Voucher(reply_in))
    try:
        yield
    finally:
        _voucher.reset(token)


def is_vouched() -> bool:
    """Tell whether the addon answers for what is done next."""
    voucher = _voucher.get()
    return voucher is not None and not voucher.is_used


def take_voucher() -> Voucher | None:
    """Return the voucher that is good now and use it up, or None."""
    voucher = _voucher.get()
    if voucher is None or voucher.is_used:
        return None
    voucher.is_used = True
    return voucher


@contextmanager
def made_together(trusted: Iterable[str] = ()) -> Iterator[None]:
    """Make many messages: their threads forget them together, once, and trusted bodies are not cleaned.

    :param trusted: bodies whose HTML is ours; core hands them on as plain text.
    """
    token = _batch.set(Batch(frozenset(trusted)))
    try:
        yield
    finally:
        _batch.reset(token)


def are_made_together() -> bool:
    """Tell whether the messages that are made now are one of many."""
    return _batch.get() is not None


def is_trusted(body: object) -> bool:
    """Tell whether a body is one of those of :func:`made_together`."""
    batch = _batch.get()
    return batch is not None and body in batch.trusted
