"""Samples of files for templates: a header is handed in with the handle of a finished upload, and of nothing else.

Source: Meta, ``docs/graph-api/guides/upload`` and ``templates/components`` (media headers). A media id, an address or an
invented handle is answered "Invalid parameter" (two reports). Whether a handle expires is not documented; here none does.
"""

from .errors import GraphError
from .shapes import rows, table

#: What may be uploaded as a sample, and the format of header it is good for.
FITS = {
    "image/jpeg": ("IMAGE",),
    "image/jpg": ("IMAGE",),
    "image/png": ("IMAGE",),
    "video/mp4": ("VIDEO", "GIF"),
    "application/pdf": ("DOCUMENT",),
}
FILE_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT", "GIF")
GIF_MAX = 3584 * 1024
HOST = "scontent.whatsapp.net"
#: How long the address of a sample that was read works. Every recorded address has an end; its length is unverified.
ADDRESS_SECONDS = 14 * 24 * 3600


def check_samples(components, samples):
    """Check the sample of every header with a file, also in cards.

    :param components: as ``rules_template.check_components`` returns them.
    :param samples: handle -> :class:`~.records.Sample`, all that were uploaded.
    """
    for part in components:
        for card in rows(part.get("cards")):
            check_samples(card["components"], samples)
        if part["type"] != "HEADER" or part["format"] not in FILE_FORMATS:
            continue
        handles = rows(table(part.get("example")).get("header_handle"))
        sample = samples.get(str(handles[0])) if len(handles) == 1 else None
        if sample is None or part["format"] not in FITS[sample.mime_type]:
            raise GraphError(100, message="Invalid parameter")
        if part["format"] == "GIF" and sample.size > GIF_MAX:
            raise GraphError(100, message="Invalid parameter")


def as_read(components, address):
    """Return components as they are read back: an address that expires in the place of every handle.

    :param address: called with a handle.
    """
    return [_part_as_read(part, address) for part in components]


def _part_as_read(part, address):
    if "cards" in part:
        cards = [{**card, "components": as_read(card["components"], address)} for card in part["cards"]]
        return {**part, "cards": cards}
    if part.get("format") not in FILE_FORMATS:
        return part  # a handle beside anything else was never looked at, and says nothing
    example = table(part.get("example"))
    return {**part, "example": {**example, "header_handle": [address(one) for one in rows(example.get("header_handle"))]}}
