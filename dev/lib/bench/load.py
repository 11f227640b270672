"""A load of webhooks: bodies as Meta sends them, signed beforehand, posted over a number of connections at once."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from lib.bench.site import APP_SECRET, NUMBER, WABA

_serial = itertools.count(1)
_run = secrets.token_hex(4)


@dataclass(frozen=True)
class Person:
    """A customer as Meta names them."""

    name: str
    wa_id: str
    bsuid: str


@dataclass(frozen=True)
class Answer:
    """What came of one POST."""

    index: int
    status: int  # 0: no answer at all
    started: float  # monotonic
    seconds: float


def people(rows: list[dict]) -> list[Person]:
    """Customers as the sandbox lists them."""
    return [Person(row["name"], row["wa_id"], row["bsuid"]) for row in rows]


def new_wamid() -> str:
    """A message id nobody has."""
    return f"wamid.BENCH{_run}{next(_serial):08d}"


def text(person: Person, words: str, wamid: str | None = None) -> dict:
    """A change: this person writes a text."""
    message = {
        "from": person.wa_id,
        "from_user_id": person.bsuid,
        "id": wamid or new_wamid(),
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": words},
    }
    contact = {"profile": {"name": person.name}, "wa_id": person.wa_id, "user_id": person.bsuid}
    return {"contacts": [contact], "messages": [message]}


def status(person: Person, wamid: str, uuid: str, state: str, **more: object) -> dict:
    """A change: this happened to a message of ours."""
    row = {
        "id": wamid,
        "status": state,
        "timestamp": str(int(time.time())),
        "recipient_id": person.wa_id,
        "recipient_user_id": person.bsuid,
        "biz_opaque_callback_data": uuid,
        "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"},
        **more,
    }
    return {"statuses": [row]}


def body(*changes: dict) -> bytes:
    """The body of one POST with these changes."""
    metadata = {"display_phone_number": "12025550142", "phone_number_id": NUMBER}
    values = [{"messaging_product": "whatsapp", "metadata": metadata, **change} for change in changes]
    entry = {"id": WABA, "changes": [{"field": "messages", "value": value} for value in values]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def request(url: str, payload: bytes) -> tuple[str, int, bytes]:
    """(host, port, bytes on the wire) of one signed POST."""
    parts = urlsplit(url)
    signature = hmac.new(APP_SECRET.encode(), payload, hashlib.sha256).hexdigest()
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nX-Hub-Signature-256: sha256={signature}\r\n"
        f"Content-Length: {len(payload)}\r\nConnection: close\r\n\r\n"
    )
    return parts.hostname, parts.port, head.encode() + payload


def post(wire: tuple[str, int, bytes], index: int = 0, timeout: float = 60) -> Answer:
    """Send one request on a connection of its own (Odoo's workers answer one request per connection)."""
    host, port, data = wire
    started, code = time.monotonic(), 0
    try:
        with socket.create_connection((host, port), timeout) as connection:
            connection.sendall(data)
            answer = b""
            while chunk := connection.recv(4096):
                answer += chunk
            code = int(answer.split(b" ", 2)[1])
    except (OSError, ValueError, IndexError):
        code = 0
    return Answer(index, code, started, time.monotonic() - started)


def post_all(wires: Iterable[tuple[str, int, bytes]], connections: int = 8) -> list[Answer]:
    """Post all requests as fast as the server answers, so many at a time; answers in the order of completion."""
    todo, answers, lock = enumerate(wires), [], threading.Lock()

    def work() -> None:
        while True:
            with lock:
                item = next(todo, None)
            if item is None:
                return
            answers.append(post(item[1], item[0]))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class Drip:
    """A steady background load: one request every so often, until stopped."""

    def __init__(self, make: Callable[[], tuple[str, int, bytes]], per_second: float) -> None:
        self._make, self._pause = make, 1 / per_second
        self._stop = threading.Event()
        self.answers: list[Answer] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            self.answers.append(post(self._make()))
            due += self._pause

    def __enter__(self) -> Drip:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
