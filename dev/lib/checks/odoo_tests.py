"""The addon's tests inside Odoo: Python, HTTP, browser tours, JavaScript unit tests."""

from __future__ import annotations

import ast
import queue
import shutil
import threading
from functools import partial

from lib import apt, npm, paths, ports
from lib.checks import lanes, odoo_log
from lib.checks.lanes import Section
from lib.checks.plan import Plan
from lib.checks.results import Result
from lib.progress import step

#: Our tag on the command line -> Odoo's test tag.
TAGS = {"odoo": "", "http": "wa_http", "tour": "wa_tour", "js": "wa_js", "flow": "wa_flow"}
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")  # where Odoo looks
AXE = "axe-core@4.14.1"  # MPL-2.0
#: Into how many shares a full run is cut, and what a class or a test in a browser costs in ordinary tests.
SHARES, CLASS_WEIGHT, BROWSER_WEIGHT = 6, 3, 12
HOOT = f"/web:WebSuite.test_unit_desktop[@{paths.MODULE}]"


def test_tags(tags: tuple[str, ...]) -> str:
    """Odoo's `--test-tags` for ours: known words are translated, anything else is a test tag of the addon as it stands."""
    chosen = []
    for tag in tags:
        word = TAGS.get(tag, tag)
        if word.startswith((":", ".")):  # a class or a method of ours
            word = f"/{paths.MODULE}{word}"
        chosen.append(word if word.startswith("/") else f"{word}/{paths.MODULE}")
    return ",".join(chosen) or f"/{paths.MODULE}"


def expected_tests() -> set[str]:
    """`Class.method` of the tests that stand in tests/: Odoo leaves out what it does not recognise, without a word."""
    names = set()
    for file in _test_files():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef):
                names |= {f"{node.name}.{item.name}" for item in _methods(node) if item.name.startswith("test_")}
    return names


def hoot_files() -> list:
    """JavaScript unit tests."""
    return list((paths.ROOT / "static" / "tests").rglob("*.test.js"))


def ensure_browser() -> None:
    """Have a Chromium for tours and JavaScript tests."""
    if not any(shutil.which(name) for name in BROWSERS):
        apt.install(["chromium"], "Chromium (it plays the browser tests)")


def ensure_axe() -> None:
    """Have axe-core, which looks for faults of accessibility in the browser: a tool of the tests, no part of the addon."""
    target = paths.STATE_DIR / "axe" / "axe.min.js"
    mark = target.with_name("version")
    if not (target.is_file() and mark.is_file() and mark.read_text() == AXE):
        with step("fetching axe-core"):
            npm.extract(AXE, {"axe.min.js": target})
        mark.write_text(AXE)


def shares(count: int) -> list[str]:
    """Odoo's `--test-tags` for all of our tests: the JavaScript ones, then about that many shares of like size.

    A share is made of whole files: what a class prepares is prepared once.
    """
    weights = {}
    for file in _test_files():
        classes = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ClassDef)]
        tests = {node.name: sum(item.name.startswith("test_") for item in _methods(node)) for node in classes}
        # A class without tests of its own may inherit some.
        names = [name for name, number in tests.items() if number or name.startswith("Test")]
        if names:
            heavy = BROWSER_WEIGHT if "start_tour" in file.read_text() else 1
            weights[tuple(names)] = sum(heavy * tests[name] + CLASS_WEIGHT for name in names)
    found: list[tuple[int, list[str]]] = [(0, []) for _ in range(count)]
    for names in sorted(weights, key=lambda names: (-weights[names], names)):
        lightest = min(range(count), key=lambda index: found[index][0])
        total, chosen = found[lightest]
        found[lightest] = (total + weights[names], chosen + [f"/{paths.MODULE}:{name}" for name in names])
    tags = [",".join(chosen) for _total, chosen in sorted(found, reverse=True) if chosen]
    return [HOOT, *tags] if hoot_files() else tags


def _test_files() -> list:
    """Files with tests that Odoo runs."""
    folder = paths.ROOT / "tests"
    return sorted(file for file in folder.rglob("test_*.py") if not file.is_relative_to(folder / "tools"))


def _methods(node: ast.ClassDef) -> list[ast.FunctionDef]:
    return [item for item in node.body if isinstance(item, ast.FunctionDef)]


def section(plan: Plan) -> Section:
    """A task for each share of the tests; count, skips and log are judged at the end.

    There are as many databases as lanes; a share takes the one that is free.
    """
    selection = test_tags(tuple(tag for tag in plan.tags if tag != "odoo"))
    everything = selection == f"/{paths.MODULE}"
    lanes_ = lanes.width() if everything else 1
    if everything:
        todo = shares(SHARES if lanes_ > 1 else 1)
    else:
        todo = [selection + (f",{HOOT}" if "wa_js" in selection and hoot_files() else "")]
    stand = _Stand(plan, lanes_)
    plays = [partial(stand.play, f"test-odoo-{number}", tags) for number, tags in enumerate(todo, 1)]
    return Section("odoo", plays, stand.prepare, partial(stand.judge, everything))


class _Stand:
    """Databases for the shares, and what became of these.

    :param width: how many shares may run at once.
    """

    def __init__(self, plan: Plan, width: int) -> None:
        self.plan, self.width = plan, width
        self.ended: list[tuple[int, str]] = []
        self._free: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._is_ready = False

    def prepare(self) -> list[Result]:
        """Fetch the browser and make the databases, once; whoever comes meanwhile waits."""
        with self._lock:
            if not self._is_ready:
                ensure_browser()
                ensure_axe()
                self._free.put(self.plan.addon_database())
                for index in range(2, self.width + 1):
                    self._free.put(self.plan.second_database(index))
                self._is_ready = True
        return []

    def play(self, log: str, selection: str) -> list[Result]:
        """Run the tests of a selection in the next database that is free."""
        self.prepare()
        database = self._free.get()
        options = ["--test-tags", selection, "--http-port", str(ports.any_free()), "--max-cron-threads", "0"]
        options += ["--stop-after-init", "--screenshots", str(paths.STATE_DIR / "screenshots")]
        try:
            with step(f"tests in Odoo, {log.removeprefix('test-odoo-')}"):
                self.ended.append(self.plan.run_odoo(options, log=log, database=database))
        finally:
            self._free.put(database)
        return []

    def judge(self, everything: bool) -> list[Result]:
        """What all of them found out."""
        if not self.ended:
            return []
        return judge(max(code for code, _log in self.ended), "\n".join(log for _code, log in self.ended), everything=everything)


def judge(code: int, log: str, *, everything: bool) -> list[Result]:
    """Results of a test run from its log."""
    total, broken = odoo_log.test_counts(log)
    complaints = odoo_log.complaints(log)
    failures = [entry for entry in complaints if odoo_log.is_test_failure(entry)]
    tests = Result("tests in Odoo", max(total - broken, 0), broken, [odoo_log.shorten(entry.text) for entry in failures])
    missing = sorted(expected_tests() - odoo_log.started(log)) if everything else []
    if missing or not total:
        tests.failed += max(len(missing), 1)
        tests.problems += [f"not run by Odoo: {name}" for name in missing]
        tests.problems.append(f"Odoo ran {total} tests and ended with code {code}; see .dev/log/test-odoo-*.log.")
    skips = odoo_log.skipped(log)
    if skips:
        tests.failed += len(skips)
        tests.passed = max(tests.passed - len(skips), 0)
        tests.problems += [f"skipped: {skip}" for skip in skips]
    if code and not tests.failed:
        tests.failed += 1
        tests.problems.append(f"Odoo ended with code {code}; see .dev/log/test-odoo-*.log.")
    dirt = [f"{entry.level} {entry.logger}: {odoo_log.shorten(entry.text)}" for entry in complaints if entry not in failures]
    results = [tests, Result.check("Odoo's log during the tests", dirt)]
    hoot = odoo_log.hoot_count(log)
    if hoot:
        results.append(Result("JavaScript unit tests", hoot))
    elif everything and hoot_files():
        results.append(Result("JavaScript unit tests", failed=1, problems=["There are *.test.js files, and none was run."]))
    return results
