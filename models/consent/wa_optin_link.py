import base64
import io

from PIL import Image
from reportlab.graphics.barcode.qr import QrCodeWidget

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...tools.keywords import MAX_LENGTH, key_of
from ...tools.links import chat_link

#: Pixels of one square of the QR picture, and empty squares around it. Source: ISO/IEC 18004 (quiet zone of four).
QR_SCALE, QR_QUIET = 12, 4


class WaOptinLink(models.Model):
    """A link and QR code that open a chat with a keyword written already: sending it is a consent.

    The words on the poster or button beside the code say what the customer agrees
    to, so they are kept here and copied into each consent.
    """

    _name = "wa.optin.link"
    _description = "WhatsApp Opt-in Link"
    _inherit = ["wa.cached.mixin"]
    _order = "name, id"

    name = fields.Char(required=True, help="Where the link stands, for example: poster in the shop window.")
    active = fields.Boolean(default=True)
    number_id = fields.Many2one(
        "wa.number", required=True, index=True, ondelete="cascade", default=lambda self: self._default_number()
    )
    company_id = fields.Many2one(related="number_id.company_id", store=True)
    purpose = fields.Selection(
        [("service", "Service and utility"), ("marketing", "Marketing")], required=True, default="marketing"
    )
    keyword = fields.Char(
        required=True, help="Stands in the customer's text box. Sent as the whole message, it gives the consent."
    )
    key = fields.Char(compute="_compute_key", store=True)
    wording = fields.Text(
        "What Customers Read", required=True, help="The sentence beside the link or code: what they agree to."
    )
    url = fields.Char("Link", compute="_compute_url")
    qr_image = fields.Binary("QR Code", compute="_compute_qr_image")
    consent_ids = fields.One2many("wa.consent", "link_id", "Consents")
    consent_count = fields.Integer(compute="_compute_consent_count")

    _key_uniq = models.Constraint("UNIQUE(number_id, key)", "This number has a link with this keyword already.")

    # ----------------------------------------------------------------- defaults

    @api.model
    def _default_number(self) -> models.BaseModel | bool:
        """Return the only number there is: most shops have one."""
        numbers = self.env["wa.number"].search([("company_id", "in", self.env.companies.ids)], limit=2)
        return numbers if len(numbers) == 1 else False

    # -------------------------------------------------------------- constraints

    @api.constrains("keyword", "number_id")
    def _check_keyword(self):
        for link in self:
            if not link.key:
                raise ValidationError(self.env._("A keyword needs letters or digits, and at most %s characters.", MAX_LENGTH))
            if self.env["wa.keyword"]._find(link.keyword, link.company_id):
                raise ValidationError(
                    self.env._("“%s” has another meaning in the list of keywords. Choose another one.", link.keyword)
                )

    # ------------------------------------------------------------------ compute

    @api.depends("keyword")
    def _compute_key(self):
        for link in self:
            link.key = key_of(link.keyword)

    @api.depends("keyword", "number_id.display_phone_number")
    def _compute_url(self):
        for link in self:
            link.url = chat_link(link.number_id.display_phone_number, link.keyword or "") or False

    @api.depends("url")
    def _compute_qr_image(self):
        for link in self:
            link.qr_image = base64.b64encode(qr_png(link.url)) if link.url else False

    def _compute_consent_count(self):
        counts = dict(self.env["wa.consent"]._read_group([("link_id", "in", self.ids)], ["link_id"], ["__count"]))
        for link in self:
            link.consent_count = counts.get(link._origin, 0)

    # ----------------------------------------------------------------- business

    @api.model
    def _find(self, text: str | None, number: models.BaseModel) -> models.BaseModel:
        """Return the link whose keyword is this whole message to one of our numbers, or an empty set."""
        key = key_of(text)
        return self.sudo().browse(self._links(number.id).get(key) if key else None)

    @api.model
    @ormcache("number_id")
    def _links(self, number_id: int) -> dict[str, int]:
        return {link.key: link.id for link in self.sudo().search([("number_id", "=", number_id)])}

    # ------------------------------------------------------------------ actions

    def action_view_consents(self):
        """Open the consents that came over this link."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_consent_action")
        action["domain"] = [("link_id", "=", self.id)]
        return action


def qr_png(text: str) -> bytes:
    """Return a QR code as PNG bytes.

    Drawn here: the renderer of Odoo's barcode report is missing on many machines.
    """
    code = QrCodeWidget(text, barLevel="M").qr
    code.make()
    side = code.getModuleCount() + 2 * QR_QUIET
    picture = Image.new("1", (side, side), 1)
    for row in range(code.getModuleCount()):
        for column in range(code.getModuleCount()):
            if code.isDark(row, column):
                picture.putpixel((column + QR_QUIET, row + QR_QUIET), 0)
    buffer = io.BytesIO()
    picture.resize((side * QR_SCALE, side * QR_SCALE), Image.Resampling.NEAREST).save(buffer, "PNG")
    return buffer.getvalue()
