"""Chapters: `kill -9` right before and right after every COMMIT and every request of the sender and of the event worker."""

from __future__ import annotations

from collections.abc import Iterator

from lib.bench import load
from lib.faults.lab import Kill, Lab
from lib.faults.stage import Stage

#: A job has fewer moments than this; when it has not ended by then, the chapter says so.
MOST = 60
OUT, IN = 4, 6  # messages for each death


def moments(kind: str) -> Iterator[Kill]:
    """Before and after the first, the second, … of its kind."""
    for number in range(1, MOST):
        for when in ("before", "after"):
            yield (kind, when, number)


def sender(stage: Stage, lab: Lab) -> None:
    """Messages wait, the sender dies at one moment, the next sender goes on."""
    with stage.chapter("the sender is killed at every commit and every request") as chapter:
        sent, deaths = [], {"commit": 0, "request": 0}
        for kind in deaths:
            for kill in moments(kind):
                words = stage.words("Offer", OUT)
                people = stage.next_people(OUT)
                posts = [[stage.channel(person), text] for person, text in zip(people, words, strict=True)]
                lab.script("post", posts=posts, login="wa_sales_one")
                sent += words
                died = lab.job(stage.sender, kill)
                _finish(stage, lab)
                if not died:
                    break
                deaths[kind] += 1
            else:
                chapter.expect(False, f"the sender had not ended after {MOST} moments of the kind {kind}")
        chapter.expect(min(deaths.values()) >= OUT, f"the sender died too rarely to tell anything: {deaths}")
        _catch_up(stage, lab)
        chapter.counts["deaths"] = sum(deaths.values())
        stage.books.outbound(chapter, sent)


def worker(stage: Stage, lab: Lab) -> None:
    """Webhooks wait, the worker dies at one moment, they are redelivered, the next worker goes on."""
    with stage.chapter("the event worker is killed at every commit") as chapter:
        texts, deaths = {}, 0
        for kill in moments("commit"):
            words = stage.words("Question", IN)
            batch = {load.new_wamid(): text for text in words}
            people = stage.next_people(IN)
            wires = [stage.wire(person, text, wamid) for person, (wamid, text) in zip(people, batch.items(), strict=True)]
            answers = load.post_all(wires)
            chapter.expect(all(answer.status == 200 for answer in answers), "a webhook was not answered 200")
            texts |= batch
            died = lab.job(stage.worker, kill)
            load.post_all(wires[:2])  # Meta may deliver again at any time
            lab.job(stage.worker)
            if not died:
                break
            deaths += 1
        else:
            chapter.expect(False, f"the worker had not ended after {MOST} commits")
        chapter.expect(deaths >= 4, f"the worker died only {deaths} times")
        chapter.counts["deaths"] = deaths
        stage.books.inbound(chapter, texts)


def _finish(stage: Stage, lab: Lab) -> None:
    """Run the sender until nothing waits any more: what died left its rows behind."""
    for _ in range(4):
        lab.job(stage.sender)
        if not stage.database.value("SELECT count(*) FROM wa_message WHERE state = 'queued'"):
            return


def _catch_up(stage: Stage, lab: Lab) -> None:
    """Let the statuses come in and be worked off."""
    for _ in range(60):
        stage.site.database.sql("SELECT pg_sleep(0.3)")
        lab.job(stage.worker)
        if not stage.books.open():
            return
