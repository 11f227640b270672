"""A film says how it is encoded; one that says nothing, or nonsense, stops nobody."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.mp4 import read_video


def box(name, *content):
    inner = b"".join(content)
    return struct.pack(">I4s", 8 + len(inner), name) + inner


def large_box(name, *content):
    inner = b"".join(content)
    return struct.pack(">I4sQ", 1, name, 16 + len(inner)) + inner


def track(handler, code):
    """A track as MOV has it, with a second handler about where the bytes are."""
    media = box(
        b"mdia",
        box(b"hdlr", bytes(8), handler, bytes(12)),
        box(
            b"minf",
            box(b"hdlr", bytes(8), b"alis", bytes(12)),
            box(b"stbl", box(b"stsd", bytes(4), struct.pack(">I", 1), box(code, bytes(70)))),
        ),
    )
    return box(b"trak", box(b"tkhd", bytes(80)), media)


def film(brand=b"isom", tracks=(), index_first=True):
    index, pictures = box(b"moov", box(b"mvhd", bytes(90)), *tracks), large_box(b"mdat", bytes(300))
    parts = (index, pictures) if index_first else (pictures, index)
    return box(b"ftyp", brand, bytes(4), b"isom") + b"".join(parts)


H264, AAC = track(b"vide", b"avc1"), track(b"soun", b"mp4a")


def test_what_whatsapp_plays():
    found = read_video(film(tracks=[H264, AAC, track(b"text", b"tx3g")]))
    assert (found.video, found.audio, found.brand) == (["avc1"], ["mp4a"], "isom")
    assert found.is_sendable
    assert read_video(film(tracks=[H264])).is_sendable


@pytest.mark.parametrize(
    ("raw", "video", "audio"),
    [
        (film(tracks=[track(b"vide", b"hvc1"), AAC]), "HEVC (H.265)", False),
        (film(tracks=[track(b"vide", b"zzz1")]), "zzz1", False),
        (film(tracks=[H264, track(b"soun", b"sowt")]), "", True),
        (film(tracks=[H264, AAC, AAC]), "", True),
        (film(tracks=[H264, AAC], index_first=False), "", False),
        (film(b"qt  ", tracks=[H264, AAC]), "", False),
    ],
)
def test_what_whatsapp_does_not_play(raw, video, audio):
    found = read_video(raw)
    assert (found.foreign_video, found.has_foreign_audio, found.is_sendable) == (video, audio, False)


@given(st.binary(max_size=200), st.integers(0, 400))
def test_nonsense_never_raises(noise, at):
    whole = film(tracks=[H264, AAC])
    read_video(noise)
    read_video(whole[:at] + noise + whole[at + len(noise) :])
    read_video(whole[:at])


def test_who_says_nothing_is_not_accused():
    assert read_video(b"\x00\x00\x00\x18ftypmp42" + bytes(50)).is_sendable
    assert read_video(b"").is_sendable
