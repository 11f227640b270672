"""The stand-in on a thread of its own, so that clients that block can call it, and a record of what they touched."""

import asyncio
import functools
import ssl
import threading

from aiohttp import web
from sandbox_site import NUMBER, TestSite

from sandbox import graph

#: The first words of a client's User-Agent -> the name it has in these tests. All else (our own helpers) counts for nothing.
AGENTS = {"PyWa": "pywa", "WA_SDK": "meta", "node": "kapso", "undici": "kapso"}
PHONE, SECOND_PHONE = "+12025550171", "+12025550172"


class Touched:
    """What clients reached so far and were answered without a refusal, over all tests of a run."""

    def __init__(self):
        #: (client, route of the stand-in)
        self.routes = set()
        #: (client, what was sent): a type, "interactive/<type>", or "template/<part>" for each part of the template.
        self.sent = set()
        #: (client, what was created): "<part>" for each part of a template.
        self.created = set()
        #: (client, webhook field or "messages/<type>") that a client's reader understood.
        self.read = set()
        #: (client, Meta's error code) that a client turned into an error of its own.
        self.errors = set()

    def watch(self):
        """Put a look-out before every handler of the Graph API."""
        for key, (handler, *more) in list(graph.ROUTES.items()):
            graph.ROUTES[key] = (self._watched(key, handler), *more)

    def _watched(self, key, handler):
        @functools.wraps(handler)
        async def watched(call):
            answer = handler(call)
            if asyncio.iscoroutine(answer):
                answer = await answer
            client = AGENTS.get(call.request.headers.get("User-Agent", "").split("/")[0])
            if client:
                self.routes.add((client, key))
                if key == ("number", "messages", "POST"):
                    self.sent.update((client, kind) for kind in kinds_sent(call))
                if key[1:] == ("message_templates", "POST"):
                    self.created.update((client, part) for part in parts_of(call.body.get("components", [])))
            return answer

        return watched


def kinds_sent(call):
    """Return what a request to send asked for."""
    body = call.body
    if "status" in body:
        return ["typing" if "typing_indicator" in body else "read"]
    kind = body["type"]
    if kind == "interactive":
        return [f"interactive/{body['interactive']['type']}"]
    if kind == "template":
        key = (call.record.waba_id, body["template"]["name"], body["template"]["language"]["code"])
        return [f"template/{part}" for part in parts_of(call.world.by_template[key].components)]
    if kind == "reaction" and not body["reaction"].get("emoji"):
        return ["reaction removed"]
    by = [how for how in ("id", "link") if isinstance(body[kind], dict) and how in body[kind]]
    return [kind, *(f"{kind} by {how}" for how in by)]


def parts_of(components):
    """Return the kinds of part a template has: components, formats of headers, types of buttons; cards are looked into."""
    found = []
    for part in components:
        kind = part["type"].upper()
        found.append(f"HEADER {part['format'].upper()}" if kind == "HEADER" else kind)
        found += [f"BUTTON {button['type'].upper()}" for button in part.get("buttons", ())]
        for card in part.get("cards", ()):
            found += [f"CARD {one}" for one in parts_of(card["components"])]
    return found


class Ground:
    """A running stand-in with a webhook receiver; every call returns when it is done.

    :param loop: runs on another thread.
    :param certificate: ``(certificate file, key file)`` for the second door, which speaks TLS, or None for one door.
    """

    def __init__(self, loop, certificate=None, **config):
        self.loop, self.certificate = loop, certificate
        self.stage = TestSite(config)
        self.tls = None

    def run(self, coroutine):
        """Let a coroutine run on the stand-in's thread and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def open(self):
        """Open the doors, and subscribe the app to its webhooks, one change a webhook."""
        self.run(self.stage.open(subscribe=True))
        self.url = self.stage.url
        self.switch(batch_max=1)
        if self.certificate:
            self.run(self._open_tls())

    async def _open_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.certificate)
        site = web.TCPSite(self.stage.server._runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        self.tls = f"127.0.0.1:{site._server.sockets[0].getsockname()[1]}"

    def close(self):
        """Close everything."""
        self.run(self.stage.close())

    @property
    def world(self):
        """What the stand-in holds."""
        return self.stage.server.world

    def control(self, method, path, body=None, status=200):
        """Call the control API."""
        return self.run(self.stage.control(method, path, body, status))

    def graph(self, method, path, body=None, **more):
        """Call the Graph API by ourselves; returns ``(status, body)``."""
        return self.run(self.stage.graph(method, path, body, **more))

    def switch(self, **values):
        """Set switches."""
        self.control("POST", "switches", values)

    def allow_calls(self):
        """Switch calling on for the number."""
        status, answer = self.graph("POST", f"{NUMBER}/settings", {"calling": {"status": "ENABLED"}})
        assert status == 200, answer

    def writer(self, **more):
        """Add a customer who has just written, so that the window is open."""
        customer = self.person(**more)
        self.says(customer, "Hello")
        return customer

    def person(self, name="Ada", phone=PHONE, **more):
        """Add a customer."""
        return self.control("POST", "customers", {"name": name, "phone": phone, **more})

    def says(self, customer, text=None, **more):
        """Let a customer write; returns the message."""
        body = {"text": text, **more} if text is not None else more
        return self.control("POST", f"customers/{customer['id']}/messages", body)

    def newest(self, customer):
        """Return the newest message of a customer's chat."""
        return self.control("GET", f"customers/{customer['id']}/messages")["messages"][-1]

    def until(self, condition):
        """Wait until a condition holds."""
        return self.run(self.stage.until(condition))

    def hooks(self, wanted):
        """Wait for the webhooks whose value a condition holds for; returns them, at least one.

        :param wanted: called with the field and the value of each.
        """

        def found():
            return [
                hook
                for hook in self.stage.hooks
                for change in (hook["body"]["entry"][0]["changes"][0],)
                if wanted(change["field"], change["value"])
            ]

        return self.until(found)


class Thread:
    """An event loop on a thread of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def stop(self):
        """End it."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()
