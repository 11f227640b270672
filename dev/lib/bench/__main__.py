"""`python -m lib.bench [name …]`, started by `dev/bench`."""

from __future__ import annotations

import argparse
import sys

from lib import odoo
from lib.bench import contacts, growth, inbound, queue, reply, sending, stage, statuses, webhook
from lib.progress import CommandError, run_command, say

BENCHMARKS = {
    "webhook": webhook.run,
    "inbound": inbound.run,
    "contacts": contacts.run,
    "statuses": statuses.run,
    "queue": queue.run,
    "stage": stage.run,
    "sending": sending.run,
    "reply": reply.run,
    "growth": growth.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev/bench")
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(BENCHMARKS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work: whether it runs, not how fast")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        raise CommandError(f"There is no benchmark {', '.join(sorted(unknown))}: choose from {', '.join(BENCHMARKS)}.")
    install = odoo.ensure()
    measures = []
    for name in options.names or BENCHMARKS:
        measures += BENCHMARKS[name](install, options.quick)
    missed = [measure.name for measure in measures if not measure.ok]
    say(f"{len(measures)} figures, {len(missed)} short of their target{': ' + ', '.join(missed) if missed else ''}")
    return 1 if missed else 0


sys.stdout.reconfigure(line_buffering=True)
run_command(main)
