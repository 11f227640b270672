from odoo.addons.mail.tests.common import MailCommon
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import WaCommon

MAIL = """From: {sender}
To: {to}
Subject: Re: note
Message-Id: <{id}@mails.example.com>
In-Reply-To: {reference}
Content-Type: text/plain; charset=utf-8

{words}
"""


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestMailAnswers(WaCommon, MailCommon):
    """Who answers the e-mail about a conversation writes a note, or is told that it reached nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_records()
        cls.ben.write({"email": "ben@example.com", "notification_type": "email"})
        cls.cid.email = "cid@example.com"
        cls.paul = new_test_user(cls.env, "wa_paul", groups="base.group_user", email="paul@example.com")

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id
        self.received = self.conversation.message_ids.mail_message_id

    def thread(self):
        return self.env["mail.message"].search([("model", "=", "discuss.channel"), ("res_id", "=", self.channel.id)])

    def answer(self, sender, reference, words="I shall call them", to=None, id_="a1", **kwargs):
        """Deliver an e-mail as the job that fetches mails does; returns the new messages of the thread."""
        before = self.thread()
        mail = MAIL.format(sender=sender, to=to or f"catchall@{self.alias_domain}", id=id_, reference=reference, words=words)
        with self.mock_mail_gateway():
            self.env["mail.thread"].with_user(self.env.ref("base.user_root")).message_process(
                kwargs.pop("model", None), mail, **kwargs
            )
        self.env.invalidate_all()
        return self.thread() - before

    def assert_note(self, message, author):
        self.assertEqual(len(message), 1)
        self.assertEqual((message.author_id, message.subtype_id), (author.partner_id, self.env.ref("mail.mt_note")))
        self.assertFalse(self.env["wa.message"].search([("direction", "=", "out"), ("mail_message_id", "=", message.id)]))

    def assert_bounced(self, sender):
        [mail] = [mail for mail in self._mails if sender in ",".join(mail["email_to"])]
        self.assertIn("reached nobody", mail["body"])
        self.assertNotIn(self.conversation.partner_id.name, mail["body"] + mail["subject"])

    def test_answer_to_a_mention_in_a_reply_is_a_note(self):
        """R17: the colleague is mentioned in a reply to the customer, and answers the notification by e-mail."""
        self.channel._add_members(users=self.ben)
        with self.mock_mail_gateway():
            reply = self.reply(self.ana, self.conversation, "Ben will know", partner_ids=self.ben.partner_id.ids)
        self.assertIn(self.ben.partner_id, reply.notified_partner_ids)
        queued = self.last_outgoing(self.conversation)
        note = self.answer("Ben <ben@example.com>", reply.message_id)
        self.assert_note(note, self.ben)
        self.assertIn("I shall call them", note.body)
        self.assertEqual(self.last_outgoing(self.conversation), queued, "nothing leaves")

    def test_answer_to_the_customers_message_is_a_note_too(self):
        """S7: References of a customer's message."""
        self.assert_note(self.answer("ben@example.com", self.received.message_id), self.ben)

    def test_strangers_and_people_without_a_right_get_it_back(self):
        """S7: a stranger, the customer by e-mail, a colleague without WhatsApp, and one of another team."""
        self.conversation.partner_id.email = "ada@example.com"
        for number, sender in enumerate(("who@example.net", "ada@example.com", "paul@example.com", "cid@example.com")):
            self.assertFalse(self.answer(sender, self.received.message_id, id_=f"s{number}"), sender)
            self.assert_bounced(sender)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_aliases_and_fetched_mails_are_the_same_road(self):
        """S7: an alias of the channel, and a mail server that puts everything into it."""
        self.env["mail.alias"].create(
            {
                "alias_name": "chat",
                "alias_model_id": self.env["ir.model"]._get_id("discuss.channel"),
                "alias_force_thread_id": self.channel.id,
                "alias_domain_id": self.mail_alias_domain.id,
                "alias_contact": "everyone",
            }
        )
        to = f"chat@{self.alias_domain}"
        self.assertFalse(self.answer("who@example.net", "", to=to, id_="b1"))
        self.assert_bounced("who@example.net")
        self.assert_note(self.answer("ben@example.com", "", to=to, id_="b2"), self.ben)
        with self.assertRaises(ValueError):  # how Odoo says that a mail found no way
            self.answer("who@example.net", "", to="x@example.net", id_="b3", model="discuss.channel", thread_id=self.channel.id)
        self.assertFalse(self.thread().filtered(lambda m: m.email_from and "who@" in m.email_from))

    def test_bouncing_address_of_a_member_does_not_speak(self):
        """S7: core makes members with a dead address leave, with a notice in their name."""
        self.channel._add_members(users=self.ben)
        before = self.thread()
        self.ben.partner_id.message_bounce = 100
        self.channel._message_receive_bounce("ben@example.com", self.ben.partner_id)
        self.assertNotIn(self.ben.partner_id, self.channel.channel_partner_ids)
        self.assertEqual(self.thread(), before)

    def test_absence_of_a_colleague_does_not_answer_the_customer(self):
        """S7: a note that mentions somebody who is away is posted, and no answer stands in the thread."""
        if "is_out_of_office" not in self.env["res.users"]._fields:
            self.skipTest("this Odoo has no absence")
        self.channel._add_members(users=self.ben)
        self.ben.sudo().write(
            {
                "out_of_office_from": "2020-01-01 00:00:00",
                "out_of_office_to": "2040-01-01 00:00:00",
                "out_of_office_message": "<p>I am away</p>",
            }
        )
        before = self.thread()
        with self.mock_mail_gateway():
            note = self.channel.with_user(self.ana).message_post(
                body="See this", message_type="comment", subtype_xmlid="mail.mt_note", partner_ids=self.ben.partner_id.ids
            )
        self.assertEqual(self.thread() - before, note.sudo())


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestServerRoads(WaCommon, MailCommon):
    """Rules of the database, and whatever posts with higher rights on the server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_records()

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.channel = self.conversation.channel_id

    def test_higher_rights_are_no_right_to_a_conversation(self):
        """S1: what core does with ``sudo`` for a person is asked for that person's own right."""
        as_cid = self.channel.with_user(self.cid).sudo()
        moved = self.env["res.partner"].create({"name": "Elsewhere"})
        moved.message_post(body="To be moved", message_type="comment", subtype_xmlid="mail.mt_comment")
        for name, act in {
            "post": lambda: as_cid.message_post(body="x", message_type="comment", subtype_xmlid="mail.mt_comment"),
            "note": lambda: as_cid.message_post(body="x", message_type="comment", subtype_xmlid="mail.mt_note"),
            "log": lambda: as_cid._message_log(body="x"),
            "log many": lambda: as_cid._message_log_batch({self.channel.id: "x"}),
            "notify": lambda: as_cid.message_notify(body="x", partner_ids=self.ana.partner_id.ids),
            "merge of threads": lambda: moved.with_user(self.cid).sudo().message_change_thread(as_cid),
            "thread moved away": lambda: as_cid.message_change_thread(moved.with_user(self.cid).sudo()),
            "deletion": lambda: as_cid.message_ids.unlink(),
        }.items():
            with self.subTest(name), self.assertRaises(AccessError), self.cr.savepoint():
                act()

    def test_jobs_speak_for_nobody(self):
        """S1: OdooBot itself does not write as the customer or as a colleague."""
        for author in (self.conversation.partner_id, self.ana.partner_id):
            for act in (
                lambda author=author: self.channel.message_post(body="x", author_id=author.id, subtype_xmlid="mail.mt_note"),
                lambda author=author: self.channel._message_log(body="x", author_id=author.id),
                lambda author=author: self.channel.message_post(
                    body="x", author_id=author.id, message_type="comment", subtype_xmlid="mail.mt_comment"
                ),
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    act()
        note = self.channel.message_post(body="Own words", message_type="notification", subtype_xmlid="mail.mt_comment")
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))

    def test_server_action_of_mail(self):
        """S1: a rule that sends an e-mail or posts a template puts nothing public into the thread."""
        template = self.env["mail.template"].create(
            {"name": "x", "model_id": self.env["ir.model"]._get_id("discuss.channel"), "body_html": "<p>By a rule</p>"}
        )
        before = self.channel.message_ids
        for method in ("email", "note"):
            action = self.env["ir.actions.server"].create(
                {
                    "name": method,
                    "model_id": template.model_id.id,
                    "state": "mail_post",
                    "mail_post_method": method,
                    "template_id": template.id,
                }
            )
            try:
                with self.cr.savepoint(), self.mock_mail_gateway():
                    action.with_context(active_model="discuss.channel", active_ids=self.channel.ids).run()
            except AccessError:
                continue  # refused is fine, too
        for message in self.channel.message_ids - before:
            self.assertEqual(message.subtype_id, self.env.ref("mail.mt_note"))

    def test_one_check_for_many(self):
        """Ten thousand notes would not be looked at one by one, and our own messages not at all."""
        vals = {
            "model": "discuss.channel",
            "res_id": self.channel.id,
            "author_id": self.ana.partner_id.id,
            "subtype_id": self.env.ref("mail.mt_note").id,
            "body": "x",
        }
        self.conversation.user_id = self.ana
        messages = self.env["mail.message"].with_user(self.ana).create([vals] * 2)
        self.env.flush_all()
        counts = []
        for many in (messages[:1], self.env["mail.message"].with_user(self.ana).create([vals] * 40)):
            self.env.flush_all()
            self.env.invalidate_all()
            many.mapped("subtype_id.internal")
            many.with_user(self.ana)._wa_check_new(None)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            many._wa_check_new(None)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
