import time

from odoo.tests import tagged

from ...models.outbox.consequences import draw_consequences
from ...models.outbox.results import fail
from ...tools.failures import classify
from ..common import WABA_ID, WaCase


@tagged("post_install", "-at_install", "wa", "wa_consent")
class TestPlatformConsent(WaCase):
    """What customers tell WhatsApp itself, in whatever order it arrives."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound(at=time.time() - 5000))
        self.contact = self.conversation.contact_id

    def prefer(self, value, ago, **item):
        preference = {
            "wa_id": "12025550143",
            "user_id": "US.1000200030004",
            "category": "marketing_messages",
            "value": value,
            "timestamp": int(time.time() - ago),
            **item,
        }
        payload = self.payload_of()
        change = payload["entry"][0]["changes"][0]
        change["field"] = "user_preferences"
        change["value"]["user_preferences"] = [preference]
        self.assertEqual(payload["entry"][0]["id"], WABA_ID)
        self.store_webhook(payload)
        self.process_webhooks()

    def marketing(self):
        return self.contact.consent_ids.filtered(lambda c: c.purpose == "marketing")

    def failed(self, code=131050):
        row = self.reply(self.ana, self.conversation, "x").wa_message_ids
        fail(row, code, "User has stopped marketing")
        draw_consequences(row, classify(code))
        return row

    def test_stop_resume_and_signup_are_consents(self):
        for value, ago, state in (("stop", 400, "withdrawn"), ("resume", 300, "granted"), ("stop", 200, "withdrawn")):
            self.prefer(value, ago)
            self.assertEqual(self.conversation.consent_marketing, state, value)
        self.prefer("signup", 100, signup_id="SPRING")
        self.assertEqual(self.conversation.consent_marketing, "granted")
        self.assertFalse(self.contact.opted_out_marketing)
        self.assertEqual(self.marketing().mapped("source"), ["platform"] * 4)
        self.assertIn("SPRING", self.marketing()[0].evidence)
        self.assertEqual(self.conversation.consent_service, "granted", "only marketing is meant")

    def test_any_order(self):
        for value, ago, state in (("resume", 100, "granted"), ("stop", 200, "granted"), ("signup", 300, "granted")):
            self.prefer(value, ago)
            self.assertEqual(self.conversation.consent_marketing, state, value)
        self.assertEqual(len(self.marketing()), 3, "late words are on record too")

    def test_same_news_twice_is_one_row(self):
        at = time.time() - 50
        for nonce in range(2):
            self.prefer("stop", time.time() - at, detail=f"again {nonce}")
        self.assertEqual(len(self.marketing()), 1)

    def test_131050_withdraws_and_blocks(self):
        row = self.failed()
        self.assertEqual((self.marketing().source, self.marketing().message_id), ("error", row))
        self.assertIn("stopped marketing", self.marketing().evidence)
        self.assertTrue(self.contact.opted_out_marketing)
        self.assertEqual(self.conversation.consent_marketing, "withdrawn")

    def test_131050_in_a_status(self):
        row = self.reply(self.ana, self.conversation, "x").wa_message_ids
        row.write({"state": "sent", "wamid": "wamid.OUT"})
        status = {
            "id": "wamid.OUT",
            "status": "failed",
            "timestamp": str(int(time.time())),
            "recipient_id": "12025550143",
            "errors": [{"code": 131050, "title": "Stopped"}],
        }
        self.store_webhook(self.payload_of(statuses=[status]))
        self.process_webhooks()
        self.assertEqual((row.state, self.marketing().source), ("failed", "error"))

    def test_131050_that_comes_late_blocks_nobody_who_resumed_since(self):
        self.prefer("resume", 10)
        row = self.reply(self.ana, self.conversation, "x").wa_message_ids
        fail(row, 131050)
        row.failed_at = self.contact.marketing_preference_at.replace(year=2020)
        draw_consequences(row, classify(131050))
        self.assertFalse(self.contact.opted_out_marketing)
        self.assertEqual(self.conversation.consent_marketing, "granted")

    def test_word_of_a_colleague_does_not_lift_metas_block(self):
        self.prefer("stop", 100)
        self.give_consent(self.contact)
        self.assertEqual(self.conversation.consent_marketing, "granted")
        offer = self._make_template("offer", "Ten percent off", [], category="MARKETING")
        decision = self.env["wa.gate"]._decide(self.conversation, "template", offer)
        self.assertEqual(decision.code, "opted_out")


@tagged("post_install", "-at_install", "wa", "wa_consent")
class TestBlacklist(WaCase):
    """Odoo's phone blacklist is honoured, and told what customers say over WhatsApp."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound("Hi", at=time.time() - 1000))
        self.contact = self.conversation.contact_id
        self.blacklist = self.env["phone.blacklist"]

    def entry(self):
        return self.blacklist.search([("number", "=", "+12025550143")])

    def say(self, text, ago):
        self.receive(self.inbound(text, at=time.time() - ago))

    def decide(self, origin):
        return self.env["wa.gate"]._decide(self.conversation, "template", self.template, origin=origin).code

    def test_entry_stops_automation_and_marketing(self):
        self.assertEqual(self.decide("automation"), "")
        self.blacklist._add(["+12025550143"])
        self.assertEqual((self.decide("automation"), self.decide("manual")), ("blacklisted", ""))
        self.blacklist._remove(["+12025550143"])
        self.assertEqual(self.decide("automation"), "", "at once")

    def test_other_spelling_of_the_number(self):
        contact = self.receive(self.inbound(wa_id="5511987654321", bsuid="BR.1")).contact_id
        self.blacklist._add(["+5511987654321"])
        self.assertTrue(contact.is_blacklisted)
        self.assertFalse(self.contact.is_blacklisted)

    def test_stop_of_the_customer_is_told_and_start_lifts_it(self):
        self.give_consent(self.contact, at=self.contact.consent_ids.happened_at)
        self.say("stop", 500)
        self.assertTrue(self.entry().wa_is_ours)
        self.assertIn("stopped marketing over WhatsApp", "".join(self.entry().message_ids.mapped("body")))
        self.say("Where is my order?", 400)
        self.assertTrue(self.entry(), "a question is no consent to advertising")
        self.assertEqual(self.decide("automation"), "", "what WhatsApp knows more exactly")
        self.say("start", 300)
        self.assertFalse(self.entry())

    def test_entry_of_a_colleague_stays(self):
        self.blacklist._add(["+12025550143"])
        self.give_consent(self.contact, at=self.contact.consent_ids.happened_at)
        self.say("stop", 500)
        self.say("start", 300)
        self.assertTrue(self.entry())

    def test_entry_confirmed_by_a_colleague_stays(self):
        self.give_consent(self.contact, at=self.contact.consent_ids.happened_at)
        self.say("stop", 500)
        self.blacklist.add("+12025550143", message="Told us on the phone")
        self.assertFalse(self.entry().wa_is_ours)
        self.say("start", 300)
        self.assertTrue(self.entry())

    def test_late_stop_adds_nothing(self):
        self.give_consent(self.contact, source="platform")
        self.say("stop promotions", 500)
        self.assertEqual(self.conversation.consent_marketing, "granted")
        self.assertFalse(self.entry())

    def test_what_a_colleague_notes_is_not_told(self):
        self.give_consent(self.contact, action="withdrawn")
        self.assertFalse(self.entry())

    def test_hidden_phone_and_unknown_range(self):
        hidden = self.receive(self.inbound("stop", wa_id=None, bsuid="US.9"))
        self.assertEqual(hidden.consent_service, "withdrawn")
        odd = self.receive(self.inbound("stop", wa_id="99912345678", bsuid="XX.9"))
        self.assertEqual(odd.consent_service, "withdrawn", "core's table of numbers stops nobody's stop")
