from odoo import api, models


class WaInboundNote(models.AbstractModel):
    """Thin lines in a thread: what happened around the conversation, apart from what was said in it."""

    _name = "wa.inbound.note"
    _description = "WhatsApp Inbound: Thin Notes"

    @api.model
    def _post(self, conversations: models.BaseModel, words: str) -> models.BaseModel:
        """Show one line in conversations. It is nobody's message: not unread, not sent, not answered.

        :param words: plain text or Markup.
        :returns: ``mail.message`` records
        """
        messages = self.env["mail.message"]
        for conversation in conversations:
            author = conversation.partner_id or self.env.user.partner_id
            messages |= conversation.channel_id.sudo()._wa_note(words, author)
        return messages
