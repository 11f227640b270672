"""Benchmark: the same work in a database with ten times as many stored messages."""

from __future__ import annotations

from lib import odoo
from lib.bench import load
from lib.bench.database import Database
from lib.bench.history import fill
from lib.bench.inbound import crowd
from lib.bench.measure import Measure, rounded, tell
from lib.bench.sending import send
from lib.bench.site import Site
from lib.bench.statuses import apply, prepare, sent_messages

STORED, TIMES = 10_000, 10
STATUSES, ROUNDS, REPEATS, TURNS = 2000, 3, 3, 2


def run(install: odoo.Install, quick: bool = False) -> list[Measure]:
    """How much slower each gets, in percent: the best of a few before against the best of a few after."""
    stored = STORED // 10 if quick else STORED
    return _receiving(install, stored) + _sending(install, stored, 4 if quick else 12)


def _receiving(install: odoo.Install, stored: int) -> list[Measure]:
    """Texts and statuses, before and after, on one site."""
    database = Database.fresh(install, "wa_bench_growth")
    with Site(install, database, "bench-growth") as site:
        prepare(site, 1)
        rows = site.sandbox.call("GET", "/customers")["customers"]
        everybody = load.people([row for row in rows if row["name"].startswith("Customer ")])
        crowd(site, everybody, 1)
        fill(database, stored, events=True)
        before = _rates(site, everybody)
        fill(database, stored * (TIMES - 1), events=True)
        after = _rates(site, everybody)
    return [_judge(f"growth_{name}", before[name], after[name], stored) for name in before]


def _rates(site: Site, everybody: list[load.Person]) -> dict[str, float]:
    """Messages and statuses a second, the best of a few."""
    found: dict[str, list[float]] = {"inbound": [], "statuses": []}
    for _ in range(REPEATS):
        found["inbound"].append(crowd(site, everybody, ROUNDS)["per_second"])
        targets = sent_messages(site.database, everybody, STATUSES)
        found["statuses"].append(apply(site, targets, "delivered", 1)["per_second"])
    return {name: max(values) for name, values in found.items()}


def _sending(install: odoo.Install, stored: int, seconds: float) -> list[Measure]:
    """A sender at full speed, with few and with many in turns: the best of a few each."""
    few, many = [], []
    for _ in range(TURNS):
        for rates, history in ((few, stored), (many, stored * TIMES)):
            rates.append(send(install, seconds, level="HIGH", statuses=False, history=history).rate)
    return [_judge("growth_sending", max(few), max(many), stored)]


def _judge(name: str, before: float, after: float, stored: int) -> Measure:
    detail = {"stored_before": stored, "stored_after": stored * TIMES, **rounded({"before": before, "after": after}, 1)}
    return tell(Measure(name, 100 * (before / after - 1), "% slower", "<= 10", detail))
