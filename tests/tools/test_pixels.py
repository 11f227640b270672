"""S12: how many pixels a picture has, read from its header."""

import struct

import pytest

from tools.pixels import MOST_PIXELS, has_too_many_pixels, image_size

GIF = b"GIF89a" + struct.pack("<HHBBB", 7, 8, 0, 0, 0)


def head_of_png(width, height):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height) + bytes(9)


def jpeg(*frames):
    segments = b"".join(b"\xff\xc2" + struct.pack(">HBHH", 11, 8, height, width) + bytes(4) for width, height in frames)
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + bytes(14) + b"\xff\xff" + segments + b"\xff\xda\0\0"


@pytest.mark.parametrize(
    ("raw", "size"),
    [
        (head_of_png(13_300, 13_300), (13_300, 13_300)),
        (jpeg((60, 37)), (60, 37)),
        (jpeg((10, 10), (65_000, 65_000)), (65_000, 65_000)),
        (GIF + b"!\xf9\x04\0\0\0\0\0," + struct.pack("<HHHH", 1, 1, 9, 2), (10, 8)),
        (b"MM\0*" + struct.pack(">IH", 8, 2) + struct.pack(">HHIHHHHIHH", 256, 3, 1, 7, 0, 257, 3, 1, 9, 0), (7, 9)),
        (b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 2) + struct.pack("<HHQQHHQQ", 256, 4, 1, 7, 257, 16, 1, 9), (7, 9)),
        (b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0/" + (6 | 8 << 14).to_bytes(4, "little"), (7, 9)),
        (b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01*" + struct.pack("<HH", 7, 9), (7, 9)),
        (b"P6 # by hand\n20000\n20000 255\n", (20_000, 20_000)),
        (b"\0\0\1\0\1\0" + struct.pack("<BB10xI", 16, 16, 22) + head_of_png(30_000, 30_000), (30_000, 30_000)),
        (b"BM" + bytes(12) + struct.pack("<Iii", 40, 7, -9), (7, 9)),
        (b"\0\0\0\x18ftypavif" + bytes(8) + b"\0\0\0\x14ispe\0\0\0\0" + struct.pack(">II", 7, 9), (7, 9)),
    ],
)
def test_sizes(raw, size):
    assert image_size(raw) == size
    assert has_too_many_pixels(raw) is (size[0] * size[1] > MOST_PIXELS)


def test_what_is_none_or_cut_never_raises():
    nothing = (b"", b"hello", b"\xff\xd8\xff", b"\0\0\1\0", b"BM", b"GIF89a", b"P6 ", b"P6 x y", b"II*\0", b"%PDF")
    for raw in (*nothing, head_of_png(0, 5)):
        assert image_size(raw) is None, raw
    for whole in (head_of_png(7, 7), jpeg((7, 7)), b"II*\0" + struct.pack("<IH", 8, 60_000), b"GIF89a" + bytes(7) + b"!" * 900):
        for end in range(len(whole)):
            image_size(whole[:end])


def test_addresses_beyond_the_end_of_memory_never_raise():
    """S12: BigTIFF takes addresses of 64 bits."""
    for at in (1 << 62, 1 << 63, (1 << 64) - 1):
        assert image_size(b"II+\0\x08\0\0\0" + struct.pack("<Q", at) + bytes(40)) is None
        assert image_size(b"MM\0+\0\x08\0\0" + struct.pack(">Q", at) + bytes(40)) is None
