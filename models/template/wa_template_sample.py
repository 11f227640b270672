from __future__ import annotations

import base64
import binascii

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.image import image_process

from ...tools import filetypes
from ...tools.bidi import one_line
from .wa_template import FILE_HEADERS


class WaTemplateSample(models.AbstractModel):
    """The sample of the file above the text of a draft, which WhatsApp's reviewers look at.

    WhatsApp never gives a sample back as something it takes: it reads as an address that soon ends, and that WhatsApp
    itself cannot fetch. So a template that is handed in again needs its sample anew (decision 79).
    """

    _name = "wa.template.sample"
    _description = "Sample of a WhatsApp Template"

    @api.model
    def _fresh(self, template: models.BaseModel) -> bytes:
        """Return the bytes of a sample that was chosen in the form and is not saved yet, or ``b""``."""
        if isinstance(template.id, int) or not template.sample:
            return b""
        try:
            return base64.b64decode(template.sample, validate=True)
        except (binascii.Error, ValueError):
            return b""  # what was saved before is shown by its size

    @api.model
    def _problem(self, header_format: str, name: str, mime_type: str) -> str:
        """Return why a file of a type cannot be the sample of a header, a sentence with what to do; "" if it can."""
        if header_format == "IMAGE" and not mime_type.startswith("image/"):
            return self.env._(
                "“%s” is no picture, and a picture is to stand above the text of this template. Choose a JPEG or PNG file, or "
                "something else above the text.",
                name,
            )
        if header_format == "VIDEO" and not mime_type.startswith("video/"):
            return self.env._(
                "“%s” is no video, and a video is to stand above the text of this template. Choose an MP4 file, or something "
                "else above the text.",
                name,
            )
        if header_format == "DOCUMENT" and mime_type != "application/pdf":
            return self.env._(
                "“%s” is no PDF, and WhatsApp's reviewers look at no other documents. Choose a PDF file as the sample of this "
                "template, or something else above the text.",
                name,
            )
        return ""

    @api.model
    def _html(self, template: models.BaseModel) -> Markup | None:
        """Return how the sample looks above the text of the preview; None without a file there."""
        template.ensure_one()
        if template.header_format not in FILE_HEADERS:
            return None
        if template.header_format == "IMAGE" and template.sample:
            address = self._src(template)
            if address:
                shown = one_line(template.sample_name or self.env._("Picture"))
                return Markup('<img class="o_wa_card_picture" src="%s" alt="%s"/>') % (address, shown)
        return self.env["wa.template.card"]._file_above(template.header_format, template.sample_name if template.sample else "")

    @api.model
    def _src(self, template: models.BaseModel) -> str:
        """Return where a browser finds the picture: here, or inside of the address itself as long as it is not saved."""
        if raw := self._fresh(template):
            try:
                small = image_process(raw, size=(400, 400))
            except (UserError, ValueError, OSError):
                return ""  # of a kind that is converted when it is saved
            return f"data:{filetypes.sniff(raw)};base64,{base64.b64encode(small).decode()}"
        if not template._origin.id:
            return ""
        moment = template.write_date.timestamp() if template.write_date else 0
        return f"/web/image/wa.template/{template._origin.id}/sample/400x400?unique={moment:.0f}"

    @api.model
    def _attachment(self, template: models.BaseModel) -> models.BaseModel:
        """Return the attachment behind the sample, named as the person named it."""
        template.ensure_one()
        domain = [("res_model", "=", template._name), ("res_id", "=", template.id), ("res_field", "=", "sample")]
        attachment = self.env["ir.attachment"].sudo().search(domain, limit=1)
        if attachment and template.sample_name and attachment.name != template.sample_name:
            attachment.name = template.sample_name
        return attachment

    @api.model
    def _upload(self, template: models.BaseModel) -> str | None:
        """Upload the sample of the header; returns its handle, or None for a header without a file.

        :raises GraphError: WhatsApp did not take it.
        :raises UserError: nobody knows which Meta app to upload it for.
        """
        template.ensure_one()
        if template.header_format not in FILE_HEADERS:
            return None
        account, attachment = template.account_id.sudo(), self._attachment(template)
        if not account.app_id:
            raise UserError(
                self.env._(
                    "The WhatsApp account “%s” does not know its Meta app, for which the sample is uploaded. Enter the App ID "
                    "under WhatsApp → Configuration → Accounts.",
                    account.name,
                )
            )
        name = attachment.name or "sample"
        mime_type = self.env["wa.file"]._mime_type(attachment)
        return account._get_transport().upload_sample(account.app_id, attachment.raw, mime_type, name)
