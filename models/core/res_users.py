from odoo import api, models
from odoo.addons.mail.tools.discuss import Store


class ResUsers(models.Model):
    """What our part of the web client knows from the start."""

    _inherit = "res.users"

    @api.model
    def _init_store_data(self, store: Store):
        """Tell colleagues' browsers which files WhatsApp takes."""
        result = super()._init_store_data(store)
        if self.env.user._is_internal():
            store.add_global_values(wa_file_rules=self.env["wa.file"]._client_rules())
        return result
