"""The web application: Graph API, control API and phone page on one socket."""

from pathlib import Path

from aiohttp import web

from . import control, graph, graph_media, graph_shop, graph_uploads
from .faults import Faults
from .journal import Journal
from .live import Hub
from .persistence import Persistence
from .switches import Switches
from .traffic import Traffic
from .views import delivery_view, template_view
from .webhooks import WebhookDispatcher
from .world import World

PAGE = Path(__file__).parent / "page"
BODY_MAX = 110 * 1024 * 1024
#: Nothing from outside, no inline script: what a business or a customer writes can never run.
PAGE_POLICY = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; frame-ancestors 'self'"
PAGE_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Server:
    """Everything one running sandbox holds together.

    :param config: see ``config.py``.
    """

    def __init__(self, config):
        self.config = config
        self.base_url = f"http://{config['host']}:{config['port']}"
        self.world = World(config)
        self.switches = Switches()
        self.switches.update(config["switches"])
        self.faults = Faults()
        self.journal = Journal()
        self.hub = Hub()
        self.dispatcher = WebhookDispatcher(self.world, self.switches, self.journal, self.tell)
        self.traffic = Traffic(self.world, self.switches, self.dispatcher, self.journal, self.hub)
        self.persistence = Persistence(self, config["state_file"])
        self.buckets, self.pairs = {}, {}
        self._runner = None

    def tell(self, event, data):
        """Tell whoever watches live about a delivery."""
        self.hub.tell(event, lambda: delivery_view(data))

    def templates_changed(self, template):
        """Tell whoever watches live about a template."""
        self.hub.tell("template", lambda: template_view(template))

    def reset(self):
        """Back to the state after start: people, threads, templates, switches, logs; callbacks are kept."""
        subscribed = {waba_id: account.subscribed for waba_id, account in self.world.accounts.items()}
        callback = self.world.app_callback
        self.traffic.clear()
        self.dispatcher.clear()
        self.world.clock_offset = 0.0
        self.world.reset()
        for waba_id, value in subscribed.items():
            if waba_id in self.world.accounts:
                self.world.accounts[waba_id].subscribed = value
        self.world.app_callback = callback
        self.switches.__init__()
        self.switches.update(self.config["switches"])
        self.faults.set(None)
        self.journal.clear()
        self.forget_rates()
        self.dispatcher.paused = False
        self.hub.tell("reset", {})

    def forget_rates(self):
        """Forget what was lately sent, as far as limits go (needed when the clock is moved)."""
        self.buckets.clear()
        self.pairs.clear()

    def application(self):
        """Return the aiohttp application."""
        app = web.Application(client_max_size=BODY_MAX)
        control.add_routes(app, self)
        app.router.add_get(graph_media.DOWNLOAD_PATH, self._download)
        app.router.add_get(graph_shop.ASSET_PATH, self._flow_asset)
        app.router.add_get(graph_uploads.PATH + "{name}", self._sample)
        app.router.add_get("/", self._page)
        app.router.add_get("/page/{name}", self._page)
        app.router.add_route("*", "/{path:.*}", self._graph)
        app.on_startup.append(self._start)
        app.on_shutdown.append(self._close_streams)
        app.on_cleanup.append(self._stop)
        return app

    async def _start(self, app):
        await self.dispatcher.start()
        await self.persistence.start()

    async def _close_streams(self, app):
        self.hub.close()

    async def _stop(self, app):
        await self.persistence.stop()
        self.traffic.clear()
        await self.dispatcher.stop()

    async def _graph(self, request):
        return await graph.handle(self, request)

    async def _download(self, request):
        return await graph_media.download(self, request)

    async def _flow_asset(self, request):
        return graph_shop.download_asset(self, request)

    async def _sample(self, request):
        return graph_uploads.serve(self, request)

    async def _page(self, request):
        name = request.match_info.get("name", "index.html")
        path = PAGE / name
        if "/" in name or path.suffix not in PAGE_TYPES or not path.is_file():
            return web.Response(status=404, text="There is no such page.")
        return web.Response(
            body=path.read_bytes(),
            content_type=PAGE_TYPES[path.suffix],
            charset="utf-8",
            headers={"Cache-Control": "no-cache", "Content-Security-Policy": PAGE_POLICY},
        )

    async def listen(self):
        """Open the socket; port 0 takes a free one. Returns the base URL."""
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.config["host"], self.config["port"], backlog=1024)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        self.base_url = f"http://{self.config['host']}:{port}"
        return self.base_url

    async def close(self):
        """Close the socket and end everything under way."""
        if self._runner is not None:
            await self._runner.cleanup()
