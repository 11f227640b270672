from odoo import fields, models


class WaMessage(models.Model):
    """What a template was for, frozen when it was queued: the template may change or go."""

    _inherit = "wa.message"

    purpose = fields.Char(readonly=True, copy=False, help="Of templates: utility, marketing, authentication.")

    _frequency_idx = models.Index("(contact_id, purpose)")
