"""A stage for dev/live-check: the stand-in on a real socket, and between the two a layer that answers "
"otherwise when told to."""

import asyncio
import copy
import hashlib
import hmac
import io
import json
import threading
from dataclasses import replace

import aiohttp
from aiohttp import web

from lib.live.asking import Settings, checked
from lib.live.expectations import Accepted, Has, Lacks, Refused
from lib.live.player import Player, Watch
from sandbox.config import load
from sandbox.server import Server

WABA, NUMBER, APP, TOKEN, SECRET = (
    "900000000000001",
    "900000000000101",
    "900000000000700",
    "EAADEMO-TOKEN",
    "demo-app-secret",
)
RECIPIENT = "+447700900123"
QUICK = {"sent_ms": 1, "delivered_ms": 1, "review_delay_s": 0.0, "retry_base_ms": 10, "pair_rate": False, "throttle_mps": 1e6}


class TestSite:
    """The stand-in and the layer in a thread of their own.

    ``spoil``: called with ``(status, body)`` of every answer while it is set, returns another pair. ``spoil_hook`` likewise
    with the body of a webhook, which is signed anew. ``forge`` sends each webhook a second time with a wrong signature.
    """

    #: No class of tests, whatever its name.
    __test__ = False

    def __init__(self):
        self.spoil = self.spoil_hook = None
        self.forge = False
        self.hook_port = 0
        self.requests = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self._open())

    def _do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    async def _open(self):
        self.server = Server(load(environ={}, port=0))
        self.server.switches.update(QUICK)
        self._inner = await self.server.listen()
        app = web.Application(client_max_size=20 * 1024 * 1024)
        app.router.add_route("*", "/hook", self._hook)
        app.router.add_get("/app-hook", self._app_hook)
        app.router.add_post("/app-hook", self._app_hook)
        app.router.add_route("*", "/{path:.*}", self._pass)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        # Addresses of files and of further pages lead through the layer, as everything else does.
        self.server.base_url = self.url
        self.session = aiohttp.ClientSession(auto_decompress=False)

    def calm(self):
        """Answer as the stand-in does, again."""
        self.spoil = self.spoil_hook = None
        self.forge = False

    def close(self):
        """Stop everything."""
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self):
        await self.session.close()
        await self._runner.cleanup()
        await self.server.close()

    async def _pass(self, request):
        raw = await request.read()
        self.requests.append((request.method, request.path, raw))
        headers = {key: value for key, value in request.headers.items() if key.lower() not in ("host", "content-length")}
        url = self._inner + request.raw_path
        async with self.session.request(
            request.method,
            aiohttp.client.URL(url, encoded=True),
            data=io.BytesIO(raw) if raw else None,
            headers=headers,
            allow_redirects=False,
        ) as answer:
            data, status = await answer.read(), answer.status
            kind = answer.headers.get("Content-Type", "application/json")
            version = answer.headers.get("facebook-api-version", "")
        if self.spoil is not None and "/sandbox/" not in request.path:
            status, data, kind = self._spoilt(status, data, kind)
        return web.Response(status=status, body=data, headers={"Content-Type": kind, "facebook-api-version": version})

    def _spoilt(self, status, data, kind):
        try:
            body = json.loads(data)
        except ValueError:
            return status, b"something else", kind
        status, body = self.spoil(status, body)
        return status, json.dumps(body).encode(), "application/json"

    async def _hook(self, request):
        raw = await request.read()
        signature = request.headers.get("X-Hub-Signature-256", "")
        if raw and self.spoil_hook is not None:
            raw = json.dumps(self.spoil_hook(json.loads(raw))).encode()
            signature = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        url = f"http://127.0.0.1:{self.hook_port}/hook?{request.query_string}"
        if raw and self.forge:
            async with self.session.post(url, data=raw, headers={"X-Hub-Signature-256": "sha256=" + "0" * 64}):
                pass
        async with self.session.request(
            request.method, url, data=raw or None, headers={"X-Hub-Signature-256": signature}
        ) as answer:
            return web.Response(status=answer.status, body=await answer.read())

    async def _app_hook(self, request):
        return web.Response(text=request.query.get("hub.challenge", ""))

    # ------------------------------------------------------------------ stand-in

    def control(self, method, path, body=None):
        """Call the stand-in's control API."""

        async def call():
            async with self.session.request(method, f"{self._inner}/sandbox/{path}", json=body) as answer:
                data = json.loads(await answer.read())
                assert answer.status == 200, data
                return data

        return self._do(call())

    def person(self, phone=RECIPIENT, writes=True):
        """Add the one who agreed; with an open window."""
        customer = self.control("POST", "customers", {"name": "Ada Lovelace", "phone": phone})
        if writes:
            self.writes(customer)
        return customer

    def known_person(self, phone=RECIPIENT):
        """Return a person who was added before."""
        return next(one for one in self.control("GET", "customers")["customers"] if one["wa_id"] == phone[1:])

    def writes(self, customer, text="Go on, try it"):
        """Let the person write."""
        self.control("POST", f"customers/{customer['id']}/messages", {"text": text})

    # ------------------------------------------------------------------- players

    def settings(self, folder, **more):
        """Return the settings of a run against this stage."""
        given = Settings(
            app_id=APP,
            app_secret=SECRET,
            access_token=TOKEN,
            waba_id=WABA,
            number_id=NUMBER,
            recipient=RECIPIENT,
            base_url=self.url,
            window="open",
            callback_url=f"{self.url}/hook",
            listen=("127.0.0.1", 0),
            patience=10,
            review_patience=10,
            pause=0,
            left_file=folder / "left.json",
        )
        return checked(replace(given, **more))

    def listening(self, player):
        """Have a player listen, with webhooks finding their way to it."""
        player.new_listener = self.leading_here(player.new_listener)
        return player.listen()

    def leading_here(self, new_listener):
        """Return a function that makes a listener to which webhooks find their way."""

        def made(*arguments):
            listener = new_listener(*arguments)
            self.hook_port = listener.port
            return listener

        return made


def at_meta(site):
    """Return what a run could have left at the stand-in: templates, forms, files, callbacks."""
    world = site.server.world
    names = [one.name for one in (*world.templates.values(), *world.flows.values()) if one.name.startswith("wa_live_check_")]
    return names, len(world.media), dict(world.accounts[WABA].subscribed), dict(world.numbers[NUMBER].webhook)


def played_by(point, play):
    """Return a point that is played in another way."""
    return replace(point, play=play)


class Recorder(Watch):
    """Notes which expectations a point looks at, and tells when a step begins."""

    def __init__(self, begins=None):
        self.judgements, self.begins = [], begins

    def leaving(self, point_id, step):
        if self.begins:
            self.begins(step)

    def judged(self, point_id, expectation, answer):
        self.judgements.append((answer.step, expectation, answer.status == 0))


def quiet(_line):
    """Print nothing."""


def player_for(settings, base=None, watch=None):
    """Return a player; with ``base`` one that knows what another has read and listens through it."""
    player = Player(settings, watch, say=quiet)
    if base is not None:
        player.known, player.listener = base.known, base.listener
        player.inbound, player.gate.bsuid = dict(base.inbound), base.gate.bsuid
    return player


# ---------------------------------------------------------------------- deviations


def deviations(expectation):
    """Return ``(name, spoil)`` for every way in which an answer can fail one expectation.

    A spoil takes ``(status, body)`` and returns another pair.
    """
    return {Accepted: _not_accepted, Refused: _not_refused, Has: _has_not, Lacks: _lacks_not}[type(expectation)](expectation)


def _not_accepted(_expectation):
    error = {"message": "(#135000) Generic user error", "type": "OAuthException", "code": 135000, "fbtrace_id": "A"}
    yield "refused", lambda status, body: (400, {"error": dict(error)})


def _not_refused(expectation):
    taken = {"success": True, "id": "1", "data": [], "messages": [{"id": "wamid.X"}], "contacts": []}
    yield "accepted", lambda status, body: (200, copy.deepcopy(taken))
    yield "another code", _changing("code", 135000)
    if expectation.subcode is not None:
        yield "another subcode", _changing("error_subcode", 1)
        yield "no subcode", _changing("error_subcode", None)
    if expectation.http is not None:
        yield "another HTTP status", lambda status, body: (500 if expectation.http != 500 else 400, body)
    if expectation.kind is not None:
        yield "another type", _changing("type", "Exception")
    if expectation.title is not None:
        yield "another title", _changing("error_user_title", "Something else")
    if expectation.says is not None:
        yield "other words", _other_words
    if expectation.bare:
        yield "with error_data", _changing("error_data", {"details": "Something else"})


def _changing(key, value):
    def spoil(status, body):
        error = dict(body.get("error") or {})
        error.pop(key, None)
        return status, {"error": error if value is None else {**error, key: value}}

    return spoil


def _other_words(status, body):
    error = {
        key: value
        for key, value in (body.get("error") or {}).items()
        if key not in ("error_data", "error_user_msg", "error_user_title")
    }
    return status, {"error": {**error, "message": "Something else"}}


def _has_not(expectation):
    path, like = expectation.path.split("."), expectation.like
    yield "missing", lambda status, body: (status, without(body, path))
    if like is not None:
        alien = 7 if like is str else "?"
        yield "something else", lambda status, body: (status, with_value(body, path, alien))


def _lacks_not(expectation):
    path = expectation.path.split(".")
    yield "there after all", lambda status, body: (status, with_value(body, path, "something", make=True))


def without(data, path):
    """Return data without what stands at a path; ``*`` is each item."""
    head, rest = path[0], path[1:]
    if isinstance(data, list):
        return (
            [without(item, rest) if rest else None for index, item in enumerate(data) if rest or head not in ("*", str(index))]
            if head == "*" or not rest
            else [without(item, rest) if str(index) == head else item for index, item in enumerate(data)]
        )
    if not isinstance(data, dict) or head not in data:
        return data
    if not rest:
        return {key: value for key, value in data.items() if key != head}
    return {**data, head: without(data[head], rest)}


def with_value(data, path, value, make=False):
    """Return data with a value at a path; with ``make`` the way there is made."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if head == "*" and isinstance(data, list):
        return [with_value(item, rest, value, make) for item in data]
    if head.isdigit() and isinstance(data, list):
        padded = data + [{}] * (int(head) + 1 - len(data)) if make else data
        return [with_value(item, rest, value, make) if index == int(head) else item for index, item in enumerate(padded)]
    if head.isdigit() and make:
        return with_value([], path, value, make)
    if isinstance(data, dict) and (make or head in data):
        return {**data, head: with_value(data.get(head, {}), rest, value, make)}
    return data


def in_webhook(spoil, key):
    """Turn a deviation of ``{key: […]}`` into one of webhooks that bring such a list."""

    def change(body):
        body = copy.deepcopy(body)
        for entry in body.get("entry", ()):
            for one in entry.get("changes", ()):
                value = one.get("value", {})
                if key in value:
                    # One by one: what is reported together here may be judged one after the other there.
                    value[key] = [_first(spoil(0, {key: [item]})[1].get(key), item) for item in value[key]]
        return body

    return change


def _first(items, otherwise):
    return items[0] if items else otherwise
