import json

from odoo import Command
from odoo.addons.bus.models.bus import channel_with_db
from odoo.addons.bus.tests.common import WebsocketCase
from odoo.tests import new_test_user, tagged

from ..common import WaCommon


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestLiveUpdates(WaCommon, WebsocketCase):
    """Whoever loses access hears no more of a conversation, in a window that was open before."""

    by_job = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_records()

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound("First"))
        self.conversation.user_id = self.ben
        self.channel = self.conversation.channel_id

    def assertCanOpenTestCursor(self):
        """The job that processes webhooks runs in the test's own thread."""
        return None if self.by_job else super().assertCanOpenTestCursor()

    def process_webhooks(self):
        self.by_job = True
        try:
            return super().process_webhooks()
        finally:
            self.by_job = False

    def listen(self, user):
        """Open a line as a browser that shows the conversation; returns the websocket."""
        self.env.cr.precommit.run()
        session = self.authenticate(user.login, user.login)
        line = self.websocket_connect(cookie=f"session_id={session.sid};")
        self.subscribe(line, [f"discuss.channel_{self.channel.id}"], self.env["bus.bus"]._bus_last_id())
        return line

    def hear(self, line, user, words):
        """Let the customer write, and return what the line hears of it, as text.

        A line that must stay silent would never answer: a notification to the user's own channel comes last.
        """
        self.receive(self.inbound(words))
        user._bus_send("end.of.test", {})
        self.trigger_notification_dispatching([self.channel, user.partner_id])
        heard = ""
        while "end.of.test" not in heard:
            heard += line.recv()
        return heard

    def moved(self):
        self.conversation.write({"team_id": self.other_team.id, "user_id": self.cid.id})

    def left_the_group(self):
        # As the form of a group does: no write on the user.
        group = self.env.ref("crm_whatsapp.crm_whatsapp_group_user")
        self.ana.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self.assertNotIn(group, self.ana.all_group_ids)

    def left_the_team(self):
        self.env["crm.team.member"].search([("user_id", "=", self.ana.id), ("crm_team_id", "=", self.team.id)]).unlink()

    def left_the_company(self):
        other = self.env["res.company"].create({"name": "Second"})
        self.ana.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})

    def archived_without_a_word(self):
        self.env.cr.execute("UPDATE res_users SET active = FALSE WHERE id = %s", [self.ana.id])
        self.env.invalidate_all()

    def test_access_lost_live_updates_end(self):
        """S13: taken out of the team, the group or the company, or the conversation goes elsewhere."""
        for lose in (self.moved, self.left_the_group, self.left_the_team, self.left_the_company):
            with self.subTest(lose.__name__):
                self.setUp_again()
                line = self.listen(self.ana)
                self.assertIn("Before", self.hear(line, self.ana, "Before"))
                lose()
                heard = self.hear(line, self.ana, "A secret")
                self.assertNotIn("A secret", heard)
                self.assertNotIn("discuss.channel/new_message", heard)
                closing = [
                    record
                    for packet in json.loads(f"[{heard.replace('][', '],[')}]")
                    for notification in packet
                    if notification["message"]["type"] == "mail.record/insert"
                    for record in notification["message"]["payload"].get("discuss.channel", [])
                ]
                self.assertIn({"id": self.channel.id, "close_chat_window": True, "isLocallyPinned": False}, closing)
                # A browser that is not ours asks again.
                self.subscribe(line, [f"discuss.channel_{self.channel.id}"], 0)
                self.assertNotIn("A third", self.hear(line, self.ana, "A third"))

    def setUp_again(self):
        """Give ana everything back."""
        groups = "sales_team.group_sale_salesman", "crm_whatsapp.crm_whatsapp_group_user"
        company = self.account.company_id
        self.ana.write(
            {
                "company_ids": [Command.set(company.ids)],
                "company_id": company.id,
                "group_ids": [Command.set([self.env.ref(group).id for group in groups])],
            }
        )
        members = self.env["crm.team.member"]
        if not members.search([("user_id", "=", self.ana.id), ("crm_team_id", "=", self.team.id)]):
            members.create({"user_id": self.ana.id, "crm_team_id": self.team.id})
        self.conversation.write({"team_id": self.team.id, "user_id": self.ben.id})

    def test_who_kept_access_hears_on(self):
        """S13: the colleague of the team, the manager, and the helper of another team who was asked in."""
        self.channel.with_user(self.ben).add_members(partner_ids=self.cid.partner_id.ids)
        self.left_the_team()
        for user in (self.ben, self.lead_manager, self.cid):
            line = self.listen(user)
            self.assertIn(f"To {user.name}", self.hear(line, user, f"To {user.name}"))

    def test_a_line_that_lost_one_conversation_keeps_the_others(self):
        """S13: other conversations and channels of the same line go on."""
        other = self.receive(self.inbound("Other", wa_id="12025550177", bsuid=None, name="Grace Example"))
        lunch = self.env["discuss.channel"].with_user(self.ana).create({"name": "Lunch", "channel_type": "group"})
        line = self.listen(self.ana)
        names = [f"discuss.channel_{id_}" for id_ in (self.channel.id, other.channel_id.id, lunch.id)]
        self.subscribe(line, names, self.env["bus.bus"]._bus_last_id())
        self.moved()
        self.receive(self.inbound("Still here", wa_id="12025550177", bsuid=None, name="Grace Example"))
        lunch.message_post(body="Noon?", message_type="comment", subtype_xmlid="mail.mt_comment")
        heard = self.hear(line, self.ana, "A secret")
        self.assertIn("Still here", heard)
        self.assertIn("Noon?", heard)
        self.assertNotIn("A secret", heard)

    def test_asked_twice_however_many_conversations(self):
        """S13: two questions to the database per delivery, for one conversation or a hundred; none without any."""
        bus = self.env["bus.bus"].with_user(self.ana)
        many = self.env["discuss.channel"]
        for number in range(8):
            many |= self.receive(
                self.inbound(wa_id=f"120255501{number + 60}", bsuid=None, name=f"Customer {number}")
            ).channel_id
        counts = []
        for channels in (self.channel, many, self.env["discuss.channel"]):
            names = [channel_with_db(self.env.cr.dbname, channel) for channel in channels]
            self.env.flush_all()
            bus._wa_lost(names)
            with self.env.cr.savepoint():
                before = self.cr.sql_log_count
                self.assertFalse(bus._wa_lost(names))
                counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 2)
        self.assertEqual(counts[2], 0)

    def test_nobody_and_those_who_left_read_nothing(self):
        """S13: a line without a user, a guest, portal, and an archived colleague whose session is still there."""
        portal = new_test_user(self.env, "wa_portal", groups="base.group_portal")
        name = channel_with_db(self.env.cr.dbname, self.channel)
        self.assertFalse(self.env["bus.bus"].with_user(self.ana)._wa_lost([name]))
        self.archived_without_a_word()
        public = self.env.ref("base.public_user")
        for user in (portal, public, self.ana):
            lost = self.env["bus.bus"].with_user(user)._wa_lost([name, (*name, "internal_users"), "broadcast"])
            self.assertEqual(lost, {self.channel.id}, user.login)

    def test_company_removed_means_no_push_and_no_ownership(self):
        """S13: who is taken out of the company is out of the chat, and is not told by their phone either."""
        self.channel._add_members(users=self.ana)
        self.conversation.user_id = self.ana
        self.left_the_company()
        self.assertNotIn(self.ana.partner_id, self.channel.channel_partner_ids)
        self.assertEqual(self.conversation.user_id, self.ben, "a customer waits")
        self.assertFalse(self.channel._wa_only_colleagues(self.ana.partner_id.ids))
