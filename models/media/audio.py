"""Sounds as WhatsApp takes them; voice notes are Ogg with Opus and one channel.

Source: Meta, WhatsApp "Media" (supported audio formats), "Audio messages" (voice).
"""

from ...tools.ogg import is_voice_note, opus_seconds
from .converter import Unreadable, convert

OGG_OPUS = "audio/ogg; codecs=opus"
#: ``-vn``: no covers and no films; ``-map_metadata -1``: no names, places or devices of whoever recorded it.
SOUND_ALONE = ("-map", "0:a:0", "-map_metadata", "-1", "-vn")
VOICE_NOTE = (*SOUND_ALONE, *"-ac 1 -ar 48000 -c:a libopus -b:a 32k -application voip -f ogg pipe:1".split())
MP3 = (*SOUND_ALONE, *"-ac 1 -ar 44100 -c:a libmp3lame -b:a 64k -f mp3 pipe:1".split())


def to_voice_note(raw):
    """Return a recording as Ogg with Opus and one channel.

    :raises NoConverter, Unreadable, ConverterFailed: as :func:`~.converter.convert`.
    """
    if is_voice_note(raw):
        return raw
    note = convert(raw, VOICE_NOTE)
    # Of some damaged files ffmpeg makes a well-formed note without a sound, and is content.
    if not is_voice_note(note) or not opus_seconds(note):
        raise Unreadable("no sound in it")
    return note


def to_mp3(raw):
    """Return a sound as MP3 with one channel, which every browser plays.

    :raises NoConverter, Unreadable, ConverterFailed: as :func:`~.converter.convert`.
    """
    sound = convert(raw, MP3)
    if not sound:
        raise Unreadable("no sound in it")
    return sound
