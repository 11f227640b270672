from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Meta keeps an uploaded file for 30 days; a day is left for messages that wait. Source: Meta, "Media".
REUSE_DAYS = 29


class WaUpload(models.Model):
    """A file that WhatsApp already has from one of our numbers.

    Kept by content, not by attachment: a brochure sent from a thousand leads travels
    once, and whoever changes an attachment sends the new content.
    """

    _name = "wa.upload"
    _description = "File at WhatsApp"
    _rec_name = "media_uid"
    _log_access = False

    number_id = fields.Many2one("wa.number", required=True, ondelete="cascade")
    checksum = fields.Char(required=True, help="Odoo's checksum of the content.")
    mime_type = fields.Char(required=True)
    media_uid = fields.Char(required=True)
    uploaded_at = fields.Datetime(required=True)

    _content_uniq = models.Constraint("UNIQUE(number_id, checksum, mime_type)", "A number uploads a file once.")

    @api.model
    def _oldest_valid(self):
        return fields.Datetime.now() - timedelta(days=REUSE_DAYS)

    @api.model
    def _find(self, number, file):
        """Return the still valid upload of a frozen file, or an empty set."""
        return self.sudo().search(
            [
                ("number_id", "=", number.id),
                ("checksum", "=", file["checksum"]),
                ("mime_type", "=", file["mime_type"]),
                ("uploaded_at", ">", self._oldest_valid()),
            ],
            limit=1,
        )

    @api.model
    def _find_uid(self, number, file):
        """Return the media id of a frozen file, or False."""
        return self._find(number, file).media_uid

    @api.model
    def _keep(self, number, key, media_uid):
        """Remember a media id; an older one of the same content is replaced."""
        checksum, mime_type = key
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO wa_upload (number_id, checksum, mime_type, media_uid, uploaded_at)
                     VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (number_id, checksum, mime_type)
                  DO UPDATE SET media_uid = EXCLUDED.media_uid, uploaded_at = EXCLUDED.uploaded_at
                """,
                number.id,
                checksum,
                mime_type,
                media_uid,
                fields.Datetime.now(),
            )
        )
        self.invalidate_model()

    @api.autovacuum
    def _vacuum(self):
        """Forget files that Meta has forgotten."""
        self.sudo().search([("uploaded_at", "<=", self._oldest_valid())]).unlink()
