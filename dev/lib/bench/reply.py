"""Benchmark: a salesperson answers while ten thousand messages of a mailing wait."""

from __future__ import annotations

import secrets
import time

from lib import odoo
from lib.bench import load
from lib.bench.database import Database
from lib.bench.measure import Measure, percentile, ratio, rounded
from lib.bench.queue import ensure_scene
from lib.bench.sending import prepare
from lib.bench.site import SALES, Site
from lib.progress import CommandError
from lib.rpc import Odoo
from lib.smoke.phone import Sandbox

REPLIES = 40
PAUSE = 0.4


def run(install: odoo.Install, quick: bool = False) -> list[Measure]:
    """From the click to the moment WhatsApp has it, while a mailing waits and while nothing does."""
    count = 8 if quick else REPLIES
    idle, _ = replies(install, count, mailing=False)
    busy, waiting = replies(install, count, mailing=True)
    if waiting < 1000 and not quick:
        raise CommandError(f"Only {waiting} messages of the mailing were left: the replies had nothing to overtake.")
    detail = rounded({"median": percentile(busy, 0.5), "max": max(busy), "median_idle": percentile(idle, 0.5)})
    return [
        ratio(
            "reply_while_bulk_waits",
            percentile(busy, 0.95),
            percentile(idle, 0.95),
            "<= 2",
            replies=count,
            bulk_still_waiting=waiting,
            **detail,
        )
    ]


def replies(install: odoo.Install, count: int, *, mailing: bool) -> tuple[list[float], int]:
    """(seconds that each of so many replies took, messages of the mailing that were still waiting at the end)."""
    database = Database.fresh(install, "wa_bench_reply", ensure_scene(install))
    if not mailing:
        database.sql("UPDATE wa_message SET state = 'failed' WHERE state = 'queued'")
    with Site(install, database, "bench-reply") as site:
        sandbox, everybody = prepare(site)
        site.start_node(cron=2)
        site.connect()
        people = everybody[-count:]  # at the far end of the queue; they write, so that they can be answered
        url = site.webhook_urls()[0]
        load.post_all([load.request(url, load.body(load.text(person, "A question"))) for person in people], 2)
        database.wait(
            "the questions are in their threads",
            "SELECT count(*) >= %s FROM wa_message WHERE direction = 'in'",
            count,
        )
        seller = site.sign_in(SALES[0])
        times = [answer(site, sandbox, seller, person) for person in people]
        waiting = database.value("SELECT count(*) FROM wa_message WHERE state = 'queued' AND priority >= 20")
    return times, waiting


def answer(site: Site, sandbox: Sandbox, seller: Odoo, person: load.Person) -> float:
    """Seconds from the click until WhatsApp has the reply."""
    channel = site.database.value(
        """SELECT v.channel_id FROM wa_conversation v JOIN wa_contact c ON c.id = v.contact_id
            WHERE c.wa_id = %s OR c.bsuid = %s""",
        person.wa_id,
        person.bsuid,
    )
    words = f"Answer {secrets.token_hex(4)}"
    before = sandbox.call("GET", "/sent?limit=1")["total"]
    started = time.time()
    seller.route(
        "/mail/message/post",
        thread_model="discuss.channel",
        thread_id=channel,
        post_data={"body": words, "message_type": "comment", "subtype_xmlid": "mail.mt_comment"},
        context={"wa_post_token": secrets.token_hex(16)},
    )
    uuid = site.database.value("SELECT uuid FROM wa_message WHERE preview = %s", words)
    deadline = time.time() + 60
    while time.time() < deadline:
        for row in sandbox.call("GET", f"/sent?after={before}")["sent"]:
            if row["biz_opaque_callback_data"] == uuid:
                time.sleep(PAUSE)
                return row["timestamp"] - started
        time.sleep(0.2)
    raise CommandError("A reply did not leave within a minute.")
