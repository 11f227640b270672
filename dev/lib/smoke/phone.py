"""The customer's phone, held through the sandbox's control API."""

from __future__ import annotations

import random
from typing import Any

from lib.rpc import request_json
from lib.smoke.ledger import DidNotHappen


class Sandbox:
    """The control API."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return request_json(method, f"{self.url}/sandbox{path}", body)

    def switch(self, **switches: Any) -> None:
        """Set switches of the sandbox's world."""
        self.call("POST", "/switches", switches)

    def customer(self, name: str, *, phone: str | None = None, username: str | None = None) -> Phone:
        """A new person: with a phone number, or known by a username alone."""
        body: dict[str, Any] = {"name": name, "hidden_phone": phone is None}
        if phone:
            body["phone"] = phone
        else:
            body |= {"username": username, "country": "GB"}
        return Phone(self, self.call("POST", "/customers", body))


class Phone:
    """One customer with their phone in hand."""

    def __init__(self, sandbox: Sandbox, row: dict) -> None:
        self._sandbox = sandbox
        self.id, self.name = row["id"], row["name"]
        self.wa_id, self.bsuid = row.get("wa_id"), row["bsuid"]

    def write(self, text: str, *, ago_s: float | None = None) -> dict:
        """Write to the business, now or some time ago."""
        body = {"text": text} if ago_s is None else {"text": text, "ago_s": ago_s}
        return self._sandbox.call("POST", f"/customers/{self.id}/messages", body)

    def tap(self, message_id: str, index: int) -> dict:
        """Tap a button of a card."""
        return self._sandbox.call("POST", f"/customers/{self.id}/messages", {"tap": {"message_id": message_id, "index": index}})

    def read(self) -> None:
        """Look at the chat: what was delivered becomes read."""
        self._sandbox.call("POST", f"/customers/{self.id}/read", {})

    def messages(self) -> list[dict]:
        """The chat, oldest first."""
        return self._sandbox.call("GET", f"/customers/{self.id}/messages")["messages"]

    def received(self) -> list[dict]:
        """What the business sent and the phone shows."""
        return [message for message in self.messages() if message["direction"] == "out"]

    def received_text(self, text: str) -> list[dict]:
        """Received messages with exactly this text."""
        return [message for message in self.received() if message["text"] == text]

    def on_phone(self, text: str) -> list[dict]:
        """What of it has really reached the phone: the chat keeps what failed, too."""
        return [message for message in self.received_text(text) if message["on_phone"]]


def unused_phone(taken: set[str]) -> str:
    """A number of the range that is kept free for fiction and not known to Odoo yet."""
    free = [number for number in (f"447700900{index:03}" for index in range(1000)) if number not in taken]
    if not free:
        raise DidNotHappen("every fictional phone number is known to Odoo by now: run dev/run --reset --smoke")
    return "+" + random.choice(free)
