import time

from odoo.tests import tagged

from ..inbound_case import RecordedCase


@tagged("post_install", "-at_install", "wa")
class TestInboundEchoes(RecordedCase):
    """Coexistence: what was written on a phone is shown, and starts nothing."""

    def _echo(self, change=None):
        return self.receive_recorded("smb_message_echoes", change)

    def _only_text(self, value):
        del value["message_echoes"][1]

    def test_message_from_the_phone_is_shown_as_ours_and_never_sent(self):
        row = self._echo(self._only_text)
        self.assertEqual((row.direction, row.state, row.origin), ("out", "sent", "phone"))
        self.assertIn("Written on the phone", row.mail_message_id.body)
        self.assertEqual(row.mail_message_id.author_id, self.number.company_id.partner_id)
        conversation = row.conversation_id
        self.assertFalse(conversation.lead_id or conversation.window_until or conversation.waiting_since)
        self.assertFalse(self.env["wa.message"].search([("state", "in", ("queued", "sending"))]))

    def test_its_deletion_on_the_phone(self):
        self._echo()
        row = self.env["wa.message"].search([("wamid", "=", "wamid.SAMPLE_ECHO_1")])
        self.assertIn("deleted on the phone", row.mail_message_id.body)
        self.assertIn("Written on the phone", row.mail_message_id.body)
        self.assertTrue(row.deleted_at)

    def test_answer_on_the_phone_ends_the_waiting_and_is_not_unread(self):
        at = self.moment(1795430000)
        conversation = self.receive(self.inbound("Anybody?", wa_id="447700900123", bsuid="GB.70315500291844", at=at))
        conversation.user_id = self.ana
        member = conversation.channel_id.channel_member_ids.filtered(lambda m: m.partner_id == self.ana.partner_id)
        member._set_new_message_separator(self.messages(conversation)[-1].id + 1)
        self.assertTrue(conversation.waiting_since)
        window = conversation.window_until
        self._echo(self._only_text)
        self.assertFalse(conversation.waiting_since)
        self.assertEqual(conversation.window_until, window)
        member.invalidate_recordset()
        self.assertEqual(member.message_unread_counter, 0)

    def test_unread_messages_stay_unread_beside_an_echo(self):
        conversation = self.ada()
        conversation.user_id = self.ana
        member = conversation.channel_id.channel_member_ids.filtered(lambda m: m.partner_id == self.ana.partner_id)
        before = member.message_unread_counter
        self.assertTrue(before)
        self._echo(self._only_text)
        member.invalidate_recordset()
        self.assertGreaterEqual(member.message_unread_counter, before)

    def test_history_has_its_own_time_and_starts_nothing(self):
        self.receive_recorded("history")
        rows = self.env["wa.message"].search([("wamid", "like", "SAMPLE_HIST")], order="sent_at")
        self.assertEqual(rows.mapped("direction"), ["in", "out", "in"])
        self.assertEqual(rows.mapped("state"), ["received", "delivered", "received"])
        self.assertEqual(set(rows.mapped("is_history")), {True})
        conversation = rows.conversation_id
        self.assertEqual(self.messages(conversation).mapped("body")[0:2], rows[:2].mail_message_id.mapped("body"))
        self.assertIn("An old question", rows[0].mail_message_id.body)
        self.assertEqual(rows[0].mail_message_id.date, rows[0].sent_at)
        self.assertLess(rows[0].sent_at.timestamp(), time.time() - 3600)
        self.assertFalse(conversation.lead_id or conversation.window_until or conversation.waiting_since)
        self.assertEqual(conversation.state, "closed")
        self.assertIn("A file from before", rows[2].mail_message_id.body)

    def test_files_of_the_history_come_later_under_the_same_id(self):
        self.receive_recorded("history")
        self.receive_recorded("history_media")
        row = self.env["wa.message"].search([("wamid", "=", "wamid.SAMPLE_HIST_3")])
        self.assertEqual((row.kind, row.media_ids.media_uid), ("image", "1000200030009"))
        self.assertIn("📷 Photo…", row.mail_message_id.body)

    def test_files_of_the_history_without_their_placeholder(self):
        self.receive_recorded("history_media")
        row = self.env["wa.message"].search([("wamid", "=", "wamid.SAMPLE_HIST_3")])
        self.assertEqual((row.kind, row.is_history, len(row.media_ids)), ("image", True, 1))

    def test_refused_history_is_said_on_the_number(self):
        self.receive_recorded("history_refused")
        self.assertIn("turned off by the business", self.number.message_ids[0].body)

    def test_same_history_again_doubles_nothing(self):
        self.receive_recorded("history")
        self.last_event().action_process_again()
        self.process_webhooks()
        self.assertEqual(self.env["wa.message"].search_count([("wamid", "like", "SAMPLE_HIST")]), 3)

    def test_phone_book_completes_people_we_know_and_nobody_else(self):
        count = self.env["res.partner"].search_count([])
        self.receive_recorded("smb_app_state_sync")
        self.assertEqual(self.env["res.partner"].search_count([]), count)
        conversation = self.receive(self.inbound("Hi", wa_id="447700900123", bsuid="GB.70315500291844", name=""))
        self.assertEqual(conversation.partner_id.name, "+44 7700 900123")
        self.last_event()
        self.env["wa.webhook.event"].search([]).action_process_again()
        self.process_webhooks()
        self.assertEqual(conversation.partner_id.name, "Ada Example")
        self.assertEqual(conversation.contact_id.username, "ada.example")
