"""Recordings, films and pictures as browsers and phones make them, made here with the same programs."""

import io
import os
import subprocess
import tempfile

from PIL import Image

from ...models.media.converter import find_converter

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
