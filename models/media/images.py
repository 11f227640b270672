"""Pictures as WhatsApp takes them: JPEG or PNG, eight bits, RGB or RGBA.

Source: Meta, WhatsApp "Media" (supported image formats).
"""

import io
from importlib import import_module

from PIL import Image, ImageOps, UnidentifiedImageError

from ...tools.pixels import MOST_PIXELS, has_too_many_pixels

#: Formats of Pillow that WhatsApp takes as they are. MPO is a JPEG with more pictures behind the first.
SENT_AS_THEY_ARE = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png"}
EIGHT_BITS = ("RGB", "RGBA", "L", "LA", "P", "1")
#: Ending of converted files by type.
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png"}
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
#: Tried in this order until a JPEG is small enough; then the picture itself is made smaller.
QUALITIES = (90, 80)

#: Formats that are opened here, by Pillow's names.
OPENED = ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF"]


class UnreadableImage(Exception):
    """The file is damaged, too big to open, or no picture at all."""


class TooManyPixels(UnreadableImage):
    """Opening it would take more memory than a server should spend on a picture."""


class MissingDecoder(UnreadableImage):
    """A picture of a format for which this server lacks the software (HEIC)."""


def _learn(teach):
    """Teach Pillow formats for calls that name them; Odoo's own calls keep the few Odoo chose.

    Source: odoo/tools/image.py restricts Pillow to a minimal set.
    """
    before = list(Image.ID)
    teach()
    Image.ID[:] = before


def _import_plugins():
    for name in ("TiffImagePlugin", "WebPImagePlugin", "AvifImagePlugin"):
        try:
            import_module(f"PIL.{name}")
        except ImportError:  # AVIF came with Pillow 11.3
            OPENED.remove(name.removesuffix("ImagePlugin").upper())


def is_heif(raw):
    """Tell whether bytes are a picture as iPhones make them (HEIC).

    AVIF wears the same wrapping, now and then under the brand that both share.
    """
    if raw[4:8] != b"ftyp" or raw[8:12] not in HEIF_BRANDS:
        return False
    end = int.from_bytes(raw[:4], "big")
    return b"avif" not in [raw[at : at + 4] for at in range(16, min(end, 256), 4)]


def is_moving_webp(raw):
    """Tell whether a WebP moves: a bit of its extended header. Source: WebP container specification."""
    return raw[12:16] == b"VP8X" and bool(raw[20:21] and raw[20] & 2)


def convert_image(raw, limit):
    """Return a picture that WhatsApp takes, standing upright as it did.

    :param bytes raw: a picture of any format Pillow opens.
    :param int limit: bytes the result may have; what has more is packed tighter, then made smaller.
    :returns: ``(mime type, bytes)``; bytes are None when the picture can be sent as it is.
    :raises UnreadableImage: it cannot be opened; a :class:`MissingDecoder` names the reason.
    """
    if has_too_many_pixels(raw):
        raise TooManyPixels  # some formats unfold while they are opened
    formats = OPENED
    if is_heif(raw):
        _register_heif()
        formats = ["HEIF"]
    try:
        with Image.open(io.BytesIO(raw), formats=formats) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooManyPixels
            if image.format in SENT_AS_THEY_ARE and image.mode in EIGHT_BITS and len(raw) <= limit:
                return SENT_AS_THEY_ARE[image.format], None
            return _encode(ImageOps.exif_transpose(image), limit)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableImage(type(error).__name__) from error


def _register_heif():
    """Teach Pillow HEIC if the optional package is there.

    :raises MissingDecoder: it is not.
    """
    try:
        from pillow_heif import register_heif_opener
    except ImportError as error:
        raise MissingDecoder("pillow-heif") from error
    _learn(register_heif_opener)


def _encode(image, limit):
    """Return ``(mime type, bytes)``: PNG where something is transparent, else JPEG, which is smaller."""
    if image.mode.startswith(("I", "F")):
        # Sixteen or thirty-two bits of grey: Pillow would cut them off instead of scaling.
        lowest, highest = image.getextrema()
        scale = 255 / ((highest - lowest) or 1)
        image = image.convert("F").point(lambda value: value * scale - lowest * scale)
        return "image/jpeg", _save_jpeg(image.convert("L").convert("RGB"), limit)
    transparent = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if transparent:
        rgba = image.convert("RGBA")
        if rgba.getextrema()[3][0] < 255:
            return "image/png", _save_png(rgba, limit)
        image = rgba
    return "image/jpeg", _save_jpeg(image.convert("RGB"), limit)


def _save_jpeg(image, limit):
    for quality in QUALITIES:
        raw = _save(image, "JPEG", quality=quality)
        if len(raw) <= limit:
            return raw
    return _save_jpeg(_shrink(image, len(raw), limit), limit)


def _save_png(image, limit):
    raw = _save(image, "PNG")
    return raw if len(raw) <= limit else _save_png(_shrink(image, len(raw), limit), limit)


def _shrink(image, size, limit):
    """Return a picture of about as many pixels less as its file is too large; always a smaller one."""
    factor = min((limit / size) ** 0.5, 0.9)
    wanted = [max(int(side * factor), 1) for side in image.size]
    if image.size == (1, 1):
        raise UnreadableImage("no room for one pixel")
    return image.resize(wanted, Image.Resampling.LANCZOS)


def _save(image, fmt, **options):
    target = io.BytesIO()
    image.save(target, fmt, optimize=True, **options)
    return target.getvalue()


_learn(_import_plugins)
