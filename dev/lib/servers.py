"""Everything `dev/run` starts: PostgreSQL, the sandbox, Odoo with its workers, and the router in front of it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from lib import demo, odoo, paths, ports, roads, state
from lib.processes import Server
from lib.progress import CommandError, say, step
from lib.router import Router
from lib.rpc import Odoo

DEFAULT_HTTP, DEFAULT_SANDBOX = 8069, 8079
#: What the sandbox knows itself by unless told otherwise; see sandbox/.
APP_SECRET, ACCESS_TOKEN = "demo-app-secret", "EAADEMO-TOKEN"  # noqa: S105 (of a sandbox on loopback)
WORKERS, CRON_WORKERS = 2, 3


class Servers:
    """The running servers; a context manager that stops them all."""

    def __init__(self) -> None:
        self._stops: list[Callable[[], None]] = []
        self.sandbox: Server | None = None
        self.odoo: Server | None = None
        self.state: dict = {}
        self._ports = (0, 0)

    def __enter__(self) -> Servers:
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave half of them running
        state.clear()
        for stop in reversed(self._stops):
            stop()

    def start(self, *, reset: bool = False) -> dict:
        """Start everything and return what goes to `.dev/state.json`."""
        self._ports = ports.wished("WA_HTTP_PORT", DEFAULT_HTTP), ports.wished("WA_SANDBOX_PORT", DEFAULT_SANDBOX)
        install = odoo.ensure()
        demo.ensure_database(install, reset=reset)
        sandbox_url = self._start_sandbox(install)
        odoo_url, direct_url = self._start_odoo(install)
        with step("connecting the demo account to the sandbox"):
            session = Odoo(odoo_url, demo.DATABASE, demo.LOGIN, demo.PASSWORD)
            account = demo.connect(
                session, odoo_url, {"url": sandbox_url, "app_secret": APP_SECRET, "access_token": ACCESS_TOKEN}
            )
        self.state = {
            "odoo_url": odoo_url,
            "sandbox_url": sandbox_url,
            "errors": roads.chosen(),
            "database": demo.DATABASE,
            "login": demo.LOGIN,
            "password": demo.PASSWORD,
            **account,
            "app_secret": APP_SECRET,
            "access_token": ACCESS_TOKEN,
            "odoo_http_url": direct_url,
            "pid": os.getpid(),
            "odoo_pid": self.odoo.pid,
            "sandbox_pid": self.sandbox.pid,
            "postgres": install.pg,
        }
        state.write(self.state)
        return self.state

    def _start_sandbox(self, install: odoo.Install) -> str:
        port = self._ports[1]
        url = f"http://{ports.LOOPBACK}:{port}"
        environment = {**install.environment, "PYTHONPATH": ""}
        with step("starting the WhatsApp sandbox"):
            self.sandbox = Server(
                "The sandbox",
                [paths.PYTHON, "-m", "sandbox", "--host", ports.LOOPBACK, "--port", port],
                log=paths.LOGS / "sandbox.log",
                env=environment,
                cwd=paths.ROOT,
            )
            self._stops.append(self.sandbox.stop)
            self.sandbox.wait_for(f"{url}/sandbox/state", 30)
        return url

    def _start_odoo(self, install: odoo.Install) -> tuple[str, str]:
        port = self._ports[0]
        http_port, websocket_port = ports.any_free(), ports.any_free()
        url, direct = f"http://{ports.LOOPBACK}:{port}", f"http://{ports.LOOPBACK}:{http_port}"
        arguments = [
            "-d",
            demo.DATABASE,
            "--http-port",
            str(http_port),
            "--gevent-port",
            str(websocket_port),
            "--workers",
            str(WORKERS),
            "--max-cron-threads",
            str(CRON_WORKERS),
        ]
        with step("starting Odoo"):
            self.odoo = Server(
                "Odoo", install.command(arguments), log=paths.LOGS / "odoo.log", env=install.environment, cwd=paths.STATE_DIR
            )
            self._stops.append(self.odoo.stop)
            router = Router(port, http_port, websocket_port)
            router.start()
            self._stops.append(router.stop)
            self.odoo.wait_for(f"{direct}/web/health", 120)
            self.odoo.wait_for(f"http://{ports.LOOPBACK}:{websocket_port}/websocket/health", 60)
        return url, direct

    def watch(self) -> None:
        """Return never; stop with one sentence when a server ends by itself."""
        while True:
            for server in (self.sandbox, self.odoo):
                if not server.running():
                    raise CommandError(f"{server.name} stopped by itself ({server.last_words()}).")
            time.sleep(0.5)


def introduce(values: dict) -> None:
    """Print where to go and what to try."""
    say(f"""
  Odoo                   {values["odoo_url"]}/odoo    login {values["login"]}, password {values["password"]}
  The customer's phone   {values["sandbox_url"]}/

  Try this:
  1. On the phone, add a customer and write “Hello”: in Odoo a lead and a conversation appear, live (Discuss, and CRM).
  2. Answer from Discuss or from the lead (button WhatsApp): the phone shows it and the ticks follow.
  3. Move the lead to Proposition: the phone gets a template card; tap one of its buttons.
""")
