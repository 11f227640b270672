import errno

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import human_size

from ...tools.bidi import one_line
from ...tools.graph.media import LIMITS


class WaFile(models.AbstractModel):
    """What people are told about a file that cannot be sent."""

    _inherit = "wa.file"

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
