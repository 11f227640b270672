from odoo import api, models
from odoo.exceptions import ValidationError


class DiscussChannelMember(models.Model):
    """Members of a conversation are colleagues; what they read, the customer may see as read."""

    _inherit = "discuss.channel.member"

    @api.constrains("channel_id", "guest_id")
    def _check_wa_no_guest(self):
        """Anonymous guests never enter a conversation, by whatever route."""
        if any(member.guest_id and member.channel_id.channel_type == "wa" for member in self):
            raise ValidationError(self.env._("Guests cannot join WhatsApp conversations."))

    def _mark_as_read(self, last_message_id):
        """Tell WhatsApp that the customer's messages were read, when the sender next runs."""
        result = super()._mark_as_read(last_message_id)
        for channel in self.channel_id.filtered(lambda c: c.channel_type == "wa"):
            channel._wa_conversation()._queue_read_receipt(last_message_id)
        return result
