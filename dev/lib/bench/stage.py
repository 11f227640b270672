"""Benchmark: leads enter a stage whose rule sends a template; beside one whose rule plans an activity."""

from __future__ import annotations

from lib import odoo
from lib.bench.database import Database, inside
from lib.bench.measure import Measure, ratio
from lib.bench.site import Site
from lib.progress import CommandError

LEADS = 500


def run(install: odoo.Install, quick: bool = False) -> list[Measure]:
    """Mixed leads, with our rule, with one of Odoo's own, and without any, in turns."""
    count, rounds = (50, 1) if quick else (LEADS, 5)
    database = Database.fresh(install, "wa_bench_stage")
    with Site(install, database, "bench-stage") as site:
        site.start_sandbox()
        site.start_node(cron=0)
        site.connect()
        found = inside(install, database.name, "stage", leads=count, rounds=rounds)
    if found["planned"] != count:
        raise CommandError(f"Only {found['planned']} of {count} leads have a plan.")
    return [
        ratio(
            "stage_with_rule",
            found["with"],
            found["activity"],
            "<= 1",
            leads=count,
            without_rule=round(found["without"], 4),
            handed_over_per_second=round(found["handed_over_per_second"], 1),
            outcomes=found["outcomes"],
        )
    ]
