"""Chapter: templates that leads send by themselves, and the window that refuses free text."""

from __future__ import annotations

import datetime
import secrets

from lib import postgres
from lib.rpc import RemoteError
from lib.smoke.first_contact import Contact
from lib.smoke.ledger import DidNotHappen, eventually, expect
from lib.smoke.phone import Phone
from lib.smoke.test_site import TestSite

REVENUE = 12345.0
REVENUE_WRITTEN = "12,345"
RULE, JOB = "automation_untouched_demo", "base_automation.ir_cron_data_base_automation_check"


def lead_moves_on(test_site: TestSite, contact: Contact) -> dict:
    """Entering *Proposition* sends the filled template; the chatter says so. Returns the card on the phone."""
    ledger, lead = test_site.ledger, contact.conversation["lead_id"][0]
    with ledger.step("the lead moves to Proposition; the card on the phone has name and expected revenue filled in"):
        contact.seller.call("crm.lead", "write", [lead], {"expected_revenue": REVENUE})
        contact.seller.call("crm.lead", "write", [lead], {"stage_id": test_site.test_site("stage_lead3")})
        cards = eventually("a card on the phone", lambda: _cards(contact.phone))
        expect(len(cards) == 1, f"{len(cards)} cards came")
        text = cards[0]["text"]
        expect(contact.phone.name in text and REVENUE_WRITTEN in text, f"the card says: {text}")
        expect(len(cards[0]["card"]["buttons"]) == 2, f"its buttons: {cards[0]['card']['buttons']}")
    with ledger.step("the lead's chatter says what was sent"):
        notes = test_site.admin.search_read("mail.message", [("model", "=", "crm.lead"), ("res_id", "=", lead)], ["body"])
        expect(
            any("WhatsApp" in note["body"] and REVENUE_WRITTEN in note["body"] for note in notes),
            f"the chatter says {[note['body'] for note in notes][:4]}",
        )
    return cards[0]


def _cards(phone: Phone) -> list[dict]:
    return [message for message in phone.received() if message["type"] == "template"]


def customer_taps(test_site: TestSite, contact: Contact, card: dict) -> None:
    """The tap arrives as what it is: a button of that card."""
    with test_site.ledger.step("the customer taps a button; the tap arrives in the conversation as one"):
        label = card["card"]["buttons"][0]["text"]
        contact.phone.tap(card["id"], 0)
        rows = eventually("the tap in Odoo", lambda: test_site.messages(contact.conversation, kind="button", direction="in"))
        row = rows[-1]
        expect(row["preview"] == label, f"it says {row['preview']} instead of {label}")
        quoted = test_site.admin.read("wa.message", row["quoted_id"][0], ["wamid"]) if row["quoted_id"] else {}
        expect(quoted.get("wamid") == card["id"], "it does not say which card was tapped")
        body = test_site.admin.read("mail.message", row["mail_message_id"][0], ["body"])["body"]
        expect(label in body, f"the thread says {body}")


def window_is_closed(test_site: TestSite, phone: Phone) -> None:
    """A free text to somebody who wrote yesterday is refused before it leaves, with a reason and a next step."""
    with test_site.ledger.step("a free text outside the window is refused before it leaves, and says why and what to do"):
        conversation = test_site.begin(phone, "Are you open tomorrow?", ago_s=25 * 3600)
        seller = test_site.salesperson(conversation["user_id"][0])
        text = f"Too late {secrets.token_hex(3)}"
        try:
            test_site.post(seller, conversation, text)
        except RemoteError as error:
            sentence = str(error)
        else:
            raise DidNotHappen("Odoo took the text")
        expect("24" in sentence and "template" in sentence.lower(), f"it says: {sentence}")
        expect(not test_site.messages(conversation, direction="out"), "a message was queued all the same")
        expect(not phone.received(), "the phone got something")
        requests = test_site.sandbox.call("GET", "/requests?path=/messages")["requests"]
        expect(text not in str(requests), "a request left Odoo")


def job_sends_once(test_site: TestSite, phone: Phone) -> None:
    """The job for untouched leads sends, and running it again does not."""
    admin = test_site.admin
    with test_site.ledger.step("the scheduled job sends a template to a lead untouched for 7 days; run twice, it sends once"):
        conversation = test_site.begin(phone, "I will think about it.")
        lead = conversation["lead_id"][0]
        admin.call("crm.lead", "write", [lead], {"stage_id": test_site.test_site("stage_lead2")})
        now = datetime.datetime.fromisoformat(admin.read("crm.lead", lead, ["write_date"])["write_date"])
        _leave_untouched(test_site, lead, now)
        _run_rule(test_site, now)
        first = eventually("the reminder on the phone", lambda: _cards(phone), 30)
        expect(phone.name in first[0]["text"], f"the card says: {first[0]['text']}")
        _leave_untouched(test_site, lead, now)
        _run_rule(test_site, now)
        test_site.settle()
        expect(len(_cards(phone)) == 1, f"{len(_cards(phone))} cards came")
        expect(len(test_site.messages(conversation, direction="out")) == 1, "a second message was queued")


def _leave_untouched(test_site: TestSite, lead: int, now: datetime.datetime) -> None:
    """Let a week go by for a lead, in the database: nobody can write this, not even an administrator."""
    moment = now - datetime.timedelta(days=7, seconds=30)
    statement = f"UPDATE crm_lead SET wa_idle_since = '{moment}' WHERE id = {int(lead)}"
    postgres.sql(statement, test_site.values["database"], env=test_site.values["postgres"])


def _run_rule(test_site: TestSite, now: datetime.datetime) -> None:
    """Run the job as if it had last run a minute ago, so that it looks at our lead and at no older one."""
    rule = test_site.demo_ref(RULE)
    test_site.admin.call("base.automation", "write", [rule], {"last_run": str(now - datetime.timedelta(seconds=60))})
    test_site.run_job(JOB)
