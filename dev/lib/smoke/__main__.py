"""`python -m lib.smoke`, started by `dev/run --smoke`; the servers' addresses come from `.dev/state.json`."""

import sys

from lib import state
from lib.progress import CommandError, run_command
from lib.smoke.story import play


def main() -> int:
    values = state.read()
    if not values:
        raise CommandError("Nothing is running: start it with dev/run, or let dev/run --smoke start it.")
    return play(values)


sys.stdout.reconfigure(line_buffering=True)
run_command(main)
