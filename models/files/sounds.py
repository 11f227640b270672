"""Sounds as WhatsApp takes them; voice notes are Ogg with Opus and one channel.

Source: Meta, WhatsApp "Media" (supported audio formats), "Audio messages" (voice).
"""

import subprocess

from odoo.tools import find_in_path

OGG_OPUS = "audio/ogg; codecs=opus"
#: Seconds a conversion may take; a minute of speech takes well under one.
TIME_LIMIT = 60
#: Everything comes in through a pipe: a playlist that poses as a recording can read no file and no address.
ARGUMENTS = (
    "-hide_banner -loglevel error -protocol_whitelist pipe -i pipe:0 -map_metadata -1 -vn"
    " -ac 1 -ar 48000 -c:a libopus -b:a 32k -application voip -f ogg pipe:1"
).split()


class NoConverter(Exception):
    """There is no ``ffmpeg`` on this server."""


class UnreadableSound(Exception):
    """``ffmpeg`` could not make anything of it."""


def is_voice_note(raw):
    """Tell whether bytes are Ogg with Opus and one channel: what WhatsApp shows as a voice note.

    The first page of an Ogg stream holds the codec's header right behind its 28 bytes;
    Opus names its channels in the tenth byte. Source: RFC 3533 and RFC 7845.
    """
    return raw[:4] == b"OggS" and raw[28:36] == b"OpusHead" and raw[37:38] == b"\x01"


def find_converter():
    """Return the path of ``ffmpeg``, or None."""
    try:
        return find_in_path("ffmpeg")
    except OSError:
        return None


def to_voice_note(raw):
    """Return a recording as Ogg with Opus and one channel.

    :raises NoConverter: there is no ``ffmpeg`` here.
    :raises UnreadableSound: it is damaged or no sound.
    """
    if is_voice_note(raw):
        return raw
    converter = find_converter()
    if not converter:
        raise NoConverter
    try:
        done = subprocess.run(
            [converter, *ARGUMENTS], input=raw, capture_output=True, timeout=TIME_LIMIT, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise UnreadableSound(type(error).__name__) from error
    if not is_voice_note(done.stdout):
        raise UnreadableSound("no Opus")
    return done.stdout
