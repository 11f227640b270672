"""The one place where requests leave. It lets nothing pass that is not for the one person who agreed.

Whatever a point does, and whatever mistake is in it: a message to anybody else, a change to a template that is not ours, a
call to another host ends here, before a byte has left.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tools.graph.address import origin
from tools.graph.media_client import MEDIA_HOSTS
from tools.graph.session import new_session
from tools.phone import digits, variants

#: Names of everything the check makes at Meta begin like this.
PREFIX = "wa_live_check_"
#: Keys under which a request may name who gets something.
ADDRESSEES = ("to", "recipient", "recipients", "participants", "messages", "batch")
#: Messages that may leave at once, and seconds between two after that. Source: Meta, "pair rate": one in six seconds,
#: bursts of 45.
BURST, PAUSE = 20, 6.0

_SENDING = re.compile(r"/v\d+\.\d+/[^/]+/messages")


class Forbidden(Exception):
    """A request that must not leave; the text says why. A mistake in the check itself."""


class Gate(HTTPAdapter):
    """Looks at every request at the last moment, and keeps the newest answer.

    :param base_url: the only origin that is talked to.
    :param recipient: the phone of the person who agreed, with plus sign.
    :param pause: seconds between two messages once the burst is used up.
    """

    def __init__(self, base_url: str, recipient: str, *, pause: float = PAUSE) -> None:
        self.base_url, self.pause = base_url, pause
        self._people = set(variants(digits(recipient))) | {digits(recipient)}
        #: The person's business-scoped user id, once we know it.
        self.bsuid = ""
        #: Paths below the version that may be changed, as regular expressions.
        self.writable: list[str] = []
        #: Of a number, nothing but this may be changed.
        self.number_id = ""
        #: Templates of ours, by id.
        self.templates: set[str] = set()
        self.last: requests.Response | None = None
        self.sent = 0
        self._times: list[float] = []
        super().__init__(pool_maxsize=4, max_retries=Retry(total=0, read=False, redirect=False))

    def session(self) -> requests.Session:
        """Return a session whose every request passes here."""
        session = new_session(self.base_url)
        session.mount("https://", self)
        session.mount("http://", self)
        return session

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """Check a request and let it leave.

        :raise Forbidden: it must not.
        """
        self.last = None
        self._check(request)
        if self._is_message(request):
            self._wait()
            self.sent += 1
        self.last = super().send(request, *args, **more)
        return self.last

    # ------------------------------------------------------------------ rules

    def _check(self, request: requests.PreparedRequest) -> None:
        parts = urlsplit(request.url or "")
        method = request.method or ""
        here = f"{parts.scheme}://{parts.netloc}"
        if origin(here) != origin(self.base_url):
            if not (method == "GET" and parts.scheme == "https" and _is_below(parts.hostname or "", MEDIA_HOSTS)):
                raise Forbidden("the address is not that of the API")
            return
        query, body = dict(parse_qsl(parts.query, keep_blank_values=True)), _body(request)
        if self._is_message(request):
            self._check_message(query, body)
            return
        named = [name for name in ADDRESSEES if name in query or name in body]
        if named:
            raise Forbidden(f"{method} {parts.path} names somebody ({named[0]})")
        if method != "GET":
            self._check_write(method, parts.path, {**query, **body})

    def _is_message(self, request: requests.PreparedRequest) -> bool:
        return request.method == "POST" and _SENDING.fullmatch(urlsplit(request.url or "").path) is not None

    def _check_message(self, query: dict[str, Any], body: dict[str, Any]) -> None:
        if any(name in query for name in ADDRESSEES):
            raise Forbidden("a message names its recipient in the address")
        if body.get("recipient_type", "individual") != "individual" or any(name in body for name in ADDRESSEES[2:]):
            raise Forbidden("a message is for more than one person")
        to, bsuid = body.get("to"), body.get("recipient")
        if to is None and bsuid is None and body.get("status") == "read":
            return
        if bsuid is None and isinstance(to, str) and to.startswith("+") and to[1:] in self._people:
            return
        if to is None and self.bsuid and bsuid == self.bsuid:
            return
        raise Forbidden("a message is not for the one person who agreed")

    def _check_write(self, method: str, path: str, values: dict[str, Any]) -> None:
        below = re.sub(r"^/v\d+\.\d+/", "", path)
        if below.endswith("/message_templates"):
            if not str(values.get("name", "")).startswith(PREFIX):
                raise Forbidden(f"{method} of a template whose name does not begin with {PREFIX}")
            return
        if below.endswith("/flows") and method == "POST" and str(values.get("name", "")).startswith(PREFIX):
            return
        if below == self.number_id and set(values) <= {"webhook_configuration", "appsecret_proof"}:
            return
        if below in self.templates or any(re.fullmatch(pattern, below) for pattern in self.writable):
            return
        raise Forbidden(f"{method} {below.split('/')[-1]} is nothing the check may change")

    # ------------------------------------------------------------------- pace

    @contextmanager
    def unpaced(self) -> Iterator[None]:
        """Let messages leave as fast as they come, to meet the limit on purpose."""
        pause, self.pause = self.pause, 0
        try:
            yield
        finally:
            self.pause = pause

    def _wait(self) -> None:
        """Keep to what Meta allows between one number and one person."""
        now = time.monotonic()
        if self.pause and len(self._times) >= BURST:
            until = self._times[-1] + self.pause
            if until > now:
                time.sleep(until - now)
        self._times.append(time.monotonic())


def _is_below(host: str, hosts: tuple[str, ...]) -> bool:
    return any(host == one or host.endswith("." + one) for one in hosts)


def _body(request: requests.PreparedRequest) -> dict[str, Any]:
    """Return the parameters of a body; of files only what stands beside them.

    :raise Forbidden: a body nobody can look into.
    """
    raw = request.body
    if not raw:
        return {}
    kind = str(request.headers.get("Content-Type", ""))
    if not isinstance(raw, (bytes, str)):
        raise Forbidden("a body that cannot be looked at")
    data = raw.encode() if isinstance(raw, str) else raw
    if kind.startswith("multipart/form-data"):
        names = re.findall(rb'name="([^"]+)"(?!; filename)\r\n\r\n([^\r]*)', data)
        return {name.decode(): value.decode("utf-8", "replace") for name, value in names}
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(data.decode(), keep_blank_values=True))
    if kind.startswith("application/json"):
        body = json.loads(data)
        if not isinstance(body, dict):
            raise Forbidden("a body that is no object")
        return body
    if kind.startswith("application/octet-stream"):
        return {}
    raise Forbidden("a body of an unknown kind")
