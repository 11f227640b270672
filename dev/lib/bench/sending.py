"""Benchmark: how much of a number's limit one sender reaches, and that it never goes beyond."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass

from lib import odoo, paths
from lib.bench.database import Database
from lib.bench.history import fill
from lib.bench.load import Person, people
from lib.bench.measure import Measure, busiest, mean, ratio, rounded, tell
from lib.bench.queue import MESSAGES, ensure_scene
from lib.bench.site import ACCESS_TOKEN, NUMBER, Site
from lib.progress import CommandError
from lib.smoke.phone import Sandbox

LATENCY_MS = 120
WARM_UP = 3.0  # seconds after the first message: connections are opened, the first statuses come back


@dataclass
class Run:
    """What the sandbox saw."""

    moments: list[float]  # when each message was accepted, by the sandbox's clock
    refused: dict[str, int]
    seconds: float

    @property
    def steady(self) -> list[float]:
        """Without the first moments."""
        return [moment for moment in self.moments if moment >= self.moments[0] + WARM_UP]

    @property
    def rate(self) -> float:
        """Messages a second, once it runs."""
        steady = self.steady
        if len(steady) < 2:
            raise CommandError(f"Only {len(self.moments)} messages left: nothing to measure.")
        return (len(steady) - 1) / (steady[-1] - steady[0])


def run(install: odoo.Install, quick: bool = False) -> list[Measure]:
    """At 80 and at 1,000 messages a second."""
    seconds = 8 if quick else 30
    return standard(install, seconds) + fast(install, seconds)


def standard(install: odoo.Install, seconds: float) -> list[Measure]:
    """A number of 80 messages a second, statuses coming back all the while."""
    found = send(install, seconds, level="STANDARD", statuses=True)
    detail = {**describe(found), "limit": 80, "statuses": True}
    return [
        tell(Measure("send_80_share", found.rate / 80, "of the limit", ">= 0.95", detail)),
        tell(Measure("send_80_busiest_second", busiest(found.moments), "messages", "<= 80", detail)),
        tell(Measure("send_80_refused", sum(found.refused.values()), "messages", "<= 0", {"codes": found.refused})),
    ]


def fast(install: odoo.Install, seconds: float) -> list[Measure]:
    """A number of 1,000 a second: what one sender process manages, against bare threads before and after it.

    With statuses coming back meanwhile it is told and not judged: the processors also serve webhooks and work them off.
    """
    before = bare(install, seconds / 2)
    found = send(install, seconds, level="HIGH", statuses=False)
    reference = mean([before, bare(install, seconds / 2)])
    with_statuses = send(install, seconds, level="HIGH", statuses=True)
    return [
        ratio("send_1000", found.rate, reference, ">= 0.7", **describe(found), limit=1000),
        ratio("send_1000_with_statuses", with_statuses.rate, reference, "", **describe(with_statuses), limit=1000),
    ]


def bare(install: odoo.Install, seconds: float) -> float:
    """Messages a second that bare threads get accepted by such a sandbox, once they run."""
    database = Database("postgres", install.pg)
    with Site(install, database, "bench-bare") as site:
        sandbox, everybody = prepare(site, level="HIGH", statuses=False)
        numbers = paths.STATE_DIR / "tmp" / "bench-people"
        numbers.parent.mkdir(exist_ok=True)
        numbers.write_text("\n".join(person.wa_id for person in everybody if person.wa_id))
        command = [paths.PYTHON, "-m", "lib.bench.bare_sender", sandbox.url, NUMBER, ACCESS_TOKEN, WARM_UP + seconds]
        with numbers.open() as stdin:
            subprocess.run([str(part) for part in command], stdin=stdin, cwd=paths.DEV, check=True, capture_output=True)
        return Run(accepted(sandbox), {}, seconds).rate


def describe(found: Run) -> dict:
    """Details of a run."""
    return {
        "messages": len(found.moments),
        "refused": found.refused,
        **rounded({"seconds": found.moments[-1] - found.moments[0], "busiest_second": busiest(found.moments)}, 1),
        "latency_ms": LATENCY_MS,
    }


def send(install: odoo.Install, seconds: float, *, level: str, statuses: bool, history: int = 0) -> Run:
    """Let the sender of a fresh copy of the scene run for so long."""
    database = Database.fresh(install, "wa_bench_send", ensure_scene(install))
    if history:
        fill(database, history)
    with Site(install, database, "bench-send") as site:
        sandbox, _ = prepare(site, level=level, statuses=statuses)
        # Nobody sends before connecting has told the number's limit: a sender that knows another one begins with that,
        # and ends its run in the midst of what is measured.
        database.sql("UPDATE wa_number SET hold_until = now() AT TIME ZONE 'UTC' + interval '1 hour'")
        site.start_node(cron=2)
        site.connect()
        database.sql("UPDATE wa_number SET hold_until = NULL")
        site.wake_senders()
        deadline = time.monotonic() + 60
        while not (waiting := accepted(sandbox, limit=1)) and time.monotonic() < deadline:
            time.sleep(0.1)
        if not waiting:
            raise CommandError("The sender sent nothing within a minute; see .dev/log/bench-send-1.log.")
        end = time.monotonic() + WARM_UP + seconds
        while time.monotonic() < end and sandbox.call("GET", "/stats")["counts"].get("accepted", 0) < MESSAGES:
            time.sleep(1)
        moments = accepted(sandbox)
        refused = sandbox.call("GET", "/stats")["refused"]
    return Run(moments, refused, seconds)


def prepare(site: Site, *, level: str = "STANDARD", statuses: bool = True) -> tuple[Sandbox, list[Person]]:
    """A sandbox with the people of the scene, in the order of the queue, and Meta's distance."""
    sandbox = site.start_sandbox(latency_ms=LATENCY_MS, statuses=statuses)
    sandbox.call("POST", f"/numbers/{NUMBER}", {"level": level})
    rows = sandbox.call("POST", "/customers/bulk", {"count": MESSAGES, "window": True})["customers"]
    return sandbox, people(rows)


def accepted(sandbox: Sandbox, limit: int = 100_000) -> list[float]:
    """When each message was accepted, oldest first."""
    return sorted(row["timestamp"] for row in sandbox.call("GET", f"/sent?limit={limit}")["sent"])
