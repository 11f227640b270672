"""Chapter: a stranger writes, a salesperson answers."""

from __future__ import annotations

import time
from dataclasses import dataclass

from lib.rpc import Odoo
from lib.smoke.ledger import eventually, expect
from lib.smoke.live import Listener
from lib.smoke.phone import Phone
from lib.smoke.test_site import TestSite

WITHIN = 2.0  # seconds, what a customer's first message may take to everything it causes
GREETING = "Hello, do you deliver on Saturdays?"
ANSWER = "Yes, between nine and noon."


@dataclass
class Contact:
    """Who the chapters are about."""

    phone: Phone
    conversation: dict
    seller: Odoo


def stranger_writes(test_site: TestSite, phone: Phone) -> Contact:
    """Partner, lead, owner and message are there within two seconds, live and unread."""
    ledger, admin = test_site.ledger, test_site.admin
    listeners = {user: Listener(test_site.salesperson(user)) for user in test_site.team_members()}
    try:
        started = time.monotonic()
        with ledger.step(f"{phone.name} writes; conversation, partner, lead and owner are there within {WITHIN:g} s"):
            phone.write(GREETING)
            conversation = eventually("a conversation with an owner and a lead", lambda: _complete(test_site, phone), WITHIN)
            took = time.monotonic() - started
            expect(took <= WITHIN, f"it took {took:.1f} s")
        with ledger.step("the message reaches the owner's browser live"):
            owner = conversation["user_id"][0]
            left = max(WITHIN - (time.monotonic() - started), 0.2)
            expect(owner in listeners, f"the owner {conversation['user_id'][1]} is not of the number's team")
            expect(listeners[owner].hears(GREETING, seconds=left), "no live update carried the text")
    finally:
        for listener in listeners.values():
            listener.close()
    with ledger.step("the partner has the profile's name and the source WhatsApp"):
        partner = admin.read("res.partner", conversation["partner_id"][0], ["name", "wa_is_source", "phone"])
        expect(partner["name"] == phone.name, f"the partner is called {partner['name']}")
        expect(partner["wa_is_source"], "the partner does not say that it came over WhatsApp")
        if phone.wa_id and not phone.name.startswith("Hidden"):
            expect(_digits(partner["phone"]) == phone.wa_id, f"the partner's phone is {partner['phone']}")
        else:
            expect(not partner["phone"], f"a hidden phone number became known: {partner['phone']}")
    with ledger.step("the lead stands in the team's pipeline with the source WhatsApp"):
        lead = admin.read("crm.lead", conversation["lead_id"][0], ["team_id", "source_id", "partner_id", "type", "active"])
        expect(lead["team_id"] == test_site.number["team_id"], f"the lead's team is {lead['team_id']}")
        expect(lead["source_id"] and lead["source_id"][1] == "WhatsApp", f"the lead's source is {lead['source_id']}")
        expect(lead["partner_id"] == conversation["partner_id"], "the lead is of another partner")
    contact = Contact(phone, conversation, test_site.salesperson(owner))
    with ledger.step("the message stands in Discuss, unread for its owner"):
        bodies = _thread(contact)
        expect(any(GREETING in body for body in bodies), f"the thread says {bodies}")
        expect(_unread(test_site, contact) == 1, f"{_unread(test_site, contact)} unread messages")
    return contact


def _complete(test_site: TestSite, phone: Phone) -> dict | None:
    found = test_site.conversation(phone)
    complete = found and found["partner_id"] and found["lead_id"] and found["user_id"]
    return found if complete and test_site.messages(found, direction="in") else None


def _digits(text: str | bool) -> str:
    return "".join(filter(str.isdigit, text or ""))


def _thread(contact: Contact) -> list[str]:
    """What the owner's Discuss shows."""
    channel = contact.conversation["channel_id"][0]
    answer = contact.seller.route("/discuss/channel/messages", channel_id=channel)
    return [
        message["body"][1] if isinstance(message["body"], list) else message["body"]
        for message in answer["data"]["mail.message"]
    ]


def _unread(test_site: TestSite, contact: Contact) -> int:
    members = test_site.admin.search_read(
        "discuss.channel.member",
        [("channel_id", "=", contact.conversation["channel_id"][0]), ("partner_id", "=", contact.seller.partner_id)],
        ["message_unread_counter"],
    )
    return members[0]["message_unread_counter"] if members else 0


def seller_answers(test_site: TestSite, contact: Contact) -> None:
    """From the lead and from Discuss; the phone shows it and the ticks follow, live."""
    ledger, phone = test_site.ledger, contact.phone
    with ledger.step("the lead's button opens the conversation"):
        action = contact.seller.call("crm.lead", "action_open_wa_conversation", [contact.conversation["lead_id"][0]])
        expect(action["tag"] == "crm_whatsapp.open_conversation", f"it opens {action}")
        expect(action["params"]["channel_id"] == contact.conversation["channel_id"][0], "it opens another conversation")
    listener = Listener(contact.seller)
    try:
        listener.listen(1)
        with ledger.step("the salesperson answers in Discuss and the phone shows it"):
            message_id = test_site.post(contact.seller, contact.conversation, ANSWER)
            shown = eventually("the answer on the phone", lambda: phone.received_text(ANSWER))
            expect(len(shown) == 1, f"the phone shows it {len(shown)} times")
        with ledger.step("ticks go from clock to sent, delivered and read, live"):
            row = _by_mail_message(test_site, contact, message_id)
            eventually("delivered", lambda: _state(test_site, row) in ("delivered", "read"))
            phone.read()
            eventually("read", lambda: _state(test_site, row) == "read")
            listener.listen(1.5)
            _expect_ticks(listener.message_states(message_id))
            row = _by_mail_message(test_site, contact, message_id)
            expect(row["sent_at"] and row["delivered_at"] and row["read_at"], "a moment is missing")
            expect(row["sent_at"] <= row["delivered_at"] <= row["read_at"], "the moments are out of order")
    finally:
        listener.close()


def _by_mail_message(test_site: TestSite, contact: Contact, mail_message_id: int) -> dict:
    return test_site.messages(contact.conversation, mail_message_id=mail_message_id)[0]


def _state(test_site: TestSite, row: dict) -> str:
    return test_site.admin.read("wa.message", row["id"], ["state"])["state"]


def _expect_ticks(states: list[str]) -> None:
    """Live states never go back and end at read; fast ones may overtake each other into one update."""
    order = ["queued", "sending", "sent", "delivered", "read"]
    ranks = [order.index(state) for state in states if state in order]
    expect(ranks == sorted(ranks), f"live states went back: {states}")
    expect(states and states[0] in ("queued", "sending"), f"the first live state was not the clock: {states}")
    expect({"sent", "delivered", "read"} & set(states) >= {"read"}, f"read never came live: {states}")
    expect({"sent", "delivered"} & set(states), f"neither sent nor delivered came live: {states}")
