"""Ogg streams with Opus: what WhatsApp records, and what it shows as a voice note.

Source: RFC 3533 (Ogg pages) and RFC 7845 (Opus in Ogg).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

#: Of the page: mark, version, flags, position of the last sample, stream, page number, checksum, number of segments.
_PAGE = struct.Struct("<4sBBqIIIB")
#: Positions count samples of 48 kHz, whatever was recorded.
_RATE = 48_000


def opus_channels(raw: bytes) -> int:
    """Return how many channels an Ogg stream with Opus has; 0 when it is none.

    The first page holds the codec's header and nothing else, as its only segment.
    """
    if raw[:4] != b"OggS" or raw[28:36] != b"OpusHead" or len(raw) < 38:
        return 0
    return raw[37]


def is_voice_note(raw: bytes) -> bool:
    """Tell whether bytes are what WhatsApp shows as a voice note: Ogg with Opus and one channel."""
    return opus_channels(raw) == 1


def opus_seconds(raw: bytes) -> float:
    """Return how long an Ogg stream with Opus plays; 0.0 when there is no sound in it or it is none."""
    if not opus_channels(raw):
        return 0.0
    skipped = int.from_bytes(raw[38:40], "little")
    last = max((position for position in _positions(raw)), default=0)
    return max(last - skipped, 0) / _RATE


def _positions(raw: bytes) -> Iterator[int]:
    """Return the position at the end of each page, up to the first page that is cut off or none."""
    at = 0
    while at + _PAGE.size <= len(raw):
        mark, _version, _flags, position, _stream, _number, _checksum, segments = _PAGE.unpack_from(raw, at)
        table = at + _PAGE.size
        sizes = raw[table : table + segments]
        if mark != b"OggS" or len(sizes) < segments:
            return
        at = table + segments + sum(sizes)
        if at > len(raw):
            return
        yield position
