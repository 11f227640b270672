"""Customers who want no more messages, by the signed webhook: word, button, sentence, complaint."""

from odoo.tests import tagged

from ..words_case import WordsCase


@tagged("post_install", "-at_install", "wa", "wa_http", "wa_consent")
class TestStopWords(WordsCase):
    """What stops, what is asked of a person, and what proves nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.consent_policy = "all"

    def said(self, row):
        """Return what is on record about the customer after a message."""
        return [
            (consent.purpose, consent.action, consent.source, consent.evidence)
            for consent in row.contact_id.consent_ids.sorted("id")
        ]

    def confirmations(self, row):
        return self.env["wa.message"].search([("conversation_id", "=", row.conversation_id.id), ("is_confirmation", "=", True)])

    def activities(self, row):
        return row.conversation_id.lead_id.activity_ids

    def test_word_stops_everything_once(self):
        """R29: "Salir" stops all, and is confirmed once, in Spanish."""
        row = self.customer_writes("Salir")
        self.assertEqual(
            self.said(row), [("service", "withdrawn", "keyword", "Salir"), ("marketing", "withdrawn", "keyword", "Salir")]
        )
        self.assertIn("no recibirás más mensajes", self.confirmations(row).content["body"])
        self.customer_writes("salir!!! 🙏")
        self.customer_writes("Por favor, SALIR")
        self.assertEqual(len(self.confirmations(row)), 1)
        self.assertFalse(row.conversation_id.stop_request_id)

    def test_button_stops_marketing_only(self):
        """R29: a tap on WhatsApp's own label, and the way back; by text, too."""
        labels = ("Detener promociones", "Parar promoções", "Arrêter les promotions", "إيقاف العروض الترويجية")
        for index, text in enumerate(labels):
            button = {"type": "button", "button": {"text": text, "payload": text}} if index < 3 else {}
            row = self.customer_writes(text, **button)
            self.assertEqual(self.said(row)[-1], ("marketing", "withdrawn", "keyword", text))
            self.assertNotEqual(row.conversation_id.consent_service, "withdrawn")
        self.assertEqual(len(self.confirmations(row)), 1)
        self.assertIn("publicidad", self.confirmations(row).content["body"])
        row = self.customer_writes("x", type="button", button={"text": "Reanudar promociones", "payload": "x"})
        self.assertEqual(row.conversation_id.consent_marketing, "granted")

    def test_sentence_is_told_and_no_consent(self):
        """R29: a sentence stops nothing by machine; somebody is told, once; it is no consent."""
        row = self.customer_writes("quiero dar de baja la suscripción")
        conversation = row.conversation_id
        self.assertFalse(self.said(row))
        self.assertEqual(conversation.consent_service, "none")
        self.assertFalse(self.confirmations(row))
        self.assertEqual(conversation.stop_request_id, row)
        activity = self.activities(row)
        self.assertEqual((len(activity), activity.user_id), (1, conversation.user_id))
        self.assertIn("dar de baja", activity.note)
        notes = conversation.channel_id.message_ids.filtered(lambda m: "no more messages" in (m.body or ""))
        self.assertEqual(len(notes), 1)
        self.assertTrue(self.reply(conversation.user_id, conversation, "¿De verdad?"), "the talk goes on")
        self.customer_writes("sí, ya no quiero recibir sus mensajes")
        self.assertEqual(self.activities(row), activity, "told once until somebody decided")
        self.assertEqual(conversation.stop_request_id, row)

    def test_somebody_decides(self):
        """R29: a colleague records it with the customer's words, or says that it was none."""
        row = self.customer_writes("please stop sending me these messages <b>")
        conversation = row.conversation_id.with_user(row.conversation_id.user_id)
        action = conversation.action_record_stop()
        wizard = self.env["wa.consent.record"].with_user(conversation.env.user).with_context(**action["context"]).create({})
        self.assertEqual((wizard.action, wizard.evidence), ("withdrawn", "please stop sending me these messages <b>"))
        wizard.action_record()
        self.assertEqual(row.conversation_id.consent_service, "withdrawn")
        self.assertFalse(row.conversation_id.stop_request_id)
        self.assertFalse(self.activities(row))
        again = self.customer_writes("Hello again, how much is it?")
        self.assertEqual(again.conversation_id.consent_service, "granted")
        self.customer_writes("could you stop sending me these messages every day?")
        self.assertTrue(again.conversation_id.stop_request_id)
        conversation.action_dismiss_stop()
        self.assertFalse(again.conversation_id.stop_request_id)
        self.assertFalse(self.activities(again))
        self.assertEqual(again.conversation_id.consent_service, "granted")

    def test_complaint_stops_nothing_and_is_no_consent(self):
        """R29: who complains about double charges wants no silence, and has agreed to nothing."""
        row = self.customer_writes("no me manden más cobros duplicados")
        self.assertFalse(self.said(row))
        self.assertFalse(self.confirmations(row))
        self.assertFalse(row.conversation_id.stop_request_id)
        later = self.customer_writes("¿Me pueden devolver el dinero?")
        self.assertEqual(self.said(later), [("service", "granted", "message", "¿Me pueden devolver el dinero?")])

    def test_what_did_not_come_stops_nothing(self):
        """R29: a message that did not come, or offers that are missing, are trouble or a question, and no stop."""
        texts = ("Nachricht nicht erhalten", "Bericht niet ontvangen", "Saya tidak menerima pesan", "没有优惠吗？")
        for text in (*texts, "No offers?", "¿Sin publicidad?"):
            row = self.customer_writes(text)
            self.assertFalse(row.contact_id.consent_ids.filtered(lambda c: c.action == "withdrawn"), text)
            self.assertFalse(row.conversation_id.stop_request_id, text)

    def test_stop_after_other_words_is_told_and_no_consent(self):
        """R29: "No thanks. Stop!", spam, data protection: a person is told."""
        for text in ("No thanks, stop!", "Please erase my data", "Ich widerrufe meine Einwilligung"):
            row = self.customer_writes(text)
            self.assertFalse(self.said(row), text)
            self.assertTrue(row.conversation_id.stop_request_id, text)

    def test_no_is_no_proof(self):
        """R29: words that say no are no proof, in whatever kind of message they stand."""
        for text in ("No, gracias", "NO", "nein danke", "Non merci!", "لا شكرا", "不用了", "I'm not interested, sorry"):
            self.assertFalse(self.said(self.customer_writes(text)), text)
        picture = {"id": "1", "mime_type": "image/png", "caption": "no me escriban más"}
        row = self.customer_writes("x", type="image", image=picture)
        self.assertFalse(self.said(row))
        self.assertEqual(row.conversation_id.stop_request_id, row)
        tap = {"type": "button_reply", "button_reply": {"id": "n", "title": "No, gracias"}}
        self.assertFalse(self.said(self.customer_writes("x", type="interactive", interactive=tap)))

    def test_late_stop_is_not_undone_by_a_no(self):
        """R29: a stop that comes late; what was written after it said no as well."""
        row = self.customer_writes("Hola")
        now = int(row.sent_at.timestamp())
        self.customer_writes("no me interesa", at=now - 60)
        self.customer_writes("Salir", at=now - 120)
        consents = row.contact_id.consent_ids.sorted(lambda c: (c.happened_at, c.id))
        self.assertNotIn("no me interesa", consents.filtered(lambda c: c.action == "granted").mapped("evidence"))

    def test_words_taken_off_the_list_stop_nothing(self):
        """R29: the list is the business's: an archived word or label does nothing."""
        word = self.env["wa.keyword"].search([("word", "=", "salir")])
        word.active = False
        self.env["wa.keyword"].create({"word": "Detener promociones", "active": False})
        for text in ("Salir", "Detener promociones"):
            row = self.customer_writes(text)
            self.assertFalse(row.contact_id.consent_ids.filtered(lambda c: c.action == "withdrawn"), text)

    def test_vietnamese_right_is_no_stop(self):
        """R29: "Đúng" (right) and "dừng" (stop) differ by their marks alone."""
        self.assertEqual(self.customer_writes("Đúng").conversation_id.consent_service, "granted")
        self.assertEqual(self.customer_writes("Dung").conversation_id.consent_service, "granted")
        self.assertEqual(self.customer_writes("Dừng!").conversation_id.consent_service, "withdrawn")

    def test_words_are_completed_by_updates(self):
        """R29: an update adds words a database has not, in no second spelling, and changes none."""
        keywords = self.env["wa.keyword"]
        keywords.search([("word", "in", ("salir", "sair"))]).unlink()
        own = keywords.create({"word": "SALIR!", "purpose": "marketing"})
        keywords._load_shipped()
        self.assertEqual(own.purpose, "marketing")
        self.assertEqual(keywords.search([("key", "=", "salir")]), own)
        self.assertTrue(keywords.search([("word", "=", "sair")]))
        count = keywords.search_count([])
        keywords._load_shipped()
        self.assertEqual(keywords.search_count([]), count)
