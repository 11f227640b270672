"""Benchmark: status updates applied by the event worker, fifty in a POST and one in a POST."""

from __future__ import annotations

import hashlib
import time

from psycopg2.extras import execute_values

from lib import odoo
from lib.bench import load
from lib.bench.database import Database
from lib.bench.history import fill
from lib.bench.measure import Measure, mean, ratio, rounded
from lib.bench.site import Site

MESSAGES = 5000
PER_POST = 50


#: Parts of the rate at which bare statements change as many rows.
TARGETS = {"batched": ">= 0.2", "one_per_post": ">= 0.12"}


def run(install: odoo.Install, quick: bool = False) -> list[Measure]:
    """Both shapes, after one another, on the same messages: delivered, then read; bare statements before, between, after."""
    database = Database.fresh(install, "wa_bench_status")
    count = MESSAGES // 10 if quick else MESSAGES
    measures = []
    with Site(install, database, "bench-status") as site:
        targets = prepare(site, count)
        before = bare_updates(database, [wamid for _, wamid, _ in targets])
        for (name, target), state, per_post in zip(TARGETS.items(), ("delivered", "read"), (PER_POST, 1), strict=True):
            found = apply(site, targets, state, per_post)
            after = bare_updates(database, [wamid for _, wamid, _ in targets])
            bare = mean([before, after])
            measures.append(ratio(f"statuses_{name}", found["per_second"], bare, target, per_post=per_post, **found))
            before = after
    return measures


def bare_updates(database: Database, wamids: list[str]) -> float:
    """Rows a second that bare `UPDATE … FROM VALUES` change, fifty rows and one COMMIT each: the least a status has to do."""
    ids = [row[0] for row in database.sql("SELECT id FROM wa_message WHERE wamid = ANY(%s) ORDER BY id", wamids)]
    rows = [(id_, "2026-01-01 00:00:00") for id_ in ids]
    with database.connect() as connection, connection.cursor() as cursor:
        started = time.perf_counter()
        for index in range(0, len(rows), PER_POST):
            execute_values(
                cursor,
                """UPDATE wa_message m SET state = m.state, delivered_at = v.at::timestamp, write_date = v.at::timestamp
                     FROM (VALUES %s) AS v (id, at) WHERE m.id = v.id""",
                rows[index : index + PER_POST],
            )
        return len(rows) / (time.perf_counter() - started)


def prepare(site: Site, count: int) -> list[tuple[load.Person, str, str]]:
    """Customers with messages of ours that were sent; returns (person, wamid, uuid) of each."""
    sandbox = site.start_sandbox()
    site.start_node(cron=2)
    site.connect()
    everybody = load.people(sandbox.call("POST", "/customers/bulk", {"count": 200})["customers"])
    url = site.webhook_urls()[0]
    load.post_all([load.request(url, load.body(load.text(person, "Hello"))) for person in everybody])
    site.database.wait(
        "everybody has a conversation", "SELECT count(*) = %s FROM wa_message WHERE direction = 'in'", len(everybody)
    )
    return sent_messages(site.database, everybody, count)


def sent_messages(database: Database, everybody: list[load.Person], count: int) -> list[tuple[load.Person, str, str]]:
    """Store so many messages as sent and return (person, wamid, uuid) of each."""
    newest = database.value("SELECT coalesce(max(id), 0) FROM wa_message")
    fill(database, count, state="sent")
    people = {person.wa_id: person for person in everybody}
    rows = database.sql(
        """SELECT c.wa_id, w.wamid, w.uuid FROM wa_message w JOIN wa_contact c ON c.id = w.contact_id
            WHERE w.id > %s AND w.state = 'sent'""",
        newest,
    )
    return [(people[wa_id], wamid, uuid) for wa_id, wamid, uuid in rows]


def apply(site: Site, targets: list[tuple[load.Person, str, str]], state: str, per_post: int) -> dict:
    """Queue up one status for each message, as the webhook stores them, then wake the worker and wait."""
    changes = [load.status(person, wamid, uuid, state) for person, wamid, uuid in targets]
    store(site, [load.body(*changes[index : index + per_post]) for index in range(0, len(changes), per_post)])
    seconds = work_off(site, f"every message is {state}")
    wrong = site.database.value(
        "SELECT count(*) FROM wa_message WHERE wamid = ANY(%s) AND state != %s", [row[1] for row in targets], state
    )
    return {"statuses": len(targets), "wrong": wrong, **rounded({"per_second": len(targets) / seconds, "seconds": seconds}, 2)}


def store(site: Site, bodies: list[bytes]) -> None:
    """Store webhooks as the route does, without waking anybody."""
    account = site.database.value("SELECT id FROM wa_account")
    rows = [(account, hashlib.sha256(body).hexdigest(), body.decode()) for body in bodies]
    with site.database.connect() as connection, connection.cursor() as cursor:
        execute_values(
            cursor,
            "INSERT INTO wa_webhook_event (account_id, digest, body, state, received_at, attempts) VALUES %s",
            rows,
            template="(%s, %s, %s, 'new', now() AT TIME ZONE 'UTC', 0)",
        )


def work_off(site: Site, what: str) -> float:
    """Wake the worker; seconds until no webhook waits any more."""
    started = time.monotonic()
    site.wake("crm_whatsapp.ir_cron_wa_webhook_event")
    done = site.database.wait(
        what, "SELECT NOT EXISTS (SELECT 1 FROM wa_webhook_event WHERE state = 'new')", seconds=300, every=0.02
    )
    return done - started
