"""A small receiver of webhooks. Meta reaches it through whatever public address leads here (``--callback-url``)."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

BODY_MAX = 4 * 1024 * 1024
T = TypeVar("T")


class Listener:
    """Answers Meta's handshake and collects what comes in; forged requests are refused.

    A number in use hears from other people, too, and of other things than messages: calls, histories, troubles of the account.
    What is not about our recipient alone is answered 503, so that Meta brings it again once the former callback is back:
    nothing is lost to its owner because of a check.

    :param app_secret: signs what Meta sends.
    :param address: ``(host, port)`` to listen at; port 0 takes a free one.
    :param is_ours: tells whether a phone (digits) or business-scoped user id is the recipient's.
    """

    def __init__(self, app_secret: str, address: tuple[str, int], is_ours: Callable[[str], bool] = lambda _who: True) -> None:
        self._is_ours = is_ours
        self.verify_token = secrets.token_urlsafe(24)
        self.values: list[dict[str, Any]] = []
        self._had: set[str] = set()
        self.handshakes = self.forged = 0
        self._secret = app_secret
        self._news = threading.Condition()
        self._server = ThreadingHTTPServer(address, self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, raw: bytes, signature: str) -> int:
        """Keep of a webhook what is ours, when its signature is right; returns the HTTP status to answer with."""
        right = "sha256=" + hmac.new(self._secret.encode(), raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature.encode(), right.encode()):
            self.forged += 1
            return 401
        changes = _changes(raw)
        mine = [change["value"] for change in changes if self._mine(change)]
        with self._news:
            for value in mine:
                # What came together with something of others is brought again with it.
                text = json.dumps(value, sort_keys=True)
                if text not in self._had:
                    self._had.add(text)
                    self.values.append(value)
            self._news.notify_all()
        return 200 if mine and len(mine) == len(changes) else 503

    def _mine(self, change: Any) -> bool:
        """Tell whether an update is about messages with our recipient, all of it; one that names nobody is not."""
        value = change.get("value") if isinstance(change, dict) and change.get("field") == "messages" else None
        if not isinstance(value, dict):
            return False
        people = []
        for key, *names in (("messages", "from", "from_user_id"), ("statuses", "recipient_id", "recipient_user_id")):
            items = value.get(key) or []
            if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
                return False
            people += [[one.get(name) for name in names] for one in items]
        return bool(people) and all(any(who and self._is_ours(str(who)) for who in ids) for ids in people)

    def statuses(self, wamid: str) -> list[dict[str, Any]]:
        """Return the statuses reported of one message, in order of arrival."""
        return [one for value in list(self.values) for one in value.get("statuses") or () if one.get("id") == wamid]

    def messages(self) -> list[dict[str, Any]]:
        """Return what people wrote."""
        return [one for value in list(self.values) for one in value.get("messages") or ()]

    def until(self, find: Callable[[], T], seconds: float) -> T:
        """Wait until something is found, at most so long; return what was found last."""
        end = time.monotonic() + seconds
        with self._news:
            while not (there := find()) and (left := end - time.monotonic()) > 0:
                self._news.wait(left)
        return there

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
                if hmac.compare_digest(query.get("hub.verify_token", "").encode(), listener.verify_token.encode()):
                    listener.handshakes += 1
                    self._answer(200, query.get("hub.challenge", ""))
                else:
                    self._answer(403, "no")

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                if not length.isdigit() or int(length) > BODY_MAX:
                    self.close_connection = True
                    self._answer(413, "no")
                    return
                raw = self.rfile.read(int(length))
                self._answer(listener.take(raw, self.headers.get("X-Hub-Signature-256", "")), "")

            def _answer(self, status: int, text: str) -> None:
                data = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name upstream)
                """Say nothing: addresses of a handshake hold the verify token."""

        return Handler


def _changes(raw: bytes) -> list[Any]:
    """Return the updates of a webhook, of whatever field and shape; where there should be a list and is none, None."""
    try:
        body = json.loads(raw)
    except ValueError:
        return [None]
    entries = body.get("entry") if isinstance(body, dict) else None
    changes: list[Any] = []
    for entry in entries if isinstance(entries, list) else [None]:
        found = entry.get("changes") if isinstance(entry, dict) else None
        changes += found if isinstance(found, list) else [None]
    return changes
