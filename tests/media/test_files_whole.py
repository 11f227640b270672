import errno
import os
import socket
import threading
from contextlib import contextmanager, suppress
from functools import partial
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.outbox.uploads import Upload, run_uploads
from ...tools.graph.errors import PermanentError, TransientError
from ..media_case import MediaCase
from ..media_samples import PNG

SOUND = b"OggS" + bytes(range(256)) * 20


@tagged("post_install", "-at_install", "wa")
class TestFilesWhole(MediaCase):
    """A file is there when all of it is there; until then it is being fetched, and says why."""

    def voice_note(self, *, url=True, sha256=True):
        """Let a voice note come by webhook, with or without WhatsApp's address and checksum."""
        uid = self.upload(SOUND, "audio/ogg; codecs=opus")
        audio = {"id": uid, "mime_type": "audio/ogg; codecs=opus", "voice": True}
        body = self.customer_writes(self.ada, None, type="audio", audio=audio).message_ids[:1]
        media = body.media_ids
        media.write({key: False for key, given in (("url", url), ("sha256", sha256)) if not given})
        return body

    def test_empty_twice_then_the_sound(self):
        """R18: 200 with an empty body twice, then the sound."""
        for url, sha256 in ((True, True), (False, False), (True, False), (False, True)):
            with self.subTest(url=url, sha256=sha256):
                self.sandbox.control("POST", "switches", fault=None)
                row = self.voice_note(url=url, sha256=sha256)
                media = row.media_ids
                # With an address in the webhook a try has two downloads.
                self.fault("empty", times=4 if url else 2, match="attachments")
                for _ in range(2):
                    self.fetch_files()
                    self.assertEqual((media.state, media.error_code), ("pending", "media_incomplete"))
                    self.assertFalse(media.attachment_id)
                    self.assertGreater(media.next_attempt_at, fields.Datetime.now())
                    self.assertIn("o_wa_media_pending", row.mail_message_id.body)
                    self.assertIn("nothing, or only a part", row.mail_message_id.body)
                    self.due_again(media)
                self.fetch_files()
                self.assertEqual((media.state, media.attachment_id.raw, media.error_code), ("done", SOUND, False))
                self.assertNotIn("o_wa_media", row.mail_message_id.body)

    def test_half_a_file_is_none(self):
        """R18: half of the bytes, with a length that fits the half; found by checksum and by size."""
        for sha256 in (True, False):
            with self.subTest(sha256=sha256):
                self.sandbox.control("POST", "switches", fault=None)
                row = self.voice_note(sha256=sha256)
                self.fault("truncated", times=2, match="attachments")
                self.fetch_files()
                self.assertEqual((row.media_ids.state, row.media_ids.error_code), ("pending", "media_incomplete"))
                self.assertIn(f"{len(SOUND) // 2} of {len(SOUND)}", row.media_ids.error_detail)
                self.due_again(row.media_ids)
                self.fetch_files()
                self.assertEqual((row.media_ids.state, row.media_ids.attachment_id.raw), ("done", SOUND))

    def test_a_broken_first_address_is_made_up_for_at_once(self):
        """R18: the address of the webhook gives half, a new one the whole."""
        row = self.voice_note()
        self.fault("truncated", times=1, match="attachments")
        self.fetch_files()
        self.assertEqual((row.media_ids.state, row.media_ids.attachment_id.raw), ("done", SOUND))

    def test_a_checksum_that_never_fits_is_no_reason_to_refuse_a_whole_file(self):
        """R18: WhatsApp does not say over which bytes it is made."""
        row = self.voice_note()
        row.media_ids.sha256 = "AAAA"
        self.fetch_files()
        self.assertEqual((row.media_ids.state, row.media_ids.attachment_id.raw), ("done", SOUND))

    def test_it_is_given_up_in_the_end_and_a_person_may_ask_again(self):
        """R18: a file that stays empty."""
        row = self.voice_note()
        self.fault("empty", times=40, match="attachments")
        for _ in range(12):
            self.due_again(row.media_ids)
            self.fetch_files()
        self.assertEqual((row.media_ids.state, row.error_code), ("failed", "media_incomplete"))
        self.sandbox.control("POST", "switches", fault=None)
        row.mail_message_id.with_user(self.ana).action_wa_media_retry()
        self.fetch_files()
        self.assertEqual(row.media_ids.attachment_id.raw, SOUND)


@tagged("post_install", "-at_install", "wa")
class TestFullDisk(MediaCase):
    """This server cannot keep a file: that one waits, with its reason, and the others go on."""

    def full_disk(self, *contents):
        """Let the disk be full for files of these contents: a part is written, then there is no room."""
        real_open = open

        def write(file, content):
            if content in contents:
                file.write(content[: len(content) // 2])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return file.write(content)

        @contextmanager
        def short(file):
            with file:
                yield SimpleNamespace(write=partial(write, file))

        def opening(path, mode="r", *args, **kwargs):
            file = real_open(path, mode, *args, **kwargs)
            return short(file) if mode == "wb" else file

        # The disk itself cannot be filled in a test; everything above the write is real.
        return patch("odoo.addons.base.models.ir_attachment.open", opening, create=True)

    def test_one_waits_and_the_others_come(self):
        """S14: retried, the reason shown, and no leftover stands in the way once there is room."""
        big = os.urandom(4000)
        contents = (big, b"%PDF-1.4 b" * 9, b"%PDF-1.4 c" * 9)
        rows = [self.send_file("document", content, "application/pdf", "a.pdf") for content in contents]
        with self.full_disk(big), self.assertLogs("odoo.addons.crm_whatsapp.models.media.wa_media_download", "WARNING"):
            self.fetch_files()
        self.assertEqual([row.media_ids.state for row in rows], ["pending", "done", "done"])
        media = rows[0].media_ids
        self.assertEqual(media.error_code, "media_storage_full")
        self.assertGreater(media.next_attempt_at, fields.Datetime.now())
        self.assertIn("disk of the Odoo server is full", rows[0].mail_message_id.body)
        self.assertIn("o_wa_media_pending", rows[0].mail_message_id.body)
        self.due_again(media)
        self.fetch_files()
        self.assertEqual((media.state, media.attachment_id.raw, media.error_code), ("done", big, False))

    def test_it_is_not_given_up_while_whatsapp_has_the_file(self):
        """S14: a disk may stay full over a weekend."""
        row = self.send_file("document", os.urandom(3000), "application/pdf", "a.pdf")
        media = row.media_ids
        media.attempts = 30
        with self.full_disk(*[self.sandbox_bytes(media)]), self.assertLogs(level="WARNING"):
            self.fetch_files()
        self.assertEqual((media.state, media.error_code), ("pending", "media_storage_full"))

    def sandbox_bytes(self, media):
        """Return the bytes of a file as the sandbox has them."""
        response = self.sandbox.session.get(f"{self.sandbox.url}/sandbox/media/{media.media_uid}", timeout=20)
        return response.content

    def test_sending_says_it_in_one_sentence(self):
        """S14: the upload side: a file that must be copied or converted for the thread."""
        conversation = self.customer_writes(self.ada, "Hello")
        attachment = self.env["ir.attachment"].create({"name": "a.pdf", "raw": b"%PDF-1.4 a", "mimetype": "application/pdf"})
        attachment = attachment.with_user(self.ana).sudo()
        with (
            patch.object(type(attachment), "copy", side_effect=OSError(errno.ENOSPC, "No space left on device")),
            self.assertLogs("odoo.addons.crm_whatsapp.models.media.wa_file", "WARNING"),
            self.assertRaisesRegex(UserError, "disk of the Odoo server is full"),
        ):
            self.env["wa.file"]._prepare(attachment, conversation.channel_id)

    def test_a_file_that_cannot_be_read_now_is_uploaded_later(self):
        """S14: too many open files, a network disk that is away: not the end of a message. A file that is gone is."""
        transport = self.account._get_transport()
        for error, kind in ((OSError(errno.EMFILE, "x"), TransientError), (FileNotFoundError("x"), PermanentError)):

            def read(error=error):
                raise error

            [(_key, outcome)] = run_uploads(transport, "1", [Upload((str(error), "x"), read, "text/plain", "a.txt")])
            self.assertIsInstance(outcome, kind)


@tagged("post_install", "-at_install", "wa")
class TestWhereTheTokenGoes(MediaCase):
    """An address in a webhook is a stranger's."""

    def test_nobody_else_is_connected_to(self):
        """S9: programs read this address differently; nothing is connected to, and the file comes by its id."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            heard = threading.Event()

            def listen():
                with suppress(OSError):
                    listener.accept()[0].close()
                    heard.set()

            thread = threading.Thread(target=listen, daemon=True)
            thread.start()
            port = listener.getsockname()[1]
            for address in (
                f"https://127.0.0.1:{port}\\@lookaside.fbsbx.com/x",
                f"https://lookaside.fbsbx.com@127.0.0.1:{port}/x",
                f"http://127.0.0.1:{port}/x",
                f"https://127.0.0.1:{port}#.fbsbx.com/x",
            ):
                row = self.send_file("image", PNG, "image/png")
                row.media_ids.url = address
                self.fetch_files()
                self.assertEqual(row.media_ids.attachment_id.raw, PNG, address)
                self.assertFalse(heard.is_set(), address)
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)
