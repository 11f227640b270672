"""Ogg with Opus is told from everything else, and so is a note in which there is no sound."""

import struct

import pytest

from tools.ogg import is_voice_note, opus_channels, opus_seconds


def page(content, position=0):
    sizes = [255] * (len(content) // 255) + [len(content) % 255]
    return struct.pack("<4sBBqIIIB", b"OggS", 0, 0, position, 1, 0, 0, len(sizes)) + bytes(sizes) + content


def head(channels=1, skipped=312):
    return page(b"OpusHead" + struct.pack("<BBHIhB", 1, channels, skipped, 48000, 0, 0))


TAGS = page(b"OpusTags" + bytes(16))


def test_length_is_the_last_position_without_what_the_decoder_skips():
    note = head() + TAGS + page(bytes(600), 48000 + 312) + page(bytes(90), 3 * 48000 + 312)
    assert is_voice_note(note)
    assert opus_seconds(note) == 3.0


def test_headers_alone_are_silent():
    assert is_voice_note(head() + TAGS)
    assert opus_seconds(head() + TAGS) == 0.0


def test_page_that_is_cut_off_does_not_count():
    note = head() + TAGS + page(bytes(600), 48000 + 312)
    assert opus_seconds(note[:-1]) == 0.0


@pytest.mark.parametrize(
    ("raw", "channels"),
    [
        (head(1), 1),
        (head(2), 2),
        (b"", 0),
        (b"ID3\x03", 0),
        (page(b"\x01vorbis" + bytes(30)), 0),
        (head()[:36], 0),
        (b"OggS" * 20, 0),
    ],
)
def test_channels(raw, channels):
    assert opus_channels(raw) == channels
    assert is_voice_note(raw) == (channels == 1)
