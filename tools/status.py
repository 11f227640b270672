"""The one rule about message states: they never go back.

Statuses arrive repeated, late and out of order, and ``delivered`` may be skipped
altogether. States therefore form one ladder and the higher one wins, whatever
came first. Merging is commutative, associative and idempotent, so the final
state does not depend on the order or number of webhooks.

``failed`` stands between ``sent`` and ``delivered``: it settles everything up to
``sent``, and proof that the message reached the phone settles it in turn (the
stored error stays readable). ``unknown`` is a message whose request was cut
after it left: any real status settles it.

Source: developers.facebook.com, WhatsApp webhook reference "status messages".
"""

from __future__ import annotations

import re

RANK: dict[str, int] = {
    "queued": 0,
    "sending": 10,
    "unknown": 20,
    "sent": 30,
    "failed": 40,
    "delivered": 50,
    "read": 60,
    "played": 70,
}

RANK_ROWS: tuple[tuple[str, int], ...] = tuple(RANK.items())
"""The same table as rows, for ``VALUES`` lists and ``execute_values``."""

SETTLED = frozenset({"failed", "delivered", "read", "played"})
"""States after which nobody needs to wait for a delivery report any more."""

_NAME = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?")


def merge(old: str | None, new: str | None) -> str:
    """Return the state of a message that was ``old`` and is told to be ``new``.

    A state that is not on the ladder (a new word of Meta's, or nothing) never
    replaces one that is. ``""`` when both are nothing.
    """
    if new not in RANK:
        return old or new or ""
    if old not in RANK:
        return new
    return new if RANK[new] > RANK[old] else old


def reached(old: str | None, new: str | None) -> list[str]:
    """Return the reports a message went through from state ``old`` to ``new``, lowest first.

    WhatsApp may skip *delivered*: a message that was read was delivered. ``failed`` is
    reached by ending there, not by passing; and who fails was not sent on the way.
    """
    if new not in RANK or merge(old, new) == old:
        return []
    if new == "failed":
        return ["failed"]
    low = RANK.get(old or "", -1)
    return [state for state in ("sent", "delivered", "read", "played") if low < RANK[state] <= RANK[new]]


def rank_sql(column: str) -> str:
    """Return an SQL expression that gives the rank of the state in ``column``.

    States off the ladder rank below all others (-1), so ``WHERE rank(new) >
    rank(old)`` is :func:`merge` for a whole table at once.

    :param column: a plain column name, with or without its table's alias.
    :raise ValueError: for anything else, because it goes into SQL as it is.
    """
    if not _NAME.fullmatch(column):
        raise ValueError(f"not a column name: {column!r}")
    whens = " ".join(f"WHEN '{state}' THEN {rank}" for state, rank in RANK_ROWS)
    return f"(CASE {column} {whens} ELSE -1 END)"
