import io
import struct
import zlib

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.pixels import has_too_many_pixels
from ..media_case import MediaCase
from ..media_samples import PNG


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width, height):
    """Return a PNG of one colour: a few bytes, however many pixels."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + (width + 7) // 8)) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def moving_gif(side):
    """Return a GIF whose frame is larger than its screen."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff" + frame + frame + b";"


def webp(side):
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + (side - 1).to_bytes(3, "little") * 2
    return b"RIFF" + struct.pack("<I", len(extended) + 4) + b"WEBP" + extended


def tiff(side):
    entries = [(256, 4, 1, side), (257, 4, 1, side)]
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries) + bytes(4)


def heic(side):
    return b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + b"\0\0\0\x14ispe\0\0\0\0" + struct.pack(">II", side, side) + bytes(8)


BOMB = png(13_300, 13_300)


@tagged("post_install", "-at_install", "wa")
class TestPictureBombs(MediaCase):
    """A picture that unfolds into gigabytes is a file to download, and nobody here opens it."""

    def test_too_many_pixels_are_a_file_to_download(self):
        """S12: 177 megapixels in a few kilobytes, in every format that Odoo, browsers or our conversions open."""
        for kind, content, mime_type, name in (
            ("image", BOMB, "image/png", ""),
            ("document", BOMB, "application/octet-stream", "plan.png"),
            ("document", BOMB, "application/pdf", "plan.pdf"),
            ("image", moving_gif(20_000), "image/png", ""),
            ("sticker", webp(16_000), "image/webp", ""),
            ("document", tiff(20_000), "image/tiff", "scan.tif"),
            ("document", heic(20_000), "image/heic", "photo.heic"),
            ("document", b"P6 20000 20000 255\n" + bytes(30), "image/x-portable-pixmap", "a.ppm"),
            ("document", b"BM" + bytes(16) + struct.pack("<ii", 20_000, -20_000) + bytes(30), "image/bmp", "a.bmp"),
            ("image", b"\xff\xd8\xff no size at all", "image/jpeg", ""),
        ):
            with self.subTest(kind=kind, mime_type=mime_type, size=len(content)):
                row = self.send_file(kind, content, mime_type, name)
                self.fetch_files()
                attachment = row.media_ids.attachment_id
                self.assertEqual(attachment.raw, content)
                self.assertFalse(attachment.mimetype.startswith("image/"), attachment.mimetype)

    def test_a_picture_stays_a_picture(self):
        """S12: 50 megapixels are a picture; so is what phones send."""
        for content in (PNG, png(7000, 7000)):
            row = self.send_file("image", content, "image/png")
            self.fetch_files()
            self.assertEqual(row.media_ids.attachment_id.mimetype, "image/png")

    def test_one_that_a_colleague_sends(self):
        """S12: neither made smaller by Odoo on the way nor converted; said in one sentence."""
        conversation = self.customer_writes(self.ada, "Hello")
        opened = []
        real = Image.open

        def noted(source, *args, **kwargs):
            image = real(source, *args, **kwargs)
            opened.append(image)
            self.patch(type(image), "load", lambda *_a, **_k: self.fail("it was unfolded"))
            return image

        self.patch(Image, "open", noted)
        for name, content in {"a.png": BOMB, "a.tif": tiff(20_000), "a.webp": webp(16_000), "a.heic": heic(20_000)}.items():
            with self.subTest(name):
                self.assertTrue(has_too_many_pixels(content))
                attachment = self.env["ir.attachment"].with_user(self.ana).create({"name": name, "raw": content})
                self.assertEqual(attachment.raw, content)
                with self.assertRaisesRegex(UserError, "million pixels"):
                    self.env["wa.file"]._prepare(attachment, conversation.channel_id)

    def test_sizes_are_read_as_pillow_reads_them(self):
        """S12: what the header reader says is what opening would have said."""
        from ...tools.pixels import image_size

        for fmt in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO"):
            target = io.BytesIO()
            Image.new("RGB", (60, 37)).save(target, fmt, **({"sizes": [(60, 37)]} if fmt == "ICO" else {}))
            self.assertEqual(image_size(target.getvalue()), (60, 37), fmt)
