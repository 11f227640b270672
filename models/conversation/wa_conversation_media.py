from odoo import models


class WaConversation(models.Model):
    """Files go where their messages go."""

    _inherit = "wa.conversation"

    def _take_messages(self, other):
        """Move the files too: deleting the emptied channel would delete what is attached to it.

        Source: odoo/orm/models.py ``unlink`` deletes attachments of the record.
        """
        self.env["ir.attachment"].sudo().search(
            [("res_model", "=", "discuss.channel"), ("res_id", "=", other.channel_id.id)]
        ).write({"res_id": self.channel_id.id})
        return super()._take_messages(other)
