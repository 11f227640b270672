from importlib.util import find_spec

from odoo import api, models

from ...tools.graph.media import DOCUMENT_TYPES, LIMITS
from .converter import find_converter
from .images import OPENED
from .wa_file import ALIASES, ENDINGS, TEXT_TYPES

#: Kinds of files people attach; stickers have a way of their own.
ATTACHED = ("image", "video", "audio")


class WaFile(models.AbstractModel):
    """The rules of :meth:`_prepare` as data, so that browsers can say "too large" before they upload."""

    _inherit = "wa.file"

    @api.model
    def _client_rules(self):
        """Return what can be known of a file from its name, type and size alone.

        :returns: ``{"kinds": [{"kind", "types", "limit" (bytes)}], "converted": types, "aliases", "endings"}``;
            a type that ends with ``*`` stands for all that begin so. What is only found by
            opening the file is found by :meth:`_prepare`.
        """
        kinds = [{"kind": kind, "types": sorted(LIMITS[kind][1]), "limit": LIMITS[kind][0]} for kind in ATTACHED]
        documents = [*sorted(DOCUMENT_TYPES), "text/*", *TEXT_TYPES]
        return {
            "kinds": [*kinds, {"kind": "document", "types": documents, "limit": LIMITS["document"][0]}],
            "converted": self._converted_types(),
            "aliases": ALIASES,
            "endings": ENDINGS,
        }

    @api.model
    def _converted_types(self):
        """Return the types this server turns into something WhatsApp takes."""
        types = [f"image/{name.lower()}" for name in OPENED]
        if find_spec("pillow_heif"):
            types += ["image/heic", "image/heif"]
        if find_converter():
            types += ["audio/*", "video/quicktime"]
        return types
