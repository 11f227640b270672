"""Chapter: Odoo's workers are killed while messages leave; nobody gets one twice and none is lost.

Killed at two moments: after a message was marked as being sent and before its request left, and while the request is on
its way. "Killed" is what a power cut does to them: SIGKILL for every worker, whatever it is doing.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from lib import postgres
from lib.rpc import RemoteError
from lib.smoke.ledger import eventually, expect
from lib.smoke.phone import Phone
from lib.smoke.test_site import TestSite

PEOPLE = 4
LATENCY_MS = 3000  # what an answer of WhatsApp takes while we look for requests on their way
SETTLED = ("sent", "delivered", "read")
#: Makes the sender linger, outside its own code, at the moment it notes that requests are about to leave.
LINGER = """
CREATE FUNCTION smoke_linger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END $$;
CREATE TRIGGER smoke_linger BEFORE UPDATE OF submitted_at ON wa_message FOR EACH ROW
WHEN (NEW.submitted_at IS NOT NULL) EXECUTE FUNCTION smoke_linger();
"""
NO_LINGER = "DROP FUNCTION IF EXISTS smoke_linger CASCADE"


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


def kill_workers(master: int) -> None:
    """Kill them all; the master process starts new ones."""
    victims = workers(master)
    expect(victims, "there were no workers to kill")
    for pid in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def _slow_answers(test_site: TestSite) -> Iterator[None]:
    test_site.sandbox.switch(latency_ms=LATENCY_MS)
    try:
        yield
    finally:
        test_site.sandbox.switch(latency_ms=0)


@contextlib.contextmanager
def _lingering_sender(test_site: TestSite) -> Iterator[None]:
    database, server = test_site.values["database"], test_site.values["postgres"]
    postgres.sql(NO_LINGER, database, env=server)
    postgres.sql(LINGER, database, env=server)
    try:
        yield
    finally:
        postgres.sql(NO_LINGER, database, env=server)


def killed_before_sending(test_site: TestSite) -> None:
    """Marked and surely not sent: after the restart each one leaves, once."""
    with test_site.ledger.step("the sender is killed between marking messages and sending them"):
        letters = _people(test_site)
        with _lingering_sender(test_site):
            _post(test_site, letters)
            _kill_when(test_site, letters, "sending")
            expect(not any(phone.received_text(text) for phone, _talk, text in letters), "one had left before")
    with test_site.ledger.step("started again, it sends each exactly once"):
        rows = _started_again(test_site, letters)
        expect([row["state"] in SETTLED for row in rows] == [True] * PEOPLE, f"states: {[row['state'] for row in rows]}")
        counts = [len(phone.received_text(text)) for phone, _talk, text in letters]
        expect(counts == [1] * PEOPLE, f"times each message is on its phone: {counts}")


def killed_while_sending(test_site: TestSite) -> None:
    """On their way: WhatsApp may have them or not, so none is repeated, and none is forgotten."""
    with test_site.ledger.step("the sender is killed while requests are on their way"):
        letters = _people(test_site)
        with _slow_answers(test_site):
            _post(test_site, letters)
            _kill_when(test_site, letters, "sending", linger=LATENCY_MS / 1000 / 4)
            unanswered = [row["state"] for row in _rows_patiently(test_site, letters)]
            expect("sending" in unanswered, f"every request had been answered: {unanswered}")
    with test_site.ledger.step("started again, none is on a phone twice, and Odoo knows of each what became of it"):
        rows = _started_again(test_site, letters)
        for row, (phone, _talk, text) in zip(rows, letters, strict=True):
            count = len(phone.received_text(text))
            known = row["state"] in SETTLED
            expect(count <= 1, f"{text} is on the phone {count} times")
            expect(known == (count == 1), f"{text} is on the phone {count} times and Odoo says {row['state']}")
            # A request that may have left is never repeated by a machine; it waits, visibly, for a person.
            expect(known or row["error_text"], f"{text} is {row['state']} and nobody is told why")


Letter = tuple[Phone, dict, str]


def _people(test_site: TestSite) -> list[Letter]:
    people = [test_site.stranger(hidden=bool(index % 2)) for index in range(PEOPLE)]
    return [(phone, test_site.begin(phone, "Hello"), f"Offer {secrets.token_hex(4)}") for phone in people]


def _post(test_site: TestSite, letters: list[Letter]) -> None:
    for _phone, conversation, text in letters:
        test_site.post(test_site.admin, conversation, text)


def _rows(test_site: TestSite, letters: list[Letter]) -> list[dict]:
    found = [test_site.messages(talk, direction="out", preview=text) for _phone, talk, text in letters]
    expect([len(rows) for rows in found] == [1] * PEOPLE, f"rows per message: {[len(rows) for rows in found]}")
    return [rows[0] for rows in found]


def _kill_when(test_site: TestSite, letters: list[Letter], state: str, *, linger: float = 0) -> None:
    eventually(f"a message is {state}", lambda: any(row["state"] == state for row in _rows(test_site, letters)), 15)
    time.sleep(linger)
    kill_workers(test_site.values["odoo_pid"])


def _rows_patiently(test_site: TestSite, letters: list[Letter]) -> list[dict]:
    """The messages, asked for until the new workers answer."""

    def ask() -> list[dict] | None:
        try:
            return _rows(test_site, letters)
        except OSError:
            return None

    return eventually("Odoo answers again", ask, 60)


def _started_again(test_site: TestSite, letters: list[Letter]) -> list[dict]:
    """Start the sender's job until nothing of ours is under way; returns the messages then."""
    job = test_site.admin.read("wa.number", test_site.number["id"], ["sender_cron_id"])["sender_cron_id"][0]

    def settled() -> list[dict] | None:
        with contextlib.suppress(RemoteError, OSError):  # workers are just starting, or one runs the job already
            test_site.admin.call("ir.cron", "method_direct_trigger", [job])
        rows = _rows_patiently(test_site, letters)
        return rows if not any(row["state"] in ("queued", "sending") for row in rows) else None

    eventually("nothing under way", settled, 150)
    test_site.settle(60)
    return _rows(test_site, letters)
