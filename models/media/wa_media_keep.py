import logging

from odoo import api, models

from ...tools import filetypes
from ...tools.pixels import has_too_many_pixels, image_size
from ..discuss.vouching import vouched
from .fetching import is_checksum
from .wa_media import bare_type

_logger = logging.getLogger(__name__)

#: The type of what is kept as a plain file whatever it is. Not Odoo's own "octet-stream", for which Odoo guesses again.
PLAIN_TYPE = "binary/octet-stream"


class WaMedia(models.Model):
    """Keeping a received file: under which name and type, and what the thread shows then."""

    _inherit = "wa.media"

    def _attach(self, content, mime_type):
        """Store the bytes where the conversation's readers, and they alone, can open them.

        ``attachments_mime_plainxml``: this runs as OdooBot, for whom Odoo would keep
        HTML and SVG of strangers as such. Source: base/models/ir_attachment.py
        ``_check_contents``. ``image_no_postprocess``: what the customer sent is kept
        as it is.
        """
        self.ensure_one()
        self._compare_checksum(content)
        kind = filetypes.actual_type(content, bare_type(mime_type))
        name = self._get_filename(kind, proven=bool(filetypes.sniff(content)))
        if self._is_refused(self._refused_types(), name, kind):
            self._fail("media_refused", kind)
            return
        message = self.message_id.mail_message_id.sudo()
        channel = self.message_id.conversation_id.channel_id
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .with_context(attachments_mime_plainxml=True, image_no_postprocess=True)
            .create(
                {
                    "name": name,
                    "raw": content,
                    "mimetype": self._kept_type(content, kind),
                    "res_model": "discuss.channel",
                    "res_id": channel.id,
                }
            )
        )
        if self.is_voice:
            attachment._set_voice_metadata()
        self.write(
            {
                "state": "done",
                "attachment_id": attachment.id,
                "filename": name,
                "mime_type": mime_type,
                "url": False,
                "cipher": False,
                "next_attempt_at": False,
                "error_code": False,
                "error_detail": False,
            }
        )
        self.message_id.write({"error_code": False, "error_detail": False})
        if message:
            with vouched():
                message.attachment_ids = [(4, attachment.id)]
        self._show()

    def _compare_checksum(self, content):
        """Write into the log that a file is not the one WhatsApp named; it is kept all the same.

        WhatsApp does not say over which bytes it computes its checksum, so a difference
        proves nothing. Source: cloud-api reference §3.
        """
        if self.sha256 and not is_checksum(self.sha256, content):
            _logger.info("WhatsApp file %s has another checksum than WhatsApp said", self.id)

    @api.model
    def _kept_type(self, content, kind):
        """Return the type under which a file is stored.

        Pictures are kept as pictures only if their header says that they can be opened without harm: Odoo and browsers
        open them for every thumbnail. What has too many pixels, or does not say how many, is a file to download.
        """
        if kind.startswith("image/") and kind != "image/svg+xml":
            return PLAIN_TYPE if image_size(content) is None or has_too_many_pixels(content) else kind
        if has_too_many_pixels(content):
            return PLAIN_TYPE
        return kind if kind and kind != "application/x-ole-storage" else "application/octet-stream"

    def _show(self):
        """Update the thread: the placeholder goes when the file comes, or says why it does not."""
        rows = self.message_id.filtered("mail_message_id")
        for row in rows:
            body = self.env["wa.inbound.content"]._render(row)
            with vouched():
                row.mail_message_id.sudo().body = body
        rows.mail_message_id._wa_broadcast_content("attachment_ids", "body")
