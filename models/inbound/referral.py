from urllib.parse import urlsplit

from odoo import api, models

from ...tools.bidi import one_line, without_formula
from ...tools.webhook import reading
from .context import InboundContext

#: Where an ad or post stood, by the end of its host. Meta has no field for it.
SOURCES = {
    "instagram.com": "Instagram",
    "ig.me": "Instagram",
    "facebook.com": "Facebook",
    "fb.com": "Facebook",
    "fb.me": "Facebook",
}


class WaInboundReferral(models.AbstractModel):
    """Customers who came through an ad or a post: kept on conversation and lead as UTM source, medium, campaign."""

    _name = "wa.inbound.referral"
    _description = "WhatsApp Inbound: Ads and Posts"

    @api.model
    def _keep(self, conversation: models.BaseModel, contexts: list[InboundContext]) -> None:
        """Note the ad on the conversation, and on its open lead if nothing better is known there.

        Before the lead is made, which takes it over. The latest entry counts for the
        conversation, the first one for a lead.

        :param contexts: messages of this conversation, in order.
        """
        referral = next((context.item.referral for context in reversed(contexts) if context.item.referral), None)
        if not referral:
            return
        vals = self._prepare(referral)
        sent_at = max(context.sent_at for context in contexts if context.item.referral)
        conversation.with_context(wa_no_broadcast=True).write({**vals, "referral_at": sent_at})
        lead = conversation.lead_id.sudo()
        if lead and conversation._is_open_lead(lead) and not lead.wa_referral_uid:
            lead_vals = self._lead_vals(conversation)
            lead.write({name: value for name, value in lead_vals.items() if not lead[name]})

    @api.model
    def _prepare(self, referral: dict) -> dict:
        """Return the values of a conversation for Meta's ``referral``. Source: cloud-api reference §5.2."""
        words = reading.text
        is_post = words(referral.get("source_type")) == "post"
        url = words(referral.get("source_url"))
        mixin = self.env["utm.mixin"].sudo()
        medium = "WhatsApp Post" if is_post else "WhatsApp Ad"
        return {
            "source_id": mixin._find_or_create_record("utm.source", self._source_name(url)).id,
            "medium_id": mixin._find_or_create_record("utm.medium", medium).id,
            "campaign_id": self._campaign(referral).id,
            "referral_uid": one_line(words(referral.get("source_id"))) or False,
            "referral_headline": without_formula(one_line(words(referral.get("headline")))) or False,
            "referral_url": url if url.lower().startswith(("https://", "http://")) else False,
            "ctwa_clid": one_line(words(referral.get("ctwa_clid"))) or False,
        }

    @api.model
    def _source_name(self, url: str) -> str:
        try:
            host = (urlsplit(url).hostname or "").lower()
        except ValueError:
            host = ""
        return next((name for end, name in SOURCES.items() if host == end or host.endswith("." + end)), "Meta")

    @api.model
    def _campaign(self, referral: dict) -> models.BaseModel:
        """Return the campaign of this ad, found by Meta's id of it: headlines repeat and change."""
        campaigns = self.env["utm.campaign"].sudo()
        uid = one_line(reading.text(referral.get("source_id")))
        if not uid:
            return campaigns
        headline = without_formula(one_line(reading.text(referral.get("headline"))))
        return campaigns.search([("wa_referral_uid", "=", uid)], limit=1) or campaigns.create(
            {"title": headline[:100] or uid, "wa_referral_uid": uid}
        )

    @api.model
    def _lead_vals(self, conversation: models.BaseModel) -> dict:
        """Return what a lead takes over from a conversation that came through an ad."""
        return {
            "source_id": conversation.source_id.id,
            "medium_id": conversation.medium_id.id,
            "campaign_id": conversation.campaign_id.id,
            "wa_referral_uid": conversation.referral_uid,
            "wa_referral_headline": conversation.referral_headline,
            "wa_referral_url": conversation.referral_url,
            "wa_ctwa_clid": conversation.ctwa_clid,
        }
