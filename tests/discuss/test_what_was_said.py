from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestWhatWasSaid(WaCase):
    """Nobody rewrites, deletes or makes up what was said in a conversation."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id
        self.received = self.conversation.message_ids.mail_message_id
        self.sent = self.reply(self.ana, self.conversation, "Hello")

    def test_words_stay(self):
        for message in (self.received, self.sent):
            for user in (self.ana, self.ben, self.lead_manager, self.admin_user):
                own = message.with_user(user)
                for vals in (
                    {"body": "I owe you 1000"},
                    {"author_id": user.partner_id.id},
                    {"subtype_id": self.env.ref("mail.mt_note").id},
                    {"message_type": "notification"},
                    {"attachment_ids": [Command.clear()]},
                ):
                    with self.assertRaises(AccessError, msg=f"{vals} by {user.login}"):
                        own.write(vals)
                with self.assertRaises(AccessError):
                    own.unlink()
        with self.assertRaises(AccessError):
            self.received.with_user(self.admin_user).write({"res_id": self.env["discuss.channel"].create({"name": "x"}).id})

    def test_words_cannot_be_made_up(self):
        comment = self.env.ref("mail.mt_comment").id
        base = {"model": "discuss.channel", "res_id": self.channel.id, "body": "Made up", "message_type": "comment"}
        create = self.env["mail.message"].with_user(self.ana).create
        for vals in (
            {"author_id": self.conversation.partner_id.id, "subtype_id": comment},
            {"author_id": self.conversation.partner_id.id, "subtype_id": self.env.ref("mail.mt_note").id},
            {"author_id": self.ana.partner_id.id, "subtype_id": comment},
            {"author_id": self.ana.partner_id.id},
        ):
            with self.assertRaises(AccessError, msg=str(vals)), self.cr.savepoint():
                create({**base, **vals})
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.env["mail.message"].with_user(self.ana).with_context(wa_reply_allowed=True).create(
                {**base, "author_id": self.ana.partner_id.id, "subtype_id": comment}
            )
        elsewhere = (
            self.env["mail.message"]
            .with_user(self.admin_user)
            .create({"model": "res.partner", "res_id": self.ana.partner_id.id, "body": "Made up", "subtype_id": comment})
        )
        with self.assertRaises(AccessError), self.cr.savepoint():
            elsewhere.write({"model": "discuss.channel", "res_id": self.channel.id})

    def test_nothing_looks_sent_that_is_not(self):
        channel = self.channel.with_user(self.ana)
        for message_type in ("auto_comment", "email", "email_outgoing"):
            with self.assertRaises(UserError, msg=message_type), self.cr.savepoint():
                channel.message_post(body="Looks sent", message_type=message_type, subtype_xmlid="mail.mt_comment")
        with self.assertRaises(AccessError), self.cr.savepoint():
            channel.message_post(
                body="Forged",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                author_id=self.conversation.partner_id.id,
            )
        notice = channel.message_post(body="Notice", message_type="notification", subtype_xmlid="mail.mt_comment")
        self.assertTrue(notice.subtype_id.internal)

    def test_notes_of_ones_own_stay_editable(self):
        note = self.channel.with_user(self.ana).message_post(
            body="Pays late", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        with self.assertRaises(AccessError):
            note.with_user(self.ben).write({"body": "Pays early"})
        with self.assertRaises(AccessError):
            note.write({"subtype_id": self.env.ref("mail.mt_comment").id})
        self.channel.with_user(self.ana)._message_update_content(note, body="Pays in time")
        self.assertIn("Pays in time", note.body)
        note.unlink()
        self.assertFalse(note.exists())

    def test_other_channels_are_as_they_were(self):
        channel = self.env["discuss.channel"].with_user(self.ana).create({"name": "Lunch", "channel_type": "group"})
        message = channel.message_post(body="Noon?", message_type="comment", subtype_xmlid="mail.mt_comment")
        message.write({"body": "One?"})
        channel.write({"name": "Dinner"})
        self.assertIn("One?", message.body)
