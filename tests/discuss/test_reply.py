import time
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa")
class TestReply(WaCase):
    """A colleague's comment in a conversation becomes a queued message, or is refused with a reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ben.lang = cls.ana.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana

    def test_reply_is_queued_in_the_same_transaction(self):
        message = self.reply(self.ana, self.conversation, "Good *morning*")
        row = message.wa_message_ids
        self.assertEqual((row.state, row.kind, row.direction), ("queued", "text", "out"))
        self.assertEqual(row.content, {"body": "Good *morning*"})
        self.assertEqual(row.author_id, self.ana)
        self.assertFalse(self.conversation.waiting_since, "a person's answer ends the waiting")

    def test_note_never_leaves(self):
        self.conversation.channel_id.with_user(self.ana).message_post(
            body="internal", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.assertFalse(self.last_outgoing(self.conversation))
        self.assertTrue(self.conversation.waiting_since, "a note is no answer")

    def test_window_boundaries(self):
        gate = self.env["wa.gate"]
        inbound = self.conversation.last_inbound_at
        for offset, allowed in ((86399, True), (86400, False), (86401, False)):
            decision = gate._decide(self.conversation, "free", now=inbound + timedelta(seconds=offset))
            self.assertEqual(decision.allowed, allowed, offset)

    def test_closed_window_refuses_before_it_leaves_and_says_what_to_do(self):
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)
        before = self.env["mail.message"].search_count([("res_id", "=", self.conversation.channel_id.id)])
        with self.assertRaisesRegex(UserError, "24 hours.*template"):
            self.reply(self.ana, self.conversation, "too late")
        self.assertFalse(self.last_outgoing(self.conversation))
        self.assertEqual(self.env["mail.message"].search_count([("res_id", "=", self.conversation.channel_id.id)]), before)

    def test_only_our_template_was_sent_so_free_text_stays_closed(self):
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)
        outcome = self.template._send_in_conversation(self.conversation, self.conversation.lead_id, "manual", {"body.2": "9"})
        self.assertEqual(outcome.status, "queued", outcome.reason)
        with self.assertRaises(UserError):
            self.reply(self.ana, self.conversation, "and now?")

    def test_client_cannot_choose_its_way_around_the_gate(self):
        """Message type, subtype and context come from the client: none opens the window."""
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)
        channel = self.conversation.channel_id.with_user(self.ana).with_context(wa_no_broadcast=True)
        with self.assertRaises(UserError):
            channel.message_post(body="x", message_type="comment", subtype_xmlid="mail.mt_comment")
        subtype = self.env.ref("mail.mt_comment")
        with self.assertRaises(UserError):
            channel.message_post(body="x", message_type="comment", subtype_id=subtype.id)
        for message_type in ("email", "auto_comment"):
            with self.assertRaises(UserError):
                channel.message_post(body="x", message_type=message_type, subtype_xmlid="mail.mt_comment")
        notice = channel.message_post(body="x", message_type="notification", subtype_xmlid="mail.mt_comment")
        self.assertTrue(notice.subtype_id.internal, "shown as a note")
        self.assertFalse(self.last_outgoing(self.conversation), "nothing leaves as another type")

    def test_repeated_press_of_send_makes_one_message(self):
        channel = self.conversation.channel_id.with_user(self.ana).with_context(wa_post_token="a1b2c3d4e5")
        first = channel.message_post(body="once", message_type="comment", subtype_xmlid="mail.mt_comment")
        second = channel.message_post(body="once", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.assertEqual(first, second)
        rows = self.env["wa.message"].search([("conversation_id", "=", self.conversation.id), ("direction", "=", "out")])
        self.assertEqual(len(rows), 1)

    def test_long_text_is_split_and_nothing_is_lost(self):
        text = " ".join(f"word{i}" for i in range(1500))
        message = self.reply(self.ana, self.conversation, text)
        parts = message.wa_message_ids.sorted("id").mapped(lambda row: row.content["body"])
        self.assertGreater(len(parts), 1)
        self.assertTrue(all(len(part) <= 4096 for part in parts))
        self.assertEqual(" ".join(" ".join(parts).split()), text)

    def test_empty_message_is_refused(self):
        with self.assertRaises(UserError):
            self.reply(self.ana, self.conversation, "  ")

    def test_quoting_carries_the_original(self):
        original = self.conversation.channel_id.message_ids[-1]
        message = self.reply(self.ana, self.conversation, "about that", parent_id=original.id)
        self.assertEqual(message.wa_message_ids.quoted_id, original.wa_message_ids)

    def test_sent_message_cannot_be_edited(self):
        message = self.reply(self.ana, self.conversation, "typo")
        with self.assertRaises(UserError):
            self.conversation.channel_id.with_user(self.ana)._message_update_content(message.with_user(self.ana), body="fixed")

    def test_number_stopped(self):
        self.number._block("because")
        with self.assertRaisesRegex(UserError, "stopped"):
            self.reply(self.ana, self.conversation, "x")

    def test_other_team_can_neither_read_nor_post(self):
        channel = self.conversation.channel_id.with_user(self.cid)
        with self.assertRaises(AccessError):
            channel.read(["name"])
        with self.assertRaises(AccessError):
            channel.message_post(body="x", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.assertFalse(self.env["wa.conversation"].with_user(self.cid).search([]))
        self.assertFalse(self.env["wa.message"].with_user(self.cid).search([]))
        self.assertFalse(self.env["wa.contact"].with_user(self.cid).search([("id", "=", self.conversation.contact_id.id)]))

    def test_team_mate_answers_without_joining_message(self):
        self.reply(self.ben, self.conversation, "I help out")
        texts = self.conversation.channel_id.message_ids.mapped("message_type")
        self.assertNotIn("notification", texts)
        self.assertEqual(self.conversation.user_id, self.ana, "answering does not take it away")

    def test_assigning_does_not_change_waiting(self):
        waiting = self.conversation.waiting_since
        self.conversation.user_id = self.ben
        self.assertEqual(self.conversation.waiting_since, waiting)

    def test_second_to_take_is_told(self):
        self.conversation.user_id = False
        self.conversation.with_user(self.ana).action_take()
        with self.assertRaises(UserError):
            self.conversation.with_user(self.ben).action_take()

    def test_store_shows_colleagues_why_the_box_is_closed(self):
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)
        explained = self.env["wa.gate"]._explain(self.conversation, "free")
        self.assertEqual((explained["code"], explained["action"]), ("window_closed", "template"))

    def test_reading_marks_the_customers_message_for_blue_ticks(self):
        member = self.conversation.channel_id.channel_member_ids
        last = self.conversation.channel_id.message_ids[0]
        member.with_user(self.ana)._mark_as_read(last.id)
        self.assertEqual(self.conversation.read_wamid, last.wa_message_ids.wamid)

    def test_reaction_opens_no_window(self):
        """A reaction, a system note or an unsupported kind opens no window."""
        conversation = self.receive(
            self.inbound(
                type="reaction",
                reaction={"message_id": "wamid.X", "emoji": "👍"},
                wa_id="447700900123",
                bsuid="GB.9",
                at=time.time(),
            )
        )
        self.assertFalse(conversation.window_until)
