from odoo import fields, models


class UtmCampaign(models.Model):
    """A campaign made from an ad remembers Meta's id of it."""

    _name = "utm.campaign"
    _inherit = ["utm.campaign", "wa.facts.mixin"]

    wa_referral_uid = fields.Char("WhatsApp Ad ID", readonly=True, copy=False, index="btree_not_null")
