"""Chapter: WhatsApp refuses what a salesperson wrote, on either road; they read why and try again."""

from __future__ import annotations

import secrets

from lib import roads
from lib.smoke.ledger import eventually, expect
from lib.smoke.stage import Stage


def refused_and_tried_again(stage: Stage) -> None:
    """A customer who cannot be reached, on each road, and can be reached later."""
    for road in roads.both(stage.sandbox):
        _told(stage, "by status, after a 200" if road == "status" else "in the answer")


def _told(stage: Stage, how: str) -> None:
    phone = stage.stranger(hidden=False)
    conversation = stage.begin(phone, "Can you send me the price list?")
    seller = stage.salesperson(conversation["user_id"][0])
    text = f"Of course {secrets.token_hex(3)}"
    with stage.ledger.step(f"WhatsApp refuses an answer {how}: the thread and the lead say why"):
        stage.sandbox.call("POST", f"/customers/{phone.id}", {"blocked": True})
        message_id = stage.post(seller, conversation, text)
        row = eventually("the failure in Odoo", lambda: _row(stage, conversation, message_id, "failed"), 20)
        expect(row["error_code"] == "131026", f"it failed with {row['error_code']}")
        lead = conversation["lead_id"][0]
        notes = stage.admin.search_read("mail.message", [("model", "=", "crm.lead"), ("res_id", "=", lead)], ["body"])
        expect(any(text in note["body"] for note in notes), "the lead's chatter does not say so")
        expect(not phone.on_phone(text), "the phone shows it all the same")
    with stage.ledger.step(f"tried again when the customer can be reached, it arrives once ({how})"):
        stage.sandbox.call("POST", f"/customers/{phone.id}", {"blocked": False})
        seller.call("mail.message", "action_wa_retry", [message_id])
        eventually("delivered", lambda: _row(stage, conversation, message_id, "delivered"), 30)
        expect(len(phone.on_phone(text)) == 1, f"the phone shows it {len(phone.on_phone(text))} times")


def _row(stage: Stage, conversation: dict, message_id: int, state: str) -> dict | None:
    found = stage.messages(conversation, mail_message_id=message_id, state=state)
    return found[0] if found else None
