import json

from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import WaHttpCase


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestMessageRoads(WaHttpCase):
    """Every road of Odoo's ``mail`` over HTTP: nobody puts words into a conversation that they have no right to."""

    def setUp(self):
        super().setUp()
        self.paul = new_test_user(
            self.env, "wa_paul", groups="base.group_user,base.group_partner_manager", name="Paul", email="paul@example.com"
        )
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id
        self.customer = self.conversation.partner_id

    # ------------------------------------------------------------------ helpers

    def call(self, route, **params):
        answer = self.url_open(route, data=json.dumps({"params": params}), headers={"Content-Type": "application/json"})
        return answer.json()

    def rpc(self, user, on, name, /, *args, **kwargs):
        self.authenticate(user.login, user.login)
        return self.call(f"/web/dataset/call_kw/{on}/{name}", model=on, method=name, args=list(args), kwargs=kwargs)

    def thread(self):
        return self.env["mail.message"].search([("model", "=", "discuss.channel"), ("res_id", "=", self.channel.id)])

    def assert_refused(self, answer, before, msg=None):
        """The call failed, and nothing of it is in the thread, in the outbox or in the answer."""
        self.assertIn("error", answer, msg)
        self.assertIn("AccessError", answer["error"]["data"]["name"], msg)
        self.assertNotIn(self.customer.name, json.dumps(answer), msg)
        self.env.invalidate_all()
        self.assertEqual(self.thread(), before, msg)
        self.assertFalse(self.last_outgoing(self.conversation), msg)

    def compose(self, user, vals):
        created = self.rpc(user, "mail.compose.message", "create", [vals])
        if "error" in created:
            return created
        return self.rpc(user, "mail.compose.message", "action_send_mail", created["result"])

    # -------------------------------------------------------------------- roads

    @mute_logger("odoo.http")
    def test_composer(self):
        """S1: a composer, in every mode, by somebody without a right, and in the customer's name."""
        before = self.thread()
        base = {"model": "discuss.channel", "res_ids": str([self.channel.id]), "body": "<p>I owe you 1000</p>", "subject": "x"}
        mass = {**base, "composition_mode": "mass_mail", "auto_delete": False, "auto_delete_keep_log": True}
        for user in (self.paul, self.cid):
            for vals in (
                {**mass, "author_id": self.customer.id, "email_from": "ada@example.com"},
                {**mass, "author_id": user.partner_id.id},
                {**mass, "auto_delete": True},
                {**base, "composition_mode": "comment"},
                {**base, "composition_mode": "comment", "subtype_id": self.env.ref("mail.mt_note").id},
            ):
                self.assert_refused(self.compose(user, vals), before, f"{user.login}: {vals}")
        # With a right to the conversation: not in the customer's name, and nothing that looks sent and is not.
        for vals in (
            {**mass, "author_id": self.customer.id},
            {**mass, "author_id": self.ana.partner_id.id},
            {**base, "composition_mode": "comment", "author_id": self.customer.id},
        ):
            self.assert_refused(self.compose(self.ana, vals), before, str(vals))

    @mute_logger("odoo.http")
    def test_template_of_mail(self):
        """S1: a mail template, also one whose values name the customer's own message."""
        self.env["mail.template"].search([]).unlink()
        template = self.env["mail.template"].create(
            {"name": "x", "model_id": self.env["ir.model"]._get_id("discuss.channel"), "body_html": "<p>Made up</p>"}
        )
        before, received = self.thread(), self.conversation.message_ids.mail_message_id
        words = received.body
        for user in (self.paul, self.cid, self.ana):
            self.assert_refused(
                self.rpc(user, "mail.template", "send_mail", [template.id], self.channel.id), before, user.login
            )
            answer = self.rpc(
                user,
                "mail.template",
                "send_mail",
                [template.id],
                self.channel.id,
                email_values={"mail_message_id": received.id, "author_id": user.partner_id.id},
            )
            self.assertIn("error", answer, user.login)
            self.env.invalidate_all()
            self.assertEqual((received.body, received.author_id), (words, self.customer))

    @mute_logger("odoo.http")
    def test_notify(self):
        """S6: a notification on a conversation's id, by either way to call it."""
        before = self.thread()
        for user in (self.paul, self.cid):
            vals = {"body": "Live in their windows", "partner_ids": user.partner_id.ids}
            self.assert_refused(self.rpc(user, "discuss.channel", "message_notify", [self.channel.id], **vals), before)
            self.assert_refused(
                self.rpc(user, "mail.thread", "message_notify", [], model="discuss.channel", res_id=self.channel.id, **vals),
                before,
            )
        forged = {"body": "x", "partner_ids": self.ben.partner_id.ids, "author_id": self.customer.id}
        self.assert_refused(self.rpc(self.ana, "discuss.channel", "message_notify", [self.channel.id], **forged), before)

    @mute_logger("odoo.http")
    def test_posts(self):
        """S1: posting by method and by route, with types and authors of one's own choice."""
        before = self.thread()
        for user in (self.paul, self.cid):
            for message_type in ("comment", "notification", "email", "auto_comment"):
                for subtype in ("mail.mt_comment", "mail.mt_note", "mail.mt_activities"):
                    vals = {"body": "x", "message_type": message_type, "subtype_xmlid": subtype}
                    answer = self.rpc(user, "discuss.channel", "message_post", [self.channel.id], **vals)
                    self.assert_refused(answer, before, f"{user.login}: {vals}")
            for name in ("message_post_with_source", "message_mail_with_source"):
                answer = self.rpc(user, "discuss.channel", name, [self.channel.id], "mail.message_activity_done")
                self.assertIn("error", answer)
        self.authenticate(self.paul.login, self.paul.login)
        answer = self.call(
            "/mail/message/post",
            thread_model="discuss.channel",
            thread_id=self.channel.id,
            post_data={"body": "x", "message_type": "comment"},
        )
        self.assertIn("error", answer)
        self.env.invalidate_all()
        self.assertEqual(self.thread(), before)

    @mute_logger("odoo.http")
    def test_route_of_the_web_client_posts_nothing_that_looks_sent(self):
        """S1: the route posts with higher rights, so a type of one's own choice passed as public."""
        self.authenticate(self.ana.login, self.ana.login)
        before = self.thread()
        for message_type in ("email", "auto_comment", "notification", "out_of_office"):
            for subtype in ("mail.mt_comment", "mail.mt_activities"):
                self.call(
                    "/mail/message/post",
                    thread_model="discuss.channel",
                    thread_id=self.channel.id,
                    post_data={"body": "Looks sent", "message_type": message_type, "subtype_xmlid": subtype},
                )
        self.env.invalidate_all()
        for message in self.thread() - before:
            self.assertEqual(message.subtype_id, self.env.ref("mail.mt_note"))
        self.assertFalse(self.last_outgoing(self.conversation))

    @mute_logger("odoo.http")
    def test_somebody_elses_words_are_not_edited_by_route(self):
        """S1: the route that edits writes with higher rights, and lets administrators edit everybody's messages."""
        note = self.channel.with_user(self.ana).message_post(
            body="Pays late", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        for user in (self.admin_user, self.ben, self.paul):
            self.authenticate(user.login, user.login)
            for message in (note, self.conversation.message_ids.mail_message_id):
                answer = self.call(
                    "/mail/message/update_content",
                    message_id=message.id,
                    update_data={"body": "Pays early", "attachment_ids": []},
                )
                self.assertIn("error", answer, user.login)
        self.env.invalidate_all()
        self.assertIn("Pays late", note.body)
        self.authenticate(self.ana.login, self.ana.login)
        answer = self.call(
            "/mail/message/update_content", message_id=note.id, update_data={"body": "Pays in time", "attachment_ids": []}
        )
        self.assertIn("result", answer)
        self.env.invalidate_all()
        self.assertIn("Pays in time", note.body)

    @mute_logger("odoo.http")
    def test_rows_of_messages(self):
        """S1: rows made, imported, copied or moved by hand; answering a message of another conversation."""
        before, received = self.thread(), self.conversation.message_ids.mail_message_id
        note = self.env.ref("mail.mt_note").id
        base = {"model": "discuss.channel", "res_id": self.channel.id, "body": "x", "subtype_id": note}
        for user in (self.paul, self.cid):
            vals = {**base, "author_id": user.partner_id.id}
            self.assert_refused(self.rpc(user, "mail.message", "create", [vals]), before)
            fields, row = list(vals), [str(value) for value in vals.values()]
            fields = [f"{name}/.id" if name in ("author_id", "subtype_id") else name for name in fields]
            answer = self.rpc(user, "mail.message", "load", fields, [row])
            self.assertTrue("error" in answer or not answer["result"]["ids"])
            own = self.env["mail.message"].create(
                {"model": "res.partner", "res_id": user.partner_id.id, "author_id": user.partner_id.id, "body": "x"}
            )
            move = {"model": "discuss.channel", "res_id": self.channel.id}
            self.assert_refused(self.rpc(user, "mail.message", "copy", [own.id], move), before)
            self.assert_refused(self.rpc(user, "mail.message", "write", [own.id], move), before)
        self.assert_refused(self.rpc(self.ana, "mail.message", "copy", [received.id]), before)
        other = self.receive(self.inbound("Secret", wa_id="12025550177", bsuid=None, name="Grace Example"))
        other.write({"team_id": self.other_team.id, "user_id": self.cid.id})
        secret = other.message_ids.mail_message_id
        vals = {**base, "author_id": self.ana.partner_id.id, "parent_id": secret.id}
        self.assert_refused(self.rpc(self.ana, "mail.message", "create", [vals]), before)

    def test_own_notes_carry_ones_own_address_and_moment(self):
        """S1: who may write notes does not sign them as somebody else, nor date them back."""
        vals = {
            "model": "discuss.channel",
            "res_id": self.channel.id,
            "body": "Agreed on 1000",
            "author_id": self.ana.partner_id.id,
            "subtype_id": self.env.ref("mail.mt_note").id,
            "email_from": "Ada Example <ada@example.com>",
            "date": "2020-01-01 00:00:00",
        }
        [id_] = self.rpc(self.ana, "mail.message", "create", [vals])["result"]
        note = self.env["mail.message"].browse(id_)
        self.assertEqual(note.email_from, self.ana.partner_id.email_formatted)
        self.assertGreater(note.date, self.conversation.create_date.replace(microsecond=0, second=0))

    @mute_logger("odoo.http", "odoo.addons.mail.models.mail_scheduled_message")
    def test_scheduled_messages(self):
        """S1: a message for later is posted by a job, with its author's right and in no other name."""
        vals = {
            "model": "discuss.channel",
            "res_id": self.channel.id,
            "body": "Later",
            "scheduled_date": "2030-01-01 00:00:00",
            "is_note": True,
        }
        self.assertIn("error", self.rpc(self.paul, "mail.scheduled.message", "create", [vals]))
        before = self.thread()
        forged = self.rpc(self.ana, "mail.scheduled.message", "create", [{**vals, "author_id": self.customer.id}])
        own = self.rpc(self.ana, "mail.scheduled.message", "create", [{**vals, "author_id": self.ana.partner_id.id}])
        scheduled = self.env["mail.scheduled.message"].browse([*forged.get("result", []), *own["result"]])
        self.conversation.write({"team_id": self.other_team.id, "user_id": self.cid.id})
        scheduled[-1:].copy()
        scheduled._post_message(raise_exception=False)
        self.env.invalidate_all()
        self.assertEqual(self.thread(), before, "ana has no right any more when its turn comes")

    @mute_logger("odoo.http")
    def test_activities(self):
        """S1: what is done in an activity of somebody without a right is not noted in the thread."""
        before = self.thread()
        vals = {
            "res_model_id": self.env["ir.model"]._get_id("discuss.channel"),
            "res_id": self.channel.id,
            "summary": "x",
            "user_id": self.ana.id,
        }
        self.assertIn("error", self.rpc(self.paul, "mail.activity", "create", [vals]))
        activity = self.env["mail.activity"].create({**vals, "user_id": False})
        activity.sudo().write({"create_uid": self.paul.id})
        answer = self.rpc(self.paul, "mail.activity", "action_feedback", [activity.id], feedback="They owe us 1000")
        self.assert_refused(answer, before)
        self.rpc(self.ana, "mail.activity", "action_feedback", [activity.id], feedback="Called them")
        self.env.invalidate_all()
        for message in self.thread() - before:
            self.assertEqual((message.author_id, message.subtype_id), (self.ana.partner_id, self.env.ref("mail.mt_note")))

    @mute_logger("odoo.http")
    def test_gateway_over_rpc_speaks_for_nobody_else(self):
        """S7: whoever calls the mail gateway by hand does not write in a colleague's name."""
        self.ana.email = "ana@example.com"
        before, received = self.thread(), self.conversation.message_ids.mail_message_id
        mail = (
            f"From: Ana <ana@example.com>\nTo: catchall@example.com\nSubject: Re\nMessage-Id: <forged@example.com>\n"
            f"In-Reply-To: {received.message_id}\n\nI promise 1000\n"
        )
        for user in (self.paul, self.ben):
            self.rpc(user, "mail.thread", "message_process", False, mail)
            again = mail.replace("forged@", "f2@")
            self.rpc(user, "mail.thread", "message_process", "discuss.channel", again, thread_id=self.channel.id)
        self.env.invalidate_all()
        self.assertEqual(self.thread(), before)

    @mute_logger("odoo.http")
    def test_composer_tells_nothing_about_a_conversation(self):
        """S6: the customer's name is not read through a composer, an activity or a planned message."""
        for model, vals, names in (
            (
                "mail.compose.message",
                {"model": "discuss.channel", "res_ids": str([self.channel.id]), "composition_mode": "comment"},
                ["record_name", "subject", "body"],
            ),
            (
                "mail.scheduled.message",
                {"model": "discuss.channel", "res_id": self.channel.id, "scheduled_date": "2030-01-01 00:00:00"},
                ["display_name"],
            ),
        ):
            answer = self.rpc(self.paul, model, "create", [vals])
            if "result" in answer:
                answer = self.rpc(self.paul, model, "read", answer["result"], names)
            self.assertNotIn(self.customer.name, json.dumps(answer), model)

    def test_a_helper_of_another_team_still_answers(self):
        """Being asked into a conversation is a right of one's own, as before."""
        self.channel.with_user(self.ana).add_members(partner_ids=self.cid.partner_id.ids)
        self.authenticate(self.cid.login, self.cid.login)
        answer = self.call(
            "/mail/message/post",
            thread_model="discuss.channel",
            thread_id=self.channel.id,
            post_data={"body": "I know this one", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"},
        )
        self.assertIn("result", answer)
        self.assertEqual(self.last_outgoing(self.conversation).author_id, self.cid)

    def test_administrators_of_odoo_alone_have_no_right_to_write(self):
        """S1: Odoo's own administration without the WhatsApp group is no right to a conversation."""
        admin = new_test_user(self.env, "wa_erp", groups="base.group_user,base.group_erp_manager")
        admin.group_ids = [Command.unlink(self.env.ref("crm_whatsapp.crm_whatsapp_group_user").id)]
        before = self.thread()
        with mute_logger("odoo.http"):
            vals = {"body": "x", "partner_ids": admin.partner_id.ids}
            answer = self.rpc(admin, "discuss.channel", "message_notify", [self.channel.id], **vals)
        self.assert_refused(answer, before)
