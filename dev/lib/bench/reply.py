"""Benchmark: a salesperson answers while ten thousand messages of a mailing wait."""

from __future__ import annotations

import secrets
import time

from lib import odoo
from lib.bench import load
from lib.bench.database import Database
from lib.bench.measure import Measure, percentile, rounded, tell
from lib.bench.queue import ensure_scene
from lib.bench.sending import prepare
from lib.bench.site import SALES, Site
from lib.progress import Trouble
from lib.rpc import Odoo
from lib.smoke.phone import Sandbox

REPLIES = 40
PAUSE = 0.4


def run(kit: odoo.Kit, quick: bool = False) -> list[Measure]:
    """From the click to the moment WhatsApp has it."""
    database = Database.fresh(kit, "wa_bench_reply", ensure_scene(kit))
    count = 8 if quick else REPLIES
    with Site(kit, database, "bench-reply") as site:
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
        moments = [answer(site, sandbox, seller, person) for person in people]
        waiting = database.value("SELECT count(*) FROM wa_message WHERE state = 'queued' AND priority >= 20")
    times = [total for total, _ in moments]
    detail = {
        "replies": count,
        "bulk_still_waiting": waiting,
        **rounded(
            {"median": percentile(times, 0.5), "max": max(times), "click_median": percentile([c for _, c in moments], 0.5)}
        ),
    }
    if waiting < 1000 and not quick:
        raise Trouble(f"Only {waiting} messages of the mailing were left: the replies had nothing to overtake.")
    return [tell(Measure("reply_while_bulk_waits", percentile(times, 0.95), "s (p95)", "<= 1.0", detail))]


def answer(site: Site, sandbox: Sandbox, seller: Odoo, person: load.Person) -> tuple[float, float]:
    """(seconds until WhatsApp has the reply, seconds until the click was answered)."""
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
    clicked = time.time() - started
    uuid = site.database.value("SELECT uuid FROM wa_message WHERE preview = %s", words)
    deadline = time.time() + 60
    while time.time() < deadline:
        for row in sandbox.call("GET", f"/sent?after={before}")["sent"]:
            if row["biz_opaque_callback_data"] == uuid:
                time.sleep(PAUSE)
                return row["timestamp"] - started, clicked
        time.sleep(0.2)
    raise Trouble("A reply did not leave within a minute.")
