"""`i18n/crm_whatsapp.pot`, the list of texts to translate, is what Odoo would write today."""

from __future__ import annotations

import difflib
import re
from functools import partial

from lib import odoo, package, paths
from lib.checks.lanes import Section
from lib.checks.plan import Plan, run_logged
from lib.checks.results import Result
from lib.progress import CommandError, step

FILE = paths.ROOT / "i18n" / f"{paths.MODULE}.pot"
DATES = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date):.*\n', re.MULTILINE)
FIXED_DATE = "2026-01-01 00:00+0000"  # a real one would change the file at every export


def export(plan: Plan) -> str:
    """The list as Odoo writes it for the addon installed now, its dates fixed."""
    database = plan.addon_database()
    target = paths.STATE_DIR / f"{paths.MODULE}.pot"
    target.unlink(missing_ok=True)
    with step("collecting the texts to translate"):
        # Odoo reads every file below the addon's folder; the repository holds more than the addon, Odoo itself for one.
        folder = package.export(paths.STATE_DIR / "pot")
        config = odoo.write_config(plan.install.source, folder.parent, folder.parent / "odoo.conf")
        command = plan.install.command(["i18n", "export", "-c", str(config), "-d", database, "-o", str(target), paths.MODULE])
        code, output = run_logged(command, log="test-pot", env=plan.environment)
    if code or not target.exists():
        raise CommandError(f"Odoo did not export the texts to translate: {output.strip()[-1500:]}")
    return DATES.sub(lambda match: f'"{match[1]}: {FIXED_DATE}\\n"\n', target.read_text())


def section(plan: Plan) -> Section:
    """One task."""
    return Section("pot", [partial(run, plan)])


def run(plan: Plan) -> list[Result]:
    """Compare the list with the one in the repository."""
    wanted = export(plan)
    present = FILE.read_text() if FILE.exists() else ""
    if DATES.sub("", present) == DATES.sub("", wanted):
        return [Result.check("texts to translate", [])]
    difference = list(
        difflib.unified_diff(present.splitlines(), wanted.splitlines(), "in the repository", "as it should be", "", "", 1)
    )
    shown = "\n".join(difference[:40])
    return [
        Result.check("texts to translate", [f"{FILE.relative_to(paths.ROOT)} is not current; dev/pot rewrites it.\n{shown}"])
    ]


def update(plan: Plan) -> None:
    """Rewrite the list in the repository."""
    text = export(plan)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text)
