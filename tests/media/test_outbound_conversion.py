import io
from unittest.mock import patch

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.media import converter
from ...tools.graph.media import LIMITS
from ...tools.mp4 import read_video
from ...tools.ogg import is_voice_note, opus_seconds
from ..common import ACCESS_TOKEN
from ..media_samples import MP3, PICTURES, TONE, encoded, heic, make, noise, picture
from ..outbound_files_case import OutboundFilesCase


@tagged("post_install", "-at_install", "wa")
class TestOutboundConversion(OutboundFilesCase):
    """What WhatsApp refuses is converted by the real programs, and what arrives is looked at on the phone."""

    def arrived(self):
        """Return ``(type, content, MIME type, bytes)`` of the newest message on the phone."""
        kind, content = self.on_phone()[-1]
        media_id = content["id"]
        get = self.sandbox.session.get
        headers = {"Authorization": f"Bearer {ACCESS_TOKEN}"}
        info = get(f"{self.sandbox.url}/v26.0/{media_id}", headers=headers, timeout=20).json()
        return kind, content, info["mime_type"], get(info["url"], headers=headers, timeout=20).content

    def record(self, name, raw, **vals):
        """Record with Discuss's composer: an upload with the mark of a voice message."""
        recording = self.attach(name, raw, **vals)
        recording._post_add_create(voice=True)
        return recording

    # ------------------------------------------------------------------- voice

    def test_recording_of_the_composer_arrives_as_a_voice_note(self):
        recorded = make(f"{TONE} -ac 1 -c:a libmp3lame -b:a 128k", ".mp3")
        message = self.send("", self.record("Voice-2026-11-25-1.mp3", recorded))
        self.assertEqual(message.wa_message_ids.mapped("state"), ["sent"])
        kind, content, mime_type, raw = self.arrived()
        self.assertEqual((kind, content["voice"], mime_type), ("audio", True, "audio/ogg; codecs=opus"))
        self.assertTrue(is_voice_note(raw))
        self.assertAlmostEqual(opus_seconds(raw), 2, delta=0.2)
        self.assertEqual(message.attachment_ids.name, "Voice-2026-11-25-1.mp3", "the thread keeps what every browser plays")
        self.assertTrue(message.attachment_ids.voice_ids)
        sent = self.env["ir.attachment"].browse(message.wa_message_ids.content["files"][0]["attachment_id"])
        self.assertEqual((sent.raw, sent.res_model, sent.res_id), (raw, "wa.message", message.wa_message_ids.id))

    def test_recordings_that_browsers_call_films(self):
        for name, arguments in (("note.webm", "-c:a libopus"), ("note.mp4", "-c:a aac -movflags frag_keyframe+empty_moov")):
            with self.subTest(name):
                recording = self.record(name, make(f"{TONE} {arguments}", name[4:]))
                self.assertTrue(recording.mimetype.startswith("video/"))
                self.send("", recording)
                kind, content, _mime_type, raw = self.arrived()
                self.assertEqual((kind, content["voice"], is_voice_note(raw)), ("audio", True, True))

    def test_sandbox_takes_nothing_else_for_a_voice_note(self):
        """Else the tests above would prove nothing."""
        stereo = make(f"{TONE} -ac 2 -c:a libopus", ".ogg")
        with patch("odoo.addons.crm_whatsapp.models.media.audio.to_voice_note", lambda raw: raw):
            message = self.send("", self.record("note.ogg", stereo))
        self.deliver()
        self.assertEqual((message.wa_message_ids.state, message.wa_message_ids.error_code), ("failed", "131053"))
        self.assertFalse([m for m in self.phone_messages(self.ada) if m.get("on_phone")])

    def test_sound_whatsapp_refuses_goes_as_a_plain_sound(self):
        self.send("", self.attach("song.wav", make(f"{TONE} -ac 2", ".wav")))
        kind, content, mime_type, raw = self.arrived()
        self.assertEqual((kind, content.get("voice"), is_voice_note(raw)), ("audio", None, True))
        self.assertEqual(mime_type, "audio/ogg; codecs=opus")

    def test_noise_is_no_recording(self):
        with self.assertRaisesRegex(UserError, "Noise.mp3.*cannot be played"):
            self.send("", self.record("Noise.mp3", b"not a recording"))
        self.nothing_queued()

    def test_playlist_is_no_recording(self):
        with self.assertRaisesRegex(UserError, "Voice.mp3.*cannot be played"):
            self.send("", self.record("Voice.mp3", b"#EXTM3U\n#EXTINF:2,\nfile:/etc/passwd\n#EXT-X-ENDLIST\n"))
        self.nothing_queued()

    def test_converter_that_fails_costs_the_look_and_not_the_message(self):
        with patch.object(converter, "_run", side_effect=converter.ConverterFailed("too slow")):
            self.send("", self.record("Voice.mp3", MP3))
            with self.assertRaisesRegex(UserError, "long.wav.*in time"):
                self.send("", self.attach("long.wav", make(TONE, ".wav")))
        self.assertEqual([(k, c.get("voice")) for k, c in self.on_phone()], [("audio", None)])

    # ---------------------------------------------------------------- pictures

    def test_heic_of_an_iphone_arrives_as_jpeg(self):
        photo = heic(Image.new("RGB", (120, 80), (20, 160, 20)))
        message = self.send("The garden", self.attach("IMG_0001.HEIC", photo))
        kind, content, mime_type, raw = self.arrived()
        self.assertEqual((kind, content["caption"], mime_type), ("image", "The garden", "image/jpeg"))
        self.assertEqual(Image.open(io.BytesIO(raw)).size, (120, 80))
        self.assertEqual(message.attachment_ids.name, "IMG_0001.jpg")

    def test_photo_over_the_limit_is_made_smaller(self):
        raw = encoded(noise((3000, 2000)), "JPEG", quality=95)
        self.assertGreater(len(raw), LIMITS["image"][0])
        self.send("", self.attach("big.jpg", raw))
        kind, _content, mime_type, sent = self.arrived()
        self.assertEqual((kind, mime_type), ("image", "image/jpeg"))
        self.assertLessEqual(len(sent), LIMITS["image"][0])

    def test_too_many_pixels(self):
        with self.assertRaisesRegex(UserError, "huge.webp.*50 million pixels"):
            self.send("", self.attach("huge.webp", picture("WEBP", size=(10000, 5001))))
        self.nothing_queued()

    # ------------------------------------------------------------------- films

    def test_film_of_a_phone_arrives_as_mp4(self):
        mov = make(f"{PICTURES} {TONE} -shortest -c:v libx264 -pix_fmt yuv420p -c:a aac", ".mov")
        message = self.send("Look", self.attach("IMG_0002.MOV", mov))
        kind, content, mime_type, raw = self.arrived()
        self.assertEqual((kind, content["caption"], mime_type), ("video", "Look", "video/mp4"))
        self.assertTrue(read_video(raw).is_sendable)
        self.assertEqual(message.attachment_ids.name, "IMG_0002.mp4")

    def test_film_whatsapp_plays_is_left_alone(self):
        mp4 = make(f"{PICTURES} -c:v libx264 -pix_fmt yuv420p -movflags +faststart", ".mp4")
        self.send("", self.attach("clip.mp4", mp4))
        self.assertEqual(self.arrived()[3], mp4)

    def test_film_of_an_old_phone_and_a_film_in_which_nothing_is_seen(self):
        """Python takes 3GP for a sound by its ending, and people call recordings MP4: the content decides."""
        for name, arguments, expected in (
            ("old.3gp", f"{PICTURES} -c:v libx264 -pix_fmt yuv420p -movflags +faststart", ("video", "video/3gpp")),
            ("sound.mp4", f"{TONE} -c:a aac", ("audio", "audio/mp4")),
            ("sound.3gp", f"{TONE} -c:a aac", ("audio", "audio/ogg; codecs=opus")),
        ):
            with self.subTest(name):
                self.send("", self.attach(name, make(arguments, name[-4:])))
                kind, _content, mime_type, _raw = self.arrived()
                self.assertEqual((kind, mime_type), expected)

    def test_film_in_hevc_is_refused_whatever_it_is_called(self):
        for ending in (".mov", ".mp4"):
            hevc = make(f"{PICTURES} -c:v libx265 -tag:v hvc1", ending)
            with self.subTest(ending), self.assertRaisesRegex(UserError, "IMG_0003.*HEVC.*Most Compatible"):
                self.send("", self.attach(f"IMG_0003{ending}", hevc))
        self.nothing_queued()

    def test_without_ffmpeg_mov_says_what_helps(self):
        mov = make(f"{PICTURES} -c:v libx264", ".mov")
        late_index = make(f"{PICTURES} -c:v libx264 -pix_fmt yuv420p", ".mp4")
        with patch.object(converter, "find_converter", lambda: None):
            with self.assertRaisesRegex(UserError, "IMG.mov.*MP4.*imageio-ffmpeg"):
                self.send("", self.attach("IMG.mov", mov))
            self.nothing_queued()
            self.send("", self.attach("clip.mp4", late_index))
        self.assertEqual(self.arrived()[3], late_index)

    # ------------------------------------------------------------------ limits

    def test_every_limit_is_kept_before_anything_is_queued(self):
        """A byte more than Meta takes is refused with the limit in words, for each kind of file."""
        mp4 = b"\x00\x00\x00\x18ftypmp42"
        megabytes = 1024 * 1024
        for name, head, size, kind, words in (
            ("film.mp4", mp4, 16 * megabytes, None, "film.mp4.*16.*videos"),
            ("film.3gp", b"\x00\x00\x00\x18ftyp3gp4", 16 * megabytes, None, "film.3gp.*16.*videos"),
            ("moving.mp4", mp4, 3584 * 1024, "gif", "moving.mp4.*3.50.*moving pictures"),
            ("song.mp3", b"ID3", 16 * megabytes, None, "song.mp3.*16.*sounds"),
            ("plan.pdf", b"%PDF-1.4\n", 100 * megabytes, None, "plan.pdf.*100.*documents"),
            ("still.webp", picture("WEBP"), 100 * 1024, "sticker", "still.webp.*100.*stickers"),
            ("moving.webp", self._moving_sticker(), 500 * 1024, "sticker", "moving.webp.*500.*stickers"),
        ):
            prepare = self.env["wa.file"].with_user(self.ana)._prepare
            with self.subTest(name):
                fits = self.attach(name, head + bytes(size - len(head)))
                self.assertEqual(prepare(fits, self.channel, kind).attachment.file_size, size)
                with self.assertRaisesRegex(UserError, words):
                    prepare(self.attach(name, head + bytes(size - len(head) + 1)), self.channel, kind)
        self.nothing_queued()

    def _moving_sticker(self):
        frames = [Image.new("RGB", (64, 64), color) for color in ((200, 20, 20), (20, 20, 200))]
        return encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100)
