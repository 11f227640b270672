import io
from unittest.mock import patch
from urllib.parse import quote

from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.media import converter
from ..media_samples import MP3, OGG_OPUS, PDF, picture
from ..outbound_files_case import OutboundFilesCase


@tagged("post_install", "-at_install", "wa")
class TestOutboundFiles(OutboundFilesCase):
    """What a colleague attaches arrives on the customer's phone, or is refused before anything is queued."""

    # -------------------------------------------------------------------- kinds

    def test_picture_with_caption(self):
        message = self.send("Our *new* shop", self.attach("shop.jpg", picture("JPEG")))
        [(kind, content)] = self.on_phone()
        self.assertEqual((kind, content["caption"]), ("image", "Our *new* shop"))
        self.assertEqual(message.wa_message_ids.mapped("state"), ["sent"])
        self.assertEqual(message.attachment_ids.mapped("name"), ["shop.jpg"])
        self.assertEqual(message.attachment_ids.mapped("res_model"), ["discuss.channel"])

    def test_document_keeps_its_name(self):
        self.send("", self.attach("Offer S00042.pdf", PDF))
        [(kind, content)] = self.on_phone()
        self.assertEqual((kind, content["filename"]), ("document", "Offer S00042.pdf"))
        self.assertNotIn("caption", content)

    def test_odd_and_very_long_names_arrive_as_people_may_see_them(self):
        for given, seen in (
            ('Angebot „Ä&Ö" 100 % – 年.pdf', 'Angebot „Ä&Ö" 100 % – 年.pdf'),
            ("a/b\\c.pdf", "a_b_c.pdf"),
            ("invoice\u202efdp.exe\r\nX-Evil: 1.pdf", "invoicefdp.exe X-Evil: 1.pdf"),
            ("👍🏽 done.pdf", "👍🏽 done.pdf"),
            ("x" * 400 + ".pdf", "x" * 236 + ".pdf"),
            ('"; filename="evil.pdf', '"; filename="evil.pdf'),
        ):
            with self.subTest(given):
                self.send("", self.attach(given, PDF + given.encode()))
                self.assertEqual(self.on_phone()[-1][1]["filename"], seen)

    def test_text_files_of_any_kind_go_as_documents(self):
        self.send("", self.attach("prices.csv", b"a;b\n1;2\n"))
        [(kind, content)] = self.on_phone()
        self.assertEqual((kind, content["filename"]), ("document", "prices.csv"))

    def test_video_and_sound(self):
        self.send("", self.attach("clip.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(50)), self.attach("song.mp3", MP3))
        self.assertEqual([kind for kind, _content in self.on_phone()], ["video", "audio"])

    def test_order_is_kept_and_text_is_the_caption_of_the_first(self):
        files = [
            self.attach("3.pdf", PDF + b"3"),
            self.attach("1.jpg", picture("JPEG", color=1)),
            self.attach("2.pdf", PDF + b"2"),
        ]
        message = self.send("all of it", *files)
        for _turn in files:
            self.deliver()
            self.run_sender()
        self.assertEqual([kind for kind, _content in self.on_phone()], ["document", "image", "document"])
        self.assertEqual([content.get("caption") for _kind, content in self.on_phone()], ["all of it", None, None])
        self.assertEqual(message.wa_message_ids.sorted("id").mapped("preview"), ["all of it", "1.jpg", "2.pdf"])

    def test_long_text_and_text_before_a_sound_go_first(self):
        long_text = "word " * 300
        self.send(long_text, self.attach("a.jpg", picture("JPEG")))
        self.send("listen", self.attach("song.mp3", MP3))
        for _turn in range(3):
            self.run_sender()
        self.assertEqual([kind for kind, _content in self.on_phone()], ["text", "image", "text", "audio"])

    def test_bytes_of_integrators_are_sent_like_uploads(self):
        self.reply(self.ana, self.conversation, "", attachments=[("terms.pdf", PDF)])
        self.run_sender()
        self.assertEqual(self.on_phone()[0][1]["filename"], "terms.pdf")

    def test_repeated_press_of_send_sends_files_once(self):
        channel = self.channel.with_user(self.ana).with_context(wa_post_token="a1b2c3d4e5")
        first = self.attach("a.pdf", PDF)
        values = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment", "attachment_ids": first.ids}
        self.assertEqual(channel.message_post(body="x", **values), channel.message_post(body="x", **values))
        self.run_sender()
        self.assertEqual(len(self.on_phone()), 1)

    # --------------------------------------------------------------- conversion

    def test_pictures_whatsapp_refuses_are_converted(self):
        for name, raw, expected in (
            ("a.webp", picture("WEBP"), "a.jpg"),
            ("b.gif", picture("GIF"), "b.jpg"),
            ("c.bmp", picture("BMP"), "c.jpg"),
            ("d.tiff", picture("TIFF"), "d.jpg"),
            ("e.avif", picture("AVIF"), "e.jpg"),
            ("f.webp", picture("WEBP", "RGBA", color=(1, 2, 3, 90)), "f.png"),
            ("cmyk.jpg", picture("JPEG", "CMYK"), "cmyk.jpg"),
            ("deep.png", picture("PNG", "I;16"), "deep.jpg"),
            ("lies.jpg", picture("WEBP"), "lies.jpg"),
        ):
            with self.subTest(name):
                message = self.send("", self.attach(name, raw))
                row = message.wa_message_ids
                self.assertEqual((row.kind, row.state, row.error_detail), ("image", "sent", False))
                self.assertEqual(message.attachment_ids.name, expected, "the thread shows what was sent")
                with Image.open(io.BytesIO(message.attachment_ids.raw)) as sent:
                    self.assertIn(sent.format, ("JPEG", "PNG"))
                    self.assertIn(sent.mode, ("RGB", "RGBA", "L"))

    def test_heic_without_the_optional_package_says_so(self):
        heic = b"\x00\x00\x00\x18ftypheic" + bytes(40)
        with patch.dict("sys.modules", {"pillow_heif": None}), self.assertRaisesRegex(UserError, "IMG.heic.*JPEG"):
            self.send("", self.attach("IMG.heic", heic))
        self.nothing_queued()

    def test_damaged_picture_is_refused(self):
        with self.assertRaisesRegex(UserError, "broken.jpg.*picture"):
            self.send("", self.attach("broken.jpg", b"\xff\xd8\xff\xe0 this is none"))
        self.nothing_queued()

    def _voice(self):
        recording = self.attach("Voice.mp3", MP3)
        recording._set_voice_metadata()
        return recording

    def test_voice_recording_without_ffmpeg_is_a_plain_sound(self):
        with patch.object(converter, "find_converter", lambda: None):
            self.send("", self._voice())
            with self.assertRaisesRegex(UserError, "sound.wav.*MP3"):
                self.send("", self.attach("sound.wav", b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(20)))
        [(kind, content)] = self.on_phone()
        self.assertEqual((kind, content.get("voice")), ("audio", None))

    def test_ogg_with_opus_is_a_voice_note_as_it_is(self):
        with patch.object(converter, "find_converter", lambda: None):
            self.send("", self.attach("note.ogg", OGG_OPUS))
        self.assertEqual([(k, c["voice"]) for k, c in self.on_phone()], [("audio", True)])

    # ----------------------------------------------------------------- refusals

    def test_refusals_name_file_rule_and_limit(self):
        for name, raw, words in (
            ("archive.zip", b"PK\x03\x04" + bytes(30), "archive.zip.*application/zip"),
            ("film.webm", b"\x1aE\xdf\xa3" + bytes(30), "film.webm.*webm.*MP4"),
            ("damaged.mov", b"\x00\x00\x00\x14ftypqt  " + bytes(30), "damaged.mov.*cannot be played"),
            ("nothing.pdf", b"", "nothing.pdf.*empty"),
            ("long.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(16 * 1024 * 1024), "long.mp4.*16.*videos"),
        ):
            with self.subTest(name), self.assertRaisesRegex(UserError, words):
                self.send("", self.attach(name, raw))
        self.nothing_queued()

    def test_one_bad_file_stops_all(self):
        with self.assertRaises(UserError):
            self.send("both", self.attach("a.pdf", PDF), self.attach("b.zip", b"PK\x03\x04" + bytes(30)))
        self.nothing_queued()

    def test_file_that_is_only_a_link_is_refused(self):
        link = self.attach("far.pdf", False, type="url", url="https://example.com/far.pdf")
        with self.assertRaisesRegex(UserError, "far.pdf.*outside of Odoo"):
            self.send("", link)
        self.nothing_queued()

    def test_closed_window_refuses_files(self):
        self.conversation.last_inbound_at = fields.Datetime.subtract(fields.Datetime.now(), hours=25)
        with self.assertRaisesRegex(UserError, "24 hours"):
            self.send("", self.attach("a.pdf", PDF))

    def test_files_of_others_cannot_be_sent(self):
        """Copying is done with higher rights: whoever may not read a file must not get a copy."""
        secret = self.env["ir.attachment"].create(
            {"name": "secret.pdf", "raw": PDF, "res_model": "wa.account", "res_id": self.account.id}
        )
        secret.res_model, secret.res_id = "ir.mail_server", 0
        with self.assertRaises(AccessError):
            self.send("", secret)
        self.nothing_queued()

    def test_attachment_of_a_record_is_sent_as_it_was(self):
        """The queue keeps a copy: changing or deleting the original changes nothing."""
        lead = self.conversation.lead_id
        original = self.env["ir.attachment"].create(
            {"name": "plan.pdf", "raw": PDF, "res_model": "crm.lead", "res_id": lead.id}
        )
        lead.user_id = self.ana
        message = self.reply(self.ana, self.conversation, "", attachment_ids=original.ids)
        original.unlink()
        self.run_sender()
        self.assertEqual(message.wa_message_ids.state, "sent")
        self.assertEqual(self.on_phone()[0][1]["filename"], "plan.pdf")

    # ------------------------------------------------------------------ uploads

    def test_same_content_is_uploaded_once(self):
        ben = self.customer("Ben Example", "+12025550144")
        self.send("", self.attach("a.pdf", PDF))
        self.send("", self.attach("same under another name.pdf", PDF))
        other = self.customer_writes(ben, "Hi")
        self.reply(self.ana, other, "", attachment_ids=self.attach("a.pdf", PDF).ids)
        self.run_sender()
        self.assertEqual(len(self.uploads()), 1)
        self.assertEqual([content["filename"] for _kind, content in self.on_phone()], ["a.pdf", "same under another name.pdf"])
        self.assertEqual([m["type"] for m in self.phone_messages(ben) if m["direction"] == "out"], ["document"])

    def test_uploaded_again_when_whatsapp_forgot_the_file(self):
        self.send("", self.attach("a.pdf", PDF))
        upload = self.env["wa.upload"].search([("number_id", "=", self.number.id)])
        upload.write({"media_uid": "1", "uploaded_at": fields.Datetime.subtract(fields.Datetime.now(), days=3)})
        message = self.send("", self.attach("a.pdf", PDF))
        self.assertEqual(message.wa_message_ids.state, "queued", "put back, to be uploaded anew")
        message.wa_message_ids.next_attempt_at = False
        self.run_sender()
        self.assertEqual(message.wa_message_ids.state, "sent")
        self.assertEqual(len(self.uploads()), 2)

    def test_uploaded_again_after_thirty_days(self):
        self.send("", self.attach("a.pdf", PDF))
        upload = self.env["wa.upload"].search([("number_id", "=", self.number.id)])
        upload.uploaded_at = fields.Datetime.subtract(fields.Datetime.now(), days=30)
        self.send("", self.attach("a.pdf", PDF))
        self.assertEqual(len(self.uploads()), 2)
        self.assertEqual(len(self.on_phone()), 2)
        upload.uploaded_at = fields.Datetime.subtract(fields.Datetime.now(), days=30)
        self.env["wa.upload"]._vacuum()
        self.assertFalse(upload.exists())

    def test_upload_that_fails_for_now_is_tried_again(self):
        self.sandbox.control("POST", "switches", fault={"kind": "503", "times": 1, "match": "/media"})
        message = self.send("", self.attach("a.pdf", PDF))
        row = message.wa_message_ids
        self.assertEqual((row.state, row.submitted_at), ("queued", False))
        self.assertTrue(row.next_attempt_at)
        row.next_attempt_at = False
        self.run_sender()
        self.assertEqual(row.state, "sent")
        self.assertEqual(len(self.on_phone()), 1)

    def test_upload_that_is_refused_fails_the_message_with_the_reason(self):
        self.sandbox.control("POST", "switches", fault={"kind": "error", "times": 1, "match": "/media", "code": 131053})
        message = self.send("", self.attach("a.pdf", PDF))
        row = message.wa_message_ids
        self.assertEqual((row.state, row.error_code, row.submitted_at), ("failed", "131053", False))
        self.assertIn("file", message.wa_message_ids.error_text)
        self.assertEqual(self.on_phone(), [])
        message.action_wa_retry()
        self.run_sender()
        self.assertEqual(row.state, "sent")

    def test_file_that_is_refused_later_is_uploaded_anew_on_retry(self):
        self.sandbox.control("POST", f"customers/{self.ada['id']}", online=False)
        message = self.send("", self.attach("a.pdf", PDF))
        row = message.wa_message_ids
        self.sandbox.control("POST", f"messages/{quote(row.wamid, safe='')}/status", status="failed", code=131053)
        self.deliver()
        self.assertEqual((row.state, row.error_code), ("failed", "131053"))
        message.action_wa_retry()
        self.run_sender()
        self.assertEqual(row.state, "sent")
        self.assertEqual(len(self.uploads()), 2)

    def test_file_deleted_while_it_waits_fails_with_a_reason(self):
        message = self.reply(self.ana, self.conversation, "", attachment_ids=self.attach("a.pdf", PDF).ids)
        message.attachment_ids.sudo().unlink()
        self.run_sender()
        row = message.wa_message_ids
        self.assertEqual((row.state, row.submitted_at), ("failed", False))
        self.assertIn("a.pdf", row.error_text)

    def test_refused_file_does_not_hold_back_the_text_after_it(self):
        self.sandbox.control("POST", "switches", fault={"kind": "error", "times": 1, "match": "/media", "code": 131053})
        self.reply(self.ana, self.conversation, "", attachment_ids=self.attach("a.pdf", PDF).ids)
        self.reply(self.ana, self.conversation, "and this")
        self.run_sender()
        self.run_sender()
        self.assertEqual([kind for kind, _content in self.on_phone()], ["text"])

    # -------------------------------------------------------------------- other

    def test_notes_with_files_stay_inside(self):
        self.channel.with_user(self.ana).message_post(
            body="look",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            attachment_ids=self.attach("a.zip", b"PK\x03\x04").ids,
        )
        self.nothing_queued()

    def test_sticker_rules(self):
        prepare = self.env["wa.file"].with_user(self.ana)._prepare
        sticker = prepare(self.attach("s.webp", picture("WEBP", size=(512, 512))), self.channel, "sticker")
        self.assertEqual((sticker.kind, sticker.mime_type), ("sticker", "image/webp"))
        with self.assertRaisesRegex(UserError, "s.png"):
            prepare(self.attach("s.png", picture("PNG")), self.channel, "sticker")
        big = picture("WEBP", size=(8, 8)) + bytes(101 * 1024)
        with self.assertRaisesRegex(UserError, "big.webp.*100.*stickers"):
            prepare(self.attach("big.webp", big), self.channel, "sticker")
