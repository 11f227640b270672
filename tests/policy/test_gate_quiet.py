from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import WaCase, WaSandboxCase

#: 3:30 in New York (+1 202), where the customers of these tests live; and the morning after.
NIGHT = datetime(2026, 11, 25, 8, 30)
MORNING = datetime(2026, 11, 25, 13, 0)
NOON = datetime(2026, 11, 25, 17, 0)
#: When these customers wrote: nobody is kept awake by an answer any more.
LONG_AGO = NIGHT - timedelta(days=2)


class QuietCase:
    """Shared by the classes below: an account with the default quiet hours, and a clock to set."""

    def set_clock(self, moment):
        self.patch(fields.Datetime, "now", staticmethod(lambda *_args: moment))

    def template_to(self, conversation, origin, template=None):
        [outcome] = (template or self.template)._send_to_records(conversation.lead_id, origin=origin, overrides={"body.2": "9"})
        return outcome


@tagged("post_install", "-at_install", "wa")
class TestQuietNight(QuietCase, WaSandboxCase):
    """What nobody sends by hand waits for the morning at the customer's place, visibly."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana.lang = cls.lead_manager.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.account.has_quiet_hours = True
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.conversation.last_inbound_at = LONG_AGO
        self.conversation.user_id = self.ana
        self.conversation.lead_id.user_id = self.ana

    def sent(self):
        return self.sandbox.control("GET", "sent")["sent"]

    def test_automation_is_held_back_at_night_and_leaves_in_the_morning(self):
        self.set_clock(NIGHT)
        row = self.template_to(self.conversation, "automation").message
        self.assertEqual((row.state, row.next_attempt_at, row.error_code), ("queued", MORNING, "quiet_hours"))
        self.assertIn("morning", row.error_text)
        self.run_sender()
        self.assertFalse(self.sent())
        self.assertEqual(row.state, "queued")
        self.set_clock(MORNING)
        self.run_sender()
        self.assertEqual((row.state, row.error_code), ("sent", False))
        self.assertEqual(len(self.sent()), 1)

    def test_message_whose_turn_comes_at_night_is_put_back_by_the_sender(self):
        """Queued by day, and the number was busy until the night."""
        self.set_clock(NOON - timedelta(days=1))
        row = self.template_to(self.conversation, "sequence").message
        self.assertEqual((row.next_attempt_at, row.error_code), (False, False))
        self.set_clock(NIGHT)
        self.run_sender()
        self.assertEqual((row.state, row.next_attempt_at, row.error_code), ("queued", MORNING, "quiet_hours"))
        self.assertFalse(self.sent())

    def test_thread_says_why_it_waits_and_until_when(self):
        self.set_clock(NIGHT)
        row = self.template_to(self.conversation, "automation").message
        shown = {attr.field_name: attr.value for attr in row.mail_message_id._wa_store_fields()}
        self.assertEqual(shown["wa_waits_until"](row.mail_message_id), "2026-11-25 13:00:00")
        self.assertEqual(shown["wa_state"](row.mail_message_id), "queued")
        self.assertIn("night", shown["wa_error"](row.mail_message_id))
        row.state = "sent"
        self.assertFalse(shown["wa_waits_until"](row.mail_message_id))

    def test_reply_of_a_person_leaves_at_once(self):
        self.set_clock(NIGHT)
        self.conversation.last_inbound_at = NIGHT - timedelta(hours=1)
        row = self.reply(self.ana, self.conversation, "Still awake").wa_message_ids
        manual = self.template_to(self.conversation, "manual").message
        self.run_sender()
        self.assertEqual((row.state, manual.state), ("sent", "sent"))

    def test_answer_of_a_machine_to_somebody_who_wrote_just_now_leaves_at_once(self):
        """Whoever writes at night gets the away message at night."""
        self.set_clock(NIGHT)
        self.conversation.last_inbound_at = NIGHT - timedelta(minutes=1)
        [outcome] = self.env["wa.free.text"]._send_to_records(self.conversation.lead_id, text="We are back at nine.")
        self.run_sender()
        self.assertEqual(outcome.message.state, "sent")

    def test_waiting_automation_does_not_hold_up_a_person(self):
        self.set_clock(NIGHT)
        waiting = self.template_to(self.conversation, "automation").message
        self.conversation.last_inbound_at = NIGHT - timedelta(hours=1)
        row = self.reply(self.ana, self.conversation, "A person").wa_message_ids
        self.run_sender()
        self.assertEqual((row.state, waiting.state), ("sent", "queued"))

    # ------------------------------------------------- what changes while it waits

    def waiting(self, template):
        self.set_clock(NIGHT)
        row = self.template_to(self.conversation, "automation", template).message
        self.assertEqual(row.state, "queued")
        return row

    def assert_refused_and_told(self, row, code):
        self.set_clock(MORNING)
        self.run_sender()
        self.assertEqual((row.state, row.error_code), ("failed", code))
        self.assertFalse(self.sent())
        note = self.conversation.lead_id.message_ids.filtered(lambda m: "not sent" in m.body or "failed" in m.body)
        self.assertTrue(note, "the lead says so")
        told = self.env["mail.notification"].search([("res_partner_id", "=", self.ana.partner_id.id)]).mail_message_id
        self.assertTrue(
            told.filtered(lambda m: row.contact_id.display_name in (m.body or "") and "not sent" in (m.subject or "")),
            "its owner is told",
        )
        refusal = self.env["wa.refusal"].search([("conversation_id", "=", self.conversation.id)])
        self.assertEqual((refusal.code, refusal.origin), (code, "automation"))

    def test_stop_while_a_message_waits(self):
        offer = self._make_template("autumn_offer", "Only today", [], category="MARKETING")
        self.give_consent(self.conversation.contact_id)
        row = self.waiting(offer)
        self.conversation.contact_id.opted_out_marketing = True
        self.assert_refused_and_told(row, "opted_out")

    def test_template_paused_while_a_message_waits(self):
        row = self.waiting(self.template)
        self.template.sudo().status = "PAUSED"
        self.assert_refused_and_told(row, "template_paused")

    def test_contact_blocked_while_a_message_waits(self):
        row = self.waiting(self.template)
        self.conversation.contact_id.with_user(self.lead_manager).action_block()
        self.assert_refused_and_told(row, "contact_blocked")

    def test_one_notification_for_many_messages_with_one_reason(self):
        self.set_clock(NIGHT)
        others = [self.customer(name=f"Customer {i}", phone=f"+120255501{50 + i}") for i in range(3)]
        conversations = [self.customer_writes(other, "Hello") for other in others]
        for conversation in conversations:
            conversation.last_inbound_at = LONG_AGO
            conversation.lead_id.user_id = self.ana
            self.template_to(conversation, "automation")
        self.template.sudo().status = "PAUSED"
        before = self.env["mail.notification"].search([("res_partner_id", "=", self.ana.partner_id.id)])
        self.set_clock(MORNING)
        self.run_sender()
        told = self.env["mail.notification"].search([("res_partner_id", "=", self.ana.partner_id.id)]) - before
        told = told.filtered(lambda n: "not sent" in (n.mail_message_id.subject or ""))
        self.assertEqual(len(told), 1)
        for other in others:
            self.assertIn(other["name"], told.mail_message_id.body)


@tagged("post_install", "-at_install", "wa")
class TestQuietFacts(QuietCase, WaCase):
    """Whose night it is, and which hours are meant."""

    def setUp(self):
        super().setUp()
        self.account.write({"has_quiet_hours": True, "quiet_from": 21, "quiet_to": 8})

    def until(self, conversation, now, origin="automation"):
        return self.env["wa.gate"]._facts(conversation, "template", self.template, now=now, origin=origin).quiet_until

    def conversation_of(self, **person):
        conversation = self.receive(self.inbound(**person))
        conversation.last_inbound_at = LONG_AGO
        conversation.partner_id.tz = False
        return conversation

    def test_default_is_the_night_and_on(self):
        account = self.env["wa.account"].create({"name": "New", "waba_id": "900000000000009"})
        self.assertEqual(
            (account.has_quiet_hours, account.quiet_from, account.quiet_to, account.quiet_days), (True, 21, 8, "none")
        )

    def test_area_code_decides(self):
        new_york = self.conversation_of(wa_id="12025550143", bsuid=None)
        los_angeles = self.conversation_of(wa_id="13105550144", bsuid=None)
        self.assertEqual(self.until(new_york, NIGHT), MORNING)
        self.assertEqual(self.until(los_angeles, NIGHT), datetime(2026, 11, 25, 16))
        self.assertFalse(self.until(new_york, NOON))

    def test_country_of_an_id_without_a_phone(self):
        british = self.conversation_of(wa_id=None, bsuid="GB.7001")
        self.assertEqual(self.until(british, datetime(2026, 11, 25, 7, 59)), datetime(2026, 11, 25, 8))
        self.assertFalse(self.until(british, datetime(2026, 11, 25, 8)))
        # Somewhere from New York to Hawaii: quiet until it is morning in Hawaii.
        american = self.conversation_of(wa_id=None, bsuid="US.7002")
        self.assertGreaterEqual(self.until(american, NIGHT), datetime(2026, 11, 25, 18))

    def test_zone_of_the_customers_record(self):
        conversation = self.conversation_of(wa_id=None, bsuid="US.7003")
        conversation.partner_id.tz = "America/New_York"
        self.assertEqual(self.until(conversation, NIGHT), MORNING)
        # A zone that number and country contradict is one more possibility, not the answer.
        conversation = self.conversation_of(wa_id="12025550145", bsuid=None)
        conversation.partner_id.tz = "Europe/Brussels"
        self.assertEqual(self.until(conversation, NIGHT), MORNING)
        self.assertEqual(self.until(conversation, datetime(2026, 11, 25, 20)), datetime(2026, 11, 26, 13))

    def test_people_are_not_held_back(self):
        conversation = self.conversation_of()
        for origin in ("chat", "manual"):
            self.assertTrue(
                self.env["wa.gate"]._decide(conversation, "template", self.template, now=NIGHT, origin=origin).allowed
            )
        for origin in ("automation", "sequence", "bulk"):
            decision = self.env["wa.gate"]._decide(conversation, "template", self.template, now=NIGHT, origin=origin)
            self.assertEqual((decision.verdict, decision.code, decision.when), ("later", "quiet_hours", MORNING))

    def test_switched_off(self):
        self.account.has_quiet_hours = False
        self.assertFalse(self.until(self.conversation_of(), NIGHT))

    def test_sunday_stays_quiet(self):
        self.account.quiet_days = "sunday"
        conversation = self.conversation_of(wa_id="12025550143", bsuid=None)
        self.assertEqual(self.until(conversation, datetime(2026, 11, 29, 17)), datetime(2026, 11, 30, 13))

    def test_a_country_has_its_own_hours(self):
        self.env["wa.country.rule"].create(
            {
                "country_id": self.env.ref("base.us").id,
                "what": "quiet_hours",
                "quiet_from": 20,
                "quiet_to": 9.5,
            }
        )
        american = self.conversation_of(wa_id="12025550143", bsuid=None)
        british = self.conversation_of(wa_id="447700900123", bsuid="GB.7004")
        self.assertEqual(self.until(american, MORNING), datetime(2026, 11, 25, 14, 30))
        self.assertEqual(self.until(british, datetime(2026, 11, 25, 20, 30)), None)
        self.account.has_quiet_hours = False
        self.assertEqual(self.until(american, MORNING), datetime(2026, 11, 25, 14, 30), "a law is no setting of the account")

    def test_impossible_times_are_refused_with_words(self):
        for name in ("quiet_from", "quiet_to"):
            for value in (-1, 24, 30):
                with self.assertRaisesRegex(ValidationError, "time of the day"), self.cr.savepoint():
                    self.account[name] = value
