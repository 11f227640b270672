from odoo import models


class Base(models.AbstractModel):
    """What about a record makes a message pointless that was planned for it before."""

    _inherit = "base"

    def _wa_endings(self):
        """Return ``{id: codes}``: why nothing that was planned earlier should be sent for these records (hook).

        Codes of the catalogue ``wa.failure``, the one to be told first in front. What holds already when
        something is planned is no reason: a farewell to customers who were lost is meant for them.
        """
        partners = self.sudo()._wa_partners()
        has_active = "active" in self._fields
        return {
            record.id: [
                *(["record_archived"] if has_active and not record.sudo()["active"] else []),
                *(["customer_archived"] if partners[record.id] and not partners[record.id].sudo().active else []),
            ]
            for record in self
        }
