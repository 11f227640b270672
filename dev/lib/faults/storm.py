"""Chapter: every webhook one to five times, in any order, over eight connections, to two servers."""

from __future__ import annotations

import random

from lib.bench import load
from lib.faults.test_site import TestSite

TEXTS, REPLIES = 120, 40
STATES = ("sent", "delivered", "read")


def run(test_site: TestSite) -> None:
    """Texts of customers and statuses of replies, mixed."""
    with test_site.chapter("every webhook 1–5 times, shuffled, 8 connections, two servers") as chapter:
        test_site.sandbox.switch(statuses=False)
        replies = test_site.words("Answer", REPLIES)
        test_site.post_each(replies)
        test_site.database.wait(
            "the answers have left",
            "SELECT count(*) = %s FROM wa_message WHERE preview = ANY(%s) AND state = 'sent'",
            REPLIES,
            replies,
        )
        sent = test_site.database.sql(
            """SELECT c.bsuid, w.wamid, w.uuid FROM wa_message w JOIN wa_contact c ON c.id = w.contact_id
                WHERE w.preview = ANY(%s)""",
            replies,
        )
        by_bsuid = {person.bsuid: person for person in test_site.people}
        texts = {load.new_wamid(): words for words in test_site.words("Storm", TEXTS)}
        changes = [load.text(random.choice(test_site.people), words, wamid) for wamid, words in texts.items()]
        changes += [load.status(by_bsuid[bsuid], wamid, uuid, state) for bsuid, wamid, uuid in sent for state in STATES]
        random.shuffle(changes)
        bodies = []
        while changes:  # one to four changes in a body, as Meta batches them
            size = random.randint(1, 4)
            bodies.append(load.body(*changes[:size]))
            del changes[:size]
        copies = [body for body in bodies for _ in range(random.randint(1, 5))]
        random.shuffle(copies)
        urls = test_site.site.webhook_urls()
        answers = load.post_all([load.request(random.choice(urls), body) for body in copies], 8)
        wrong = [answer.status for answer in answers if answer.status != 200]
        chapter.expect(not wrong, f"{len(wrong)} webhooks were answered {sorted(set(wrong))}")
        chapter.counts |= {"servers": len(urls), "bodies": len(bodies), "posted": len(copies)}
        chapter.expect(test_site.invariants.settle(), f"not settled: {test_site.invariants.open()}")
        stored = test_site.database.value(
            "SELECT count(*) FROM wa_webhook_event WHERE body = ANY(%s)", [body.decode() for body in bodies]
        )
        chapter.expect(stored == len(bodies), f"{len(bodies)} different bodies, {stored} rows")
        test_site.invariants.inbound(chapter, texts)
        states = dict(
            test_site.database.sql("SELECT state, count(*) FROM wa_message WHERE preview = ANY(%s) GROUP BY 1", replies)
        )
        chapter.expect(states == {"read": REPLIES}, f"all {REPLIES} answers were read, Odoo says {states}")
        test_site.sandbox.switch(statuses=True)
