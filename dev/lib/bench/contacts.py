"""Benchmark: people who write for the first time become partner, lead and conversation."""

from __future__ import annotations

from lib import odoo
from lib.bench import load
from lib.bench.database import Database, inside
from lib.bench.measure import Measure, mean, ratio
from lib.bench.site import SALES, Site
from lib.bench.statuses import store, work_off

PEOPLE = 400
ROUNDS = 3


def run(install: odoo.Install, quick: bool = False) -> list[Measure]:
    """So many people, whose webhooks are stored already, by one job worker; the same rows made by plain `create` in turns."""
    database = Database.fresh(install, "wa_bench_contacts")
    count = PEOPLE // 8 if quick else PEOPLE
    with Site(install, database, "bench-contacts") as site:
        sandbox = site.start_sandbox()
        site.start_node(cron=1)
        site.connect()
        strangers = load.people(sandbox.call("POST", "/customers/bulk", {"count": count * (ROUNDS + 1)})["customers"])
        plain, ours = [], []
        for index in range(ROUNDS + 1):
            prefix = str(800 + index)
            plain.append(inside(install, database.name, "plain_people", count=count, prefix=prefix, login=SALES[0]))
            ours.append(_welcome(site, strangers[index * count : (index + 1) * count]))
    # The first round fills caches.
    return [ratio("first_contact", mean(ours[1:]), mean(plain[1:]), "<= 1.5", people=count, rounds=ROUNDS)]


def _welcome(site: Site, strangers: list[load.Person]) -> float:
    """Seconds until all of them stand in the CRM."""
    store(site, [load.body(load.text(person, "Hello")) for person in strangers])
    return work_off(site, "everybody has a conversation")
