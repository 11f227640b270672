"""`python -m lib.faults [chapter …]`, started by `dev/faults` and by `dev/test faults`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from lib import odoo, roads
from lib.faults import answers, kills, refusals, storm, traffic
from lib.faults.test_site import TestSite, open_test_site
from lib.progress import run_command, say, step

IN_LABORATORY = {"sender": kills.sender, "worker": kills.worker}
AT_WORK = {
    "answers": answers.run,
    "refusals": refusals.run,
    "storm": storm.run,
    "nodes": traffic.nodes,
    "postgres": traffic.postgres,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev/faults")
    names = [*IN_LABORATORY, *AT_WORK]
    parser.add_argument("chapters", nargs="*", metavar="chapter", help=f"any of {', '.join(names)}; default: all")
    parser.add_argument("--report", type=Path, help="write the findings as JSON there")
    roads.add_option(parser)
    options = parser.parse_args()
    roads.choose(options.errors)
    wanted = options.chapters or names
    if unknown := set(wanted) - set(names):
        parser.error(f"no such chapter: {', '.join(sorted(unknown))}")
    with open_test_site(odoo.ensure()) as (test_site, job_runner):
        for name, chapter in IN_LABORATORY.items():
            if name in wanted:
                chapter(test_site, job_runner)
        job_runner.close()
        if set(wanted) & set(AT_WORK):
            start_two_servers(test_site)
        for name, chapter in AT_WORK.items():
            if name in wanted:
                chapter(test_site)
        found = test_site.chapters
    if options.report:
        rows = [{"name": one.name, "ok": one.ok, "counts": one.counts, "problems": one.problems} for one in found]
        options.report.write_text(json.dumps(rows, ensure_ascii=False))
    bad = [chapter for chapter in found if not chapter.ok]
    say(f"{len(found) - len(bad)} of {len(found)} chapters hold")
    return 1 if bad or not found else 0


def start_two_servers(test_site: TestSite) -> None:
    """From here on two whole servers work on the database; webhooks of the sandbox go to the first."""
    site = test_site.site
    with step("starting two servers on one database"):
        site.stop_node(site.nodes[0])
        site.start_node(cron=2)
        site.start_node(cron=2)
        site.connect()


sys.stdout.reconfigure(line_buffering=True)
run_command(main)
