"""How many pixels a picture has, read from its header: nothing is decoded.

A few hundred kilobytes can unfold into gigabytes of pixels. Whoever opens such a picture has already paid, so its size is
read here before anybody does. Formats: those that Odoo's Pillow opens (PNG, JPEG, GIF, BMP, PPM, ICO), and those that
browsers and our conversions open besides (WebP, TIFF, HEIC, AVIF).

Source: PNG and GIF89a specifications, ITU T.81 (JPEG), TIFF 6.0, RFC 9649 (WebP), ISO/IEC 23008-12 (HEIF).
"""

from __future__ import annotations

import re
import struct

MOST_PIXELS = 50_000_000
"""The limit Odoo has for its own pictures (``odoo/tools/image.py``). More would take hundreds of megabytes to open."""
HEAD = 1024 * 1024
"""Bytes that are looked at; what does not tell its size by then is taken for one that does not tell."""

Size = tuple[int, int]


def image_size(raw: bytes) -> Size | None:
    """Return ``(width, height)`` of a picture, or None for what is none or does not tell. Never raises."""
    head = bytes(raw[:HEAD])
    for begins, read in _READERS:
        if begins(head):
            try:
                size = read(head)
            except (struct.error, ValueError, IndexError, OverflowError):
                return None
            return size if size and all(side > 0 for side in size) else None
    return None


def has_too_many_pixels(raw: bytes) -> bool:
    """Tell whether a picture says that opening it costs more memory than a server should spend."""
    size = image_size(raw)
    return size is not None and _area(size) > MOST_PIXELS


def _png(head: bytes) -> Size:
    return struct.unpack_from(">II", head, 16)


def _gif(head: bytes) -> Size:
    """The screen, or the first frame where it reaches beyond: programs make the screen larger then."""
    width, height, flags = struct.unpack_from("<HHB", head, 6)
    at = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    while head[at] == 0x21:  # extensions: blocks of at most 255 bytes, an empty one ends them
        at += 2
        while head[at]:
            at += 1 + head[at]
        at += 1
    if head[at] == 0x2C:
        left, top, wide, tall = struct.unpack_from("<HHHH", head, at + 1)
        width, height = max(width, left + wide), max(height, top + tall)
    return width, height


def _jpeg(head: bytes) -> Size | None:
    """The largest frame: a picture may hold several."""
    found: list[Size] = []
    at = 2
    while at + 4 <= len(head):
        if head[at] != 0xFF:
            break
        marker = head[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:  # no length
            at += 2
            continue
        if marker in (0xD9, 0xDA):  # pixels begin
            break
        length = struct.unpack_from(">H", head, at + 2)[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", head, at + 5)
            found.append((width, height))
        at += 2 + max(length, 2)
    return max(found, key=_area, default=None)


def _bmp(head: bytes) -> Size:
    if struct.unpack_from("<I", head, 14)[0] == 12:
        return struct.unpack_from("<HH", head, 18)
    width, height = struct.unpack_from("<ii", head, 18)
    return abs(width), abs(height)


def _ppm(head: bytes) -> Size | None:
    words = re.sub(rb"#[^\n\r]*", b" ", head[2:4096]).split()
    return (int(words[0][:12]), int(words[1][:12])) if len(words) > 1 else None


def _ico(head: bytes) -> Size | None:
    """The largest of its pictures; each may be a PNG with a size of its own."""
    found: list[Size] = []
    for index in range(min(struct.unpack_from("<H", head, 4)[0], 64)):
        wide, tall, offset = struct.unpack_from("<BB10xI", head, 6 + 16 * index)
        inner = head[offset : offset + 64]
        if inner.startswith(b"\x89PNG"):
            found.append(_png(inner))
        elif len(inner) >= 12:
            width, height = struct.unpack_from("<ii", inner, 4)
            found.append((abs(width), abs(height) // 2))
        found.append((wide or 256, tall or 256))
    return max(found, key=_area, default=None)


def _webp(head: bytes) -> Size | None:
    kind = head[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _tiff(head: bytes) -> Size | None:
    """The first page; TIFF and BigTIFF."""
    order = "<" if head[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", head, 2)[0] == 43
    at = struct.unpack_from(order + ("Q" if big else "I"), head, 8 if big else 4)[0]
    entries = struct.unpack_from(order + ("Q" if big else "H"), head, at)[0]
    at += 8 if big else 2
    sides: dict[int, int] = {}
    for index in range(min(entries, 512)):
        start = at + index * (20 if big else 12)
        tag, kind = struct.unpack_from(order + "HH", head, start)
        value = start + (12 if big else 8)
        if tag in (256, 257):
            sides[tag] = struct.unpack_from(order + {3: "H", 16: "Q"}.get(kind, "I"), head, value)[0]
    return (sides[256], sides[257]) if len(sides) == 2 else None


def _heif(head: bytes) -> Size | None:
    """The largest picture named; one that is put together from tiles is named as a whole, too."""
    found = [
        struct.unpack_from(">II", head, box.end() + 4) for box in re.finditer(rb"ispe", head) if box.end() + 12 <= len(head)
    ]
    return max(found, key=_area, default=None)


def _area(size: Size) -> int:
    return size[0] * size[1]


_READERS = (
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    (lambda head: head[:6] in (b"GIF87a", b"GIF89a"), _gif),
    (lambda head: head.startswith(b"\xff\xd8\xff"), _jpeg),
    (lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", _webp),
    (lambda head: head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), _tiff),
    (lambda head: head[4:8] == b"ftyp", _heif),
    (lambda head: head.startswith(b"BM"), _bmp),
    (lambda head: head[:4] in (b"\0\0\1\0", b"\0\0\2\0"), _ico),
    (lambda head: bool(re.match(rb"P[1-6]\s", head)), _ppm),
)
