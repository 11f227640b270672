from odoo import api, models


class WaGate(models.AbstractModel):
    """The gate's facts about consent, opt-out confirmations and the blacklist."""

    _inherit = "wa.gate"

    @api.model
    def _fact_values(self, conversation, kind, template=None, now=None, origin="chat", message=None):
        contact = conversation.contact_id
        return {
            **super()._fact_values(conversation, kind, template, now, origin, message),
            "service_consent": conversation.consent_service or "none",
            "marketing_consent": conversation.consent_marketing or "none",
            "needs_service_consent": conversation.account_id.consent_policy == "all",
            "is_confirmation": bool(message) and message.is_confirmation,
            "is_blacklisted": contact.is_blacklisted,
        }
