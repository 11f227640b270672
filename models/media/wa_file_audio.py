from odoo import api, models
from odoo.exceptions import UserError

from ...tools import filenames
from ...tools.graph.media import kind_for
from . import sounds
from .converter import ConverterFailed, NoConverter, Unreadable


class WaFile(models.AbstractModel):
    """Sounds and recordings: voice notes where this server can make them."""

    _inherit = "wa.file"

    @api.model
    def _prepare_sound(self, attachment, channel, mime_type):
        """Voice recordings become voice notes where this server can make them, else plain sounds."""
        own = self._own(attachment, channel)
        voice = bool(attachment.voice_ids)
        ready = mime_type != "audio/ogg" and kind_for(mime_type) == "audio"
        if ready and not voice:
            return self._sendable("audio", own, mime_type)
        try:
            raw = sounds.to_voice_note(attachment.raw)
        except (NoConverter, ConverterFailed) as problem:
            # Better a plain sound than a message that does not leave.
            if ready:
                return self._sendable("audio", own, mime_type)
            raise self._sound_refusal(attachment, mime_type, problem) from None
        except Unreadable:
            raise UserError(self.env._("“%s” cannot be played. Record it again.", attachment.name)) from None
        if raw == attachment.raw:
            return self._sendable("audio", own, sounds.OGG_OPUS, voice=True)
        # In the thread stays what was recorded: browsers play it everywhere.
        name = filenames.replaced_ending(attachment.name or "voice", "ogg")
        sent = self._new(self.env["wa.message"], name, raw, "audio/ogg")
        return self._sendable("audio", sent, sounds.OGG_OPUS, shown=own, voice=voice)

    @api.model
    def _sound_refusal(self, attachment, mime_type, problem):
        if isinstance(problem, ConverterFailed):
            return self._conversion_failed(attachment)
        return UserError(
            self.env._(
                "WhatsApp does not take sounds like “%(name)s” (%(type)s). Send it as MP3 or M4A, or ask an "
                "administrator to install ffmpeg on the server (or the Python package imageio-ffmpeg).",
                name=attachment.name,
                type=mime_type,
            )
        )
