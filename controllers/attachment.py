from typing import Any

from odoo import http
from odoo.addons.mail.controllers.attachment import AttachmentController
from odoo.http import request


class WaAttachmentController(AttachmentController):
    """The routes of the web client, for files that stay as they are."""

    @http.route()
    def mail_attachement_update_thumbnail(
        self, attachment_id: int, thumbnail: str | None = None, access_token: str | None = None
    ) -> Any:
        """Pass over a preview that a browser finished when the file was sent already: it may not be changed any more."""
        if request.env["ir.attachment"].browse(int(attachment_id)).exists()._wa_kept():
            return None
        return super().mail_attachement_update_thumbnail(attachment_id, thumbnail, access_token)
