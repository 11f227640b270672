from pathlib import PurePath

from odoo import models

from ..files.converter import ConverterFailed, NoConverter, Unreadable
from ..files.sounds import to_mp3


class IrAttachment(models.Model):
    """Sounds of conversations for browsers that do not play how they came (Ogg/Opus, AMR)."""

    _inherit = "ir.attachment"

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
        return self.create(
            {
                "name": PurePath(self.name or "sound").with_suffix(".mp3").name,
                "raw": raw,
                "mimetype": "audio/mpeg",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
