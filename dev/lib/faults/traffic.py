"""Chapters under load: two servers send and receive while their workers are killed, and while PostgreSQL goes down."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator

from lib.bench import load
from lib.faults.invariants import Chapter
from lib.faults.test_site import TestSite
from lib.rpc import RemoteError
from lib.smoke.crash import workers

SECONDS, OUTAGE_SECONDS = 12, 24
LATENCY_MS = 150  # long enough for trouble to find requests on their way


def nodes(test_site: TestSite) -> None:
    """Kill all workers of one server, then of the other, while both work."""
    with test_site.chapter("two servers send and receive, their workers are killed in turn") as chapter:
        killed = [0]

        def trouble() -> None:
            for index in range(6):
                time.sleep(SECONDS / 8)
                for pid in workers(test_site.site.nodes[index % 2].server.pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                        killed[0] += 1

        _busy(test_site, chapter, trouble, SECONDS)
        chapter.counts["workers_killed"] = killed[0]
        chapter.expect(killed[0] >= 6, "too few workers were killed")


def postgres(test_site: TestSite) -> None:
    """Restart it properly, then crash it."""
    with test_site.chapter("PostgreSQL is restarted, then crashes, under load") as chapter:

        def trouble() -> None:
            for crash in (False, True):
                time.sleep(OUTAGE_SECONDS / 4)
                test_site.cluster.restart(crash=crash)

        with _service_manager(test_site) as restarts:
            _busy(test_site, chapter, trouble, OUTAGE_SECONDS)
        chapter.counts["servers_restarted"] = len(restarts)


@contextlib.contextmanager
def _service_manager(test_site: TestSite) -> Iterator[list[str]]:
    """Start a server again that ended, as systemd does: Odoo's master process ends when it needs PostgreSQL and finds none."""
    stop, restarts = threading.Event(), []

    def watch() -> None:
        while not stop.wait(0.3):
            for node in test_site.site.nodes:
                if not node.server.running():
                    node.server.stop()
                    node.restart()
                    restarts.append(node.name)
                    stop.wait(2)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield restarts
    finally:
        stop.set()
        thread.join()


def _busy(test_site: TestSite, chapter: Chapter, trouble: Callable[[], None], seconds: float) -> None:
    """Customers write and salespeople answer for some seconds, at both servers, while something happens."""
    test_site.sandbox.switch(latency_ms=LATENCY_MS)
    end = time.monotonic() + seconds
    texts: dict[str, str] = {}
    replies: list[str] = []
    refused = [0]
    threads = [
        threading.Thread(target=_write, args=(test_site, texts, refused, end), daemon=True),
        threading.Thread(target=_answer, args=(test_site, replies, end, 0), daemon=True),
        threading.Thread(target=_answer, args=(test_site, replies, end, 1), daemon=True),
        threading.Thread(target=trouble, daemon=True),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    test_site.sandbox.switch(latency_ms=0)
    chapter.expect(test_site.invariants.settle(120), f"not settled: {test_site.invariants.open()}")
    # A click that got an error may have gone through: what counts is what Odoo kept, and that nobody gets it twice.
    kept = [row[0] for row in test_site.database.sql("SELECT preview FROM wa_message WHERE preview = ANY(%s)", replies)]
    chapter.counts["answers_typed"] = len(replies)
    chapter.expect(len(kept) == len(set(kept)), "an answer stands twice in Odoo")
    test_site.invariants.outbound(chapter, kept)
    test_site.invariants.inbound(chapter, texts)
    chapter.counts["webhooks_repeated"] = refused[0]
    chapter.expect(len(kept) >= 5 and len(texts) >= 20, f"too little happened: {len(kept)} answers, {len(texts)} texts")


def _write(test_site: TestSite, texts: dict[str, str], refused: list[int], end: float) -> None:
    """Customers write; like Meta, deliver again what was not answered 200."""
    waiting: list[tuple[str, int, bytes]] = []
    while time.monotonic() < end or waiting:
        if time.monotonic() < end:
            [words] = test_site.words("Load", 1)
            wamid = load.new_wamid()
            texts[wamid] = words
            waiting.append(test_site.wire(random.choice(test_site.people), words, wamid, random.randrange(2)))
        answers = load.post_all(waiting, 4)
        again = [waiting[answer.index] for answer in answers if answer.status != 200]
        refused[0] += len(again)
        waiting = again
        time.sleep(0.1 if not again else 0.5)
        if time.monotonic() > end + 60:
            return


def _answer(test_site: TestSite, replies: list[str], end: float, node: int) -> None:
    """A salesperson answers one customer after the other; an error on the screen does not stop them."""
    session = None
    for person in test_site.people[node::2]:
        if time.monotonic() > end:
            return
        [words] = test_site.words(f"Busy {node}", 1)
        replies.append(words)
        try:
            session = session or test_site.seller(node)
            test_site.post(session, person, words)
        except (OSError, RemoteError, ValueError, KeyError):
            session = None
            time.sleep(0.7)
        time.sleep(0.1)
