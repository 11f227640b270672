"""Chapters: `kill -9` right before and right after every COMMIT and every request of the sender and of the event worker."""

from __future__ import annotations

from collections.abc import Iterator

from lib.bench import load
from lib.faults.job_runner import JobRunner, Kill
from lib.faults.test_site import TestSite

#: A job has fewer moments than this; when it has not ended by then, the chapter says so.
MOST = 60
OUT, IN = 4, 6  # messages for each death


def moments(kind: str) -> Iterator[Kill]:
    """Before and after the first, the second, … of its kind."""
    for number in range(1, MOST):
        for when in ("before", "after"):
            yield (kind, when, number)


def sender(test_site: TestSite, job_runner: JobRunner) -> None:
    """Messages wait, the sender dies at one moment, the next sender goes on."""
    with test_site.chapter("the sender is killed at every commit and every request") as chapter:
        sent, deaths = [], {"commit": 0, "request": 0}
        for kind in deaths:
            for kill in moments(kind):
                words = test_site.words("Offer", OUT)
                people = test_site.next_people(OUT)
                posts = [[test_site.channel(person), text] for person, text in zip(people, words, strict=True)]
                job_runner.script("post", posts=posts, login="wa_sales_one")
                sent += words
                died = job_runner.job(test_site.sender, kill)
                _finish(test_site, job_runner)
                if not died:
                    break
                deaths[kind] += 1
            else:
                chapter.expect(False, f"the sender had not ended after {MOST} moments of the kind {kind}")
        chapter.expect(min(deaths.values()) >= OUT, f"the sender died too rarely to tell anything: {deaths}")
        _catch_up(test_site, job_runner)
        chapter.counts["deaths"] = sum(deaths.values())
        test_site.invariants.outbound(chapter, sent)


def worker(test_site: TestSite, job_runner: JobRunner) -> None:
    """Webhooks wait, the worker dies at one moment, they are redelivered, the next worker goes on."""
    with test_site.chapter("the event worker is killed at every commit") as chapter:
        texts, deaths = {}, 0
        for kill in moments("commit"):
            words = test_site.words("Question", IN)
            batch = {load.new_wamid(): text for text in words}
            people = test_site.next_people(IN)
            wires = [test_site.wire(person, text, wamid) for person, (wamid, text) in zip(people, batch.items(), strict=True)]
            answers = load.post_all(wires)
            chapter.expect(all(answer.status == 200 for answer in answers), "a webhook was not answered 200")
            texts |= batch
            died = job_runner.job(test_site.worker, kill)
            load.post_all(wires[:2])  # Meta may deliver again at any time
            job_runner.job(test_site.worker)
            if not died:
                break
            deaths += 1
        else:
            chapter.expect(False, f"the worker had not ended after {MOST} commits")
        chapter.expect(deaths >= 4, f"the worker died only {deaths} times")
        chapter.counts["deaths"] = deaths
        test_site.invariants.inbound(chapter, texts)


def _finish(test_site: TestSite, job_runner: JobRunner) -> None:
    """Run the sender until nothing waits any more: what died left its rows behind."""
    for _ in range(4):
        job_runner.job(test_site.sender)
        if not test_site.database.value("SELECT count(*) FROM wa_message WHERE state = 'queued'"):
            return


def _catch_up(test_site: TestSite, job_runner: JobRunner) -> None:
    """Let the statuses come in and be worked off."""
    for _ in range(60):
        test_site.site.database.sql("SELECT pg_sleep(0.3)")
        job_runner.job(test_site.worker)
        if not test_site.invariants.open():
            return
