from unittest.mock import patch

from odoo.tests import tagged

from ...models.media import audio, converter
from ..common import WaHttpCase
from ..media_samples import TONE, make


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestSoundAsMp3(WaHttpCase):
    """A voice note opens as MP3 for whoever may open the note itself, and is converted once."""

    def setUp(self):
        super().setUp()
        self.note = make(f"{TONE} -ac 1 -c:a libopus", ".ogg")
        self.media = self._receive(self.note, "audio/ogg; codecs=opus", voice=True)
        self.attachment = self.media.attachment_id

    def _receive(self, raw, mime_type, kind="audio", **more):
        item = {"id": "1000200030004", "mime_type": mime_type, **more}
        conversation = self.receive(self.inbound(type=kind, **{kind: item}))
        media = conversation.message_ids.media_ids.sorted("id")[-1]
        media._attach(raw, mime_type)
        return media

    def _ask(self, login="wa_ana", attachment=None):
        self.authenticate(login, login)
        return self.url_open(f"/wa/sound/{(attachment or self.attachment).id}.mp3", allow_redirects=False)

    def _kept(self):
        return self.env["ir.attachment"].search([("res_model", "=", "ir.attachment"), ("res_id", "=", self.attachment.id)])

    def test_colleague_of_the_team_hears_it(self):
        answer = self._ask()
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, "audio/mpeg"))
        self.assertTrue(audio.to_voice_note(answer.content), "it is a sound")
        self.assertEqual(self.attachment.raw, self.note, "the original stays as it came")

    def test_converted_once_and_kept_beside_the_original(self):
        first = self._ask()
        kept = self._kept()
        self.assertEqual((len(kept), kept.raw), (1, first.content))
        with patch.object(converter, "find_converter", lambda: None):
            self.assertEqual(self._ask().content, first.content)
        self.assertEqual(self._kept(), kept)
        self.assertNotIn(kept, self.media.message_id.mail_message_id.attachment_ids)

    def test_other_team_and_strangers_do_not_hear_it(self):
        for when in ("before it is made", "afterwards"):
            for login in ("wa_cid", None):
                with self.subTest(when, login=login):
                    self.assertNotEqual(self._ask(login).status_code, 200)
            self.assertEqual(bool(self._kept()), when == "afterwards")
            self.assertEqual(self._ask().status_code, 200)
        self.authenticate("wa_cid", "wa_cid")
        self.assertNotEqual(self.url_open(f"/web/content/{self._kept().id}").status_code, 200)
        self.authenticate("wa_ana", "wa_ana")
        self.assertEqual(self.url_open(f"/web/content/{self._kept().id}").status_code, 200)

    def test_goes_with_the_original(self):
        self._ask()
        kept = self._kept()
        self.attachment.unlink()
        self.assertFalse(kept.exists())

    def test_what_cannot_be_heard(self):
        damaged = self._receive(b"OggS" + bytes(400), "audio/ogg").attachment_id
        document = self._receive(b"%PDF-1.4", "application/pdf", kind="document").attachment_id
        elsewhere = self.env["ir.attachment"].create(
            {
                "name": "a.ogg",
                "raw": self.note,
                "mimetype": "audio/ogg",
                "res_model": "res.partner",
                "res_id": self.ana.partner_id.id,
            }
        )
        for attachment in (damaged, document, elsewhere, self.env["ir.attachment"].browse(2**31 - 1)):
            with self.subTest(attachment):
                self.assertEqual(self._ask(attachment=attachment).status_code, 404)
        with patch.object(converter, "find_converter", lambda: None):
            self.assertEqual(self._ask().status_code, 404)
        self.assertFalse(self._kept())
