from odoo import api, models

from ...tools.gate import BY_PERSON, TEMPLATE


class WaGate(models.AbstractModel):
    """The gate's facts about consent, opt-out confirmations and the blacklist."""

    _inherit = "wa.gate"

    @api.model
    def _fact_values(self, conversation, kind, template=None, now=None, origin="chat", message=None):
        conversation = conversation.sudo()
        # A person's own words are no matter of the blacklist: composers ask often, and need not look there.
        looks = kind == TEMPLATE or origin not in BY_PERSON
        return {
            **super()._fact_values(conversation, kind, template, now, origin, message),
            "service_consent": conversation.consent_service or "none",
            "marketing_consent": conversation.consent_marketing or "none",
            "needs_service_consent": conversation.account_id.consent_policy == "all",
            "is_confirmation": bool(message) and message.is_confirmation,
            "is_blacklisted": looks and conversation.contact_id.is_blacklisted,
        }
