"""The exported addon installs by itself into a database that has never seen it, and holds nothing of the workshop."""

from __future__ import annotations

import zipfile
from functools import partial

from lib import odoo, package, paths
from lib.checks.lanes import Section
from lib.checks.plan import Plan
from lib.checks.results import Result
from lib.progress import step

DATABASE = f"{paths.MODULE}_package"
FOREIGN = {"dev", "sandbox", "docs", "dist"}


def section(plan: Plan) -> Section:
    """One task."""
    return Section("package", [partial(run, plan)])


def run(plan: Plan) -> list[Result]:
    """Export, zip, unzip, look inside, install what was in the zip."""
    parent = paths.STATE_DIR / "package"
    with step("exporting the addon"):
        folder = package.export(parent)
        archive = package.pack(folder, parent / "addon.zip")
        unpacked = parent / "unpacked"
        with zipfile.ZipFile(archive) as opened:
            names = opened.namelist()
            opened.extractall(unpacked)
    inside = {name.split("/")[1] for name in names}
    foreign = sorted(name for name in inside if name in FOREIGN or name.startswith("."))
    content = [f"The package holds {name}, which does not belong to the addon." for name in foreign]
    with step("installing the exported addon"):
        config = odoo.write_config(plan.install.source, unpacked, parent / "odoo.conf")
        plan.make_database(DATABASE)
        code, log = plan.run_odoo(
            ["-c", str(config), "-i", paths.MODULE, "--no-http", "--stop-after-init"],
            log="test-package",
            database=DATABASE,
        )
    if str(unpacked) not in log:
        content.append("Odoo did not load the addon from the exported folder.")
    return [
        Result.check("content of the package", content),
        plan.judge_install("installation of the package", DATABASE, code, log),
    ]
