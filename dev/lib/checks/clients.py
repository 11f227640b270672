"""WhatsApp clients of other people, run against the stand-in: it has to be what they believe WhatsApp to be."""

from __future__ import annotations

from lib import clients
from lib.checks import pure
from lib.checks.lanes import Section
from lib.checks.plan import Plan
from lib.checks.results import Result
from lib.progress import step

FOLDER = "sandbox/tests/clients"
NAME = "clients of other people against the sandbox"


def section(plan: Plan) -> Section:
    """One task."""
    return Section("clients", [run])


def run() -> list[Result]:
    """Run the suite; a test that was skipped, and a suite without tests, count as failed."""
    found = clients.ensure()
    with step(NAME):
        result = pure.run_suite(FOLDER, NAME, found)
    if not result.passed and not result.failed:
        result = Result(NAME, failed=1, problems=["No test of the clients was run."])
    return [result]
