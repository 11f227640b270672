from odoo import fields, models


class WaNumber(models.Model):
    """What WhatsApp last said about a number."""

    _inherit = "wa.number"

    username = fields.Char("Business Username", readonly=True, copy=False)
    name_status = fields.Char("Name Review Word", readonly=True, copy=False, help="Meta's word on the verified name.")
    messaging_limit = fields.Char("Limit Word", readonly=True, copy=False)
    notice_moments = fields.Json(readonly=True, copy=False, help="Notices that were applied, and when their values were said.")
