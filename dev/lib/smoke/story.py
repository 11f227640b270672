"""The story of the product, chapter by chapter."""

from __future__ import annotations

from collections.abc import Callable

from lib import paths
from lib.checks import odoo_log
from lib.progress import say
from lib.smoke import crash, refusals, templates
from lib.smoke.first_contact import seller_answers, stranger_writes
from lib.smoke.ledger import ChapterEnds, expect
from lib.smoke.test_site import TestSite

LOST_RACE = "could not serialize access due to concurrent update"
ODOO_LOG = paths.LOGS / "odoo.log"


def play(values: dict) -> int:
    """Play every chapter against running servers; returns the exit code."""
    test_site = TestSite(values)
    log_before = ODOO_LOG.stat().st_size

    def conversation(hidden: bool) -> None:
        contact = stranger_writes(test_site, test_site.stranger(hidden))
        seller_answers(test_site, contact)
        templates.customer_taps(test_site, contact, templates.lead_moves_on(test_site, contact))

    def ready() -> None:
        with test_site.ledger.step("an account is connected, with a team of two, a pipeline and two approved templates"):
            account = test_site.admin.read("wa.account", values["account_id"], ["state", "number_ids"])
            expect(account["state"] == "connected" and account["number_ids"], f"the account is {account['state']}")
            approved = test_site.admin.call(
                "wa.template", "search_count", [("status", "=", "APPROVED"), ("model_id", "!=", False)]
            )
            expect(approved >= 2, f"{approved} approved templates are tied to a model")
            expect(len(test_site.team_members()) >= 2, "the team has fewer than two members")
            state = test_site.sandbox.call("GET", "/state")
            called = state["accounts"][0]["override_callback_uri"] or state["app_callback"]["callback_url"]
            expect(state["accounts"][0]["subscribed"], "WhatsApp sends the account's webhooks to nobody")
            expect(called == values["webhook_url"], f"WhatsApp would call {called}")

    _chapter("Before", ready)
    for hidden in (False, True):
        who = "whose phone number is hidden" if hidden else "with a phone number"
        _chapter(f"A customer {who}", lambda hidden=hidden: conversation(hidden))
        _chapter(
            f"The closed window, a customer {who}",
            lambda hidden=hidden: templates.window_is_closed(test_site, test_site.stranger(hidden)),
        )
        _chapter(
            f"The scheduled job, a customer {who}",
            lambda hidden=hidden: templates.job_sends_once(test_site, test_site.stranger(hidden)),
        )
    _chapter("What WhatsApp refuses", lambda: refusals.refused_and_tried_again(test_site))
    _chapter("The sender is killed before it sends", lambda: crash.killed_before_sending(test_site))
    _chapter("The sender is killed while it sends", lambda: crash.killed_while_sending(test_site))
    _chapter("Afterwards", lambda: _log_is_clean(test_site, log_before))
    return test_site.ledger.close()


def _log_is_clean(test_site: TestSite, since: int) -> None:
    """Nothing broke in Odoo while the story was told, and the addon found nothing to warn of."""
    with test_site.ledger.step("Odoo's log of these minutes holds no error, and no warning of the addon"):
        with ODOO_LOG.open(errors="replace") as log:
            log.seek(since)
            told = odoo_log.complaints(log.read())
        ours = [
            one
            for one in told
            if (one.level != "WARNING" or one.logger.startswith("odoo.addons.crm_whatsapp"))
            # Lost races are logged before they are run again; one that is not run again is an error of its job or request.
            and not (one.logger == "odoo.sql_db" and LOST_RACE in one.text)
        ]
        expect(not ours, "; ".join(f"{one.level} {one.logger}: {odoo_log.shorten(one.text, 12)}" for one in ours[:3]))


def _chapter(title: str, tell: Callable[[], None]) -> None:
    """Tell one chapter; one that breaks off does not keep the next from being told."""
    say(f"\n{title}")
    try:
        tell()
    except ChapterEnds:
        pass
