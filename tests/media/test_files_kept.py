import importlib.util

from PIL import Image

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import ROOT, WaHttpCase
from .test_picture_bombs import BOMB

CONTENT = b"%PDF-1.4 what the customer sent"


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestFilesKept(WaHttpCase):
    """Files of messages are as lasting as the messages, and never public."""

    def setUp(self):
        super().setUp()
        document = {"id": "1000200030004", "mime_type": "application/pdf", "filename": "order.pdf"}
        self.conversation = self.receive(self.inbound(type="document", document=document))
        self.conversation.user_id = self.ana
        self.media = self.conversation.message_ids.media_ids
        self.media._attach(CONTENT, "application/pdf")
        self.received = self.media.attachment_id
        self.channel = self.conversation.channel_id
        pending = self.pending("offer.pdf")
        self.sent = self.reply(self.ana, self.conversation, "Our offer", attachment_ids=pending.ids).attachment_ids
        self.assertEqual(self.sent, pending, "sent as it was uploaded")

    def pending(self, name):
        """Return a file that Ana uploaded in the composer."""
        return (
            self.env["ir.attachment"]
            .with_user(self.ana)
            .create({"name": name, "raw": b"%PDF-1.4 offer", "res_model": "mail.compose.message", "res_id": 0})
            .sudo()
        )

    def rpc(self, model, method, *args, route="/web/dataset/call_kw"):
        """Call a method as the web client of the user who is signed in."""
        params = {"model": model, "method": method, "args": list(args), "kwargs": {}}
        return self.url_open(route, json={"jsonrpc": "2.0", "method": "call", "params": params}).json()

    def route(self, path, **params):
        return self.url_open(path, json={"jsonrpc": "2.0", "method": "call", "params": params}).json()

    def unchanged(self, attachment, raw, name):
        attachment.invalidate_recordset()
        self.assertTrue(attachment.exists())
        self.assertEqual((attachment.raw, attachment.name), (raw, name))
        self.assertEqual((attachment.res_model, attachment.res_id), ("discuss.channel", self.channel.id))
        self.assertFalse(attachment.public or attachment.access_token)

    @mute_logger("odoo.http")
    def test_nobody_changes_deletes_moves_or_opens_a_file_of_a_message(self):
        """S5: by RPC, by a colleague, the uploader and an administrator alike; received and sent files."""
        lead = self.env["crm.lead"].create({"name": "Elsewhere", "user_id": self.ana.id})
        for login in ("wa_ana", "wa_ben", "wa_admin"):
            self.authenticate(login, login)
            for attachment, raw, name in ((self.received, CONTENT, "order.pdf"), (self.sent, b"%PDF-1.4 offer", "offer.pdf")):
                ids = attachment.ids
                for vals in (
                    {"raw": "x"},
                    {"datas": "eHh4"},
                    {"name": "other.pdf"},
                    {"mimetype": "text/html"},
                    {"public": True},
                    {"access_token": "known"},
                    {"res_model": "crm.lead", "res_id": lead.id},
                    {"res_id": 0},
                    {"type": "url", "url": "https://example.com"},
                    {"thumbnail": "eHh4"},
                    {"description": "x"},
                ):
                    with self.subTest(login=login, vals=vals):
                        self.assertIn("AccessError", str(self.rpc("ir.attachment", "write", ids, vals).get("error")))
                        self.unchanged(attachment, raw, name)
                for method, args in (("unlink", (ids,)), ("generate_access_token", (ids,)), ("copy", (ids, {"public": True}))):
                    with self.subTest(login=login, method=method):
                        self.assertIn("AccessError", str(self.rpc("ir.attachment", method, *args).get("error")))
                        self.unchanged(attachment, raw, name)

    @mute_logger("odoo.http")
    def test_routes_of_the_web_client_do_not_either(self):
        """S5: deleting and previews, with the token that whoever uploaded a file was given."""
        self.authenticate("wa_ana", "wa_ana")
        token = self.sent._get_ownership_token()
        for attachment, given in ((self.sent, token), (self.sent, None), (self.received, None)):
            raw, name = attachment.raw, attachment.name
            self.assertIn("404", str(self.route("/mail/attachment/delete", attachment_id=attachment.id, access_token=given)))
            self.unchanged(attachment, raw, name)
            answer = self.route(
                "/mail/attachment/update_thumbnail", attachment_id=attachment.id, thumbnail="eHh4", access_token=given
            )
            self.assertNotIn("error", answer, "a preview that comes too late is no error to show")
            self.assertFalse(attachment.thumbnail)
        for message in (self.sent, self.received):
            mail = self.env["mail.message"].sudo().search([("attachment_ids", "in", message.ids)])
            self.route("/mail/message/update_content", message_id=mail.id, update_data={"body": "", "attachment_ids": []})
            self.unchanged(message, message.raw, message.name)

    def test_no_link_opens_them_without_signing_in(self):
        """S5: neither tokens from before, nor the signed ones the web client has, nor the mark "public"."""
        signed = self.received._get_raw_access_token()
        self.env.cr.execute("UPDATE ir_attachment SET access_token = 'former' WHERE id = %s", [self.received.id])
        self.env.invalidate_all()
        self.env.flush_all()
        self.authenticate(None, None)
        for token in ("former", signed, ""):
            for path in (f"/web/content/{self.received.id}", f"/web/image/{self.received.id}"):
                answer = self.url_open(f"{path}?access_token={token}")
                with self.subTest(path=path, token=token):
                    self.assertNotIn(CONTENT, answer.content)
        # Who may read the conversation opens it with and without the token.
        self.authenticate("wa_ana", "wa_ana")
        for query in ("", f"?access_token={signed}"):
            self.assertEqual(self.url_open(f"/web/content/{self.received.id}{query}").content, CONTENT)

    def test_nothing_in_a_conversation_is_public(self):
        """S5: not from its first moment, not by moving it there, not by core's own helpers as superuser."""
        files = self.env["ir.attachment"].with_user(self.ana)
        here = {"res_model": "discuss.channel", "res_id": self.channel.id}
        born = files.create({"name": "a.txt", "raw": b"a", "public": True, "access_token": "x", **here})
        moved = files.create({"name": "a.txt", "raw": b"a", "public": True, "access_token": "y"})
        moved.write(here)
        account = {"res_model": "wa.account", "res_id": self.account.id}
        shared = self.env["ir.attachment"].create({"name": "a.txt", "raw": b"a", "public": True, **account})
        self.received.generate_access_token()  # what Odoo does for e-mails that are too large
        self.received.write({"public": True})
        for attachment in (born.sudo(), moved.sudo(), shared, self.received):
            self.assertFalse(attachment.public or attachment.access_token)

    def test_what_was_not_said_yet_stays_ones_own(self):
        """S5: a pending upload, a note of one's own and its file, files of other records: as in Odoo."""
        files = self.env["ir.attachment"]
        pending = self.pending("draft.pdf").with_user(self.ana)
        pending.write({"name": "later.pdf"})
        self.assertTrue(pending._has_attachments_ownership([None]))
        self.authenticate("wa_ana", "wa_ana")
        self.route("/mail/attachment/delete", attachment_id=pending.id)
        self.assertFalse(pending.exists())
        file = files.with_user(self.ana).create(
            {"name": "n.txt", "raw": b"n", "res_model": "discuss.channel", "res_id": self.channel.id}
        )
        note = self.channel.with_user(self.ana).message_post(
            body="Look", message_type="comment", subtype_xmlid="mail.mt_note", attachment_ids=file.ids
        )
        self.assertEqual(note.attachment_ids, file)
        with self.assertRaises(AccessError):
            file.with_user(self.ben).unlink()
        file.with_user(self.ana).write({"name": "m.txt"})
        file.with_user(self.ana).unlink()
        own = files.with_user(self.ana).create({"name": "o.txt", "raw": b"o", "public": True})
        own.write({"name": "p.txt"})
        own.unlink()

    def test_our_own_jobs_still_can(self):
        """S5: moving a thread, erasing, moving the filestore."""
        self.env["ir.attachment"].with_user(self.admin_user).browse(self.received.id)._migrate()
        self.assertEqual(self.received.raw, CONTENT)
        self.received.unlink()
        self.assertFalse(self.received.exists())
        self.assertTrue(self.media._is_missing())
        self.media.action_retry()
        self.assertEqual(self.media.state, "pending", "what is gone may be fetched again")
        self.assertIn("o_wa_media_pending", self.media.message_id.mail_message_id.body)
        self.assertNotIn("deleted this message", self.media.message_id.mail_message_id.body)

    def test_what_was_made_of_a_file_is_kept_like_it(self):
        """S5: a sound for another browser, and the converted file that really left."""
        mp3 = self.env["ir.attachment"].create(
            {"name": "a.mp3", "raw": b"ID3", "res_model": "ir.attachment", "res_id": self.received.id}
        )
        left = self.env["ir.attachment"].create(
            {"name": "a.ogg", "raw": b"OggS", "res_model": "wa.message", "res_id": self.media.message_id.id}
        )
        for attachment in (mp3, left):
            with self.assertRaises(AccessError):
                attachment.with_user(self.admin_user).write({"raw": b"x"})
            with self.assertRaises(AccessError):
                attachment.with_user(self.admin_user).unlink()

    def test_links_between_files_and_messages_stay(self):
        """S5: the road over the message."""
        message = self.env["mail.message"].sudo().search([("attachment_ids", "in", self.received.ids)])
        with self.assertRaises(AccessError):
            message.with_user(self.admin_user).write({"attachment_ids": [Command.clear()]})

    def test_update_closes_what_was_open(self):
        """S5: files that were opened before: of channels, made of those, of messages and of accounts; others stay open."""
        files = self.env["ir.attachment"]
        places = ("ir.attachment", self.received.id), ("wa.account", self.account.id), ("wa.message", self.media.message_id.id)
        made = [files.create({"name": "x", "raw": b"x", "res_model": model, "res_id": id_}) for model, id_ in places]
        ours = self.received.union(*made)
        elsewhere = files.create({"name": "logo", "raw": b"x", "public": True})
        self.env.flush_all()
        self.env.cr.execute("UPDATE ir_attachment SET public = TRUE, access_token = 'x' WHERE id = ANY(%s)", [ours.ids])
        path = ROOT / "migrations" / "19.0.1.3.0" / "post-files.py"
        spec = importlib.util.spec_from_file_location("post_files", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        for _twice in range(2):
            script.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertFalse(any(ours.mapped("public")) or any(ours.mapped("access_token")))
        self.assertTrue(elsewhere.public)


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestNoThumbnails(WaHttpCase):
    """A picture that unfolds into gigabytes is handed out as it is."""

    def test_nobody_opens_it_for_a_thumbnail(self):
        """S12: asked for in any size, by any address; also one that was kept as a picture before."""
        conversation = self.receive(self.inbound(type="image", image={"id": "1000200030004", "mime_type": "image/png"}))
        media = conversation.message_ids.media_ids
        media._attach(BOMB, "image/png")
        old = media.attachment_id.copy({"name": "old.png"})
        self.env.cr.execute("UPDATE ir_attachment SET mimetype = 'image/png' WHERE id = %s", [old.id])
        old.invalidate_recordset(["mimetype"])

        def never(*_args, **_kwargs):
            raise AssertionError("somebody opens it")

        self.patch(Image, "open", never)
        self.authenticate("wa_ana", "wa_ana")
        for id_ in (media.attachment_id.id, old.id):
            for path in (f"/web/image/{id_}/300x300", f"/web/image/{id_}?width=300&height=300&crop=1", f"/web/image/{id_}"):
                with self.subTest(path):
                    answer = self.url_open(path)
                    self.assertEqual((answer.status_code, answer.content), (200, BOMB))
