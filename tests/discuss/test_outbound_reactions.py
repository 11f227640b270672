from datetime import timedelta
from unittest.mock import patch
from urllib.parse import quote

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.outbox import receipts
from ..common import WaSandboxCase


@tagged("post_install", "-at_install", "wa")
class TestOutboundReactions(WaSandboxCase):
    """WhatsApp knows one reaction per side of the chat, Discuss many per person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana.lang = cls.ben.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.conversation.user_id = self.ana
        self.question = self.conversation.channel_id.message_ids[-1]

    def react(self, user, emoji, action="add", message=None):
        """React as the web client does: through the route's superuser call."""
        message = (message or self.question).with_user(user).sudo()
        message._message_reaction(emoji, action, user.partner_id, self.env["mail.guest"])
        self.run_sender()
        self.run_sender()

    def on_phone(self, index=0):
        return self.phone_messages(self.ada)[index]["reactions"]

    def in_thread(self, message=None):
        reactions = (message or self.question).sudo().reaction_ids
        return {(reaction.partner_id, reaction.content) for reaction in reactions}

    def test_reaction_and_removal(self):
        self.react(self.ana, "👍")
        self.assertEqual(self.on_phone(), {"out": "👍"})
        self.react(self.ana, "👍", "remove")
        self.assertFalse(self.on_phone().get("out"))
        self.assertEqual(self.in_thread(), set())
        rows = self.env["wa.message"].search([("kind", "=", "reaction")])
        self.assertEqual(rows.mapped("state"), ["sent", "sent"])

    def test_one_reaction_for_all_of_us(self):
        self.react(self.ana, "👍")
        self.react(self.ben, "❤️")
        self.assertEqual(self.on_phone(), {"out": "❤️"})
        self.assertEqual(self.in_thread(), {(self.ben.partner_id, "❤️")})

    def test_customers_reaction_stays_and_is_not_echoed(self):
        customer = self.conversation.partner_id
        self.question.sudo()._message_reaction("😀", "add", customer, self.env["mail.guest"])
        self.assertFalse(self.env["wa.message"].search([("kind", "=", "reaction"), ("direction", "=", "out")]))
        self.react(self.ana, "👍")
        self.assertEqual(self.in_thread(), {(customer, "😀"), (self.ana.partner_id, "👍")})

    def test_reaction_to_our_own_message(self):
        ours = self.reply(self.ana, self.conversation, "Welcome")
        with self.assertRaisesRegex(UserError, "not reached WhatsApp"):
            self.react(self.ana, "🎉", message=ours)
        self.run_sender()
        self.react(self.ana, "🎉", message=ours)
        self.assertEqual(self.on_phone(1), {"out": "🎉"})

    def test_closed_window_refuses(self):
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)
        with self.assertRaisesRegex(UserError, "24 hours"):
            self.react(self.ana, "👍")
        self.assertEqual(self.in_thread(), set())

    def test_old_messages_take_no_reactions(self):
        self.question.wa_message_ids.sent_at = fields.Datetime.now() - timedelta(days=31)
        with self.assertRaisesRegex(UserError, "30 days"):
            self.react(self.ana, "👍")

    def test_reactions_to_notes_stay_inside(self):
        note = self.conversation.channel_id.with_user(self.ana).message_post(body="internal", message_type="comment")
        self.react(self.ana, "👍", message=note)
        self.assertEqual(self.in_thread(note), {(self.ana.partner_id, "👍")})
        self.assertFalse(self.last_outgoing(self.conversation))

    def test_reaction_does_not_touch_the_state_of_the_message(self):
        self.sandbox.control("POST", "switches", fault={"kind": "error", "times": 1, "match": "reaction", "code": 131009})
        self.react(self.ana, "👍")
        self.assertEqual(self.env["wa.message"].search([("kind", "=", "reaction")]).state, "failed")
        self.assertEqual(self.question._wa_leading_row().state, "received")
        self.assertEqual(self.in_thread(), set(), "what the customer does not see is not shown")

    def test_reaction_that_is_refused_later_disappears_too(self):
        self.react(self.ana, "👍")
        self.assertEqual(self.in_thread(), {(self.ana.partner_id, "👍")})
        row = self.env["wa.message"].search([("kind", "=", "reaction")])
        self.sandbox.control("POST", f"messages/{quote(row.wamid, safe='')}/status", status="failed", code=131009)
        self.deliver()
        self.assertEqual((row.state, row.error_code), ("failed", "131009"))
        self.assertEqual(self.in_thread(), set())


@tagged("post_install", "-at_install", "wa")
class TestTyping(WaSandboxCase):
    """The customer sees that somebody is writing."""

    def setUp(self):
        super().setUp()
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.conversation.user_id = self.ana
        self.member = self.conversation.channel_id.with_user(self.ana)._find_or_create_member_for_self()

    def typing_requests(self):
        return [r for r in self.sandbox.requests_log() if (r.get("body") or {}).get("typing_indicator")]

    def test_typing_is_shown_once_in_twenty_seconds(self):
        self.member._notify_typing(True)
        self.member._notify_typing(True)
        self.run_sender()
        self.assertEqual(len(self.typing_requests()), 1)
        self.member._notify_typing(True)
        self.run_sender()
        self.assertEqual(len(self.typing_requests()), 1)
        self.conversation.sudo().typing_at -= timedelta(seconds=21)
        self.member._notify_typing(True)
        self.run_sender()
        self.assertEqual(len(self.typing_requests()), 2)

    def test_too_late_is_not_shown(self):
        self.member._notify_typing(True)
        with patch.object(receipts, "is_stale", lambda _moment: True):
            self.run_sender()
        self.assertFalse(self.typing_requests())
        self.assertFalse(self.conversation.typing_wamid)

    def test_nothing_when_the_window_is_closed_or_nobody_types(self):
        self.member._notify_typing(False)
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)
        self.member._notify_typing(True)
        self.run_sender()
        self.assertFalse(self.typing_requests())

    def test_a_refusal_harms_nothing(self):
        self.sandbox.control("POST", "switches", fault={"kind": "error", "times": 1, "match": "/messages", "code": 131009})
        self.member._notify_typing(True)
        self.run_sender()
        self.reply(self.ana, self.conversation, "Here I am")
        self.run_sender()
        self.assertEqual([m["type"] for m in self.phone_messages(self.ada)], ["text", "text"])
