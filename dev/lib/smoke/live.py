"""Listen to Odoo's live updates as a browser does."""

from __future__ import annotations

import json
import time

import websocket

from lib.rpc import Odoo


class Listener:
    """The live updates one user gets, from the moment of creation."""

    def __init__(self, session: Odoo) -> None:
        address = session.url.replace("http://", "ws://", 1)
        self._socket = websocket.create_connection(
            f"{address}/websocket?version={session.websocket_version()}",
            origin=session.url,
            cookie=f"session_id={session.session_id}",
            timeout=1,
        )
        self._last = 0
        self.heard: list[dict] = []
        self._subscribe()

    def _subscribe(self) -> None:
        request = {"event_name": "subscribe", "data": {"channels": [], "last": self._last}}
        self._socket.send(json.dumps(request))

    def _receive(self) -> None:
        try:
            text = self._socket.recv()
        except websocket.WebSocketTimeoutException:
            return
        notifications = json.loads(text) if text else []
        self.heard += notifications
        self._last = max([self._last, *(one["id"] for one in notifications)])
        # A conversation that is new to this user has a channel of its own: ask for it as the browser does.
        self._subscribe()

    def hears(self, *words: str, seconds: float) -> bool:
        """Whether an update with all these words comes (or came) within that many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            if any(all(word in json.dumps(one, ensure_ascii=False) for word in words) for one in self.heard):
                return True
            if time.monotonic() > deadline:
                return False
            self._receive()

    def message_states(self, mail_message_id: int) -> list[str]:
        """The states that were reported live for one Discuss message, in their order."""
        states = []
        for one in self.heard:
            for row in _rows(one.get("message", {}).get("payload"), "mail.message"):
                if row.get("id") == mail_message_id and row.get("wa_state"):
                    states.append(row["wa_state"])
        return states

    def listen(self, seconds: float) -> None:
        """Collect for a while."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._receive()

    def close(self) -> None:
        self._socket.close()


def _rows(value: object, model: str) -> list[dict]:
    """Every row of a model anywhere in an update's payload."""
    if isinstance(value, list):
        return [row for item in value for row in _rows(item, model)]
    if not isinstance(value, dict):
        return []
    own = value.get(model, [])
    own = own if isinstance(own, list) else [own]
    return [row for row in own if isinstance(row, dict)] + [
        row for key, item in value.items() if key != model for row in _rows(item, model)
    ]
