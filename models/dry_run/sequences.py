from odoo import models


class WaSequence(models.Model):
    """What a sequence would have sent can be seen from its own form."""

    _inherit = "wa.sequence"

    def action_wa_dry_run(self):
        """Open the rehearsal of this sequence. Managers only.

        :raises AccessError: by somebody else.
        """
        self.ensure_one()
        return self.env["wa.dry.run"]._open(self)
