import base64
import binascii

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.image import image_process

from ...tools import filetypes
from ...tools.bidi import one_line

#: What can stand above the text of a draft; the first of these need a sample of the file.
FILE_HEADERS = ("IMAGE", "VIDEO", "DOCUMENT")
HEADERS = [
    ("TEXT", "Text"),
    ("IMAGE", "Picture"),
    ("VIDEO", "Video"),
    ("DOCUMENT", "Document"),
    ("LOCATION", "Place"),
]
#: Types WhatsApp takes as a sample. Source: Graph API "Resumable Upload"; cloud-api reference §3.
SAMPLE_TYPES = ("image/jpeg", "image/png", "video/mp4", "application/pdf")


class WaTemplate(models.Model):
    """What stands above the text of a draft, and the sample of it that WhatsApp's reviewers look at.

    WhatsApp never gives a sample back as something it takes: it reads as an address that soon ends, and that WhatsApp
    itself cannot fetch. So a template that is handed in again needs its sample anew (decision 79).
    """

    _inherit = "wa.template"

    header_kind = fields.Selection(
        HEADERS,
        "Above the Text",
        compute="_compute_header_kind",
        inverse="_inverse_header_kind",
        help="What the customer sees first.",
    )
    sample = fields.Binary(
        attachment=True,
        help="For WhatsApp's reviewers: what will stand above the text. JPEG, PNG, MP4 or PDF. Which file a customer gets is "
        "decided on the tab “Variables” and when the template is sent.",
    )
    sample_name = fields.Char()

    @api.depends("header_format")
    def _compute_header_kind(self):
        for template in self:
            kind = template._header()
            template.header_kind = kind if kind in dict(HEADERS) else False

    def _inverse_header_kind(self):
        for template in self:
            kind = template.header_kind
            vals = {"header_format": kind}
            if kind != "TEXT":
                vals["header_text"] = False
            if kind not in FILE_HEADERS:
                vals |= {"sample": False, "sample_name": False}
            template.write(vals)

    @api.onchange("header_kind")
    def _onchange_header_kind(self):
        """Show the choice in the preview."""
        self.header_format = self.header_kind

    def _header(self):
        """Return what stands above the text, as WhatsApp says it; "" for nothing. A text says so by being there."""
        return self.header_format or ("TEXT" if self.header_text else "")

    @api.onchange("sample", "header_kind")
    def _onchange_sample(self):
        """Tell at once that a file cannot be the sample of what stands above the text, and take it out."""
        raw = self._fresh_sample()
        if not raw or self.header_kind not in FILE_HEADERS:
            return None
        name = self.sample_name or self.env._("This file")
        mime_type = self.env["wa.file"]._mime_type(
            self.env["ir.attachment"].new({"name": name, "mimetype": filetypes.sniff(raw) or "application/octet-stream"})
        )
        problem = self._sample_problem(self.header_kind, name, mime_type)
        if not problem:
            return None
        self.sample = self.sample_name = False
        return {"warning": {"title": self.env._("Another sample is needed"), "message": problem}}

    def _fresh_sample(self):
        """Return the bytes of a sample that was chosen in the form and is not saved yet, or ``b""``."""
        if isinstance(self.id, int) or not self.sample:
            return b""
        try:
            return base64.b64decode(self.sample, validate=True)
        except (binascii.Error, ValueError):
            return b""  # what was saved before is shown by its size

    @api.model
    def _sample_problem(self, header_format, name, mime_type):
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

    def _sample_html(self):
        """Return how the sample looks above the text of the preview; None without a file there."""
        self.ensure_one()
        if self.header_format not in FILE_HEADERS:
            return None
        if self.header_format == "IMAGE" and self.sample:
            address = self._sample_src()
            if address:
                shown = one_line(self.sample_name or self.env._("Picture"))
                return Markup('<img class="o_wa_card_picture" src="%s" alt="%s"/>') % (address, shown)
        return self._file_above(self.header_format, self.sample_name if self.sample else None)

    def _sample_src(self):
        """Return where a browser finds the picture: here, or inside of the address itself as long as it is not saved."""
        if raw := self._fresh_sample():
            try:
                small = image_process(raw, size=(400, 400))
            except (UserError, ValueError, OSError):
                return ""  # of a kind that is converted when it is saved
            return f"data:{filetypes.sniff(raw)};base64,{base64.b64encode(small).decode()}"
        if not self._origin.id:
            return ""
        moment = self.write_date.timestamp() if self.write_date else 0
        return f"/web/image/wa.template/{self._origin.id}/sample/400x400?unique={moment:.0f}"

    @api.constrains("sample", "header_format")
    def _check_sample(self):
        """Check a sample while the person who chose it is here, and convert it where WhatsApp takes no such file.

        :raises ValidationError: it is no file of the kind that stands above the text.
        """
        for template in self.filtered("sample"):
            if template.header_format not in FILE_HEADERS:
                continue
            attachment = template._sample_attachment()
            mime_type = self.env["wa.file"]._mime_type(attachment)
            if problem := self._sample_problem(template.header_format, attachment.name, mime_type):
                raise ValidationError(problem)
            sendable = self.env["wa.file"]._prepare(attachment, None, template.header_format.lower())
            if sendable.mime_type not in SAMPLE_TYPES:
                raise ValidationError(
                    self.env._("“%s” cannot be a sample: WhatsApp takes JPEG, PNG, MP4 and PDF.", attachment.name)
                )
            if sendable.attachment != attachment:
                template.write({"sample_name": sendable.attachment.name, "sample": sendable.attachment.datas})
                sendable.attachment.unlink()

    def _sample_attachment(self):
        """Return the attachment behind the sample, named as the person named it."""
        self.ensure_one()
        domain = [("res_model", "=", self._name), ("res_id", "=", self.id), ("res_field", "=", "sample")]
        attachment = self.env["ir.attachment"].sudo().search(domain, limit=1)
        if attachment and self.sample_name and attachment.name != self.sample_name:
            attachment.name = self.sample_name
        return attachment

    def _header_problems(self):
        """Yield what keeps the header from being handed in, a sentence each."""
        if self.header_format in FILE_HEADERS and not self.sample:
            if self.template_uid:
                yield self.env._(
                    "Give a sample of the file above the text again: WhatsApp does not hand out the one it has in a form "
                    "that it takes."
                )
            else:
                yield self.env._("Give a sample of the file above the text: WhatsApp's reviewers ask for one.")
        elif self._header() == "TEXT" and not (self.header_text or "").strip():
            yield self.env._("Write the text of the header, or choose that nothing stands above the text.")
        elif self._header() not in ("", *dict(HEADERS)):
            yield self.env._(
                "What stands above the text of this template cannot be handed in from here. Edit it in WhatsApp Manager."
            )

    def _upload_sample(self):
        """Upload the sample of the header; returns its handle, or None for a header without a file.

        :raises GraphError: WhatsApp did not take it.
        :raises UserError: nobody knows which Meta app to upload it for.
        """
        self.ensure_one()
        if self.header_format not in FILE_HEADERS:
            return None
        account, attachment = self.account_id.sudo(), self._sample_attachment()
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
