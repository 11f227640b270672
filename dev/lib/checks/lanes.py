"""The sections of `dev/test` side by side: what each has to do is cut into tasks, and as many run at once as there are lanes.

A task is a function without arguments that returns results. What only one may do at a time is guarded where it is done
(:class:`lib.checks.plan.Plan`, databases handed out one by one), so that the order decides about the time alone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from lib import progress
from lib.checks.results import Result
from lib.progress import CommandError

Task = Callable[[], list[Result]]

#: Most lanes: each may have a browser and a database at work beside Odoo.
MOST = 2
#: Set when the run is broken off: whoever waits for a program ends it (:func:`lib.checks.plan.run_logged`).
stopping = threading.Event()


@dataclass
class Section:
    """What one section has to do."""

    name: str
    tasks: list[Task]
    #: What its tasks wait for, begun before those of any section.
    opening: Task | None = None
    #: Called once all of its tasks are done; what only the whole can tell.
    finish: Task = list


def width() -> int:
    """How many tasks run at once on this machine."""
    return min(os.cpu_count() or 1, MOST)


def run(sections: list[Section], lanes: int, first: tuple[str, ...] = ()) -> list[Result]:
    """Run every task and return the results, section by section.

    :param first: names of sections in the order in which their tasks begin; others follow.
    :raises KeyboardInterrupt: as it came, once everything that was started has been ended.
    """
    progress.whole_lines = lanes > 1
    rank = {name: place for place, name in enumerate(first)}
    ordered = sorted(sections, key=lambda section: rank.get(section.name, len(rank)))
    stopping.clear()
    futures: dict[str, list[Future]] = {section.name: [] for section in sections}
    with ThreadPoolExecutor(lanes, thread_name_prefix="lane") as pool:
        opened = [(section.name, section.opening) for section in ordered if section.opening]
        for name, task in opened + [(section.name, task) for section in ordered for task in section.tasks]:
            futures[name].append(pool.submit(_guarded, name, task))
        everything = [future for some in futures.values() for future in some]
        try:
            wait(everything, return_when=FIRST_EXCEPTION)
        finally:
            # Without a trouble there is nothing left to stop.
            if any(not future.done() or future.exception() for future in everything):
                stopping.set()
                pool.shutdown(cancel_futures=True)
    found = []
    for section in sections:
        for future in futures[section.name]:
            found += future.result()
        found += _guarded(section.name, section.finish)
    return found


def _guarded(name: str, task: Task) -> list[Result]:
    """Results of a task; what a person can mend is one of them."""
    try:
        return task()
    except CommandError as trouble:
        return [Result(name, failed=1, problems=[str(trouble)])]
