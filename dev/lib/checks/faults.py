"""The fault tests as a section: every chapter counts as one test."""

from __future__ import annotations

import json
from functools import partial

from lib import paths
from lib.checks.lanes import Section
from lib.checks.plan import Plan, run_logged
from lib.checks.results import Result
from lib.progress import say, step


def section(plan: Plan) -> Section:
    """One task."""
    return Section("faults", [partial(run, plan)])


def run(plan: Plan) -> list[Result]:
    """Run all chapters in the project's Python environment; their counts are printed."""
    plan.install  # noqa: B018  (the environment they live in)
    report = paths.STATE_DIR / "faults.json"
    report.unlink(missing_ok=True)
    with step("fault tests (processes killed, PostgreSQL restarted, webhooks repeated)"):
        code, output = run_logged(
            [paths.PYTHON, "-m", "lib.faults", "--report", report], log="faults", cwd=paths.DEV, timeout=900
        )
    if not report.exists():
        return [Result("fault tests", failed=1, problems=[output[-4000:]])]
    rows = json.loads(report.read_text())
    counts = (
        f"    {row['name']}: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in row["counts"].items())
        for row in rows
    )
    say("\n".join(counts))
    problems = [f"{row['name']}: {problem}" for row in rows for problem in row["problems"]]
    failed = sum(not row["ok"] for row in rows) or int(code != 0)
    return [Result("fault tests", len(rows) - failed, failed, problems or ([output[-2000:]] if code else []))]
