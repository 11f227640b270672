from odoo.tests import tagged

from ..common import WaHttpCase
from ..rule_case import RuleMixin

WA_ID = "447700900206"


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestBlocked(RuleMixin, WaHttpCase):
    """R6: what blocked people write is kept and readable, and is nobody's work."""

    def hear(self, text="call me!!!", wa_id=WA_ID, **message):
        body = self.inbound(text, wa_id=wa_id, bsuid=None, name="Unwanted Tester", **message)
        self.assertEqual(self.post_webhook(body).status_code, 200)
        self.process_webhooks()
        row = self.env["wa.message"].search([("contact_id.wa_id", "=", wa_id), ("direction", "=", "in")], limit=1)
        self.assertFalse(row.event_id.note, row.event_id.note)
        return row

    def blocked(self):
        """A customer who wrote, was blocked, whose chat is closed and whose lead is lost."""
        conversation = self.hear("hello").conversation_id
        self.assertTrue(conversation.user_id)
        self.assertTrue(conversation.waiting_since)
        conversation.contact_id.with_user(self.lead_manager).action_block()
        self.assertFalse(conversation.waiting_since, "nobody has to answer any more")
        conversation.action_close()
        conversation.lead_id.action_set_lost()
        conversation.user_id = False
        return conversation

    def facts(self, conversation):
        conversation.invalidate_recordset()
        return conversation.read(
            ["state", "user_id", "lead_id", "waiting_since", "last_message_at", "last_touch_at", "last_inbound_at"]
        )

    def test_kept_marked_and_nobody_is_told(self):
        """R6"""
        conversation = self.blocked()
        channel = conversation.channel_id
        members = channel.channel_member_ids
        before, leads = self.facts(conversation), self.env["crm.lead"].with_context(active_test=False).search_count([])
        unread, interest = members.mapped("message_unread_counter"), channel.last_interest_dt
        self.env["bus.bus"].search([]).unlink()
        row = self.hear()
        self.assertEqual(self.facts(conversation), before)
        self.assertEqual(self.env["crm.lead"].with_context(active_test=False).search_count([]), leads)
        self.assertEqual(row.conversation_id, conversation)
        self.assertTrue(row.is_from_blocked)
        self.assertIn("call me!!!", row.mail_message_id.body)
        self.assertIn("Written while blocked", row.mail_message_id.body)
        self.assertIn(row.mail_message_id, channel.message_ids)
        members.invalidate_recordset()
        channel.invalidate_recordset()
        self.assertEqual(channel.channel_member_ids, members)
        self.assertEqual((members.mapped("message_unread_counter"), channel.last_interest_dt), (unread, interest))
        self.assertFalse(self.env["bus.bus"].search([("message", "like", "call me")]), "nothing pops up anywhere")
        for user in (self.ana, self.ben):
            if conversation.with_user(user).has_access("read"):
                self.assertTrue(row.with_user(user).preview)

    def test_every_kind_and_every_way(self):
        """R6: files, reactions, edits, answers, calls and unknown kinds wake nobody either."""
        conversation = self.blocked()
        reply_to = conversation.message_ids[:1]
        before = self.facts(conversation)
        for kind, content in (
            ("image", {"id": "900000000000777", "mime_type": "image/jpeg", "sha256": "x"}),
            ("reaction", {"message_id": reply_to.wamid, "emoji": "👍"}),
            ("location", {"latitude": 1.0, "longitude": 2.0}),
            ("button", {"text": "Yes, call me", "payload": "Yes, call me"}),
            ("order", {"catalog_id": "1", "product_items": []}),
        ):
            with self.subTest(kind):
                row = self.hear(kind, type=kind, **{kind: content})
                self.assertEqual(row.kind, kind)
                self.assertTrue(row.is_from_blocked)
                self.assertEqual(self.facts(conversation), before)

    def test_no_rule_starts(self):
        """R6: neither by what they write, nor by what becomes of an older message of ours."""
        conversation = self.hear("hello").conversation_id
        out = self.reply(self.ana, conversation, "Hi").wa_message_ids
        out.write({"state": "sent", "wamid": "wamid.R6.OUT"})
        self.rule("Received")
        self.rule("Read", trigger="on_wa_status")
        conversation.contact_id.with_user(self.lead_manager).action_block()
        self.hear("again")
        status = {
            "id": "wamid.R6.OUT",
            "status": "read",
            "timestamp": "1780000000",
            "recipient_id": WA_ID,
            "biz_opaque_callback_data": out.uuid,
        }
        self.post_webhook(self.payload_of(statuses=[status]))
        self.process_webhooks()
        self.assertEqual(out.state, "read")
        self.assertFalse(conversation.lead_id.tag_ids, conversation.lead_id.tag_ids.mapped("name"))
        conversation.contact_id.with_user(self.lead_manager).action_unblock()
        self.hear("and now")
        self.assertEqual(conversation.lead_id.tag_ids.mapped("name"), ["Received"])

    def test_unblocking_shows_what_was_written(self):
        """R6"""
        conversation = self.blocked()
        last = [self.hear(text) for text in ("one", "two", "three")][-1]
        conversation.contact_id.with_user(self.lead_manager).action_unblock()
        self.assertEqual((conversation.last_preview, conversation.last_message_at), ("three", last.sent_at))
        self.assertEqual(conversation.last_inbound_at, last.sent_at, "the window is what WhatsApp says")
        self.assertEqual((conversation.state, conversation.waiting_since), ("closed", False))
        self.assertIn("meanwhile: 3", conversation.channel_id.message_ids[0].body)
        conversation.contact_id.with_user(self.lead_manager).action_block()
        conversation.contact_id.with_user(self.lead_manager).action_unblock()
        self.assertNotIn("meanwhile", conversation.channel_id.message_ids[0].body, "counted once")
        row = self.hear("four")
        self.assertFalse(row.is_from_blocked)
        self.assertNotIn("Written while blocked", row.mail_message_id.body)
        self.assertEqual(conversation.state, "open")
        self.assertTrue(conversation.waiting_since)

    def test_stop_of_a_blocked_customer_counts(self):
        """R6: their will is on record; no confirmation goes out."""
        conversation = self.blocked()
        self.hear("STOP")
        self.assertEqual(conversation.consent_service, "withdrawn")
        self.assertFalse(self.env["wa.message"].search([("conversation_id", "=", conversation.id), ("direction", "=", "out")]))

    def test_blocked_before_they_wrote(self):
        """R6: the first message of somebody who was only written to, or is known from another number of ours."""
        conversation = self.blocked()
        other = self.number.copy({"phone_number_id": "900000000000199", "name": "Second"})
        body = self.inbound("over there", wa_id=WA_ID, bsuid=None)
        body["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = other.phone_number_id
        leads = self.env["crm.lead"].search_count([])
        self.post_webhook(body)
        self.process_webhooks()
        second = conversation.contact_id.conversation_ids - conversation
        self.assertEqual((second.state, second.user_id.id, second.lead_id.id), ("closed", False, False))
        self.assertFalse(second.waiting_since)
        self.assertEqual(self.env["crm.lead"].search_count([]), leads)

    def test_reading_tells_them_nothing(self):
        """R6: a read receipt is sent to nobody who is blocked."""
        conversation = self.blocked()
        row = self.hear()
        conversation._queue_read_receipt(row.mail_message_id.id)
        self.assertFalse(conversation.read_wamid)

    def test_others_in_the_same_batch_are_served(self):
        """R6"""
        conversation = self.blocked()
        before = self.facts(conversation)
        for wa_id in (WA_ID, "12025550166", WA_ID):
            self.post_webhook(self.inbound(f"from {wa_id}", wa_id=wa_id, bsuid=None))
        self.process_webhooks()
        self.assertEqual(self.facts(conversation), before)
        served = self.env["wa.contact"].search([("wa_id", "=", "12025550166")]).conversation_ids
        self.assertTrue(served.lead_id)
        self.assertTrue(served.user_id)
        self.assertTrue(served.waiting_since)
