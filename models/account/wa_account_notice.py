from odoo import fields, models


class WaAccount(models.Model):
    """What WhatsApp last said about an account."""

    _inherit = "wa.account"

    review_status = fields.Char("Review", readonly=True, copy=False, help="Meta's word on the business.")
    messaging_limit = fields.Char(
        readonly=True, copy=False, help="New people the business may write to in 24 hours, in Meta's word."
    )
    restriction = fields.Char(readonly=True, copy=False, help="What WhatsApp does not allow at the moment.")
    restricted_until = fields.Datetime(readonly=True, copy=False)
    notice_moments = fields.Json(readonly=True, copy=False, help="Notices that were applied, and when their values were said.")
    templates_outdated = fields.Boolean(
        readonly=True, copy=False, help="Templates changed at WhatsApp; they are read again in the background."
    )
