from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .discuss_channel import is_wa

#: What people may change through a channel itself: who is in it, with the members' own checks.
EDITABLE = {"channel_member_ids", "channel_partner_ids"}


class DiscussChannel(models.Model):
    """The channel of a conversation is made, changed and kept by the system.

    Core lets every member write any field: archiving the channel would hide the
    customer from everybody, deleting it would take the outbox along.
    """

    _inherit = "discuss.channel"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse channels of this type by hand, whatever way the type was given.

        :raises AccessError: without a conversation behind it, nothing would leave.
        """
        channels = super().create(vals_list)
        if not self.env.su and any(map(is_wa, channels)):
            raise AccessError(self.env._("WhatsApp conversations start with a message, not by hand."))
        return channels

    def write(self, vals):
        """Let people change the members of a conversation and nothing else of its channel.

        :raises AccessError: something else was to be changed.
        """
        if not self.env.su and vals.keys() - EDITABLE and any(map(is_wa, self.sudo())):
            raise AccessError(self.env._("The channel of a WhatsApp conversation cannot be changed by hand."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_wa_conversation(self):
        """Keep what was sent and received: without it a customer gets a message twice."""
        if self.sudo().wa_conversation_ids:
            raise UserError(
                self.env._(
                    "WhatsApp conversations cannot be deleted: they hold what was sent and received. "
                    "Close the conversation instead."
                )
            )
