import contextlib
import logging
import os

from odoo import api, models

from ...tools import filenames
from ...tools.pixels import has_too_many_pixels
from ..media.converter import ConverterFailed, NoConverter, Unreadable
from ..media.sounds import to_mp3

_logger = logging.getLogger(__name__)


class IrAttachment(models.Model):
    """Files of conversations: kept whole, not opened when that would hurt, and sounds for browsers that do not play
    how they came (Ogg/Opus, AMR)."""

    _inherit = "ir.attachment"

    @api.model
    def _file_write(self, bin_value, checksum):
        """Leave nothing behind of a file that could not be written as a whole.

        Core opens it under its final name. On a full disk a part stays there, and every later try to keep the same
        content ends in "The attachment collides with an existing file".
        """
        _name, path = self._get_path(bin_value, checksum)
        was_there = os.path.exists(path)
        try:
            return super()._file_write(bin_value, checksum)
        except OSError:
            if not was_there:
                with contextlib.suppress(OSError):
                    os.unlink(path)
            raise

    def _postprocess_contents(self, values):
        """Do not open a picture with too many pixels only to make it smaller."""
        raw = values.get("raw")
        if isinstance(raw, bytes) and has_too_many_pixels(raw):
            values["mimetype"] = self._compute_mimetype(values)
            return values
        return super()._postprocess_contents(values)

    def _wa_get_mp3(self):
        """Return a sound of a conversation as MP3: made when it is first asked for, then kept beside the original.

        It belongs to the original as its attachment: whoever may open the one may open the
        other, and it goes when the original goes.

        :returns: ``ir.attachment`` (sudo); empty when this is no sound of a conversation, or
            this server cannot convert it
        :raises AccessError: the current user may not open the original.
        """
        self.ensure_one()
        self.check_access("read")
        original = self.sudo()
        if not original._wa_is_sound():
            return original.browse()
        kept = original.search(
            [("res_model", "=", self._name), ("res_id", "=", original.id), ("mimetype", "=", "audio/mpeg")], limit=1
        )
        return kept or original._wa_make_mp3()

    def _wa_is_sound(self):
        channel = self.env["discuss.channel"].browse(self.res_id if self.res_model == "discuss.channel" else 0)
        return (
            self.type == "binary"
            and (self.mimetype or "").startswith("audio/")
            and bool(channel.exists())
            and channel.channel_type == "wa"
        )

    def _wa_make_mp3(self):
        try:
            raw = to_mp3(self.raw)
        except (NoConverter, Unreadable, ConverterFailed):
            return self.browse()
        try:
            with self.env.cr.savepoint():
                return self._wa_keep_mp3(raw)
        except OSError as error:  # a full disk: the original still plays elsewhere
            _logger.warning("The MP3 of attachment %s could not be kept: %s", self.id, error)
            return self.browse()

    def _wa_keep_mp3(self, raw):
        """Keep a converted sound beside its original."""
        return self.create(
            {
                "name": filenames.replaced_ending(self.name or "sound", "mp3"),
                "raw": raw,
                "mimetype": "audio/mpeg",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
