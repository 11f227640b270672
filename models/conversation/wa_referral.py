from datetime import timedelta

from odoo import fields, models

#: How long a conversation's ad is the reason for a new lead: the free entry point of WhatsApp.
REFERRAL_LIFETIME = timedelta(hours=72)


class WaConversation(models.Model):
    """The ad or post through which the customer last came."""

    _inherit = "wa.conversation"

    source_id = fields.Many2one("utm.source", readonly=True, ondelete="set null")
    medium_id = fields.Many2one("utm.medium", readonly=True, ondelete="set null")
    campaign_id = fields.Many2one("utm.campaign", readonly=True, ondelete="set null", index="btree_not_null")
    referral_uid = fields.Char("Ad ID", readonly=True, help="Meta's id of the ad or post.")
    referral_headline = fields.Char("Ad Headline", readonly=True)
    referral_url = fields.Char("Ad Address", readonly=True)
    ctwa_clid = fields.Char("Click ID", readonly=True, help="Reports a sale back to the ad (Conversions API).")
    referral_at = fields.Datetime("Came Through the Ad", readonly=True)

    def _prepare_lead_vals(self, message_text):
        """A lead made by somebody who came through an ad carries that ad."""
        vals = super()._prepare_lead_vals(message_text)
        if self.referral_at and self.referral_at > fields.Datetime.now() - REFERRAL_LIFETIME:
            vals.update(self.env["wa.inbound.referral"]._lead_vals(self))
        return vals


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
