"""A site for real-socket tests: a running sandbox and a business that receives its webhooks."""

import asyncio
import json
import os

import aiohttp
from aiohttp import web

from sandbox.config import load
from sandbox.payloads import signature
from sandbox.server import Server

WABA, NUMBER, APP, TOKEN, SECRET = (
    "900000000000001",
    "900000000000101",
    "900000000000700",
    "EAADEMO-TOKEN",
    "demo-app-secret",
)
VERIFY = "verify-me"
QUICK = {"sent_ms": 1, "delivered_ms": 1, "review_delay_s": 0.02, "retry_base_ms": 10}
PATIENCE_SECONDS = 5


def story(function=None, *, subscribe=True, **config):
    """Turn ``async def test(play)`` into a test that gets a fresh site."""

    def wrap(coroutine):
        def test():
            asyncio.run(_perform(coroutine, subscribe, config))

        test.__name__, test.__doc__, test.__module__ = coroutine.__name__, coroutine.__doc__, coroutine.__module__
        return test

    return wrap(function) if function else wrap


async def _perform(coroutine, subscribe, config):
    play = TestSite(config)
    await play.open(subscribe)
    try:
        await coroutine(play)
    finally:
        await play.close()


class TestSite:
    """A sandbox on a free port, a client for it and a webhook receiver."""

    #: No class of tests, whatever its name.
    __test__ = False

    def __init__(self, config):
        # The one thing a run may choose for all stories: by which road refusals about people come.
        chosen = {name: value for name, value in os.environ.items() if name == "WA_SANDBOX_ERRORS"}
        self.server = Server(load(environ=chosen, port=0, **config))
        self.server.switches.update(QUICK)
        self.hooks = []
        #: Status codes to answer with before going on with 200; "cut" closes the connection.
        self.answers = []
        self.verify = VERIFY
        self.handshakes = []

    async def open(self, subscribe):
        """Start both servers and connect them the way a client of Meta does."""
        self.url = await self.server.listen()
        app = web.Application()
        app.router.add_get("/hook", self._handshake)
        app.router.add_post("/hook", self._hook)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.hook_url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/hook"
        self.session = aiohttp.ClientSession()
        if subscribe:
            await self.subscribe()

    async def close(self):
        """Stop everything."""
        await self.session.close()
        await self.server.close()
        await self._runner.cleanup()

    async def subscribe(self):
        """Subscribe the app, then override the callback, then set the app's own."""
        override = {"override_callback_uri": self.hook_url, "verify_token": VERIFY}
        for body in (None, override):
            status, answer = await self.graph("POST", f"{WABA}/subscribed_apps", body)
            assert status == 200, answer
        app_callback = {"callback_url": self.hook_url, "verify_token": VERIFY}
        assert (await self.control("POST", "callback", app_callback)) == {"ok": True}
        self.handshakes.clear()

    async def _handshake(self, request):
        self.handshakes.append(dict(request.query))
        if request.query.get("hub.verify_token") != self.verify:
            return web.Response(status=403, text="no")
        return web.Response(text=request.query["hub.challenge"])

    async def _hook(self, request):
        raw = await request.read()
        self.hooks.append({"raw": raw, "headers": dict(request.headers), "body": json.loads(raw)})
        answer = self.answers.pop(0) if self.answers else 200
        if answer == "cut":
            request.transport.abort()
            return web.Response()
        return web.Response(status=answer)

    # ------------------------------------------------------------------ calls

    async def graph(self, method, path, body=None, *, token=TOKEN, version="v26.0", **more):
        """Call the Graph API; returns ``(status, body)``."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers.update(more.pop("headers", {}))
        async with self.session.request(method, f"{self.url}/{version}/{path}", json=body, headers=headers, **more) as answer:
            return answer.status, await answer.json(content_type=None)

    async def send(self, body, number=NUMBER, **more):
        """Send a message; returns ``(status, body)``."""
        return await self.graph("POST", f"{number}/messages", {"messaging_product": "whatsapp", **body}, **more)

    async def refused(self, body, **more):
        """Send a message that must be refused; returns the error object."""
        status, answer = await self.send(body, **more)
        assert status >= 400, answer
        return answer["error"]

    async def failure(self, body, **more):
        """Send a message that must come to nothing; returns the error, by whichever road it came."""
        status, answer = await self.send(body, **more)
        if status >= 400:
            return answer["error"]
        wamid = answer["messages"][0]["id"]
        [failed] = await self.until(lambda: self.statuses(wamid))
        assert failed["status"] == "failed", failed
        return failed["errors"][0]

    async def control(self, method, path, body=None, status=200):
        """Call the control API; returns the body."""
        async with self.session.request(method, f"{self.url}/sandbox/{path}", json=body) as answer:
            data = await answer.json()
            assert answer.status == status, data
            return data

    async def switch(self, **values):
        """Set switches."""
        return await self.control("POST", "switches", values)

    async def person(self, name="Ada", phone="+447700900123", **more):
        """Add a customer."""
        return await self.control("POST", "customers", {"name": name, "phone": phone, **more})

    async def writer(self, **more):
        """Add a customer who has just written, so that the window is open."""
        customer = await self.person(**more)
        await self.says(customer, "Hello")
        return customer

    async def says(self, customer, text, **more):
        """Let a customer write a text."""
        return await self.control("POST", f"customers/{customer['id']}/messages", {"text": text, **more})

    async def thread(self, customer):
        """Return the messages of a customer's chat."""
        return (await self.control("GET", f"customers/{customer['id']}/messages"))["messages"]

    # ------------------------------------------------------------------ webhooks

    async def until(self, condition):
        """Wait until a condition holds and return its value; fails after some seconds."""
        for _ in range(PATIENCE_SECONDS * 100):
            value = condition()
            if value:
                return value
            await asyncio.sleep(0.01)
        raise AssertionError(f"It did not happen. Webhooks so far: {[hook['body'] for hook in self.hooks]}")

    def changes(self, field="messages"):
        """Return the values of all webhooks on a field, in order of arrival."""
        return [
            change["value"]
            for hook in self.hooks
            for entry in hook["body"]["entry"]
            for change in entry["changes"]
            if change["field"] == field
        ]

    def statuses(self, wamid=None):
        """Return all reported statuses, of one message or of all."""
        found = [one for value in self.changes() for one in value.get("statuses", [])]
        return [one for one in found if wamid in (None, one["id"])]

    def states(self, wamid):
        """Return the names of the statuses reported for a message."""
        return [one["status"] for one in self.statuses(wamid)]

    def arrived(self):
        """Return all customers' messages reported."""
        return [one for value in self.changes() for one in value.get("messages", [])]

    def signed(self, hook, secret=SECRET):
        """Tell whether a webhook bears the right signature over its raw bytes."""
        return hook["headers"]["X-Hub-Signature-256"] == signature(secret, hook["raw"])


def template(name="proposal_ready", *values, language="en"):
    """Return the ``template`` part of a send with positional body values."""
    parameters = [{"type": "text", "text": value} for value in values]
    out = {"name": name, "language": {"code": language}}
    if parameters:
        out["components"] = [{"type": "body", "parameters": parameters}]
    return {"type": "template", "template": out}


def text(body="Good morning"):
    """Return the ``text`` part of a send."""
    return {"type": "text", "text": {"body": body}}


def wamid_of(answer):
    """Return the message id of a successful send."""
    status, body = answer
    assert status == 200, body
    return body["messages"][0]["id"]
