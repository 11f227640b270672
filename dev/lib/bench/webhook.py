"""Benchmark: how fast a webhook is answered, compared with the least that any Odoo route has to do for it."""

from __future__ import annotations

import shutil
from pathlib import Path

from lib import odoo, paths
from lib.bench import load
from lib.bench.database import Database
from lib.bench.measure import Measure, percentile, rounded, tell
from lib.bench.site import APP_SECRET, Site, folder
from lib.progress import CommandError

CONNECTIONS = 8
ROUNDS, POSTS = 6, 400  # floor and ours in turns, so that both see the same machine
FLOOR = "wa_bench_floor"
CONTROLLER = """
import hashlib
import hmac

from odoo import http
from odoo.http import request


class Floor(http.Controller):
    @http.route(
        "/{name}/<string:key>", type="http", auth="public", methods=["POST"], csrf=False, save_session=False
    )
    def receive(self, key, **kw):
        body = request.httprequest.get_data()
        given = request.httprequest.headers.get("X-Hub-Signature-256") or ""
        expected = "sha256=" + hmac.new(b"{secret}", body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(given, expected):
            return request.make_response("Unauthorized", status=401)
        request.env.cr.execute("INSERT INTO {name} (body) VALUES (%s)", [body.decode()])
        return request.make_response("OK", headers=[("Content-Type", "text/plain")])
"""


def run(install: odoo.Install, quick: bool = False) -> list[Measure]:
    """The answer alone, with no job worker beside it; then, for information, while messages are worked off."""
    rounds, posts = (2, 100) if quick else (ROUNDS, POSTS)
    measures = compare(install, rounds, posts, cron=0)
    return measures + compare(install, max(rounds // 2, 1), posts, cron=2)


def compare(install: odoo.Install, rounds: int, posts: int, *, cron: int) -> list[Measure]:
    """Both routes of the same servers in turns."""
    database = Database.fresh(install, "wa_bench_webhook")
    with Site(install, database, "bench-webhook") as site:
        sandbox = site.start_sandbox()
        site.start_node(cron=cron, workers=2, extra=floor_options(install, database))
        site.connect()
        everybody = load.people(sandbox.call("POST", "/customers/bulk", {"count": 200})["customers"])
        ours, floor = site.webhook_urls()[0], f"{site.nodes[0].direct_url}/{FLOOR}/some-key-as-long-as-ours"
        found: dict[str, list[list[load.Answer]]] = {"floor": [], "ours": []}
        for url in (floor, ours):  # routes are compiled, caches filled
            load.post_all(_wires(url, everybody, 40), CONNECTIONS)
        for _ in range(rounds):
            for name, url in (("floor", floor), ("ours", ours)):
                found[name].append(load.post_all(_wires(url, everybody, posts), CONNECTIONS))
                if any(answer.status != 200 for answer in found[name][-1]):
                    raise CommandError(f"Not every POST to {url} was answered 200.")
        stored = database.value("SELECT count(*) FROM wa_webhook_event"), database.value(f"SELECT count(*) FROM {FLOOR}")
    if stored != (rounds * posts + 40,) * 2:
        raise CommandError(f"{stored} rows were stored by both routes, not {rounds * posts + 40}.")
    return _judge(found, judged=not cron)


def _wires(url: str, everybody: list[load.Person], count: int) -> list[tuple[str, int, bytes]]:
    return [load.request(url, load.body(load.text(everybody[i % len(everybody)], f"Message {i}"))) for i in range(count)]


def _judge(found: dict[str, list[list[load.Answer]]], *, judged: bool) -> list[Measure]:
    rates = {name: [_rate(answers) for answers in rounds] for name, rounds in found.items()}
    p99 = {name: percentile([one.seconds for answers in rounds for one in answers], 0.99) for name, rounds in found.items()}
    middle = {name: percentile(values, 0.5) for name, values in rates.items()}
    ratios = [mine / other for mine, other in zip(rates["ours"], rates["floor"], strict=True)]
    detail = {
        "connections": CONNECTIONS,
        "rounds": len(ratios),
        "job_workers": not judged,
        "ratios": [round(ratio, 2) for ratio in ratios],
        **rounded({f"{name}_per_second": value for name, value in middle.items()}, 1),
    }
    suffix = "" if judged else "_while_working"
    return [
        tell(Measure(f"webhook_rate{suffix}", percentile(ratios, 0.5), "× floor", ">= 0.95" if judged else "", detail)),
        tell(
            Measure(
                f"webhook_p99{suffix}",
                p99["ours"] / p99["floor"],
                "× floor",
                "<= 1.25" if judged else "",
                {"job_workers": not judged, **rounded({f"{name}_ms": value * 1000 for name, value in p99.items()}, 1)},
            )
        ),
    ]


def _rate(answers: list[load.Answer]) -> float:
    """Answers a second."""
    first = min(answer.started for answer in answers)
    last = max(answer.started + answer.seconds for answer in answers)
    return len(answers) / (last - first)


def floor_options(install: odoo.Install, database: Database) -> tuple[str, ...]:
    """Make the bare route: its table, a throw-away addon below `.dev/`, and the options that load it."""
    addons = folder("bench-addons")
    shutil.rmtree(addons / FLOOR, ignore_errors=True)
    target = addons / FLOOR
    target.mkdir()
    (target / "__init__.py").write_text("from . import controllers\n")
    (target / "__manifest__.py").write_text(f'{{"name": "{FLOOR}", "license": "LGPL-3", "depends": ["web"]}}\n')
    (target / "controllers.py").write_text(CONTROLLER.format(name=FLOOR, secret=APP_SECRET))
    database.sql(f"CREATE TABLE {FLOOR} (id serial PRIMARY KEY, body text NOT NULL, received_at timestamp DEFAULT now())")
    configured = [paths.ADDONS, *install.source.addons, install.source.package / "addons"]
    return ("--addons-path", ",".join(str(Path(one)) for one in [addons, *configured]), "--load", f"base,rpc,web,{FLOOR}")
