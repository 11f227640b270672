"""The addon's tests inside Odoo: Python, HTTP, browser tours, JavaScript unit tests."""

from __future__ import annotations

import ast
import shutil

from lib import apt, npm, paths, ports
from lib.checks import odoo_log
from lib.checks.plan import DATABASE, Plan
from lib.checks.results import Result
from lib.progress import step

#: Our tag on the command line -> Odoo's test tag.
TAGS = {"odoo": "", "http": "wa_http", "tour": "wa_tour", "js": "wa_js", "flow": "wa_flow"}
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")  # where Odoo looks
AXE = "axe-core@4.14.1"  # MPL-2.0
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
    for file in (paths.ROOT / "tests").rglob("test_*.py"):
        if file.is_relative_to(paths.ROOT / "tests" / "tools"):
            continue  # pytest's
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef):
                methods = (item.name for item in node.body if isinstance(item, ast.FunctionDef))
                names |= {f"{node.name}.{name}" for name in methods if name.startswith("test_")}
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


def run(plan: Plan) -> list[Result]:
    """Run the addon's tests, and judge count, skips and log."""
    ensure_browser()
    ensure_axe()
    plan.addon_database()
    selection = test_tags(tuple(tag for tag in plan.tags if tag not in ("odoo",)))
    everything = selection == f"/{paths.MODULE}"
    own_hoot_run = not (paths.ROOT / "tests" / "test_js.py").exists() and (everything or "wa_js" in selection) and hoot_files()
    if own_hoot_run:
        selection += f",{HOOT}"
    with step("running the addon's tests in Odoo"):
        screenshots = paths.STATE_DIR / "screenshots"
        code, log = plan.run_odoo(
            [
                "--test-tags",
                selection,
                "--http-port",
                str(ports.any_free()),
                "--max-cron-threads",
                "0",
                "--stop-after-init",
                "--screenshots",
                str(screenshots),
            ],
            log="test-odoo",
            database=DATABASE,
        )
    return judge(code, log, everything=everything)


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
        tests.problems.append(f"Odoo ran {total} tests and ended with code {code}; see .dev/log/test-odoo.log.")
    skips = odoo_log.skipped(log)
    if skips:
        tests.failed += len(skips)
        tests.passed = max(tests.passed - len(skips), 0)
        tests.problems += [f"skipped: {skip}" for skip in skips]
    if code and not tests.failed:
        tests.failed += 1
        tests.problems.append(f"Odoo ended with code {code}; see .dev/log/test-odoo.log.")
    dirt = [f"{entry.level} {entry.logger}: {odoo_log.shorten(entry.text)}" for entry in complaints if entry not in failures]
    results = [tests, Result.check("Odoo's log during the tests", dirt)]
    hoot = odoo_log.hoot_count(log)
    if hoot:
        results.append(Result("JavaScript unit tests", hoot))
    elif everything and hoot_files():
        results.append(Result("JavaScript unit tests", failed=1, problems=["There are *.test.js files, and none was run."]))
    return results
