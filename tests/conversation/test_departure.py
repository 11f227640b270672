from odoo import Command
from odoo.tests import tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa")
class TestDeparture(WaCase):
    """A colleague leaves: no customer writes to somebody who is not there."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound("Hello"))
        self.conversation.user_id = self.ana

    def members(self):
        return self.conversation.channel_id.channel_member_ids.partner_id

    def test_waiting_customer_is_handed_to_a_colleague(self):
        self.assertTrue(self.conversation.waiting_since)
        self.ana.active = False
        self.assertEqual(self.conversation.user_id, self.ben)
        self.assertIn(self.ben.partner_id, self.members())

    def test_answered_conversation_is_unassigned_until_the_customer_writes(self):
        self.reply(self.ana, self.conversation, "Goodbye")
        self.ana.active = False
        self.assertFalse(self.conversation.user_id)
        self.receive(self.inbound("Me again"))
        self.assertEqual(self.conversation.user_id, self.ben)
        self.assertIn(self.ben.partner_id, self.members())

    def test_who_loses_the_group_loses_the_conversations(self):
        self.ana.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self.assertFalse(self.ana.has_group("crm_whatsapp.crm_whatsapp_group_user"))
        self.assertEqual(self.conversation.user_id, self.ben)

    def test_owner_who_cannot_answer_counts_as_none(self):
        """Also when nothing told us, as when the group itself was changed."""
        self.env.cr.execute("UPDATE res_users SET active = FALSE WHERE id = %s", [self.ana.id])
        self.env.invalidate_all()
        self.receive(self.inbound("Anybody?"))
        self.assertEqual(self.conversation.user_id, self.ben)

    def test_nobody_left_leaves_it_unassigned(self):
        self.ben.active = False
        self.ana.active = False
        self.assertFalse(self.conversation.user_id)
        self.assertEqual(self.conversation.team_id, self.team)

    def test_other_changes_of_a_user_keep_the_owner(self):
        self.ana.write({"name": "Ana B", "active": True})
        self.assertEqual(self.conversation.user_id, self.ana)
