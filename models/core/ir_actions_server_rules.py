from odoo import models


class IrActionsServer(models.Model):
    """Code in actions can look at the WhatsApp message that started their rule: ``wa_message``."""

    _inherit = "ir.actions.server"

    def _get_eval_context(self, action=None):
        """Add ``wa_message``, seen with the rights of whoever runs the action; empty outside of such rules."""
        eval_context = super()._get_eval_context(action)
        if action and action.state == "code":
            message_id = self.env.context.get("wa_message_id")
            eval_context["wa_message"] = self.env["wa.message"].browse(message_id or ())
        return eval_context
