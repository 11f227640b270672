import errno
from importlib.util import find_spec

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import human_size

from ...tools.bidi import one_line
from ...tools.graph.media import DOCUMENT_TYPES, LIMITS
from .converter import find_converter
from .images import OPENED
from .wa_file import ALIASES, ENDINGS, TEXT_TYPES

#: Kinds of files people attach; stickers have a way of their own.
ATTACHED = ("image", "video", "audio")


class WaFile(models.AbstractModel):
    """The rules of :meth:`_prepare` as data, so that browsers can say "too large" before they upload, and as sentences."""

    _inherit = "wa.file"

    # ---------------------------------------------------------------- for browsers

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

    # ------------------------------------------------------------------ for people

    @api.model
    def _refusal(self, rule, attachment, mime_type, kind=None, limit=None):
        """Return the error that names the file, the rule it breaks, and the limit."""
        name = one_line(attachment.name or "")
        if rule == "media_empty":
            return UserError(self.env._("“%s” is empty. Choose another file.", name))
        if rule == "media_too_large":
            return UserError(
                self.env._(
                    "“%(name)s” has %(size)s; WhatsApp takes at most %(limit)s for %(kind)s. Send a smaller file or a link.",
                    name=name,
                    size=human_size(attachment.file_size),
                    limit=human_size(limit or LIMITS[kind][0]),
                    kind=self._kind_name(kind),
                )
            )
        return UserError(
            self.env._(
                "WhatsApp does not take files like “%(name)s” (%(type)s) here. Send it as a PDF, a picture or a link.",
                name=name,
                type=mime_type,
            )
        )

    @api.model
    def _storage_refusal(self, attachment, error):
        """Return the error for a file this server could not read or keep.

        :param OSError error: what the operating system said.
        """
        name = one_line(attachment.name or "")
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return UserError(
                self.env._(
                    "The disk of the Odoo server is full, so “%s” was not sent. Ask an administrator to make room, then "
                    "send it again.",
                    name,
                )
            )
        return UserError(
            self.env._(
                "The Odoo server could not read or keep “%s”, so it was not sent. Try again, or show this to an administrator.",
                name,
            )
        )

    @api.model
    def _kind_name(self, kind):
        names = {
            "image": self.env._("pictures"),
            "video": self.env._("videos"),
            "audio": self.env._("sounds"),
            "document": self.env._("documents"),
            "gif": self.env._("moving pictures"),
            "sticker": self.env._("stickers"),
        }
        return names.get(kind, kind)

    @api.model
    def _conversion_failed(self, attachment):
        """Return the error for a conversion that did not come to an end."""
        return UserError(
            self.env._(
                "“%s” could not be converted in time. Try again, or send a shorter file or one that needs no conversion "
                "(MP3, M4A, MP4).",
                attachment.name,
            )
        )
