import threading

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...models.discuss.vouching import Voucher, is_trusted, is_vouched, made_together, take_voucher, vouched
from ..common import WaCase

#: Every key under which something of this kind ever travelled in the context.
KEYS = ("wa_vouched", "wa_voucher", "wa_batch", "wa_trusted_bodies", "wa_many_messages", "wa_reply_allowed", "wa_post")


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestVouching(WaCase):
    """The addon answers for one message, for as long as it says so; nobody else can."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.received = self.conversation.message_ids.mail_message_id
        self.vals = {
            "model": "discuss.channel",
            "res_id": self.conversation.channel_id.id,
            "author_id": self.conversation.partner_id.id,
            "body": "<p>I <script>alert(1)</script>owe you</p>",
            "message_type": "comment",
            "subtype_id": self.env.ref("mail.mt_comment").id,
        }

    def made_up(self, **context):
        return self.env["mail.message"].with_user(self.ana).with_context(**context).create(self.vals)

    def test_no_context_is_a_voucher(self):
        for value in (True, 1, "x", {"reply_in": None}, [self.vals["body"]], Voucher(), Voucher(self.vals["res_id"])):
            forged = dict.fromkeys(KEYS, value)
            with self.subTest(value):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    self.made_up(**forged)
                with self.assertRaises(AccessError), self.cr.savepoint():
                    self.received.with_user(self.ana).sudo().with_context(**forged).write({"body": "Made up"})
                with self.assertRaises(AccessError), self.cr.savepoint():
                    self.received.with_user(self.ana).sudo().with_context(**forged).unlink()

    def test_no_context_makes_html_ours(self):
        context = {key: [self.vals["body"]] for key in KEYS}
        with vouched():
            message = self.made_up(**context)
        self.assertNotIn("script", message.sudo().body)

    def test_good_for_one_message(self):
        with vouched():
            self.assertTrue(is_vouched())
            self.assertTrue(self.made_up())
            self.assertFalse(is_vouched())
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.made_up()

    def test_good_for_one_change(self):
        message = self.received.with_user(self.ana).sudo()
        with vouched():
            message.body = "Checked"
            with self.assertRaises(AccessError), self.cr.savepoint():
                message.body = "Not checked"
        with self.assertRaises(AccessError), self.cr.savepoint():
            message.unlink()

    def test_ends_with_its_block(self):
        with vouched():
            pass
        self.assertFalse(is_vouched())
        with self.assertRaises(ValueError), vouched():
            raise ValueError
        self.assertIsNone(take_voucher())
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.made_up()

    def test_a_reply_elsewhere_is_none(self):
        other = self.receive(self.inbound(wa_id="12025550177", bsuid="US.1000200030077")).channel_id
        with vouched(reply_in=other.id), self.assertRaises(AccessError), self.cr.savepoint():
            self.made_up()
        # Nor does it let anybody write in the customer's name.
        with vouched(reply_in=self.vals["res_id"]), self.assertRaises(AccessError), self.cr.savepoint():
            self.made_up()

    def test_one_inside_another_leaves_the_outer_one(self):
        with vouched():
            with vouched(reply_in=1):
                self.assertEqual(take_voucher().reply_in, 1)
            self.assertIsNone(take_voucher().reply_in)

    def test_threads_begin_without(self):
        seen = []
        with vouched(), made_together(["a"]):
            self.assertTrue(is_trusted("a"))
            thread = threading.Thread(target=lambda: seen.append((is_vouched(), is_trusted("a"))))
            thread.start()
            thread.join()
        self.assertEqual(seen, [(False, False)])
        self.assertFalse(is_trusted("a"))
