import os
import stat
import struct
import tempfile
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ...models.media import audio, converter, video
from ...models.media.converter import ConverterFailed, NoConverter, Unreadable
from ...tools.mp4 import read_video
from ...tools.ogg import opus_seconds
from ..media_samples import PICTURES, TONE, make

LOGGER = "odoo.addons.crm_whatsapp.models.media.converter"


def program(folder, text):
    """Put a program called ffmpeg into a folder."""
    path = Path(folder, "ffmpeg")
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(stat.S_IRWXU)
    return str(path)


@tagged("post_install", "-at_install", "wa")
class TestAudio(TransactionCase):
    """Real recordings through the real ffmpeg."""

    def assertVoiceNote(self, raw, seconds=2):
        """The bytes are Ogg with Opus, one channel, 48 kHz, and as long as what was recorded."""
        self.assertEqual((raw[:4], raw[28:36]), (b"OggS", b"OpusHead"))
        _version, channels, _skipped, rate = struct.unpack_from("<BBHI", raw, 36)
        self.assertEqual((channels, rate), (1, 48000))
        self.assertAlmostEqual(opus_seconds(raw), seconds, delta=0.2)

    def test_recordings_of_browsers_become_voice_notes(self):
        for name, arguments, ending in (
            ("Chromium and Firefox", "-ac 2 -c:a libopus", ".webm"),
            ("Safari", "-ac 2 -c:a aac -movflags frag_keyframe+empty_moov+default_base_moof", ".mp4"),
            ("Discuss", "-ac 1 -c:a libmp3lame -b:a 128k", ".mp3"),
            ("stereo of 44.1 kHz", "-ac 2 -ar 44100", ".wav"),
            ("two channels of Opus", "-ac 2 -c:a libopus", ".ogg"),
            ("Vorbis", "-c:a libvorbis", ".ogg"),
        ):
            with self.subTest(name):
                self.assertVoiceNote(audio.to_voice_note(make(f"{TONE} {arguments}", ending)))

    def test_recording_whose_index_stands_at_the_end(self):
        """A phone's M4A of some minutes: read as a stream it would become a note without a sound."""
        raw = make("-f lavfi -i anoisesrc=duration=120 -b:a 128k", ".m4a")
        self.assertGreater(len(raw), 1_000_000)
        self.assertVoiceNote(audio.to_voice_note(raw), 120)

    def test_voice_note_is_left_alone(self):
        raw = make(f"{TONE} -ac 1 -c:a libopus", ".ogg")
        self.assertIs(audio.to_voice_note(raw), raw)

    def test_what_the_recorder_wrote_about_itself_stays_here(self):
        raw = make(f"{TONE} -metadata title=Kitchen -metadata artist=Ana -c:a libmp3lame", ".mp3")
        self.assertIn(b"Kitchen", raw)
        note = audio.to_voice_note(raw)
        self.assertNotIn(b"Kitchen", note)
        self.assertNotIn(b"Ana", note)

    def test_damaged_recordings_are_unreadable(self):
        film = make(f"{PICTURES} -c:v libx264", ".mp4")
        wav = make(f"{TONE} -ac 2", ".wav")
        for name, raw in (
            ("noise", os.urandom(5000)),
            ("text", b"not a recording"),
            ("header alone", wav[:40]),
            ("index lost", make("-f lavfi -i anoisesrc=duration=60", ".m4a")[:200_000]),
            ("film without sound", film),
        ):
            with self.subTest(name), self.assertRaises(Unreadable):
                audio.to_voice_note(raw)

    def test_every_browser_plays_mp3(self):
        raw = audio.to_mp3(make(f"{TONE} -ac 1 -c:a libopus", ".ogg"))
        self.assertTrue(raw.startswith(b"ID3") or raw[0] == 0xFF)
        self.assertVoiceNote(audio.to_voice_note(raw))


@tagged("post_install", "-at_install", "wa")
class TestVideo(TransactionCase):
    """Films that are only wrapped wrongly are packed anew."""

    def test_film_of_a_phone_becomes_what_whatsapp_plays(self):
        h264 = f"{PICTURES} {TONE} -shortest -c:v libx264 -pix_fmt yuv420p"
        for name, arguments, ending in (
            ("MOV", "-c:a aac", ".mov"),
            ("MOV with plain sound", "-c:a pcm_s16le", ".mov"),
            ("MP4 with its index at the end", "-c:a aac", ".mp4"),
            ("two sounds", "-map 0:v -map 1:a -map 1:a -c:a aac", ".mp4"),
        ):
            with self.subTest(name):
                raw = make(f"{h264} {arguments}", ending)
                self.assertFalse(read_video(raw).is_sendable)
                film = read_video(video.pack_anew(raw))
                self.assertEqual((film.video, film.audio, film.index_first), (["avc1"], ["mp4a"], True))
                self.assertTrue(film.is_sendable)

    def test_film_without_sound(self):
        film = read_video(video.pack_anew(make(f"{PICTURES} -c:v libx264", ".mov")))
        self.assertEqual((film.video, film.audio), (["avc1"], []))

    def test_encoding_is_told_from_a_real_film(self):
        self.assertEqual(read_video(make(f"{PICTURES} -c:v libx265 -tag:v hvc1", ".mov")).foreign_video, "HEVC (H.265)")

    def test_damaged_film_is_unreadable(self):
        with self.assertRaises(Unreadable):
            video.pack_anew(b"\x00\x00\x00\x14ftypqt  " + bytes(3000))


class Listener:
    """An address on this machine that writes down who asks for it."""

    def __enter__(self):
        asked = self.asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_error(404)

            def log_message(self, *args):
                """Keep the test's log clean."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()


@tagged("post_install", "-at_install", "wa")
class TestConverter(TransactionCase):
    """ffmpeg reads what it is given and nothing else, and never keeps anybody waiting for ever."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        converter._find_packaged.cache_clear()
        self.addCleanup(converter._find_packaged.cache_clear)

    def path(self, folder):
        return patch.dict(os.environ, {"PATH": folder})

    def test_playlist_that_poses_as_a_recording_reaches_nothing(self):
        sound = Path(self.folder, "secret.wav")
        sound.write_bytes(make(f"{TONE} -ac 1", ".wav"))
        with Listener() as listener:
            for name, text in (
                ("HLS", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n"),
                ("concat", "ffconcat version 1.0\nfile '{}'\n"),
                (
                    "DASH",
                    "<MPD xmlns='urn:mpeg:dash:schema:mpd:2011' type='static' mediaPresentationDuration='PT2S'><Period>"
                    "<AdaptationSet mimeType='audio/wav'><Representation id='1' bandwidth='1'><BaseURL>{}</BaseURL>"
                    "</Representation></AdaptationSet></Period></MPD>",
                ),
            ):
                for target in (f"file:{sound}", str(sound), f"{listener.url}/secret.wav"):
                    with self.subTest(name, target=target), self.assertRaises(Unreadable):
                        audio.to_voice_note(text.format(target).encode())
            self.assertEqual(listener.asked, [])
        # Newer versions have defences of their own: that ours holds shows in who refuses.
        with self.assertRaisesRegex(Unreadable, "Format not on whitelist"):
            audio.to_voice_note(f"ffconcat version 1.0\nfile '{sound}'\n".encode())

    @mute_logger(LOGGER)
    def test_hanging_converter_is_killed_with_all_it_started(self):
        pids = Path(self.folder, "pids")
        program(self.folder, f"/bin/sleep 300 & echo $$ $! > {pids}; wait")
        started = time.monotonic()
        with self.path(self.folder), patch.object(converter, "TIME_LIMIT", 1), self.assertRaises(ConverterFailed):
            audio.to_voice_note(b"x" * 100)
        self.assertLess(time.monotonic() - started, 20)
        for pid in pids.read_text().split():
            self.assertGone(pid)

    def assertGone(self, pid):
        """The process has ended, or is about to be collected by its parent."""
        for _turn in range(100):
            try:
                if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                    return
            except OSError:
                return
            time.sleep(0.05)
        self.fail(f"process {pid} still runs")

    @mute_logger(LOGGER)
    def test_converter_that_does_not_start(self):
        path = program(self.folder, "exit 0")
        Path(path).write_bytes(b"\x7fELF no program")
        with self.path(self.folder), self.assertRaises(ConverterFailed):
            audio.to_voice_note(b"x" * 100)

    @mute_logger(LOGGER)
    def test_converter_without_the_encoder_counts_as_none(self):
        program(self.folder, "/bin/cat >/dev/null; echo \"Unknown encoder 'libopus'\" >&2; exit 8")
        with self.path(self.folder), self.assertRaises(NoConverter):
            audio.to_voice_note(b"x" * 100)

    def test_the_systems_program_comes_first_then_the_packages(self):
        own = program(self.folder, "exit 0")
        with self.path(self.folder):
            self.assertEqual(converter.find_converter(), own)
        os.unlink(own)
        with self.path(self.folder):
            packaged = converter.find_converter()
            self.assertTrue(packaged and os.access(packaged, os.X_OK), "imageio-ffmpeg is in dev/requirements.lock")
            self.assertIn("imageio_ffmpeg", packaged)
            converter._find_packaged.cache_clear()
            with patch.dict("sys.modules", {"imageio_ffmpeg": None}):
                self.assertIsNone(converter.find_converter())
                with self.assertRaises(NoConverter):
                    audio.to_voice_note(b"x" * 100)
