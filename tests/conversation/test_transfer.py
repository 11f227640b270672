import time

from odoo.tests import tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa")
class TestTransfer(WaCase):
    """U9: a conversation given to a colleague is theirs: they see what waits, know from whom, and the lead goes along."""

    def setUp(self):
        super().setUp()
        self.start = time.time() - 3600
        for minute in range(3):
            self.conversation = self.write_in(f"Question {minute}", minute)
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id
        self.lead = self.conversation.lead_id
        self.lead.with_context(mail_auto_subscribe_no_notify=True).user_id = self.ana

    def write_in(self, words, minute, **kwargs):
        return self.receive(self.inbound(words, at=self.start + 60 * minute, **kwargs))

    def member(self, user):
        return self.channel.channel_member_ids.filtered(lambda m: m.partner_id == user.partner_id).with_user(user)

    def unread(self, user):
        """Return what Discuss counts as new for somebody, and the first of it."""
        self.env.flush_all()
        self.env.invalidate_all()
        member = self.member(user)
        first = self.env["mail.message"].search(
            [
                ("model", "=", "discuss.channel"),
                ("res_id", "=", self.channel.id),
                ("id", ">=", member.new_message_separator),
                ("message_type", "=", "comment"),
            ],
            order="id",
            limit=1,
        )
        return member.message_unread_counter, first

    def give(self, user, by=None, conversations=None):
        (conversations or self.conversation).with_user(by or self.ana).write({"user_id": user.id})

    def told(self, user):
        return self.env["mail.notification"].search([("res_partner_id", "=", user.partner_id.id)]).mail_message_id

    def test_new_owner_reads_from_what_waits(self):
        """U9: not all unread from the oldest on: what was answered is read, what waits is not."""
        self.reply(self.ana, self.conversation, "Answered")
        self.write_in("And this?", 59.5)
        waiting = self.conversation.message_ids.sorted("id")[-1:].mail_message_id
        self.assertIn("And this?", waiting.body)
        self.give(self.ben)
        self.assertEqual(self.unread(self.ben), (1, waiting))

    def test_nothing_waits_nothing_is_unread(self):
        """U9: an answered conversation is all read, and the customer's next message is new."""
        self.reply(self.ana, self.conversation, "Answered")
        self.give(self.ben)
        self.assertEqual(self.unread(self.ben), (0, self.env["mail.message"]))
        self.write_in("One more thing", 59.8)
        count, first = self.unread(self.ben)
        self.assertEqual((count, "One more thing" in first.body), (1, True))

    def test_who_was_in_the_chat_before_skips_what_was_answered(self):
        """U9: a colleague who joined long ago and never looked."""
        self.channel._add_members(users=self.ben)
        self.reply(self.ana, self.conversation, "Answered")
        self.assertGreater(self.unread(self.ben)[0], 1)
        self.give(self.ben)
        self.assertEqual(self.unread(self.ben)[0], 0)

    def test_former_owner_lets_go(self):
        """U9: it leaves the side bar of who had it, and does not come back with the next message."""
        self.assertTrue(self.member(self.ana))
        self.give(self.ben)
        self.assertFalse(self.member(self.ana))
        self.write_in("Hello?", 59)
        self.assertFalse(self.member(self.ana))
        self.conversation.with_user(self.lead_manager).write({"user_id": False})
        self.assertFalse(self.member(self.ben), "nobody's: nobody's chat")

    def last_line(self):
        return self.channel.message_ids.sorted("id")[-1:]

    def test_new_owner_is_told_by_whom(self):
        """U9: a line in the thread, and a notification for the new owner that leads to the conversation."""
        self.give(self.ben)
        [notice] = self.told(self.ben)
        self.assertIn("Ana gave you the WhatsApp conversation with Ada Example.", notice.body)
        self.assertEqual((notice.model, notice.res_id), ("wa.conversation", self.conversation.id))
        self.assertIn("Ana gave this conversation to Ben.", self.last_line().body)
        self.assertEqual(self.last_line().subtype_id, self.env.ref("mail.mt_note"))
        self.give(self.ana, by=self.lead_manager)
        self.assertIn("Manager gave you", self.told(self.ana).body)
        self.assertIn("Manager gave this conversation to Ana. Before, it was with Ben.", self.last_line().body)
        self.assertFalse(self.env["wa.message"].search([("direction", "=", "out")]), "the customer hears nothing")

    def test_given_away_to_where_one_may_not_read(self):
        """U9: to another team, by who then sees it no longer; and taken over by a manager."""
        self.conversation.with_user(self.ana).write({"user_id": self.cid.id, "team_id": self.other_team.id})
        self.assertTrue(self.told(self.cid))
        self.assertIn("Ana gave this conversation to Cid.", self.last_line().body)
        self.give(self.lead_manager, by=self.lead_manager)
        self.assertFalse(self.told(self.lead_manager), "one's own doing")
        self.assertIn("Manager took this conversation over from Cid.", self.last_line().body)

    def test_own_taking_and_the_system_are_no_news(self):
        """U9: who takes what nobody had, and whom the system chooses, needs no notice."""
        self.conversation.write({"user_id": False})
        count = len(self.channel.message_ids)
        self.conversation.with_user(self.ben).action_take()
        self.conversation.user_id = self.ana
        self.assertEqual(len(self.channel.message_ids), count)
        self.assertFalse(self.told(self.ana) | self.told(self.ben))

    def test_lead_follows_its_salesperson(self):
        """U9: the lead goes along if it was the former owner's, and stays if it was somebody else's, or is closed."""
        self.give(self.ben)
        self.assertEqual(self.lead.user_id, self.ben)
        self.assertEqual(len(self.told(self.ben)), 1, "told once, not by the lead as well")
        self.lead.user_id = self.lead_manager
        self.give(self.ana, by=self.ben)
        self.assertEqual(self.lead.user_id, self.lead_manager)
        self.lead.user_id = self.ana
        self.lead.action_set_won()
        self.give(self.ben)
        self.assertEqual(self.lead.user_id, self.ana)

    def test_lead_one_may_not_change_stays(self):
        """U9: who may give the conversation and not the lead, changes the conversation alone."""
        self.give(self.ben, by=self.lead_manager)
        self.assertEqual(self.lead.user_id, self.ben)
        # Ana sees conversations of the team, and leads that are her own only.
        self.assertFalse(self.lead.with_user(self.ana).has_access("write"))
        self.give(self.ana, by=self.ana)
        self.assertEqual((self.conversation.user_id, self.lead.user_id), (self.ana, self.ben))

    def test_many_at_once(self):
        """U9: a colleague's whole list: a line in each thread, one notification, no unread past."""
        many = self.conversation
        for number in range(24):
            many |= self.receive(self.inbound("Hi", wa_id=f"120255502{number:02}", bsuid=None, name=f"Customer {number}"))
        many.write({"user_id": self.ana.id})
        (many - self.conversation).write({"waiting_since": False})
        self.give(self.ben, by=self.lead_manager, conversations=many)
        [note] = self.told(self.ben)
        self.assertIn("Manager gave you 25 WhatsApp conversation(s)", note.body)
        for conversation in many:
            last = conversation.channel_id.message_ids.sorted("id")[-1:]
            self.assertIn("Before, it was with Ana.", last.body)
        members = many.channel_id.channel_member_ids.filtered(lambda m: m.partner_id == self.ben.partner_id)
        self.assertEqual(len(members), 25)
        self.assertEqual(sum(members.mapped("message_unread_counter")), 3)

    def test_questions_do_not_grow_with_the_thread(self):
        """U9: where the new owner begins is asked once for all conversations, however long they are."""
        other = self.receive(self.inbound("Hi", wa_id="12025550277", bsuid=None, name="Grace Example"))
        counts = []
        for conversations in (other, self.conversation | other):
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.env["wa.transfer"]._unread_from(conversations)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts, [1, 1])
