"""A site to measure or to break: a database, a private sandbox, and one or more Odoo servers in multi-process mode."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from lib import odoo, paths, ports
from lib.bench.database import Database
from lib.processes import Server
from lib.progress import CommandError
from lib.router import Router
from lib.rpc import Odoo
from lib.smoke.phone import Sandbox

APP_SECRET, ACCESS_TOKEN = "demo-app-secret", "EAADEMO-TOKEN"
WABA, NUMBER = "900000000000001", "900000000000101"
LOGIN = PASSWORD = "admin"
SALES = ("wa_sales_one", "wa_sales_two")


class Node:
    """One Odoo server: HTTP workers, job workers, the live-update process, and a router in front."""

    def __init__(
        self,
        install: odoo.Install,
        database: str,
        name: str,
        *,
        workers: int = 2,
        cron: int = 2,
        extra: tuple[str, ...] = (),
    ) -> None:
        self.http_port, self.live_port, self.port = ports.any_free(), ports.any_free(), ports.any_free()
        self.direct_url = f"http://{ports.LOOPBACK}:{self.http_port}"
        self.url = f"http://{ports.LOOPBACK}:{self.port}"
        command = install.command(
            [
                "-d",
                database,
                "--http-port",
                str(self.http_port),
                "--gevent-port",
                str(self.live_port),
                "--workers",
                str(workers),
                "--max-cron-threads",
                str(cron),
                "--log-handler",
                "werkzeug:WARNING",
                *extra,
            ]
        )
        self.name, self._command, self._environment = name, command, install.environment
        self._lives = 0
        self.restart()
        self.router = Router(self.port, self.http_port, self.live_port)
        self.router.start()

    def restart(self) -> None:
        """Start the server, again if it ended: same ports, a log of its own."""
        self._lives += 1
        suffix = f"-{self._lives}" if self._lives > 1 else ""
        self.server = Server(
            f"Odoo ({self.name})",
            self._command,
            log=paths.LOGS / f"{self.name}{suffix}.log",
            env=self._environment,
            cwd=paths.STATE_DIR,
        )

    def ready(self) -> Node:
        """Wait until both ports answer."""
        self.server.wait_for(f"{self.direct_url}/web/health", 120)
        self.server.wait_for(f"http://{ports.LOOPBACK}:{self.live_port}/websocket/health", 60)
        return self

    def stop(self) -> None:
        self.server.stop(5)
        self.router.stop()


class Site:
    """Everything of one run; a context manager that stops what it started."""

    def __init__(self, install: odoo.Install, database: Database, name: str) -> None:
        self.install, self.database, self.name = install, database, name
        self._stops: list[Callable[[], None]] = [database.close]
        self.nodes: list[Node] = []
        self.webhook_path = ""

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_: object) -> None:
        for stop in reversed(self._stops):
            stop()

    # ------------------------------------------------------------------ parts

    def start_sandbox(self, **switches: object) -> Sandbox:
        """The private stand-in for WhatsApp."""
        port = ports.any_free()
        url = f"http://{ports.LOOPBACK}:{port}"
        server = Server(
            "The sandbox",
            [paths.PYTHON, "-m", "sandbox", "--host", ports.LOOPBACK, "--port", port],
            log=paths.LOGS / f"{self.name}-sandbox.log",
            env={**self.install.environment, "PYTHONPATH": ""},
            cwd=paths.ROOT,
        )
        self._stops.append(server.stop)
        server.wait_for(f"{url}/sandbox/state", 30)
        self.sandbox = Sandbox(url)
        if switches:
            self.sandbox.switch(**switches)
        return self.sandbox

    def start_node(self, **options: object) -> Node:
        """One more Odoo server on the database."""
        node = Node(self.install, self.database.name, f"{self.name}-{len(self.nodes) + 1}", **options)
        self.nodes.append(node)
        self._stops.append(node.stop)
        return node.ready()

    def stop_node(self, node: Node) -> None:
        """Stop one server before the others."""
        self.nodes.remove(node)
        self._stops.remove(node.stop)
        node.stop()

    # ------------------------------------------------------------------ people

    def sign_in(self, login: str = LOGIN, node: Node | None = None) -> Odoo:
        """A session; everybody's password is the login."""
        return Odoo((node or self.nodes[0]).url, self.database.name, login, login)

    def connect(self) -> dict:
        """Connect the account to the sandbox the way an administrator does; make it, team and salespeople first if need be."""
        node, admin = self.nodes[0], self.sign_in()
        for key, value in (("web.base.url", node.direct_url), ("web.base.url.freeze", "True")):
            admin.call("ir.config_parameter", "set_param", key, value)
        found = admin.search_read("wa.account", [("waba_id", "=", WABA)], ["id"])
        account = found[0]["id"] if found else self._make_account(admin)
        admin.call("wa.account", "write", [account], {"api_url": self.sandbox.url})
        admin.call("wa.account", "action_connect", [account])
        [number] = admin.search_read("wa.number", [("phone_number_id", "=", NUMBER)], ["team_id"])
        team = number["team_id"] and number["team_id"][0]
        if not team:
            team = self._make_team(admin)
            admin.call("wa.number", "write", [number["id"]], {"team_id": team})
        row = admin.read("wa.account", account, ["webhook_url", "state"])
        if row["state"] != "connected":
            raise CommandError("The account is not connected after connecting it; see the logs of the servers in .dev/log.")
        self.webhook_path = "/wa/webhook/" + row["webhook_url"].rpartition("/")[2]
        return {"account_id": account, "number_id": number["id"], "team_id": team}

    def _make_team(self, admin: Odoo) -> int:
        group = admin.ref("sales_team.group_sale_salesman_all_leads")
        users = [
            admin.call(
                "res.users",
                "create",
                {"name": login, "login": login, "password": login, "group_ids": [[4, group]]},
                context={"no_reset_password": True},
            )
            for login in SALES
        ]
        members = [[0, 0, {"user_id": user}] for user in users]
        return admin.call("crm.team", "create", {"name": "Bench", "crm_team_member_ids": members})

    def _make_account(self, admin: Odoo) -> int:
        return admin.call(
            "wa.account",
            "create",
            {
                "name": "Bench",
                "waba_id": WABA,
                "api_url": self.sandbox.url,
                "access_token": ACCESS_TOKEN,
                "app_secret": APP_SECRET,
                # What is measured does not depend on the hour of the day.
                "has_quiet_hours": False,
                # What is measured is sending, to people who never wrote.
                "consent_policy": "marketing",
            },
        )

    def webhook_urls(self) -> list[str]:
        """The callback at every server's own port, without the router."""
        return [node.direct_url + self.webhook_path for node in self.nodes]

    def wake(self, *xmlids: str) -> None:
        """Ask for a job as the addon does: a trigger row and a notification."""
        for xmlid in xmlids:
            module, name = xmlid.split(".")
            self.database.sql(
                """INSERT INTO ir_cron_trigger (cron_id, call_at, create_date, write_date)
                   SELECT res_id, now() AT TIME ZONE 'UTC', now(), now() FROM ir_model_data
                    WHERE module = %s AND name = %s""",
                module,
                name,
            )
        self.notify()

    def wake_senders(self) -> None:
        """Ask for the job of every number."""
        self.database.sql(
            """INSERT INTO ir_cron_trigger (cron_id, call_at, create_date, write_date)
               SELECT sender_cron_id, now() AT TIME ZONE 'UTC', now(), now() FROM wa_number"""
        )
        self.notify()

    def notify(self) -> None:
        """Wake the job workers of all nodes."""
        # Odoo's workers listen on the database `postgres`.
        Database("postgres", self.install.pg).sql("SELECT pg_notify('cron_trigger', %s)", self.database.name)


def quiet(seconds: float = 0.5) -> None:
    """Give processes that were just started a moment, so that their start is not measured."""
    time.sleep(seconds)


def folder(name: str) -> Path:
    """A folder below `.dev/` for what a run makes."""
    target = paths.STATE_DIR / name
    target.mkdir(parents=True, exist_ok=True)
    return target
