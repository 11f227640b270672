"""Chapter: WhatsApp refuses what a salesperson wrote, on either road; they read why and try again."""

from __future__ import annotations

import secrets

from lib import roads
from lib.smoke.ledger import eventually, expect
from lib.smoke.test_site import TestSite


def refused_and_tried_again(test_site: TestSite) -> None:
    """A customer who cannot be reached, on each road, and can be reached later."""
    for road in roads.both(test_site.sandbox):
        _told(test_site, "by status, after a 200" if road == "status" else "in the answer")


def _told(test_site: TestSite, how: str) -> None:
    phone = test_site.stranger(hidden=False)
    conversation = test_site.begin(phone, "Can you send me the price list?")
    seller = test_site.salesperson(conversation["user_id"][0])
    text = f"Of course {secrets.token_hex(3)}"
    with test_site.ledger.step(f"WhatsApp refuses an answer {how}: the thread and the lead say why"):
        test_site.sandbox.call("POST", f"/customers/{phone.id}", {"blocked": True})
        message_id = test_site.post(seller, conversation, text)
        row = eventually("the failure in Odoo", lambda: _row(test_site, conversation, message_id, "failed"), 20)
        expect(row["error_code"] == "131026", f"it failed with {row['error_code']}")
        lead = conversation["lead_id"][0]
        notes = test_site.admin.search_read("mail.message", [("model", "=", "crm.lead"), ("res_id", "=", lead)], ["body"])
        expect(any(text in note["body"] for note in notes), "the lead's chatter does not say so")
        expect(not phone.on_phone(text), "the phone shows it all the same")
    with test_site.ledger.step(f"tried again when the customer can be reached, it arrives once ({how})"):
        test_site.sandbox.call("POST", f"/customers/{phone.id}", {"blocked": False})
        seller.call("mail.message", "action_wa_retry", [message_id])
        eventually("delivered", lambda: _row(test_site, conversation, message_id, "delivered"), 30)
        expect(len(phone.on_phone(text)) == 1, f"the phone shows it {len(phone.on_phone(text))} times")


def _row(test_site: TestSite, conversation: dict, message_id: int, state: str) -> dict | None:
    found = test_site.messages(conversation, mail_message_id=message_id, state=state)
    return found[0] if found else None
