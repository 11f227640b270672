"""By which road the stand-in reports refusals about people: by status, as WhatsApp does, or in the answer to the request.

One environment variable that `sandbox/config.py` reads; every harness hands it through to the stand-in it starts.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import Any

VARIABLE = "WA_SANDBOX_ERRORS"
ROADS = ("status", "answer")
#: What the switch `async_errors` is on each road.
SWITCH = {"status": [130472, 131026, 131047, 131049, 131050, 131053], "answer": []}


def add_option(parser: argparse.ArgumentParser) -> None:
    """Give a command the option `--errors`."""
    parser.add_argument(
        "--errors", choices=ROADS, help="refusals about people come by status (as with WhatsApp) or in the answer"
    )


def choose(errors: str | None) -> None:
    """Have all stand-ins that start from here on use this road; None leaves it as it is."""
    if errors:
        os.environ[VARIABLE] = errors


def chosen() -> str:
    """The road of this run."""
    return os.environ.get(VARIABLE) or ROADS[0]


def both(sandbox: Any) -> Iterator[str]:
    """Go through the roads, with the running stand-in on each in turn; afterwards it is as it was.

    :param sandbox: has `call` and `switch`, as `lib.smoke.phone.Sandbox`.
    """
    before = sandbox.call("GET", "/switches")["async_errors"]
    try:
        for road in ROADS:
            sandbox.switch(async_errors=SWITCH[road])
            yield road
    finally:
        sandbox.switch(async_errors=before)
