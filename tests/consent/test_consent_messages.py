import time
from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.outbox.claim import ask_gate
from ..common import WaCase


@tagged("post_install", "-at_install", "wa", "wa_consent")
class TestConsentInMessages(WaCase):
    """Customers agree by writing and stop by a word of theirs; colleagues see it, and one line confirms it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.consent_policy = "all"

    def rows(self, conversation):
        return [
            (row.purpose, row.action, row.source, row.evidence)
            for row in conversation.contact_id.consent_ids.sorted(lambda r: (r.happened_at, r.id))
        ]

    def confirmations(self, conversation):
        return self.env["wa.message"].search([("conversation_id", "=", conversation.id), ("is_confirmation", "=", True)])

    def ago(self, seconds):
        return time.time() - seconds

    def test_first_message_is_consent_to_be_answered_with_its_words(self):
        conversation = self.receive(self.inbound("Is the oak table still there?"))
        row = conversation.contact_id.consent_ids
        self.assertEqual(
            (row.purpose, row.action, row.source, row.evidence),
            ("service", "granted", "message", "Is the oak table still there?"),
        )
        self.assertEqual(row.message_id, conversation.message_ids)
        self.assertEqual((row.happened_at, row.company_id), (conversation.last_inbound_at, self.env.company))
        self.assertEqual((conversation.consent_service, conversation.consent_marketing), ("granted", "none"))

    def test_no_row_for_every_message(self):
        conversation = self.receive(self.inbound("One"))
        for text in ("Two", "Three"):
            self.receive(self.inbound(text))
        self.assertEqual(len(conversation.contact_id.consent_ids), 1)

    def test_ten_messages_in_one_batch_are_one_row_each_person(self):
        for index in range(10):
            self.store_webhook(self.inbound(f"Hello {index}", wa_id=f"1202555010{index % 2}", bsuid=f"US.{index % 2}9"))
        self.process_webhooks()
        rows = self.env["wa.consent"].search([("contact_id.bsuid", "in", ("US.09", "US.19"))])
        self.assertEqual(len(rows), 2)

    def test_known_customers_cost_no_query(self):
        """What the job does for consent, in the ordinary case: it looks at what is loaded already."""
        conversation = self.receive(self.inbound("Hi"))
        self.receive(self.inbound("stop talking about it, please"))
        listened = []
        model = type(self.env["wa.inbound.consent"])
        original = model._listen

        def counted(listener, contexts):
            before = self.cr.sql_log_count
            contexts[0].conversation.consent_service  # noqa: B018 (loaded with the conversation, in the job too)
            loaded = self.cr.sql_log_count
            failed = original(listener, contexts)
            listened.append((self.cr.sql_log_count - loaded, loaded - before, len(contexts)))
            return failed

        self.patch(model, "_listen", counted)
        for index in range(8):
            self.store_webhook(self.inbound(f"Message {index}"))
        self.process_webhooks()
        self.assertEqual([queries for queries, _loading, _count in listened], [0], listened)
        self.assertEqual(listened[0][2], 8)
        self.assertEqual(conversation.consent_service, "granted")

    def test_reaction_is_no_consent(self):
        conversation = self.receive(
            self.inbound(type="reaction", reaction={"message_id": "wamid.X", "emoji": "👍"}, wa_id="447700900123", bsuid="GB.9")
        )
        self.assertFalse(conversation.contact_id.consent_ids)

    def test_stop_withdraws_everything_and_is_confirmed_once(self):
        conversation = self.receive(self.inbound("Hi", at=self.ago(100)))
        self.receive(self.inbound("STOP!", at=self.ago(50)))
        self.assertEqual(
            self.rows(conversation)[1:],
            [("service", "withdrawn", "keyword", "STOP!"), ("marketing", "withdrawn", "keyword", "STOP!")],
        )
        confirmation = self.confirmations(conversation)
        self.assertEqual((len(confirmation), confirmation.state, confirmation.kind), (1, "queued", "text"))
        self.assertIn("no more messages from Example Shop", confirmation.content["body"])
        self.assertTrue(ask_gate(confirmation), "the sender lets exactly this one through")
        self.receive(self.inbound("Stop", at=self.ago(20)))
        self.assertEqual(self.confirmations(conversation), confirmation, "then silence")

    def test_silence_until_the_customer_writes_something_else(self):
        conversation = self.receive(self.inbound("Hi", at=self.ago(100)))
        self.receive(self.inbound("baja", at=self.ago(50)))
        with self.assertRaisesRegex(UserError, "no such messages any more"):
            self.reply(self.ana, conversation, "But why?")
        self.assertFalse(self.env["wa.gate"]._decide(conversation, "template", self.template, origin="automation").allowed)
        self.receive(self.inbound("Wait, where is my order?", at=self.ago(10)))
        self.assertEqual((conversation.consent_service, conversation.consent_marketing), ("granted", "withdrawn"))
        self.assertTrue(self.reply(self.ana, conversation, "It leaves today"))
        self.receive(self.inbound("baja", at=self.ago(5)))
        self.assertEqual(len(self.confirmations(conversation)), 2, "a new stop after a new start")

    def test_confirmation_speaks_the_customers_language(self):
        for index, (word, sample) in enumerate(
            (("Abmelden", "keine Nachrichten mehr"), ("ARRET", "plus de messages"), ("توقف", "لن تصلك رسائل"), ("dur", "artık"))
        ):
            conversation = self.receive(self.inbound(word, wa_id=f"1202555016{index}", bsuid=f"US.6{index}"))
            self.assertIn(sample, self.confirmations(conversation).content["body"])
        conversation = self.receive(self.inbound("Stop", wa_id="5511987654321", bsuid="BR.5"))
        self.assertIn("você não receberá", self.confirmations(conversation).content["body"], "a word of all languages")

    def test_account_has_its_own_words_or_none(self):
        self.account.optout_confirmation = "Bye then."
        conversation = self.receive(self.inbound("stop", wa_id="12025550161", bsuid="US.61"))
        self.assertEqual(self.confirmations(conversation).content["body"], "Bye then.")
        self.account.is_optout_confirmed = False
        conversation = self.receive(self.inbound("stop", wa_id="12025550162", bsuid="US.62"))
        self.assertEqual(conversation.consent_service, "withdrawn")
        self.assertFalse(self.confirmations(conversation))

    def test_old_stop_is_not_confirmed_through_a_closed_window(self):
        conversation = self.receive(self.inbound("stop", at=self.ago(30 * 3600)))
        self.assertEqual(conversation.consent_service, "withdrawn")
        self.assertFalse(self.confirmations(conversation))

    def test_word_inside_a_sentence_stops_nothing(self):
        conversation = self.receive(self.inbound("Please stop at the back door"))
        self.assertEqual(conversation.consent_service, "granted")
        self.assertFalse(self.confirmations(conversation))

    def test_caption_stops_nothing(self):
        conversation = self.receive(self.inbound(type="image", image={"id": "1", "mime_type": "image/png", "caption": "stop"}))
        self.assertEqual(conversation.consent_service, "none", "and is no proof of a yes either")
        self.assertTrue(conversation.stop_request_id, "somebody is told")

    def test_marketing_only(self):
        conversation = self.receive(self.inbound("Hi", at=self.ago(100)))
        self.give_consent(conversation.contact_id, at=fields.Datetime.now() - timedelta(seconds=90))
        self.receive(self.inbound("Stop promotions", at=self.ago(50)))
        self.assertEqual((conversation.consent_service, conversation.consent_marketing), ("granted", "withdrawn"))
        self.assertIn("advertising", self.confirmations(conversation).content["body"])
        self.assertTrue(self.reply(self.ana, conversation, "Your order is on its way"))

    def test_stop_that_comes_late_does_not_silence_somebody_who_wrote_since(self):
        conversation = self.receive(self.inbound("Hi", at=self.ago(300)))
        self.receive(self.inbound("Where is it?", at=self.ago(100)))
        self.receive(self.inbound("stop", at=self.ago(200)))
        self.assertEqual((conversation.consent_service, conversation.consent_marketing), ("granted", "withdrawn"))
        self.assertEqual(self.rows(conversation)[-1], ("service", "granted", "message", "Where is it?"))

    def test_message_that_comes_late_does_not_undo_a_stop(self):
        conversation = self.receive(self.inbound("Hi", at=self.ago(300)))
        self.receive(self.inbound("stop", at=self.ago(200)))
        self.receive(self.inbound("stop", at=self.ago(100)))
        self.receive(self.inbound("Where is it?", at=self.ago(150)))
        self.assertEqual(conversation.consent_service, "withdrawn")

    def test_stop_and_question_in_one_batch(self):
        self.store_webhook(self.inbound("stop", at=self.ago(60)))
        self.store_webhook(self.inbound("Or rather: how much is it?", at=self.ago(30)))
        self.process_webhooks()
        conversation = self.env["wa.message"].search([("direction", "=", "in")], limit=1).conversation_id
        self.assertEqual((conversation.consent_service, conversation.consent_marketing), ("granted", "withdrawn"))

    def test_same_webhook_again_writes_nothing(self):
        payload = self.inbound("stop", wamid="wamid.SAME")
        conversation = self.receive(payload)
        payload["nonce"] = 2
        self.receive(payload)
        self.assertEqual(len(conversation.contact_id.consent_ids), 2)
        self.assertEqual(len(self.confirmations(conversation)), 1)

    def test_start_takes_a_stop_back_and_marketing_only_if_it_was_there(self):
        conversation = self.receive(self.inbound("stop", at=self.ago(60)))
        self.receive(self.inbound("Start", at=self.ago(50)))
        self.assertEqual((conversation.consent_service, conversation.consent_marketing), ("granted", "withdrawn"))
        self.give_consent(conversation.contact_id, at=fields.Datetime.now() - timedelta(seconds=40))
        self.receive(self.inbound("stop", at=self.ago(30)))
        self.assertEqual(conversation.consent_marketing, "withdrawn")
        self.receive(self.inbound("START", at=self.ago(20)))
        self.assertEqual((conversation.consent_service, conversation.consent_marketing), ("granted", "granted"))

    def test_quick_reply_button_stops_too(self):
        conversation = self.receive(self.inbound("Hi", at=self.ago(100)))
        self.receive(self.inbound(type="button", button={"text": "Stop messages", "payload": "Stop messages"}, at=self.ago(50)))
        self.assertEqual(conversation.consent_service, "withdrawn")
        self.receive(self.inbound("Hi again", at=self.ago(40)))
        self.env["wa.keyword"].create({"word": "optout:all", "action": "optout"})
        self.receive(
            self.inbound(
                type="interactive",
                interactive={"type": "button_reply", "button_reply": {"id": "OPTOUT:ALL", "title": "Not for me"}},
                at=self.ago(30),
            )
        )
        self.assertEqual(conversation.consent_service, "withdrawn", "by the payload")

    def test_link_gives_its_purpose_with_what_stood_beside_it(self):
        link = self.env["wa.optin.link"].create(
            {
                "name": "Shop window",
                "number_id": self.number.id,
                "keyword": "Yes, send me offers!",
                "wording": "Scan to get our offers on WhatsApp.",
            }
        )
        conversation = self.receive(self.inbound("yes send me offers"))
        self.assertEqual((conversation.consent_service, conversation.consent_marketing), ("granted", "granted"))
        row = link.consent_ids
        self.assertEqual((row.source, row.purpose, row.place), ("link", "marketing", "Shop window"))
        self.assertIn("Scan to get our offers", row.evidence)
        self.assertEqual(link.consent_count, 1)
        self.assertTrue(link.url.startswith("https://wa.me/12025550142?text=Yes%2C%20send"))
        self.assertTrue(link.qr_image)

    def test_message_to_a_group_is_no_consent(self):
        payload = self.inbound("Hi all")
        payload["entry"][0]["changes"][0]["value"]["messages"][0]["group_id"] = "G1"
        conversation = self.receive(payload)
        self.assertFalse(conversation.contact_id.consent_ids)

    def test_moment_is_the_customers(self):
        at = int(self.ago(500))
        row = self.receive(self.inbound("Hi", at=at)).contact_id.consent_ids
        self.assertEqual(row.happened_at, datetime.fromtimestamp(at, tz=timezone.utc).replace(tzinfo=None))

    def test_opening_screens_are_told(self):
        conversation = self.receive(self.inbound("Hi", at=self.ago(100)))
        told = []
        self.patch(type(self.env["wa.conversation"]), "_broadcast", lambda conversations: told.extend(conversations.ids))
        self.receive(self.inbound("stop", at=self.ago(10)))
        self.assertIn(conversation.id, told)
