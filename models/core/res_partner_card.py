from odoo import models

from ...tools.graph import messages as build
from ...tools.phone import normalise


class ResPartner(models.Model):
    """A partner as a card that can be sent over WhatsApp."""

    _inherit = "res.partner"

    def _wa_card(self):
        """Return this partner as a contact card in Meta's shape (hook)."""
        self.ensure_one()
        name = self.name or self.display_name
        first, _blank, last = ("", "", "") if self.is_company else name.partition(" ")
        phone = normalise(self.phone or "", (self.country_id or self.env.company.country_id).code)
        return build.card(
            name,
            first_name=first,
            last_name=last,
            phones=[phone] if phone else [],
            emails=[self.email_normalized] if self.email_normalized else [],
            company=name if self.is_company else self.parent_id.name or "",
            title=self.function or "",
            urls=[self.website] if self.website else [],
        )
