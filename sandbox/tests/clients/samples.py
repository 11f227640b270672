"""Files that WhatsApp takes, as small as they come."""

import struct
import zlib


def png():
    """Return a picture of one pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    dot = zlib.compress(b"\0\x80\x80\x80")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", dot) + chunk(b"IEND", b"")


def ogg(channels=1):
    """Return a voice note: Ogg with the headers of Opus and a page of sound."""
    head = b"OpusHead" + bytes([1, channels]) + struct.pack("<HIhB", 0, 48000, 0, 0)
    bodies = (head, b"OpusTags" + bytes(8), bytes(40))
    return b"".join(
        b"OggS" + bytes([0, 0]) + bytes(16) + struct.pack("<I", 0) + bytes([1, len(body)]) + body for body in bodies
    )


#: Kind of message -> (bytes, MIME type, file name).
FILES = {
    "image": (png(), "image/png", "chair.png"),
    "video": (b"\0\0\0\x18ftypmp42" + bytes(32), "video/mp4", "tour.mp4"),
    "audio": (b"\xff\xfb\x90\0" + bytes(64), "audio/mpeg", "song.mp3"),
    "voice": (ogg(), "audio/ogg", "note.ogg"),
    "document": (b"%PDF-1.4\n%%EOF\n", "application/pdf", "offer.pdf"),
    "sticker": (b"RIFF\x1a\0\0\0WEBPVP8L" + bytes(14), "image/webp", "smile.webp"),
}
