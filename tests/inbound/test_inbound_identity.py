from odoo.tests import tagged

from ..inbound_case import RecordedCase


@tagged("post_install", "-at_install", "wa")
class TestInboundIdentity(RecordedCase):
    """People who change their number or id stay one person with one thread, and colleagues are told."""

    def test_new_number_is_a_thin_note_in_the_thread(self):
        conversation = self.ada()
        self.receive_recorded("system_user_changed_number")
        contact = conversation.contact_id
        self.assertEqual((contact.bsuid, contact.wa_id), ("GB.99900012", "447700900999"))
        note = self.messages(conversation)[-1]
        self.assertEqual(note.message_type, "notification")
        self.assertIn("from +44 7700 900123 to +44 7700 900999", note.body)
        self.assertFalse(self.last_event().note)

    def test_new_id_in_every_form_of_the_webhook(self):
        for name in ("system_user_changed_user_id", "system_user_changed_user_id_in_body", "user_id_update"):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                conversation = self.ada()
                self.receive_recorded(name)
                self.assertEqual(conversation.contact_id.bsuid, "GB.99900012")
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_same_news_again_says_nothing_twice(self):
        conversation = self.ada()
        self.receive_recorded("system_user_changed_number")
        count = len(self.messages(conversation))
        self.last_event().action_process_again()
        self.process_webhooks()
        self.assertEqual(len(self.messages(conversation)), count)

    def test_person_who_wrote_with_the_new_id_before_the_news_came_is_joined(self):
        conversation = self.ada()
        customer = conversation.partner_id
        later = self.receive(self.inbound("It is me", wa_id="447700900999", bsuid="GB.99900012", name="Ada Example"))
        self.assertNotEqual(later, conversation)
        self.receive_recorded("system_user_changed_number")
        contact = self.env["wa.contact"].search([("bsuid", "=", "GB.99900012")])
        self.assertEqual((contact.wa_id, len(contact.conversation_ids)), ("447700900999", 1))
        self.assertFalse(self.env["wa.contact"].search([("wa_id", "=", "447700900123")]))
        self.assertIn(contact.partner_id, customer | later.partner_id)
        thread = "".join(self.thread(contact.conversation_ids))
        self.assertIn("still available", thread)
        self.assertIn("It is me", thread)

    def test_another_phone_is_a_warning(self):
        conversation = self.ada()
        self.receive_recorded("system_customer_identity_changed")
        self.assertIn("may use a new phone", self.thread(conversation)[-1])

    def test_wishes_about_marketing_are_kept_and_shown(self):
        conversation = self.ada()
        for name, stopped, words in (
            ("user_preferences_stop", True, "stopped marketing"),
            ("user_preferences_resume", False, "allowed marketing"),
            ("user_preferences_signup", False, "signed up"),
        ):
            with self.subTest(name):
                conversation.contact_id.marketing_preference_at = False
                self.receive_recorded(name)
                self.assertEqual(conversation.contact_id.opted_out_marketing, stopped)
                self.assertIn(words, self.thread(conversation)[-1])
