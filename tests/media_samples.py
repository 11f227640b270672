"""Small files of every kind, and recordings, films and pictures as phones and browsers make them, by the same programs."""

import base64
import io
import os
import subprocess
import tempfile

from PIL import Image

from ..models.media.converter import find_converter

#: The smallest files that pass for what they are.
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MP3 = b"ID3\x03\x00\x00\x00\x00\x00\x00" + b"\xff\xfb\x90\x00" * 40
#: The beginning of a voice note: headers and a page of sound.
OGG_OPUS = b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x01" + bytes(30) + 2 * (b"OggS" + bytes(24))
#: A picture of one pixel.
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
TONE = "-f lavfi -i sine=frequency=440:duration=2:sample_rate=44100"
PICTURES = "-f lavfi -i testsrc=size=160x120:rate=10:duration=1"


def make(arguments, ending):
    """Return the bytes of a file that ffmpeg makes; ``arguments`` as on a command line."""
    converter = find_converter()
    if not converter:
        raise AssertionError("There is no ffmpeg: install it, or the packages of dev/requirements.lock.")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, f"sample{ending}")
        subprocess.run([converter, "-hide_banner", "-loglevel", "error", *arguments.split(), path], check=True, timeout=60)
        with open(path, "rb") as file:
            return file.read()


def picture(fmt, mode="RGB", size=(40, 30), color=None, **options):
    """Return the bytes of a picture of one colour."""
    target = io.BytesIO()
    Image.new(mode, size, color if color is not None else 0).save(target, fmt, **options)
    return target.getvalue()


def noise(size):
    """Return a picture that cannot be packed tightly."""
    return Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3))


def encoded(image, fmt, **options):
    """Return a picture as the bytes of a file."""
    target = io.BytesIO()
    image.save(target, fmt, **options)
    return target.getvalue()


def heic(image, **options):
    """Return a picture as an iPhone stores it."""
    from pillow_heif import from_pillow

    target = io.BytesIO()
    from_pillow(image).save(target, **options)
    return target.getvalue()
