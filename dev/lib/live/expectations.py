"""What an answer must look like. Each expectation says in a few words what came instead, or nothing.

They are values, not code, so that a test can turn every single one of them round and see whether the difference shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tools.graph.errors import GraphError, OutcomeUnknownError, TransientError


@dataclass(frozen=True)
class Answer:
    """What came back, raw, and what the addon's client made of it."""

    #: HTTP status; 0 when nothing was asked over HTTP (statuses that a listener collected).
    status: int
    #: Decoded JSON, or None for what is none.
    body: Any = None
    error: GraphError | None = None
    #: What the client's method returned.
    result: Any = None
    #: Which step of its point it answers.
    step: int = 0

    @property
    def refusal(self) -> dict[str, Any]:
        """Meta's ``error`` object; empty when there is none."""
        found = self.body.get("error") if isinstance(self.body, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def made_nothing(self) -> bool:
        """Meta refused in so many words. Trouble of its servers does not say that nothing was made."""
        unclear = isinstance(self.error, (OutcomeUnknownError, TransientError))
        return bool(self.refusal) and 400 <= self.status < 500 and not unclear

    @property
    def wamid(self) -> str:
        """The id of the message that was accepted."""
        return str(next(found(self.body, "messages.0.id"), ""))

    def told(self) -> str:
        """What came, in short."""
        refusal = self.refusal
        if not refusal:
            return f"HTTP {self.status}" if self.status != 200 else "accepted"
        subcode = refusal.get("error_subcode")
        data = refusal.get("error_data")
        details = data.get("details") if isinstance(data, dict) else data
        words = [refusal.get("error_user_title"), refusal.get("error_user_msg"), refusal.get("message"), details]
        said = " | ".join(str(word) for word in words if word)
        return f"{refusal.get('code')}{f'/{subcode}' if subcode else ''} (HTTP {self.status}, {refusal.get('type')}): {said}"


def found(data: Any, path: str) -> Iterator[Any]:
    """Yield what stands at a path such as ``data.*.id``: names, positions, or ``*`` for each item of a list."""
    head, _, rest = path.partition(".")
    if head == "*":
        items = data if isinstance(data, list) else ()
    elif isinstance(data, dict):
        items = (data[head],) if head in data else ()
    elif isinstance(data, list) and head.isdigit():
        items = data[int(head) : int(head) + 1]
    else:
        items = ()
    for item in items:
        if rest:
            yield from found(item, rest)
        else:
            yield item


@dataclass(frozen=True)
class Accepted:
    """Meta did it."""

    def differs(self, answer: Answer) -> str:
        """Return what came instead; ``""`` when it is as expected."""
        return "" if answer.status == 200 and not answer.refusal else answer.told()


@dataclass(frozen=True)
class Refused:
    """Meta refused it in this way. Parts that are None are not looked at."""

    code: int | tuple[int, ...]
    subcode: int | None = None
    http: int | None = None
    kind: str | None = None
    title: str | None = None
    #: Words that stand in the sentences for developers or for people.
    says: str | None = None
    #: ``error_data`` is missing.
    bare: bool = False
    #: What the addon makes of it: slug or family of ``tools/failures.py``.
    slug: str | None = None
    family: str | None = None

    @property
    def codes(self) -> tuple[int, ...]:
        """The codes that are all right."""
        return self.code if isinstance(self.code, tuple) else (self.code,)

    def differs(self, answer: Answer) -> str:
        """Return what came instead; ``""`` when it is as expected."""
        refusal, error = answer.refusal, answer.error
        wrong = [
            not refusal,
            refusal.get("code") not in self.codes,
            self.subcode is not None and refusal.get("error_subcode") != self.subcode,
            self.http is not None and answer.status != self.http,
            self.kind is not None and refusal.get("type") != self.kind,
            self.title is not None and refusal.get("error_user_title") != self.title,
            self.says is not None and self.says.lower() not in answer.told().lower(),
            self.bare and "error_data" in refusal,
        ]
        if any(wrong):
            return answer.told()
        if self.slug is not None and (error is None or error.slug != self.slug):
            return f"{answer.told()}; read as {error.slug if error else 'no error'}"
        if self.family is not None and (error is None or error.family != self.family):
            return f"{answer.told()}; read as {error.family if error else 'no error'}"
        return ""


@dataclass(frozen=True)
class Has:
    """Something stands at a path of the answer; where ``like`` is given, each value there is like that.

    :param like: a type, a tuple of allowed values, or a regular expression for the whole text.
    """

    path: str
    like: Any = None
    #: Not shown in a report: the value may be somebody's.
    private: bool = field(default=False, compare=False)

    def differs(self, answer: Answer) -> str:
        """Return what came instead; ``""`` when it is as expected."""
        values = list(found(answer.body, self.path))
        if not values:
            return f"nothing at {self.path}"
        wrong = [value for value in values if not self._fits(value)]
        if not wrong:
            return ""
        return f"{self.path} is {'something else' if self.private else repr(wrong[0])}"

    def _fits(self, value: Any) -> bool:
        if self.like is None:
            return True
        if isinstance(self.like, type):
            return isinstance(value, self.like) and not (self.like is int and isinstance(value, bool))
        if isinstance(self.like, tuple):
            return value in self.like
        return isinstance(value, str) and re.fullmatch(self.like, value, re.DOTALL) is not None


@dataclass(frozen=True)
class Lacks:
    """Nothing stands at a path of the answer."""

    path: str

    def differs(self, answer: Answer) -> str:
        """Return what came instead; ``""`` when it is as expected."""
        return f"there is something at {self.path}" if list(found(answer.body, self.path)) else ""


Expectation = Accepted | Refused | Has | Lacks
