import re

from odoo import api, fields, models

from ...tools import filenames, filetypes

#: States of a file, from the moment a message names it.
STATES = [("pending", "Being Fetched"), ("done", "Here"), ("failed", "Failed")]

#: Source: RFC 6838 §4.2.
MIME_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}", re.ASCII)


def bare_type(mime_type):
    """Return a MIME type without its parameters: ``audio/ogg; codecs=opus`` is ``audio/ogg``; ``""`` for none.

    It becomes a header of an answer to a browser, so nothing but a type gets through.
    """
    bare = (mime_type or "").partition(";")[0].strip().lower()
    return bare if MIME_TYPE.fullmatch(bare) else ""


class WaMedia(models.Model):
    """One file of a WhatsApp message, in either direction.

    The bytes are an ``ir.attachment`` of the Discuss channel: who may see the
    conversation may open it, and nobody else. This row knows what WhatsApp knows
    about it, and how far fetching or uploading is.

    Lifetimes of Meta's ids: seven days for received files, thirty for uploaded
    ones, per number. Source: cloud-api reference §3.
    """

    _name = "wa.media"
    _description = "WhatsApp File"
    _order = "id"
    _rec_name = "filename"

    message_id = fields.Many2one("wa.message", required=True, index=True, ondelete="cascade", readonly=True)
    conversation_id = fields.Many2one(related="message_id.conversation_id")
    number_id = fields.Many2one("wa.number", index=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="number_id.company_id")
    direction = fields.Selection([("in", "Received"), ("out", "Sent")], required=True, readonly=True)
    kind = fields.Char(readonly=True, help="Meta's message type: image, video, audio, document, sticker.")
    media_uid = fields.Char("WhatsApp File ID", readonly=True, copy=False)
    url = fields.Char(readonly=True, copy=False, help="Where it could be fetched for five minutes.", groups="base.group_system")
    cipher = fields.Json(
        readonly=True, copy=False, help="Of files in forms: the keys of the encrypted copy.", groups="base.group_system"
    )
    received_at = fields.Datetime(default=fields.Datetime.now, readonly=True)
    mime_type = fields.Char(readonly=True)
    filename = fields.Char(readonly=True)
    sha256 = fields.Char("Checksum", readonly=True, help="As WhatsApp gave it.")
    is_voice = fields.Boolean("Voice Note", readonly=True)
    is_animated = fields.Boolean("Animated", readonly=True)
    state = fields.Selection(STATES, default="pending", required=True, readonly=True)
    attachment_id = fields.Many2one("ir.attachment", readonly=True, ondelete="set null", index="btree_not_null")
    error_code = fields.Char(readonly=True, copy=False)
    error_detail = fields.Char(readonly=True, copy=False)
    error_text = fields.Char("Reason", compute="_compute_error_text")
    attempts = fields.Integer(readonly=True, copy=False)
    next_attempt_at = fields.Datetime(readonly=True, copy=False)
    uploaded_uid = fields.Char(
        "Uploaded File ID", readonly=True, copy=False, help="Meta's id of our upload; valid for 30 days on this number."
    )
    uploaded_at = fields.Datetime(readonly=True, copy=False)

    _todo_idx = models.Index("(next_attempt_at, id) WHERE state = 'pending' AND direction = 'in'")

    @api.depends("error_code", "error_detail")
    @api.depends_context("lang")
    def _compute_error_text(self):
        for media in self:
            media.error_text = (
                self.env["wa.failure"]._sentence(media.error_code, media.error_detail) if media.error_code else False
            )

    # ----------------------------------------------------------------- business

    @api.model
    def _prepare_inbound(self, row, media):
        """Return the values for a file a customer sent.

        :param row: ``wa.message`` it belongs to.
        :param Media media: of ``tools.webhook.events``.
        """
        mime_type = media.mime_type or filetypes.type_of_ending(filenames.ending(media.filename))
        return {
            "message_id": row.id,
            "number_id": row.number_id.id,
            "direction": "in",
            "kind": self._file_kind(row.kind, mime_type),
            "media_uid": media.id or False,
            "url": media.url or False,
            "cipher": media.cipher or False,
            "mime_type": mime_type or False,
            "filename": filenames.clean(media.filename) or False,
            "sha256": media.sha256 or False,
            "is_voice": media.voice,
            "is_animated": media.animated,
        }

    @api.model
    def _file_kind(self, kind, mime_type):
        """Return the kind of a file: that of its message; of one in a form what its type says."""
        if kind != "interactive":
            return kind
        main = (mime_type or "").partition("/")[0]
        return main if main in ("image", "video", "audio") else "document"

    def _get_filename(self, kind=None, proven=False):
        """Return the name under which the file is stored: the customer's, else one made from kind and time.

        :param str kind: MIME type the file turned out to have; default: what WhatsApp said.
        :param bool proven: its bytes say so.
        """
        self.ensure_one()
        name = filenames.clean(self.filename)
        if not name:
            label = self.env["wa.inbound.content"]._kind_label("voice" if self.is_voice else self.kind)
            sent_at = self.message_id.sent_at or self.received_at
            # No dots: what follows one is taken for an ending.
            name = f"WhatsApp {label} {sent_at:%Y-%m-%d %H-%M}"
        return filenames.with_ending(name, bare_type(self.mime_type) if kind is None else kind, proven=proven)
