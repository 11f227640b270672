from markupsafe import Markup

from odoo import api, models


class WaInboundNote(models.AbstractModel):
    """Thin lines in a thread: what happened around the conversation, apart from what was said in it."""

    _name = "wa.inbound.note"
    _description = "WhatsApp Inbound: Thin Notes"

    @api.model
    def _post(self, conversations, words):
        """Show one line in conversations. It is nobody's message: not unread, not sent, not answered.

        :param str words: plain text or Markup.
        :returns: ``mail.message`` records
        """
        messages = self.env["mail.message"]
        for conversation in conversations:
            messages |= (
                conversation.channel_id.sudo()
                .message_post(
                    body=Markup('<span class="o_wa_note">%s</span>') % words,
                    message_type="notification",
                    subtype_xmlid="mail.mt_note",
                    author_id=conversation.partner_id.id or self.env.user.partner_id.id,
                )
            )
        return messages
