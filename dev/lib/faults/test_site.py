"""What the chapters share: the site on a PostgreSQL of its own, the customers, and the words nobody else uses."""

from __future__ import annotations

import contextlib
import itertools
import secrets
import time
from collections.abc import Iterator

from lib import odoo
from lib.bench import load
from lib.bench.database import Database
from lib.bench.site import SALES, Site
from lib.faults.cluster import FaultCluster, install_on
from lib.faults.invariants import Chapter, Invariants, need
from lib.faults.job_runner import JobRunner
from lib.progress import step
from lib.rpc import Odoo

DATABASE = "wa_bench_faults"
PEOPLE = 60


class TestSite:
    """Site, books, customers; chapters leave their findings in `chapters`."""

    def __init__(self, site: Site, cluster: FaultCluster) -> None:
        self.site, self.cluster = site, cluster
        self.database, self.sandbox = site.database, site.sandbox
        self.chapters: list[Chapter] = []
        self.invariants: Invariants
        self.people: list[load.Person] = []
        self._turn: Iterator[load.Person]
        self._channels: dict[str, int] = {}
        self.sender = 0
        self.worker = 0

    # ------------------------------------------------------------------ people

    def meet(self, job_runner: JobRunner) -> None:
        """Have everybody write once, so that they have conversations and may be answered."""
        rows = self.sandbox.call("POST", "/customers/bulk", {"count": PEOPLE, "window": True})["customers"]
        self.people = load.people(rows)
        self._turn = itertools.cycle(self.people)
        load.post_all([self.wire(person, f"First word of {person.name}") for person in self.people])
        job_runner.job(self.worker)
        found = self.database.sql(
            "SELECT c.bsuid, v.channel_id FROM wa_conversation v JOIN wa_contact c ON c.id = v.contact_id"
        )
        self._channels = dict(found)
        need(len(found) == PEOPLE, f"{PEOPLE} people wrote, {len(found)} conversations came of it")

    def next_people(self, count: int) -> list[load.Person]:
        """The people whose turn it is: nobody is written to twice within seconds."""
        return [next(self._turn) for _ in range(count)]

    def channel(self, person: load.Person) -> int:
        """The Discuss channel of a customer."""
        return self._channels[person.bsuid]

    def wire(self, person: load.Person, words: str, wamid: str | None = None, node: int = 0) -> tuple[str, int, bytes]:
        """A signed POST: this person writes these words."""
        return load.request(self.site.webhook_urls()[node], load.body(load.text(person, words, wamid)))

    def words(self, what: str, count: int) -> list[str]:
        """So many texts that occur nowhere else."""
        mark = secrets.token_hex(4)
        return [f"{what} {mark} {index:04d}" for index in range(count)]

    # ------------------------------------------------------------------ posting

    def seller(self, node: int = 0) -> Odoo:
        """A salesperson's session at one of the servers."""
        return self.site.sign_in(SALES[0], self.site.nodes[node])

    def post(self, session: Odoo, person: load.Person, words: str) -> None:
        """A salesperson answers, over HTTP as the browser does."""
        session.route(
            "/mail/message/post",
            thread_model="discuss.channel",
            thread_id=self.channel(person),
            post_data={"body": words, "message_type": "comment", "subtype_xmlid": "mail.mt_comment"},
            context={"wa_post_token": secrets.token_hex(16)},
        )

    def post_each(self, words: list[str]) -> None:
        """One text each to as many people."""
        session = self.seller()
        for person, text in zip(self.next_people(len(words)), words, strict=True):
            self.post(session, person, text)

    # ------------------------------------------------------------------ chapters

    @contextlib.contextmanager
    def chapter(self, name: str) -> Iterator[Chapter]:
        """One chapter: its findings are printed and kept, whatever happens in it."""
        chapter = Chapter(name)
        started = time.monotonic()
        try:
            yield chapter
            self.invariants.changes(chapter)
        except Exception as error:  # noqa: BLE001 (the next chapter is told all the same)
            chapter.problems.append(f"{type(error).__name__}: {error}")
        chapter.seconds = time.monotonic() - started
        chapter.tell()
        self.chapters.append(chapter)


@contextlib.contextmanager
def open_test_site(install: odoo.Install) -> Iterator[tuple[TestSite, JobRunner]]:
    """Cluster, database, sandbox, one server without job workers, and the laboratory."""
    cluster = FaultCluster()
    cluster.start()
    try:
        own = install_on(cluster, install)
        with Site(own, Database.fresh(own, DATABASE), "faults") as site:
            site.start_sandbox(pair_rate=False)
            with step("starting Odoo for the fault tests"):
                site.start_node(cron=0)
                ids = site.connect()
            test_site = TestSite(site, cluster)
            test_site.sender = site.database.value("SELECT sender_cron_id FROM wa_number WHERE id = %s", ids["number_id"])
            test_site.worker = site.database.value(
                "SELECT res_id FROM ir_model_data WHERE module = 'crm_whatsapp' AND name = 'ir_cron_wa_webhook_event'"
            )
            test_site.invariants = Invariants(site)
            job_runner = JobRunner(own, DATABASE)
            try:
                test_site.meet(job_runner)
                yield test_site, job_runner
            finally:
                job_runner.close()
    finally:
        cluster.stop()
