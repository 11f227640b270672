import io
import os

from PIL import Image

from odoo.tests import TransactionCase, tagged

from ...models.media.images import TooManyPixels, UnreadableImage, convert_image, is_heif, is_moving_webp
from ..media_samples import encoded, heic, noise, picture

LIMIT = 5 * 1024 * 1024
ORIENTATION = 0x0112
RED, BLUE, GREEN = (200, 20, 20), (20, 20, 200), (20, 160, 20)


def on_its_side():
    """Return a picture whose red top left corner belongs to the top right, with the mark that says so."""
    image = Image.new("RGB", (320, 160), BLUE)
    image.paste(RED, (0, 0, 80, 80))
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # to be turned clockwise
    return image, exif


@tagged("post_install", "-at_install", "wa")
class TestImages(TransactionCase):
    """Real pictures of phones and browsers through the real decoders."""

    def convert(self, raw, limit=LIMIT):
        mime_type, converted = convert_image(raw, limit)
        self.assertIsNotNone(converted, "it was left as it is")
        self.assertLessEqual(len(converted), limit)
        image = Image.open(io.BytesIO(converted))
        self.assertEqual(f"image/{image.format.lower()}", mime_type)
        return image

    def assertColor(self, pixel, color):
        self.assertTrue(all(abs(a - b) < 40 for a, b in zip(pixel[:3], color, strict=True)), f"{pixel} is not {color}")

    def test_heic_becomes_jpeg(self):
        raw = heic(Image.new("RGB", (120, 80), GREEN))
        self.assertTrue(is_heif(raw))
        image = self.convert(raw)
        self.assertEqual((image.format, image.size), ("JPEG", (120, 80)))
        self.assertColor(image.getpixel((60, 40)), GREEN)

    def test_heic_with_something_transparent_becomes_png(self):
        image = self.convert(heic(Image.new("RGBA", (64, 64), (*GREEN, 90))))
        self.assertEqual((image.format, image.mode), ("PNG", "RGBA"))

    def test_avif_becomes_jpeg_or_png(self):
        opaque = encoded(Image.new("RGB", (120, 80), GREEN), "AVIF")
        self.assertFalse(is_heif(opaque))
        self.assertEqual(self.convert(opaque).format, "JPEG")
        self.assertEqual(self.convert(encoded(Image.new("RGBA", (64, 64), (*GREEN, 90)), "AVIF")).format, "PNG")

    def test_avif_under_the_brand_it_shares_with_heic(self):
        raw = encoded(Image.new("RGB", (120, 80), GREEN), "AVIF")
        self.assertEqual(raw[8:12], b"avif")
        shared = raw[:8] + b"mif1" + raw[12:]
        self.assertIn(b"avif", shared[16 : int.from_bytes(shared[:4], "big")])
        self.assertFalse(is_heif(shared))

    def test_transparent_webp_becomes_png(self):
        image = self.convert(picture("WEBP", "RGBA", color=(*GREEN, 90), lossless=True))
        self.assertEqual((image.format, image.mode, image.getpixel((0, 0))), ("PNG", "RGBA", (*GREEN, 90)))

    def test_moving_pictures_become_their_first(self):
        frames = [Image.new("RGB", (60, 60), color) for color in (RED, BLUE)]
        for fmt in ("GIF", "WEBP"):
            with self.subTest(fmt):
                raw = encoded(frames[0], fmt, save_all=True, append_images=frames[1:], duration=100)
                image = self.convert(raw)
                self.assertEqual((image.format, getattr(image, "n_frames", 1)), ("JPEG", 1))
                self.assertColor(image.getpixel((30, 30)), RED)

    def test_pictures_stand_upright_as_they_did(self):
        for name in ("WEBP", "AVIF", "TIFF", "HEIC"):
            with self.subTest(name):
                image, exif = on_its_side()  # anew: Pillow takes the mark out of what it saves as AVIF
                raw = heic(image, exif=exif.tobytes()) if name == "HEIC" else encoded(image, name, exif=exif)
                upright = self.convert(raw)
                self.assertEqual(upright.size, (160, 320))
                self.assertEqual(upright.getexif().get(ORIENTATION, 1), 1, "not to be turned once more")
                self.assertColor(upright.getpixel((130, 20)), RED)
                self.assertColor(upright.getpixel((30, 20)), BLUE)

    def test_jpeg_keeps_its_mark_and_its_bytes(self):
        image, exif = on_its_side()
        self.assertEqual(convert_image(encoded(image, "JPEG", exif=exif), LIMIT), ("image/jpeg", None))

    def test_place_where_it_was_taken_is_not_passed_on(self):
        exif = Image.Exif()
        exif[0x010F] = "Example Camera"
        image = self.convert(heic(Image.new("RGB", (64, 64), RED), exif=exif.tobytes()))
        self.assertNotIn(0x010F, image.getexif())

    def test_too_large_after_conversion_is_packed_tighter_and_then_made_smaller(self):
        source = noise((900, 600))
        for fmt, raw in (("JPEG", encoded(source, "WEBP", lossless=True)), ("JPEG", encoded(source, "JPEG", quality=100))):
            for limit in (400_000, 60_000):
                with self.subTest(fmt, limit=limit):
                    image = self.convert(raw, limit)
                    self.assertEqual(image.format, fmt)
                    self.assertAlmostEqual(image.width / image.height, 1.5, delta=0.05)
                    self.assertGreater(image.width, 100)

    def test_large_transparent_picture_stays_transparent(self):
        source = noise((400, 300)).convert("RGBA")
        source.putalpha(Image.frombytes("L", (400, 300), os.urandom(400 * 300)))
        image = self.convert(encoded(source, "PNG"), 100_000)
        self.assertEqual((image.format, image.mode), ("PNG", "RGBA"))

    def test_damaged_pictures(self):
        whole = heic(Image.new("RGB", (120, 80), GREEN))
        for name, raw in (
            ("HEIC cut off", whole[: len(whole) // 2]),
            ("HEIC by its first bytes", b"\x00\x00\x00\x18ftypheic" + bytes(40)),
            ("AVIF by its first bytes", b"\x00\x00\x00\x18ftypavif" + bytes(40)),
            ("WebP cut off", encoded(noise((300, 300)), "WEBP")[:500]),
            ("text", b"no picture"),
        ):
            with self.subTest(name), self.assertRaises(UnreadableImage):
                convert_image(raw, LIMIT)

    def test_more_pixels_than_a_server_should_open(self):
        with self.assertRaises(TooManyPixels):
            convert_image(picture("WEBP", size=(10000, 5001)), LIMIT)

    def test_moving_sticker_is_known_by_its_header(self):
        frames = [Image.new("RGB", (64, 64), color) for color in (RED, BLUE)]
        moving = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], icc_profile=bytes(600))
        self.assertNotIn(b"ANIM", moving[:64], "a colour profile stands before it")
        self.assertTrue(is_moving_webp(moving))
        self.assertFalse(is_moving_webp(encoded(frames[0], "WEBP")))
        self.assertFalse(is_moving_webp(picture("WEBP", "RGBA", color=(*GREEN, 90))))
