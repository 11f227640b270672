from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestFormerOwners(WaCase):
    """Who may not see a conversation any more is out of its chat as well."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id

    def test_handing_over_to_another_team_ends_the_former_owners_chat(self):
        self.channel._add_members(users=self.ben)
        self.conversation.with_user(self.lead_manager).write({"team_id": self.other_team.id, "user_id": self.cid.id})
        self.assertEqual(self.channel.channel_partner_ids, self.cid.partner_id)
        channel = self.channel.with_user(self.ana)
        with self.assertRaises(AccessError):
            channel.read(["name"])
        with self.assertRaises(AccessError):
            channel.message_post(body="Still me", message_type="comment", subtype_xmlid="mail.mt_comment")
        with self.assertRaises(AccessError):
            self.channel.message_ids[0].with_user(self.ana).read(["body"])
        self.reply(self.cid, self.conversation, "Now me")

    def test_the_team_stays_when_the_owner_changes(self):
        self.channel._add_members(users=self.ben | self.cid | self.lead_manager)
        self.conversation.user_id = self.ben
        # The former owner lets go of it (U9), and may open it as ever.
        self.assertEqual(self.channel.channel_partner_ids, (self.lead_manager | self.ben).partner_id)
        self.reply(self.ana, self.conversation, "Once more from me")

    def test_managers_stay(self):
        self.channel._add_members(users=self.lead_manager)
        self.conversation.write({"team_id": self.other_team.id, "user_id": self.cid.id})
        self.assertIn(self.lead_manager.partner_id, self.channel.channel_partner_ids)

    def test_former_leader_of_the_team_is_out(self):
        self.team.user_id = self.cid
        self.channel._add_members(users=self.cid)
        self.team.user_id = self.ben
        self.assertEqual(self.channel.channel_partner_ids, self.ana.partner_id)
        with self.assertRaises(AccessError):
            self.channel.with_user(self.cid).read(["name"])

    def test_leader_who_is_still_of_the_team_stays(self):
        self.team.user_id = self.ben
        self.channel._add_members(users=self.ben)
        self.team.user_id = False
        self.assertIn(self.ben.partner_id, self.channel.channel_partner_ids)

    def test_former_manager_keeps_the_conversations_of_their_teams_alone(self):
        self.channel._add_members(users=self.lead_manager)
        document = {"id": "1000200030004", "mime_type": "application/pdf", "filename": "order.pdf"}
        media = self.receive(self.inbound(type="document", document=document)).message_ids.media_ids
        media._attach(b"%PDF-1.4", "application/pdf")
        file = media.attachment_id.with_user(self.lead_manager)
        self.assertEqual(file.raw, b"%PDF-1.4")
        groups = ("base.group_user", "crm_whatsapp.crm_whatsapp_group_user")
        self.lead_manager.group_ids = [Command.set([self.env.ref(group).id for group in groups])]
        self.assertNotIn(self.lead_manager.partner_id, self.channel.channel_partner_ids)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            file.read(["raw"])

    def test_member_of_another_company_is_out(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.ana.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        self.assertNotIn(self.ana.partner_id, self.channel.channel_partner_ids)
        with self.assertRaises(AccessError):
            self.channel.with_user(self.ana).read(["name"])
        seen = self.env["discuss.channel.member"].with_user(self.ana).search([("channel_id", "=", self.channel.id)])
        self.assertFalse(seen)
