from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestChannelsStay(WaCase):
    """The channel of a conversation is the system's."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id

    def test_nobody_hides_a_conversation(self):
        for user in (self.ana, self.lead_manager, self.admin_user):
            for vals in ({"active": False}, {"name": "x"}, {"description": "x"}):
                with self.assertRaises(AccessError):
                    self.channel.with_user(user).write(vals)
        self.assertTrue(self.channel.active)

    def test_customer_brings_a_hidden_conversation_back(self):
        self.channel.active = False
        self.receive(self.inbound("Hello?"))
        self.assertTrue(self.channel.active)

    def test_no_channels_by_hand(self):
        for user in (self.ana, self.admin_user):
            channels = self.env["discuss.channel"].with_user(user)
            with self.assertRaises(AccessError), self.cr.savepoint():
                channels.create({"name": "x", "channel_type": "wa", "uuid": False})
            with self.assertRaises(AccessError), self.cr.savepoint():
                channels.with_context(default_channel_type="wa", default_uuid=False).create({"name": "x"})

    def test_record_of_what_was_sent_outlives_tidying_up(self):
        rows = self.conversation.message_ids
        for env in (self.env(user=self.admin_user), self.env(su=True)):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.channel.with_env(env).unlink()
        self.assertTrue(rows.exists())
