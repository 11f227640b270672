"""Linters, one check each: ruff (rules and format), mypy, pylint-odoo, eslint, prettier."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path

from lib import npm, package, paths
from lib.checks.lanes import Section
from lib.checks.plan import Plan, run_logged
from lib.checks.results import Result
from lib.progress import step

SCRIPTS = ("static/src/**/*.js", "static/tests/**/*.js", "sandbox/page/**/*.js", "sandbox/tests/clients/*.mjs")
STYLES = ("static/src/**/*.scss", "static/src/**/*.css", "sandbox/page/**/*.css")
#: What else has one form.
OTHERS = ("eslint.config.mjs", "*.yaml", "data/**/*.json")


def _check(name: str, command: list, cwd: Path, env: dict | None = None) -> Result:
    with step(name):
        code, output = run_logged(command, log=f"lint-{name}", cwd=cwd, env=env)
    return Result.check(name, [output.strip()[-6000:] or f"{name} ended with code {code}."] if code else [])


def _files(patterns: tuple[str, ...]) -> list[Path]:
    return sorted(path for pattern in patterns for path in paths.ROOT.glob(pattern))


def _javascript(plan: Plan) -> list[Result]:
    scripts, others = _files(SCRIPTS), _files(STYLES + OTHERS)
    if not scripts:
        return []
    programs = npm.ensure_linters()
    # eslint resolves its plugins from where its configuration lies, and they are installed out of the tree.
    config = paths.NODE / "eslint.config.mjs"
    shutil.copy(paths.ROOT / "eslint.config.mjs", config)
    return [
        _check("eslint", [programs / "eslint", "-c", config, "--max-warnings", "0", *scripts], paths.ROOT),
        _check(
            "prettier",
            [programs / "prettier", "--config", paths.ROOT / ".prettierrc.json", "--check", *scripts, *others],
            paths.ROOT,
        ),
    ]


def _python(plan: Plan) -> list[Result]:
    ruff = [paths.PYTHON, "-m", "ruff"]
    return [
        _check("ruff", [*ruff, "check", "--no-cache", "."], paths.ROOT),
        _check("ruff-format", [*ruff, "format", "--no-cache", "--check", "."], paths.ROOT),
        _mypy("mypy", paths.ROOT, "tools"),
        _mypy("mypy-models", paths.ADDONS, f"{paths.MODULE}.models"),
    ]


def _mypy(name: str, path: Path, package_name: str) -> Result:
    """Check the types of a package below a folder, as `pyproject.toml` says."""
    environment = {**os.environ, "MYPYPATH": str(path), "MYPY_CACHE_DIR": str(paths.STATE_DIR / name)}
    command = [paths.PYTHON, "-m", "mypy", "--config-file", paths.ROOT / "pyproject.toml", "-p", package_name]
    # Not where .dev/odoo lies: it would be taken for the package of that name.
    return _check(name, command, path, environment)


def _pylint(plan: Plan) -> list[Result]:
    """pylint-odoo takes the addon's name from its folder, so it reads the exported addon; tests need no translation."""
    folder = package.export(paths.STATE_DIR / "lint")
    environment = {**plan.install.environment, "PYLINTHOME": str(paths.STATE_DIR / "pylint")}
    base = [paths.PYTHON, "-m", "pylint", "--rcfile", paths.ROOT / "pyproject.toml"]
    off = "--disable=consider-merging-classes-inherited"  # a model split by concern over several files is our style
    return [
        _check("pylint-odoo", [*base, off, "--ignore", "tests", folder], folder.parent, environment),
        _check("pylint-odoo-tests", [*base, f"{off},translation-required", folder / "tests"], folder.parent, environment),
    ]


def section(plan: Plan) -> Section:
    """A task for each of the languages and for pylint, which takes longest."""
    return Section("lint", [partial(_pylint, plan), partial(_python, plan), partial(_javascript, plan)])
