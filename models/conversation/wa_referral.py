from odoo import fields, models


class CrmLead(models.Model):
    """The ad or post behind a lead, beside the standard UTM fields."""

    _inherit = "crm.lead"

    wa_referral_uid = fields.Char("Ad ID", readonly=True, copy=False, index="btree_not_null")
    wa_referral_headline = fields.Char("Ad Headline", readonly=True, copy=False)
    wa_referral_url = fields.Char("Ad Address", readonly=True, copy=False)
    wa_ctwa_clid = fields.Char("Click ID", readonly=True, copy=False)


class UtmCampaign(models.Model):
    """A campaign made from an ad remembers Meta's id of it."""

    _name = "utm.campaign"
    _inherit = ["utm.campaign", "wa.facts.mixin"]

    wa_referral_uid = fields.Char("WhatsApp Ad ID", readonly=True, copy=False, index="btree_not_null")
