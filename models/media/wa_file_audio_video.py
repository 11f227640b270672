from odoo import api, models
from odoo.exceptions import UserError

from ...tools import filenames
from ...tools.graph.media import LIMITS, kind_for
from ...tools.mp4 import read_video
from . import audio, video
from .converter import ConverterFailed, NoConverter, Unreadable


class WaFile(models.AbstractModel):
    """Sounds become voice notes where this server can make them; films that WhatsApp would not play are refused here, not
    on the customer's phone."""

    _inherit = "wa.file"

    @api.model
    def _prepare_audio(self, attachment, channel, mime_type):
        """Voice recordings become voice notes where this server can make them, else plain audio."""
        own = self._own(attachment, channel)
        voice = bool(attachment.voice_ids)
        ready = mime_type != "audio/ogg" and kind_for(mime_type) == "audio"
        if ready and not voice:
            return self._sendable("audio", own, mime_type)
        try:
            raw = audio.to_voice_note(attachment.raw)
        except (NoConverter, ConverterFailed) as problem:
            # Better a plain sound than a message that does not leave.
            if ready:
                return self._sendable("audio", own, mime_type)
            raise self._audio_refusal(attachment, mime_type, problem) from None
        except Unreadable:
            raise UserError(self.env._("“%s” cannot be played. Record it again.", attachment.name)) from None
        if raw == attachment.raw:
            return self._sendable("audio", own, audio.OGG_OPUS, voice=True)
        # In the thread stays what was recorded: browsers play it everywhere.
        name = filenames.replaced_ending(attachment.name or "voice", "ogg")
        sent = self._new(self.env["wa.message"], name, raw, "audio/ogg")
        return self._sendable("audio", sent, audio.OGG_OPUS, shown=own, voice=voice)

    @api.model
    def _audio_refusal(self, attachment, mime_type, problem):
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

    @api.model
    def _prepare_video(self, attachment, channel, mime_type, kind):
        """Send a film as it is, or packed anew where only the wrapping is wrong (MOV, index at the end).

        One in which nothing is to be seen is a sound.

        :param str kind: ``video`` or ``gif``.
        """
        wanted = mime_type in LIMITS[kind][1]
        if not wanted and mime_type != "video/quicktime":
            raise self._video_refusal(attachment, mime_type)
        film = read_video(attachment.raw)
        if film.audio and not film.video:
            return self._prepare_audio(attachment, channel, mime_type.replace("video/", "audio/"))
        if film.foreign_video:
            raise self._video_refusal(attachment, film.foreign_video)
        if wanted and film.is_sendable:
            return self._sendable(kind, self._own(attachment, channel), mime_type)
        try:
            raw = video.pack_anew(attachment.raw)
        except NoConverter:
            if wanted and not film.has_foreign_audio:
                # Most phones play it all the same; refusing would be worse.
                return self._sendable(kind, self._own(attachment, channel), mime_type)
            raise self._video_refusal(attachment, mime_type, can_be_mended=True) from None
        except Unreadable:
            raise UserError(self.env._("“%s” cannot be played. Save it anew and try again.", attachment.name)) from None
        except ConverterFailed:
            raise self._conversion_failed(attachment) from None
        name = filenames.replaced_ending(attachment.name or "film", "mp4")
        return self._sendable(kind, self._new(channel, name, raw, "video/mp4"), "video/mp4")

    @api.model
    def _video_refusal(self, attachment, what, can_be_mended=False):
        """Return the error for a film that WhatsApp does not play.

        :param str what: how it is encoded or wrapped.
        :param bool can_be_mended: a server with ffmpeg could send it.
        """
        values = {"name": attachment.name, "what": what}
        if can_be_mended:
            return UserError(
                self.env._(
                    "WhatsApp plays films as MP4 with H.264 and AAC only; “%(name)s” is another kind (%(what)s). Save it as "
                    "MP4, or ask an administrator to install ffmpeg on the server (or the Python package imageio-ffmpeg).",
                    **values,
                )
            )
        return UserError(
            self.env._(
                "WhatsApp plays films as MP4 with H.264 and AAC only; “%(name)s” is another kind (%(what)s). Save it as MP4 "
                "with H.264 (an iPhone records so with Settings › Camera › Formats › Most Compatible), or send a link.",
                **values,
            )
        )
