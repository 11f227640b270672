from odoo import api, fields, models

from ..mixins.wa_consent_holder import STATES


class WaConversation(models.Model):
    """What holds in this conversation, kept ready for ten thousand recipients at a time."""

    _inherit = "wa.conversation"

    consent_service = fields.Selection(STATES, "Service", compute="_compute_consents", store=True)
    consent_marketing = fields.Selection(STATES, "Marketing", compute="_compute_consents", store=True)

    @api.depends("contact_id.consent_ids", "number_id", "company_id")
    def _compute_consents(self):
        consents = self.env["wa.consent"]
        latest = consents._latest(self.contact_id)
        for conversation in self:
            words = latest.get(conversation.contact_id._origin.id)
            if not words:
                conversation.consent_service = conversation.consent_marketing = "none"
                continue
            for purpose in ("service", "marketing"):
                conversation[f"consent_{purpose}"] = consents._state(
                    words, conversation.company_id, conversation.number_id, purpose
                )

    # ------------------------------------------------------------------ actions

    def action_open_wa_consents(self):
        """Open the history of what this customer agreed to and took back."""
        self.ensure_one()
        self.check_access("read")
        return self.env["wa.contact"]._consent_history(self.sudo().contact_id, self)

    def action_record_wa_consent(self):
        """Open the wizard that records what the customer said."""
        self.ensure_one()
        return self.env["wa.consent"].with_context(default_res_model=self._name, default_res_id=self.id).action_record()
