import base64
import hashlib
import logging
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..inbound_case import RecordedCase
from ..media_case import MediaCase
from ..media_samples import PNG


@tagged("post_install", "-at_install", "wa")
class TestInboundMedia(MediaCase):
    """The message is there at once, its file follows, and only readers of the conversation can open it."""

    def test_picture_shows_a_placeholder_and_then_the_file(self):
        row = self.send_file("image", PNG, "image/png", caption="The broken leg")
        message, media = row.mail_message_id, row.media_ids
        self.assertIn("o_wa_media_pending", message.body)
        self.assertIn("The broken leg", message.body)
        self.assertEqual((media.state, media.direction, media.mime_type), ("pending", "in", "image/png"))
        self.fetch_files()
        self.assertEqual((media.state, media.error_code), ("done", False))
        self.assertEqual(message.attachment_ids, media.attachment_id)
        self.assertEqual((media.attachment_id.raw, media.attachment_id.mimetype), (PNG, "image/png"))
        self.assertEqual(
            (media.attachment_id.res_model, media.attachment_id.res_id),
            ("discuss.channel", row.conversation_id.channel_id.id),
        )
        self.assertNotIn("o_wa_media", message.body)
        self.assertIn("The broken leg", message.body)
        self.assertFalse(media.url, "an address that has expired is of no use")

    def test_arrival_is_sent_to_open_screens(self):
        row = self.send_file("image", PNG, "image/png")
        self.env["bus.bus"].sudo().search([]).unlink()
        self.fetch_files()
        self.env.cr.precommit.run()
        sent = "".join(self.env["bus.bus"].sudo().search([]).mapped("message"))
        self.assertIn('"attachment_ids"', sent)
        self.assertIn(row.media_ids.attachment_id.name, sent)
        self.assertIn('"wa_media"', sent)

    def test_voice_note_gets_the_player(self):
        row = self.send_file("audio", b"OggS" + b"\x00" * 60, "audio/ogg; codecs=opus", voice=True)
        self.assertIn("Voice message", row.mail_message_id.body)
        self.fetch_files()
        attachment = row.media_ids.attachment_id
        self.assertTrue(row.media_ids.is_voice)
        self.assertTrue(attachment.voice_ids)
        self.assertEqual(attachment.mimetype, "audio/ogg")
        self.assertTrue(attachment.name.endswith(".ogg"))

    def test_document_keeps_its_name(self):
        row = self.send_file("document", b"%PDF-1.4 order", "application/pdf", "order.pdf", caption="Our order")
        self.fetch_files()
        self.assertEqual(row.media_ids.attachment_id.name, "order.pdf")
        self.assertEqual(row.media_ids.attachment_id.mimetype, "application/pdf")

    def test_several_files_at_once(self):
        rows = [self.send_file("image", PNG + bytes([n]), "image/png") for n in range(6)]
        self.fetch_files()
        self.assertEqual({row.media_ids.state for row in rows}, {"done"})
        self.assertEqual(len({row.media_ids.attachment_id.raw for row in rows}), 6, "each message has its own file")

    def test_active_content_of_strangers_is_plain_text(self):
        script = b"<html><script>alert(1)</script></html>"
        svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
        for content, mime_type, name in ((script, "text/html", "page.html"), (svg, "image/svg+xml", "picture.svg")):
            with self.subTest(mime_type):
                row = self.send_file("document", content, mime_type, name)
                self.fetch_files()
                self.assertEqual(row.media_ids.attachment_id.mimetype, "text/plain")
                self.assertEqual(row.media_ids.attachment_id.raw, content)

    def test_names_lose_folders_and_turned_letters(self):
        row = self.send_file("document", b"x", "application/pdf", "../../etc/invoice\u202efdp.txt")
        self.fetch_files()
        self.assertEqual(row.media_ids.attachment_id.name, "invoicefdp.txt")

    def test_look_up_and_download_that_fail_first_succeed_later(self):
        row = self.send_file("image", PNG, "image/png")
        media = row.media_ids
        media.url = False
        for match in ("GET", "attachments"):  # first the look-up, then the download
            self.fault("503", match=match)
            self.fetch_files()
            self.assertEqual(media.state, "pending")
            self.assertGreater(media.next_attempt_at, fields.Datetime.now())
            self.assertIn("o_wa_media_pending", row.mail_message_id.body)
            self.due_again(media)
        self.fetch_files()
        self.assertEqual(media.state, "done")
        self.assertFalse(row.error_code)

    def test_expired_address_is_asked_for_anew(self):
        row = self.send_file("image", PNG, "image/png")
        self.sandbox.control("POST", "clock", forward_s=600)
        self.fetch_files()
        self.assertEqual(row.media_ids.state, "done")
        log = [request["path"] for request in self.sandbox.requests_log()]
        self.assertTrue(any(path.rstrip("/").endswith(row.media_ids.media_uid) for path in log), log)

    def test_files_are_gone_after_seven_days_and_that_is_said(self):
        row = self.send_file("image", PNG, "image/png")
        row.media_ids.received_at = fields.Datetime.now() - timedelta(days=8)
        self.fetch_files()
        self.assertEqual((row.media_ids.state, row.error_code), ("failed", "media_expired"))
        self.assertIn("seven days", row.mail_message_id.body)

    def test_file_that_whatsapp_does_not_know_is_not_called_a_message(self):
        row = self.send_file("image", PNG, "image/png")
        row.media_ids.write({"url": False, "media_uid": "900000000009999"})
        self.fetch_files()
        media = row.media_ids
        self.assertEqual(media.error_code, "media_download_failed")
        self.assertIn("100", media.error_detail)
        self.assertIn("could not be fetched", media.error_text)

    def test_too_large_and_refused_files_are_named_but_not_fetched(self):
        self.env["ir.config_parameter"].sudo().set_param("crm_whatsapp.media_max_mb", "1")
        large = self.send_file("document", b"x" * (1024 * 1024 + 1), "application/pdf", "large.pdf")
        program = self.send_file("document", b"MZ", "application/x-msdownload", "setup.EXE")
        self.fetch_files()
        self.assertEqual((large.media_ids.state, large.error_code), ("failed", "media_too_large"))
        self.assertEqual((program.media_ids.state, program.error_code), ("failed", "media_refused"))
        self.assertIn("setup.EXE", program.mail_message_id.body)
        self.assertIn("not accepted", program.mail_message_id.body)
        self.assertFalse((large | program).media_ids.attachment_id)

    def test_failed_file_is_fetched_again_on_a_colleagues_word(self):
        row = self.send_file("document", b"MZ", "application/x-msdownload", "setup.exe")
        self.fetch_files()
        self.env["ir.config_parameter"].sudo().set_param("crm_whatsapp.media_refused", ".bat")
        row.mail_message_id.with_user(self.ana).action_wa_media_retry()
        self.assertEqual((row.media_ids.state, row.error_code), ("pending", False))
        self.assertIn("o_wa_media_pending", row.mail_message_id.body)
        self.fetch_files()
        self.assertEqual(row.media_ids.state, "done")
        with self.assertRaises(AccessError):
            row.mail_message_id.with_user(self.cid).action_wa_media_retry()

    def test_it_is_given_up_after_the_last_try(self):
        row = self.send_file("image", PNG, "image/png")
        media = row.media_ids
        self.fault("503", times=50)
        for _ in range(12):
            if media.state != "pending":
                break
            self.due_again(media)
            self.fetch_files()
        self.assertEqual(media.state, "failed")
        self.assertIn("o_wa_media_failed", row.mail_message_id.body)
        self.assertTrue(row.error_text)

    def test_a_worker_that_died_gives_the_file_back(self):
        row = self.send_file("image", PNG, "image/png")
        claimed = self.env["wa.media"]._claim_downloads(4)
        self.assertIn(row.media_ids, claimed)
        self.assertFalse(self.env["wa.media"]._claim_downloads(4), "nobody else takes it meanwhile")
        self.due_again(row.media_ids)
        self.fetch_files()
        self.assertEqual(row.media_ids.state, "done")

    def test_token_that_is_missing_or_wrong_waits_for_its_mending(self):
        row = self.send_file("image", PNG, "image/png")
        self.account.access_token = "EAAWRONG"
        self.fetch_files()
        self.assertEqual((row.media_ids.state, row.media_ids.error_code), ("pending", "190"))
        self.assertNotIn("EAAWRONG", f"{row.media_ids.error_text}{row.media_ids.error_detail}")
        self.account.access_token = "EAADEMO-TOKEN"
        self.due_again(row.media_ids)
        self.fetch_files()
        self.assertEqual(row.media_ids.state, "done")

    def test_another_teams_salesperson_gets_neither_file_nor_row(self):
        row = self.send_file("image", PNG, "image/png")
        self.fetch_files()
        media = row.media_ids
        self.assertEqual(media.with_user(self.ana).attachment_id.raw, PNG)
        for record, field in ((media, "filename"), (media.attachment_id, "raw"), (media.attachment_id, "name")):
            with self.subTest(record=record._name, field=field), self.assertRaises(AccessError):
                record.with_user(self.cid).read([field])
        self.assertFalse(self.env["ir.attachment"].with_user(self.cid).search([("id", "=", media.attachment_id.id)]))
        self.assertFalse(self.env["wa.media"].with_user(self.cid).search([("id", "=", media.id)]))

    def test_files_move_with_their_messages_when_contacts_are_joined(self):
        row = self.send_file("image", PNG, "image/png")
        self.fetch_files()
        attachment = row.media_ids.attachment_id
        other = self.receive(self.inbound("Also me", wa_id="12025550188", bsuid="US.ALSO.ME"))
        other._merge(row.conversation_id)
        self.assertTrue(attachment.exists())
        self.assertEqual(attachment.res_id, other.channel_id.id)


@tagged("post_install", "-at_install", "wa")
class TestInboundMediaRecorded(RecordedCase):
    """Each kind of file from its recording: what people and rules see before it is fetched."""

    def test_every_kind_of_file(self):
        for name, words, values in (
            ("image", "📷 Photo…", {"text": "The broken leg"}),
            ("image_without_caption", "📷 Photo…", {"text": False}),
            ("video", "🎬 Video…", {"text": "It wobbles"}),
            ("sticker", "🌟 Sticker…", {}),
            ("document", "📄 Document · order.pdf…", {"text": "Our order"}),
            ("audio", "🎵 Audio…", {}),
            ("audio_voice", "🎤 Voice message…", {}),
        ):
            with self.subTest(name):
                row = self.receive_recorded(name)
                self.assertTrue(row.is_supported)
                self.assertIn(words, row.mail_message_id.body)
                self.assertEqual((row.media_ids.state, row.media_ids.kind), ("pending", row.kind))
                for field, value in values.items():
                    self.assertEqual(row[field], value)
        self.assertTrue(row.media_ids.is_voice)
        self.assertTrue(self.env["wa.media"].search([("kind", "=", "sticker")]).is_animated)

    def test_message_without_its_file_says_so(self):
        def lose(value):
            value["messages"][0]["image"] = {"caption": "Look"}

        row = self.receive_recorded("image", lose)
        self.assertFalse(row.media_ids)
        self.assertIn("sent no file", row.mail_message_id.body)
        self.assertIn("Look", row.mail_message_id.body)

    def test_types_that_are_none_cannot_become_a_header(self):
        for given, content, stored in (
            ("image/png\r\nX-Evil: 1", b"\x00\x01", "application/octet-stream"),
            ("nonsense", b"\x00\x01", "application/octet-stream"),
            ("a/" + "b" * 500, b"\x00\x01", "application/octet-stream"),
            ("nonsense", b"<html><script>alert(1)</script></html>", "text/plain"),
            (" Image/PNG ; x=1", PNG, "image/png"),
        ):
            with self.subTest(given), self.env.cr.savepoint() as savepoint:

                def change(value, given=given):
                    value["messages"][0]["image"]["mime_type"] = given

                media = self.receive_recorded("image", change).media_ids
                media._attach(content, media.mime_type)
                self.assertEqual(media.attachment_id.mimetype, stored)
                self.assertEqual(media.attachment_id.raw, content)
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_another_checksum_is_logged_and_the_file_kept(self):
        media = self.receive_recorded("image").media_ids
        logger = "odoo.addons.crm_whatsapp.models.media.wa_media_keep"
        media.sha256 = base64.b64encode(hashlib.sha256(PNG).digest()).decode()
        with self.assertNoLogs(logger, logging.INFO):
            media._attach(PNG, "image/png")
        with self.assertLogs(logger, logging.INFO):
            media._attach(PNG + b"x", "image/png")
        self.assertEqual((media.state, media.attachment_id.raw), ("done", PNG + b"x"))

    def test_file_of_a_deleted_message_still_comes_and_it_stays_deleted(self):
        row = self.receive_recorded("image")

        def aim(value):
            value["messages"][0]["revoke"]["original_message_id"] = row.wamid

        self.receive_recorded("revoke", aim)
        row.media_ids._attach(PNG, "image/png")
        self.assertIn("The customer deleted this message", row.mail_message_id.body)
        self.assertEqual(row.mail_message_id.attachment_ids, row.media_ids.attachment_id)

    def test_edited_caption_of_a_file_keeps_the_file(self):
        row = self.receive_recorded("image")

        def caption(value):
            value["messages"][0]["edit"] = {
                "original_message_id": row.wamid,
                "message": {"type": "image", "image": {"caption": "The broken arm"}},
            }

        self.receive_recorded("edit", caption)
        self.assertIn("The broken arm", row.mail_message_id.body)
        self.assertIn("o_wa_media_pending", row.mail_message_id.body)
        self.assertEqual(row.text, "The broken arm")
