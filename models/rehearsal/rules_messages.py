from odoo import models


class BaseAutomation(models.Model):
    """Rules about WhatsApp messages: those of the period are all there."""

    _inherit = "base.automation"

    def _wa_occasions_of_messages(self, start, end):
        raise NotImplementedError
