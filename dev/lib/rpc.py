"""Odoo's own API as its web client uses it, and plain JSON over HTTP. Loopback only, standard library only."""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import urllib.error
import urllib.request
from typing import Any


class RemoteError(Exception):
    """The server answered with an error; the text is what it would show to a user."""

    def __init__(self, message: str, name: str = "", debug: str = "") -> None:
        super().__init__(message)
        self.name, self.debug = name, debug


def _opener(*handlers: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)


def request_json(method: str, url: str, body: Any = None, *, timeout: float = 30) -> Any:
    """Send a JSON request and return the JSON answer (None when it is empty).

    :raise RemoteError: for an HTTP error, with the body's text.
    """
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with _opener().open(request, timeout=timeout) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise RemoteError(f"{method} {url}: {error.code} {error.read().decode(errors='replace')[:500]}") from None
    return json.loads(text) if text else None


class Odoo:
    """A session of one user."""

    def __init__(self, url: str, database: str, login: str, password: str) -> None:
        self.url = url.rstrip("/")
        self._cookies = http.cookiejar.CookieJar()
        self._opener = _opener(urllib.request.HTTPCookieProcessor(self._cookies))
        session = self._post("/web/session/authenticate", {"db": database, "login": login, "password": password})
        self.uid: int = session["uid"]
        self.partner_id: int = session["partner_id"]

    @property
    def session_id(self) -> str:
        """What its cookie says, for connections that are not made here."""
        return next(cookie.value for cookie in self._cookies if cookie.name == "session_id")

    def websocket_version(self) -> str:
        """The version Odoo's live updates want to hear; another one makes them hang up."""
        return self._post("/web/session/get_session_info", {})["websocket_worker_version"]

    def _post(self, path: str, params: dict, timeout: float = 120) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"})
        try:
            with self._opener.open(request, timeout=timeout) as answer:
                reply = json.load(answer)
        except (http.client.HTTPException, json.JSONDecodeError) as error:  # the server died in the middle of it
            raise ConnectionError(f"{path}: no whole answer ({error})") from error
        if "error" in reply:
            data = reply["error"].get("data") or {}
            raise RemoteError(data.get("message") or reply["error"]["message"], data.get("name", ""), data.get("debug", ""))
        return reply.get("result")

    def route(self, path: str, **params: Any) -> Any:
        """Call a JSON route of a controller."""
        return self._post(path, params)

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of a model; methods of records take the list of ids first."""
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def search_read(self, model: str, domain: list, fields: list[str], **options: Any) -> list[dict]:
        """Rows that match a domain."""
        return self.call(model, "search_read", domain, fields, **options)

    def read(self, model: str, record_id: int, fields: list[str]) -> dict:
        """One row."""
        return self.call(model, "read", [record_id], fields)[0]

    def ref(self, xmlid: str) -> int | None:
        """Id of the record with that external id, or None."""
        module, name = xmlid.split(".")
        rows = self.search_read("ir.model.data", [("module", "=", module), ("name", "=", name)], ["res_id"])
        return rows[0]["res_id"] if rows else None
