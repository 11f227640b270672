"""What a point of the list is: one assumption about Meta, where it is from, what holds it, and how it is played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .check import Check

SURE, LIKELY, CONTESTED, UNVERIFIED = "sure", "likely", "contested", "unverified"
HOW_SURE = {
    SURE: "Meta's own text, or several independent reports",
    LIKELY: "fewer reports, or one exact answer",
    CONTESTED: "sources disagree, or we chose between two readings",
    UNVERIFIED: "no source for the code or the words; what we made of the rest",
}

OPEN, CLOSED, WEBHOOKS, INBOUND, FLOOD = "open", "closed", "webhooks", "inbound", "flood"
#: What a point may need -> what is missing when it cannot be played.
NEEDS = {
    OPEN: "the recipient has not written within 24 hours (--window open)",
    CLOSED: "the recipient has written within 24 hours (--window closed)",
    WEBHOOKS: "statuses come to a public address only (--callback-url)",
    INBOUND: "needs a message that the recipient writes while we listen (--callback-url)",
    FLOOD: "sends about fifty messages at once (--flood)",
}
#: How a message is billed when it is delivered.
SERVICE, UTILITY, MARKETING, AUTHENTICATION = "service", "utility", "marketing", "authentication"


class NotPossible(Exception):
    """A point cannot be played with this account; the text says why."""


class Differs(Exception):
    """Something else came; the text says what."""


@dataclass(frozen=True)
class Point:
    """One assumption about Meta."""

    id: str
    #: Ids of the reviews it settles (W… what leaves, T… the stand-in), if any.
    holds: tuple[str, ...]
    assumed: str
    source: str
    #: When the source was written, or read where it bears no date: ``YYYY-MM``.
    dated: str
    sure: str
    #: ``path::test`` or ``path::Class.test`` that keep our side of it.
    tests: tuple[str, ...]
    #: Plays it; None when it cannot be played at all, ``why`` says why.
    play: Callable[[Check], None] | None
    why: str = ""
    needs: tuple[str, ...] = ()
    #: Categories of the messages that go out, one entry each.
    costs: tuple[str, ...] = ()
    #: What it makes at Meta for a while: "template", "file", "subscription", "flow".
    makes: tuple[str, ...] = ()


class Points(list[Point]):
    """Points of one concern; as a decorator it adds one."""

    def __init__(self, concern: str, title: str) -> None:
        super().__init__()
        self.concern, self.title = concern, title

    def add(
        self,
        name: str,
        assumed: str,
        *,
        source: str,
        dated: str,
        sure: str,
        tests: str = "",
        holds: str = "",
        needs: tuple[str, ...] = (),
        costs: tuple[str, ...] = (),
        makes: tuple[str, ...] = (),
    ) -> Callable[[Callable[[Check], None]], Callable[[Check], None]]:
        """Return a decorator that adds a point played by the function below it.

        :param tests: one ``path::test`` a word.
        :param holds: ids of the reviews, one a word.
        """

        def wrap(play: Callable[[Check], None]) -> Callable[[Check], None]:
            self.append(
                Point(
                    f"{self.concern}.{name}",
                    tuple(holds.split()),
                    assumed,
                    source,
                    dated,
                    sure,
                    tuple(tests.split()),
                    play,
                    needs=needs,
                    costs=costs,
                    makes=makes,
                )
            )
            return play

        return wrap

    def cannot(
        self, name: str, assumed: str, why: str, *, source: str, dated: str, sure: str, tests: str = "", holds: str = ""
    ) -> None:
        """Add a point that cannot be played with an account of one's own, and why."""
        self.append(
            Point(
                f"{self.concern}.{name}",
                tuple(holds.split()),
                assumed,
                source,
                dated,
                sure,
                tuple(tests.split()),
                None,
                why,
            )
        )
