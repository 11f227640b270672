from odoo import api, models
from odoo.exceptions import ValidationError


class DiscussChannelMember(models.Model):
    """Members of a conversation are colleagues; what they read, the customer may see as read."""

    _inherit = "discuss.channel.member"

    @api.constrains("channel_id", "guest_id", "partner_id")
    def _check_wa_colleague(self):
        """Only colleagues with access to WhatsApp enter a conversation, by whatever route."""
        for member in self.filtered(lambda m: m.channel_id.channel_type == "wa"):
            if member.guest_id or not member.partner_id._wa_is_colleague():
                raise ValidationError(self.env._("Only colleagues with access to WhatsApp can join this conversation."))

    def _mark_as_read(self, last_message_id):
        """Tell WhatsApp that the customer's messages were read, when the sender next runs."""
        result = super()._mark_as_read(last_message_id)
        for channel in self.channel_id.filtered(lambda c: c.channel_type == "wa"):
            channel._wa_conversation()._queue_read_receipt(last_message_id)
        return result

    def _notify_typing(self, is_typing):
        """Show the customer that a colleague is writing to them."""
        result = super()._notify_typing(is_typing)
        if is_typing:
            for member in self.filtered(lambda m: m.channel_id.channel_type == "wa"):
                member.channel_id._wa_conversation()._queue_typing()
        return result
