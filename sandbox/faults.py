"""Faults on demand: what the network, an edge server or Meta itself may do to a request."""

import asyncio
from dataclasses import asdict, dataclass, fields

from aiohttp import web

from .errors import CODES, GraphError

KINDS = ("500", "503", "429", "html", "hang", "cut", "slow", "error", "failed", "refused", "link", "empty", "truncated")
#: Kinds that strike in one place only: a file that is handed out, a message that could be accepted, one with a link to a file.
#: All others strike any answer, files among them.
FILE_KINDS, MESSAGE_KINDS, LINK_KINDS = frozenset({"empty", "truncated"}), frozenset({"failed", "refused"}), frozenset({"link"})
#: Place -> kinds that strike there.
PLACES = {
    "answer": frozenset(KINDS) - FILE_KINDS - MESSAGE_KINDS - LINK_KINDS,
    "file": frozenset(KINDS) - MESSAGE_KINDS - LINK_KINDS,
    "message": MESSAGE_KINDS,
    "link": LINK_KINDS,
}
#: Kinds that by default strike after the work was done: the client cannot know what happened.
AFTER_WORK = frozenset({"hang", "cut", "slow"})

HTML = "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>"


class FaultError(Exception):
    """A fault was described wrongly."""


@dataclass
class Fault:
    """One fault that strikes a number of matching requests.

    ``500`` and ``503``: Meta's JSON envelope with code 1 or 2. ``429``: code 130429 or 80007 with HTTP 429. ``html``:
    an edge server's page with HTTP 502. ``hang``: no answer for ``seconds``, then the connection is cut. ``cut``: the
    connection is cut after the body was read. ``slow``: the right answer after ``seconds``. ``error``: Meta's
    envelope with ``code``, and with HTTP status ``http`` if given. ``failed``: the message is accepted and a ``failed``
    status with ``code`` follows. ``refused``: ``code`` by the road it takes in this world (switch ``async_errors``).
    ``link``: Meta cannot fetch the file of a message.
    ``empty`` and ``truncated`` strike downloads of files: 200 with nothing, or with the first half, and a
    ``Content-Length`` that fits what comes.
    """

    kind: str
    times: int = 1
    #: Text that must occur in "METHOD /path type".
    match: str = ""
    #: Let this many matching requests pass first.
    after: int = 0
    #: Do the work before the fault strikes; None = as the kind has it.
    processed: bool | None = None
    seconds: float = 60.0
    code: int = 131000
    #: HTTP status of ``error`` instead of the usual one of its code.
    http: int | None = None

    def works_first(self):
        """Tell whether the request takes effect although the client gets no proper answer."""
        return self.kind in AFTER_WORK if self.processed is None else self.processed


class Faults:
    """The faults waiting to strike, in the order they were set."""

    def __init__(self):
        self.waiting = []

    def set(self, given):
        """Add one fault or a list of faults; None or an empty list removes all.

        :raise FaultError: unknown kind, field or code.
        """
        if not given:
            self.waiting = []
            return
        faults = [self._read(item) for item in (given if isinstance(given, list) else [given])]
        self.waiting += faults

    def _read(self, item):
        if not isinstance(item, dict) or str(item.get("kind")) not in KINDS:
            raise FaultError(f"A fault needs a kind: one of {', '.join(KINDS)}.")
        try:
            fault = Fault(**{**item, "kind": str(item["kind"])})
        except TypeError as error:
            names = ", ".join(item.name for item in fields(Fault))
            raise FaultError(f"A fault has the fields {names}: {error}") from error
        if fault.code not in CODES:
            raise FaultError(f"Code {fault.code} is not one this server can answer.")
        return fault

    def take(self, label, place="answer"):
        """Return the fault that strikes this request, or None.

        :param label: "METHOD /path type".
        :param place: one of ``PLACES``.
        """
        for fault in self.waiting:
            if fault.kind not in PLACES[place] or fault.match not in label:
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
            return fault
        return None

    def as_list(self):
        """Return the waiting faults as JSON-ready data."""
        return [asdict(fault) for fault in self.waiting]


async def strike(fault, request, answer):
    """Let a fault happen; return the response the client gets, if any.

    :param answer: the proper response when the work was done, else None.
    """
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return answer
    if fault.kind in FILE_KINDS:
        return _less_of(answer, fault.kind)
    if fault.kind in ("hang", "cut"):
        if fault.kind == "hang":
            await asyncio.sleep(fault.seconds)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    if fault.kind == "html":
        return web.Response(status=502, text=HTML, content_type="text/html")
    error = {
        "500": lambda: GraphError(1, transient=True, http=500),
        "503": lambda: GraphError(2, transient=True),
        "429": lambda: GraphError(130429 if request.path.endswith("/messages") else 80007, http=429),
        "error": lambda: GraphError(fault.code, http=fault.http),
    }[fault.kind]()
    return web.json_response(error.envelope(), status=error.http)


def _less_of(answer, kind):
    """Return a file's answer with nothing or half of its bytes; an answer without a file stays as it is."""
    if answer.status != 200:
        return answer
    body = answer.body[: len(answer.body) // 2] if kind == "truncated" else b""
    return web.Response(body=body, headers={"Content-Type": answer.headers["Content-Type"]})
