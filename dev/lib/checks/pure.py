"""Tests that need no Odoo, run by pytest: the addon's pure tools, the sandbox, the developer commands."""

from __future__ import annotations

import os
import re
from functools import partial
from xml.etree import ElementTree

from lib import paths, roads
from lib.checks.lanes import Section
from lib.checks.plan import Plan, run_logged
from lib.checks.results import Result
from lib.progress import step

#: Folder, its name in the summary, by which road the sandbox reports refusals about people (None: it does not matter). Each is
#: a run of its own: their helper modules may have the same names.
SUITES = (
    ("tests/tools", "pure tests of tools/", None),
    ("sandbox/tests", "tests of the sandbox, refusals by status", "status"),
    ("sandbox/tests", "tests of the sandbox, refusals in the answer", "answer"),
    ("dev/tests", "tests of dev/ and of the layout", None),
)


def read_report(text: str) -> tuple[int, int, list[str]]:
    """(passed, failed, problems) of a JUnit report; a skipped test counts as failed, for nobody would notice it."""
    passed = failed = 0
    problems = []
    for case in ElementTree.fromstring(text).iter("testcase"):  # noqa: S314 (pytest wrote it)
        findings = [child for child in case if child.tag in ("failure", "error", "skipped")]
        if findings:
            failed += 1
            name = f"{case.get('classname')}.{case.get('name')}"
            problems += [f"{child.tag}: {name}\n{child.text or child.get('message') or ''}" for child in findings]
        else:
            passed += 1
    return passed, failed, problems


def run_suite(folder: str, name: str, more: dict[str, str] | None = None) -> Result:
    """Run the tests of one folder.

    :param more: environment variables on top of the caller's.
    """
    label = re.sub(r"\W+", "-", name)
    report = paths.STATE_DIR / f"junit-{label}.xml"
    report.unlink(missing_ok=True)
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTEST_ADDOPTS")}
    environment.update(more or {})
    command = [paths.PYTHON, "-m", "pytest", "-q", f"--junitxml={report}", folder]
    code, output = run_logged(command, log=f"pytest-{label}", cwd=paths.ROOT, env=environment)
    if not report.exists():
        return Result(name, failed=1, problems=[output[-4000:]])
    passed, failed, problems = read_report(report.read_text())
    if code and not failed:
        return Result(name, passed, 1, [output[-4000:]])
    return Result(name, passed, failed, problems)


def section(plan: Plan) -> Section:
    """Each suite is a task."""
    return Section("pure", [partial(_play, folder, name, road) for folder, name, road in SUITES])


def _play(folder: str, name: str, road: str | None) -> list[Result]:
    with step(name):
        return [run_suite(folder, name, {roads.VARIABLE: road} if road else None)]
