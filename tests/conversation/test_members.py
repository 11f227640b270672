from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestMembers(WaCase):
    """Only colleagues with access to WhatsApp are in a conversation, by whatever route they try."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id

    def strangers(self):
        return {
            "colleague without the group": new_test_user(self.env, "wa_no_group", groups="base.group_user").partner_id,
            "portal": new_test_user(self.env, "wa_portal", groups="base.group_portal").partner_id,
            "customer": self.conversation.partner_id,
            "archived colleague": self.archived_colleague().partner_id,
        }

    def archived_colleague(self):
        user = new_test_user(self.env, "wa_gone", groups="crm_whatsapp.crm_whatsapp_group_user")
        user.active = False
        return user

    def test_no_route_lets_a_stranger_in(self):
        before = self.channel.channel_member_ids
        member_model = self.env["discuss.channel.member"]
        for name, partner in self.strangers().items():
            routes = {
                "invite": lambda env, p=partner: self.channel.with_env(env).add_members(partner_ids=p.ids),
                "create": lambda env, p=partner: member_model.with_env(env).create(
                    {"channel_id": self.channel.id, "partner_id": p.id}
                ),
                "write on the channel": lambda env, p=partner: self.channel.with_env(env).write(
                    {"channel_member_ids": [Command.create({"partner_id": p.id})]}
                ),
                "swap a member": lambda env, p=partner: before[:1].with_env(env).write({"partner_id": p.id}),
            }
            for user in (self.ana, self.lead_manager, self.admin_user, self.env.ref("base.user_root")):
                for route, enter in routes.items():
                    with self.assertRaises(UserError, msg=f"{name}, {route}, by {user.login}"), self.cr.savepoint():
                        enter(self.env(user=user))
                        self.env.flush_all()
        self.assertEqual(self.channel.channel_member_ids, before)
        self.assertEqual(self.channel.channel_partner_ids, self.ana.partner_id)

    def test_no_route_lets_a_guest_in(self):
        guest = self.env["mail.guest"].create({"name": "Guest"})
        with self.assertRaises(UserError):
            self.channel._add_members(guests=guest)
        with self.assertRaises(UserError):
            self.env["discuss.channel.member"].create({"channel_id": self.channel.id, "guest_id": guest.id})

    def test_no_link_leads_into_a_conversation(self):
        self.assertFalse(self.channel.uuid)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.channel.with_user(self.lead_manager).write({"uuid": "abcdefghij"})
        with self.assertRaises(UserError), self.cr.savepoint():
            self.channel.with_user(self.ana).invite_by_email(["somebody@example.com"])
        with self.assertRaises(UserError), self.cr.savepoint():
            self.channel.with_user(self.ana)._create_sub_channel(name="Aside")

    def test_colleague_may_be_asked_for_help(self):
        self.channel.with_user(self.ana).add_members(partner_ids=self.cid.partner_id.ids)
        self.reply(self.cid, self.conversation, "I know this one")
        self.assertEqual(self.last_outgoing(self.conversation).author_id, self.cid)

    def test_who_leaves_the_team_leaves_its_conversations(self):
        memberships = self.env["crm.team.member"].search([("crm_team_id", "=", self.team.id)])
        own = self.receive(self.inbound("Me too", wa_id="12025550177", bsuid=None, name="Grace Example"))
        own.user_id = self.ben
        helper = self.cid.partner_id
        self.channel.add_members(partner_ids=(self.ben.partner_id | helper).ids)
        for leave in ("archive", "move", "delete"):
            with self.subTest(leave), self.cr.savepoint() as savepoint:
                bens = memberships.filtered(lambda m: m.user_id == self.ben)
                if leave == "archive":
                    bens.active = False
                elif leave == "move":
                    bens.crm_team_id = self.other_team
                else:
                    bens.unlink()
                self.assertEqual(self.channel.channel_partner_ids, self.ana.partner_id | helper, "asked for help")
                self.assertIn(self.ben.partner_id, own.channel_id.channel_partner_ids, "their own customer")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_who_lost_the_group_is_out(self):
        """Still listed as a member, and all the same: no reading, no writing, nothing pushed."""
        self.assertIn(self.ana.partner_id, self.channel.channel_partner_ids)
        self.ana.write({"group_ids": [Command.set(self.env.ref("base.group_user").ids)]})
        channel = self.channel.with_user(self.ana)
        with self.assertRaises(AccessError):
            channel.read(["name"])
        with self.assertRaises(AccessError):
            channel.message_post(body="Hi", message_type="comment", subtype_xmlid="mail.mt_comment")
        own = self.env["mail.message"].with_user(self.ana).search([("id", "in", self.channel.message_ids.ids)])
        self.assertFalse(own)
        with self.assertRaises(AccessError):
            self.channel.message_ids[0].with_user(self.ana).read(["body"])
        # What a browser listens to: ``_build_bus_channel_list`` of mail/models/discuss/ir_websocket.py.
        listened = (
            self.env["discuss.channel"]
            .with_user(self.ana)
            .search(["|", ("is_member", "=", True), ("id", "in", self.channel.ids)])
        )
        self.assertNotIn(self.channel, listened)
        member = self.env["discuss.channel.member"].with_user(self.ana).search([("channel_id", "=", self.channel.id)])
        self.assertFalse(member, "no mark as read in the customer's phone by somebody who is out")

    def test_who_lost_the_group_gets_no_push_notifications(self):
        for user in (self.ana, self.ben):
            self.env["mail.push.device"].sudo().create(
                {"partner_id": user.partner_id.id, "endpoint": f"https://push.example/{user.login}", "keys": "{}"}
            )
        self.channel._add_members(users=self.ben)
        self.ana.write({"group_ids": [Command.set(self.env.ref("base.group_user").ids)]})
        told = []

        def note(channel, message, recipients, *args, **kwargs):
            told.extend(recipient["id"] for recipient in recipients)

        self.patch(type(self.channel), "_notify_thread_by_web_push", note)
        self.receive(self.inbound("Are you there?"))
        self.assertIn(self.ben.partner_id.id, told)
        self.assertNotIn(self.ana.partner_id.id, told)

    def test_mention_tells_colleagues_alone(self):
        """A note that names the customer is not mailed to them; who lost access cannot read it either."""
        customer = self.conversation.partner_id
        customer.email = "ada@example.com"
        portal = new_test_user(self.env, "wa_portal", groups="base.group_portal", email="portal@example.com")
        self.channel._add_members(users=self.ben | self.cid)
        self.cid.write({"group_ids": [Command.set(self.env.ref("base.group_user").ids)]})
        mentioned = customer | portal.partner_id | self.ben.partner_id | self.cid.partner_id
        note = self.channel.with_user(self.ana).message_post(
            body="They pay late",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=mentioned.ids,
        )
        self.assertEqual(note.sudo().partner_ids, self.ben.partner_id)
        self.assertFalse(note.sudo().notified_partner_ids - self.ben.partner_id)
        for user in (portal, self.cid):
            with self.assertRaises(AccessError):
                note.with_user(user).read(["body"])
