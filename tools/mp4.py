"""What is inside an MP4, 3GP or MOV file: enough to know whether WhatsApp plays it.

WhatsApp looks at the ending of a film and later refuses, on the customer's phone or in a status, what it cannot decode.
Source: ISO/IEC 14496-12 (boxes); Meta, WhatsApp "Media" (H.264 and AAC, one sound track, index first).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

#: Boxes that hold boxes, on the way to what a track is encoded with.
_INNER = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
H264 = {"avc1", "avc2", "avc3", "avc4"}
AAC = {"mp4a"}
#: What people call the encodings of films, by the four letters in the file.
NAMES = {
    "hvc1": "HEVC (H.265)",
    "hev1": "HEVC (H.265)",
    "dvh1": "Dolby Vision (HEVC)",
    "dvhe": "Dolby Vision (HEVC)",
    "av01": "AV1",
    "vp08": "VP8",
    "vp09": "VP9",
    "mp4v": "MPEG-4 Visual",
    "s263": "H.263",
    "mjpa": "Motion JPEG",
    "mjpb": "Motion JPEG",
    "jpeg": "Motion JPEG",
    "apch": "ProRes",
    "apcn": "ProRes",
    "apcs": "ProRes",
    "apco": "ProRes",
}


@dataclass
class Video:
    """The tracks of a film, by the four letters that name their encoding."""

    brand: str = ""
    video: list[str] = field(default_factory=list)
    audio: list[str] = field(default_factory=list)
    #: The table of contents stands before the pictures, so that playing can begin before all has come.
    index_first: bool = True

    @property
    def foreign_video(self) -> str:
        """The name of the first picture encoding that WhatsApp does not play, or ``""``."""
        return next((NAMES.get(code, code) for code in self.video if code not in H264), "")

    @property
    def has_foreign_audio(self) -> bool:
        """Is there a sound that WhatsApp does not play, or more than one?"""
        return len(self.audio) > 1 or not set(self.audio) <= AAC

    @property
    def is_sendable(self) -> bool:
        """Is it as Meta wants it? True for a file that tells nothing about itself."""
        return not self.foreign_video and not self.has_foreign_audio and self.index_first and self.brand != "qt"


def read_video(raw: bytes) -> Video:
    """Return what a film says about itself. Never raises: what is damaged says less."""
    film = Video()
    if raw[4:8] == b"ftyp":
        film.brand = _letters(raw[8:12])
    view = memoryview(raw)
    order: list[bytes] = []
    for name, start, end in _boxes(view, 0, len(raw)):
        order.append(name)
        if name == b"moov":
            for track, first, last in _boxes(view, start, end):
                if track == b"trak":
                    _read_track(view, first, last, film)
    if b"moov" in order and b"mdat" in order:
        film.index_first = order.index(b"moov") < order.index(b"mdat")
    return film


def _read_track(view: memoryview, start: int, end: int, film: Video) -> None:
    """Add a track to the film it belongs to; tracks of other things (times, texts) are left out."""
    handler, codes = b"", []
    for name, first, last in _leaves(view, start, end):
        # The media's handler comes first; QuickTime has a second one, about where the bytes are.
        if name == b"hdlr" and not handler:
            handler = bytes(view[first + 8 : first + 12])
        elif name == b"stsd":
            codes += [_letters(code) for code, _at, _to in _boxes(view, first + 8, last)]
    if handler == b"vide":
        film.video += codes[:1]
    elif handler == b"soun":
        film.audio += codes[:1]


def _leaves(view: memoryview, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Return the boxes at any depth that hold no boxes."""
    for name, first, last in _boxes(view, start, end):
        if name in _INNER:
            yield from _leaves(view, first, last)
        else:
            yield name, first, last


def _boxes(view: memoryview, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Return ``(name, start of content, end)`` of the boxes that lie between two places."""
    at = start
    while at + 8 <= end:
        size, header = int.from_bytes(view[at : at + 4], "big"), 8
        if size == 1:
            size, header = int.from_bytes(view[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = end - at
        if size < header:
            return
        last = min(at + size, end)
        yield bytes(view[at + 4 : at + 8]), at + header, last
        at = last


def _letters(code: bytes) -> str:
    return code.decode("latin-1").strip()
