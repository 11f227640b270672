"""Benchmark: customers' texts from the POST into Discuss, as a crowd and as a single message in a browser."""

from __future__ import annotations

import json
import random
import secrets
import threading
import time

import websocket

from lib import odoo
from lib.bench import load
from lib.bench.database import Database, inside
from lib.bench.measure import Measure, mean, percentile, ratio, rounded
from lib.bench.site import SALES, Site
from lib.progress import CommandError
from lib.smoke.live import Listener

CUSTOMERS = 200
ROUNDS = 10  # messages of each customer
BACKGROUND = 10  # messages a second
PROBES = 30  # the slowest of them against the median
IN_THREAD = """SELECT count(*) FROM wa_message w JOIN mail_message m ON m.id = w.mail_message_id
                WHERE w.direction = 'in' AND w.wamid = ANY(%s)"""


def run(install: odoo.Install, quick: bool = False) -> list[Measure]:
    """The crowd, with plain posts before and after it; then the single message."""
    database = Database.fresh(install, "wa_bench_inbound")
    rounds, probes = (2, 8) if quick else (ROUNDS, PROBES)
    with Site(install, database, "bench-inbound") as site:
        sandbox = site.start_sandbox()
        site.start_node(cron=2)
        site.connect()
        everybody = load.people(sandbox.call("POST", "/customers/bulk", {"count": CUSTOMERS})["customers"])
        crowd(site, everybody, 1)  # everybody is known from here on
        before = plain_posts(install, database, CUSTOMERS * rounds)
        known = crowd(site, everybody, rounds)
        plain = mean([before, plain_posts(install, database, CUSTOMERS * rounds)])
        return [
            ratio("inbound_text", known["per_second"], plain, ">= 1.2", customers=CUSTOMERS, **known),
            single(site, everybody, probes),
        ]


def plain_posts(install: odoo.Install, database: Database, count: int) -> float:
    """Calls of `message_post` a second into as many plain channels, with one COMMIT for 200, in one process."""
    return count / inside(install, database.name, "plain_posts", channels=CUSTOMERS, count=count, login=SALES[0])


def crowd(site: Site, everybody: list[load.Person], rounds: int) -> dict:
    """Everybody writes so many texts, one a POST, over eight connections; until all are in their threads."""
    url = site.webhook_urls()[0]
    wamids, wires = [], []
    for index in range(rounds):
        for person in random.sample(everybody, len(everybody)):
            wamids.append(load.new_wamid())
            wires.append(load.request(url, load.body(load.text(person, f"Message {index}", wamids[-1]))))
    started = time.monotonic()
    answers = load.post_all(wires)
    posted = time.monotonic()
    refused = [answer for answer in answers if answer.status != 200]
    if refused:
        raise CommandError(f"{len(refused)} of {len(answers)} webhooks were not answered 200.")
    done = site.database.wait(
        "all messages are in their threads", f"SELECT ({IN_THREAD}) = %s", wamids, len(wamids), seconds=300
    )
    return {
        "messages": len(wamids),
        **rounded({"per_second": len(wamids) / (done - started), "posting_s": posted - started, "rest_s": done - posted}, 2),
    }


def single(site: Site, everybody: list[load.Person], probes: int) -> Measure:
    """From the POST to the browser of the conversation's owner, while others write ten messages a second."""
    url = site.webhook_urls()[0]
    person = everybody[0]
    owner = site.database.value(
        """SELECT u.login FROM wa_conversation v JOIN wa_contact c ON c.id = v.contact_id
             JOIN res_users u ON u.id = v.user_id WHERE c.wa_id = %s""",
        person.wa_id,
    )
    if owner not in SALES:
        raise CommandError(f"The conversation belongs to {owner}, not to one of the team.")
    listener = Browser(site.sign_in(owner))

    def background() -> tuple[str, int, bytes]:
        return load.request(url, load.body(load.text(random.choice(everybody[1:]), "Something else")))

    times = []
    try:
        with load.Drip(background, BACKGROUND):
            time.sleep(3)
            for _ in range(probes):
                times.append(_probe(listener, url, person))
                time.sleep(random.uniform(0.2, 0.6))
    finally:
        listener.close()
    detail = {
        "probes": probes,
        "background_per_second": BACKGROUND,
        **rounded({"p95": percentile(times, 0.95)}),
    }
    return ratio("inbound_slowest", max(times), percentile(times, 0.5), "<= 10", **detail)


class Browser(Listener):
    """Knows all its conversations from the start, so it asks for them once: Odoo cuts off who asks all the time."""

    def _receive(self) -> None:
        try:
            text = self._socket.recv()
        except websocket.WebSocketTimeoutException:
            return
        self.heard += json.loads(text) if text else []


def _probe(listener: Browser, url: str, person: load.Person) -> float:
    """Seconds from the POST to the live update that carries the words."""
    words = f"Probe {secrets.token_hex(6)}"
    wire = load.request(url, load.body(load.text(person, words)))
    listener.heard.clear()
    started = time.monotonic()
    poster = threading.Thread(target=load.post, args=(wire,), daemon=True)
    poster.start()
    if not listener.hears(words, seconds=20):
        raise CommandError("A message did not reach the browser within 20 s.")
    took = time.monotonic() - started
    poster.join()
    return took
