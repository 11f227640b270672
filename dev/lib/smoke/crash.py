"""Chapter: Odoo's workers are killed while messages leave; nobody gets one twice and none is lost."""

from __future__ import annotations

import os
import secrets
import signal
import time
from pathlib import Path

from lib.smoke.ledger import eventually, expect
from lib.smoke.stage import Stage

PEOPLE, KILLS = 8, 3
LATENCY_MS = 400  # long enough for a kill to find requests on their way
SETTLED = ("sent", "delivered", "read")


def workers(master: int) -> list[int]:
    """Children of Odoo's master process that handle requests and jobs (not the live-update process)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
            command = (entry.parent / "cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            continue  # it ended while we looked
        if parent == master and b"gevent" not in command:
            found.append(int(entry.parent.name))
    return found


def kill_workers(master: int) -> int:
    """Kill them as a power cut would; the master starts new ones. Returns how many."""
    victims = workers(master)
    for pid in victims:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return len(victims)


def sender_is_killed(stage: Stage) -> None:
    """Kill in the middle, several times; then every message is on its phone once, and Odoo knows it."""
    master = stage.values["odoo_pid"]
    with stage.ledger.step(f"{PEOPLE} messages are on their way while every worker is killed {KILLS} times"):
        people = [stage.stranger(hidden=bool(index % 2)) for index in range(PEOPLE)]
        conversations = [stage.begin(phone, "Hello") for phone in people]
        texts = [f"Offer {secrets.token_hex(4)}" for _ in people]
        stage.sandbox.switch(latency_ms=LATENCY_MS)
        for conversation, text in zip(conversations, texts, strict=True):
            stage.post(stage.admin, conversation, text)
        killed = 0
        for _ in range(KILLS):
            time.sleep(LATENCY_MS / 1000 / 2)
            killed += kill_workers(master)
        expect(killed >= KILLS, "there were no workers to kill")
    try:
        with stage.ledger.step("after the restart each message is on its phone exactly once, and Odoo knows of each"):
            eventually("Odoo answers again", lambda: stage.admin.uid and stage.is_up(), 60)
            rows = eventually("every message settled", lambda: _settled(stage, conversations, texts), 150)
            counts = [len(phone.received_text(text)) for phone, text in zip(people, texts, strict=True)]
            expect(max(counts) <= 1, f"times each message is on its phone: {counts}")
            for count, row, text in zip(counts, rows, texts, strict=True):
                known = row["state"] in SETTLED
                expect(known == (count == 1), f"{text} is on the phone {count} times and Odoo says {row['state']}")
                # A request that may have left is never repeated by a machine; it waits, visibly, for a person.
                expect(known or row["error_text"], f"{text} is {row['state']} and nobody is told why")
    finally:
        stage.sandbox.switch(latency_ms=0)


def _settled(stage: Stage, conversations: list[dict], texts: list[str]) -> list[dict] | None:
    rows = []
    for conversation, text in zip(conversations, texts, strict=True):
        found = stage.messages(conversation, direction="out", preview=text)
        if len(found) != 1 or found[0]["state"] in ("queued", "sending"):
            return None
        rows += found
    return rows
