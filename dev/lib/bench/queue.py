"""Benchmark: ten thousand template messages are put in the queue; and the scene in which others find them waiting."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from lib import databases, fingerprint, odoo
from lib.bench.database import Database, inside
from lib.bench.measure import Measure, ratio, rounded
from lib.bench.site import Site
from lib.progress import CommandError, step

#: A database with so many leads and as many templates waiting; made once for each state of the addon.
SCENE = "wa_bench_scene"
MESSAGES = 10_000
TEMPLATE = "proposal_ready"


#: How many times as long as a plain `create` of as many messages it may take.
TARGETS = {"new": "<= 1.7", "known": "<= 1.2"}


def run(install: odoo.Install, quick: bool = False) -> list[Measure]:
    """Queue for people who never had a message, then for the same people again; plain messages before, between, after."""
    count = 1000 if quick else MESSAGES
    with make_scene(install, "wa_bench_queue", count) as database:
        rounds = inside(install, database.name, "enqueue", template=TEMPLATE, rounds=len(TARGETS), limit=count, plain=True)
    return [judge(label, found, count) for label, found in zip(TARGETS, rounds, strict=True)]


def judge(label: str, found: dict, count: int) -> Measure:
    """Time of one round against the plain rounds before and after it; memory is told."""
    if found["queued"] != count:
        raise CommandError(f"Only {found['queued']} of {count} messages were queued: {found['refused']}")
    memory = rounded({key: found[key] for key in ("grown_mb", "before_mb")}, 1)
    return ratio(f"queue_{label}_people", found["seconds"], found["plain_seconds"], TARGETS[label], messages=count, **memory)


@contextlib.contextmanager
def make_scene(install: odoo.Install, name: str, count: int) -> Iterator[Database]:
    """A connected database with leads for so many people of the sandbox, while nobody sends."""
    database = Database.fresh(install, name)
    with Site(install, database, name.replace("_", "-")) as site:
        sandbox = site.start_sandbox()
        site.start_node(cron=0)
        ids = site.connect()
        people = sandbox.call("POST", "/customers/bulk", {"count": count})["customers"]
        with step(f"making {count} leads"):
            inside(install, name, "leads", people=people, team_id=ids["team_id"])
        yield database


def ensure_scene(install: odoo.Install) -> str:
    """Have the database with a long queue; returns its name."""
    wanted = fingerprint.addon()
    if databases.comment(SCENE, install.pg) != wanted:
        with make_scene(install, SCENE, MESSAGES) as database, step(f"queueing {MESSAGES} messages"):
            [found] = inside(install, database.name, "enqueue", template=TEMPLATE, rounds=1, limit=MESSAGES, plain=False)
            if found["queued"] != MESSAGES:
                raise CommandError(f"Only {found['queued']} of {MESSAGES} messages were queued: {found['refused']}")
        databases.set_comment(SCENE, wanted, install.pg)
    return SCENE
