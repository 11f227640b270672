from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from odoo import api, models
from odoo.exceptions import UserError

from ...tools import filenames
from ...tools.graph.errors import InvalidMessage
from ...tools.graph.media import DOCUMENT_TYPES, LIMITS, check_file
from . import images

_logger = logging.getLogger(__name__)

#: Names by which other programs call types that WhatsApp knows.
ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/x-aac": "audio/aac",
    "audio/opus": "audio/ogg",
    "audio/3gpp": "video/3gpp",  # what Python makes of the ending, although phones film in it
    "application/ogg": "audio/ogg",
    "video/x-m4v": "video/mp4",
    "video/3gp": "video/3gpp",
    # What this addon keeps as a plain file, see ``wa_media_keep``.
    "binary/octet-stream": "application/octet-stream",
}
#: Types by ending, where Odoo found nothing better than "some bytes".
ENDINGS = {
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".amr": "audio/amr",
    ".opus": "audio/ogg",
}
#: Text of any kind goes as plain text, its name says what it is.
TEXT_TYPES = ("application/json", "application/xml", "application/x-yaml")
STATIC_STICKER_LIMIT = 100 * 1024


def sendable_name(name: str | None, mime_type: str) -> str:
    """Return the name under which a file leaves: phones open files by their ending, and show no other names than these."""
    clean = filenames.clean(name, from_stranger=False) or "file"
    return filenames.with_ending(clean, mime_type, proven=mime_type != "text/plain")


@dataclass(eq=False)
class SendableFile:
    """One file that WhatsApp will take, checked and where needed converted."""

    kind: str
    #: ``ir.attachment`` whose bytes are sent.
    attachment: models.BaseModel
    #: ``ir.attachment`` to show in the thread; another one where browsers play the original better.
    shown: models.BaseModel
    mime_type: str
    voice: bool = False

    @property
    def filename(self):
        """What the customer sees, and what stands in the thread."""
        return sendable_name(self.attachment.name, self.mime_type)

    def frozen(self) -> dict[str, Any]:
        """Return what the message keeps of it: plain data for its content."""
        return {
            "attachment_id": self.attachment.id,
            "checksum": self.attachment.checksum,
            "mime_type": self.mime_type,
            "filename": self.filename,
        }


class WaFile(models.AbstractModel):
    """Says whether and as what a file can be sent, and converts what WhatsApp refuses.

    Everything is found out while the person who sends it is still there: a file that
    cannot go never reaches the queue.
    """

    _name = "wa.file"
    _description = "WhatsApp File Rules"

    @api.model
    def _prepare(self, attachment: models.BaseModel, channel: models.BaseModel | None, kind: str | None = None) -> SendableFile:
        """Return an attachment as it can be sent.

        What is sent is a copy of its own unless the attachment was made for this
        message: the file in the queue must not change when the original does.

        :param attachment: ``ir.attachment`` the current user may read.
        :param channel: ``discuss.channel`` in which it will be shown; None for a file
            that many messages share and that is not copied.
        :param str kind: ``image``, ``video``, ``document``, ``sticker``, ``gif`` (a film that template headers
            show as a moving picture); default: what fits the file.
        :returns: :class:`SendableFile`
        :raises UserError: it cannot be sent; names the file, the rule and the limit.
        """
        attachment.ensure_one()
        try:
            return self._prepare_here(attachment.sudo(), channel, kind)
        except OSError as error:
            _logger.warning("%s could not be prepared for WhatsApp: %s", attachment, error)
            raise self._storage_refusal(attachment, error) from error

    @api.model
    def _prepare_here(self, attachment, channel, kind):
        self._check_bytes(attachment)
        mime_type = self._mime_type(attachment)
        if kind == "sticker":
            return self._prepare_sticker(attachment, channel, mime_type)
        if kind == "document":
            file = self._prepare_document(attachment, channel, mime_type)
        # Browsers give recordings the type of a film (WebM, MP4), with nothing to see in it.
        elif mime_type.startswith("audio/") or attachment.voice_ids:
            file = self._prepare_audio(attachment, channel, mime_type)
        elif mime_type.startswith("image/") and mime_type != "image/svg+xml":
            file = self._prepare_image(attachment, channel)
        elif mime_type.startswith("video/"):
            file = self._prepare_video(attachment, channel, mime_type, "gif" if kind == "gif" else "video")
        else:
            file = self._prepare_document(attachment, channel, mime_type)
        if kind and file.kind != kind:
            raise self._refusal("media_type_unsupported", attachment, mime_type)
        return file

    # ------------------------------------------------------------------- kinds

    @api.model
    def _prepare_image(self, attachment, channel):
        try:
            mime_type, raw = images.convert_image(attachment.raw, LIMITS["image"][0])
        except images.MissingDecoder:
            raise UserError(
                self.env._(
                    "“%s” is a HEIC picture, which WhatsApp does not take and this server cannot convert. "
                    "Send it as JPEG, or ask an administrator to install the Python package pillow-heif.",
                    attachment.name,
                )
            ) from None
        except images.TooManyPixels:
            raise UserError(
                self.env._(
                    "“%(name)s” has more than %(limit)s million pixels. Send a smaller picture.",
                    name=attachment.name,
                    limit=images.MOST_PIXELS // 1_000_000,
                )
            ) from None
        except images.UnreadableImage:
            raise UserError(
                self.env._("“%s” cannot be opened as a picture. Save it anew and try again.", attachment.name)
            ) from None
        if raw is None:
            return self._sendable("image", self._own(attachment, channel), mime_type)
        name = filenames.replaced_ending(attachment.name or "picture", images.ENDINGS[mime_type])
        return self._sendable("image", self._new(channel, name, raw, mime_type), mime_type)

    @api.model
    def _prepare_document(self, attachment, channel, mime_type):
        if mime_type.startswith("text/") or mime_type in TEXT_TYPES:
            mime_type = "text/plain"
        if mime_type not in DOCUMENT_TYPES:
            raise self._refusal("media_type_unsupported", attachment, mime_type)
        own = self._own(attachment, channel)
        name = sendable_name(own.name, mime_type)
        if channel is not None and own.name != name:
            # The customer's phone shows the name; the thread shows the same.
            own = own.copy({"name": name}) if own._wa_kept() else own
            own.name = name
        return self._sendable("document", own, mime_type)

    @api.model
    def _prepare_sticker(self, attachment, channel, mime_type):
        """Stickers are WebP; one that does not move may have a fifth of the size. Source: Meta, "Sticker messages"."""
        raw = attachment.raw
        if raw[:4] != b"RIFF" or raw[8:12] != b"WEBP":
            raise self._refusal("media_type_unsupported", attachment, mime_type)
        if not images.is_moving_webp(raw) and len(raw) > STATIC_STICKER_LIMIT:
            raise self._refusal("media_too_large", attachment, mime_type, "sticker", STATIC_STICKER_LIMIT)
        return self._sendable("sticker", self._own(attachment, channel), "image/webp")

    @api.model
    def _sendable(
        self,
        kind: str,
        attachment: models.BaseModel,
        mime_type: str,
        shown: models.BaseModel | None = None,
        voice: bool = False,
    ) -> SendableFile:
        """Return the file after a last look at Meta's limits for its kind."""
        try:
            check_file(kind, mime_type, attachment.file_size)
        except InvalidMessage as error:
            raise self._refusal(error.rule, attachment, mime_type, kind) from error
        return SendableFile(kind, attachment, shown or attachment, mime_type, voice)

    # ------------------------------------------------------------------- bytes

    @api.model
    def _check_bytes(self, attachment: models.BaseModel) -> None:
        """Refuse attachments that are only a link: Odoo does not have what should be sent."""
        if attachment.type != "binary":
            raise UserError(
                self.env._(
                    "“%s” is kept outside of Odoo (cloud storage or a link), so it cannot be sent as a file. "
                    "Attach the file itself, or send the link.",
                    attachment.name,
                )
            )
        if not attachment.file_size:
            raise self._refusal("media_empty", attachment, attachment.mimetype)

    @api.model
    def _mime_type(self, attachment: models.BaseModel) -> str:
        """Return the type of a file by WhatsApp's names."""
        bare = (attachment.mimetype or "").partition(";")[0].strip().lower()
        if bare in ("", "application/octet-stream"):
            bare = ENDINGS.get(PurePath(attachment.name or "").suffix.lower(), "application/octet-stream")
        return ALIASES.get(bare, bare)

    @api.model
    def _own(self, attachment: models.BaseModel, channel: models.BaseModel | None) -> models.BaseModel:
        """Return the attachment if it was made for this thread, else a copy that stays as it is."""
        if channel is None:
            return attachment
        pending = attachment.res_model == "mail.compose.message" and not attachment.res_id
        here = (attachment.res_model, attachment.res_id) == (channel._name, channel.id)
        if here:
            return attachment
        if pending and attachment.create_uid.id == self.env.uid:
            attachment.write({"res_model": channel._name, "res_id": channel.id})
            return attachment
        return attachment.copy({"res_model": channel._name, "res_id": channel.id, "res_field": False})

    @api.model
    def _new(self, record: models.BaseModel | None, name: str, raw: bytes, mime_type: str) -> models.BaseModel:
        """Return a new attachment of a record (without an id: one that no screen lists)."""
        if record is None:
            record = self.env["wa.message"]
        return (
            self.env["ir.attachment"]
            .sudo()
            .with_context(image_no_postprocess=True)
            .create(
                {
                    "name": name,
                    "raw": raw,
                    "mimetype": mime_type,
                    "res_model": record._name,
                    "res_id": record.id or 0,
                }
            )
        )
