from odoo import api, models
from odoo.exceptions import AccessError

from .discuss_channel import REPLY_ALLOWED, ReplyAllowed, is_wa

#: Who said what to whom, and when.
FACTS = {
    "author_id",
    "author_guest_id",
    "date",
    "email_from",
    "is_internal",
    "message_type",
    "model",
    "parent_id",
    "res_id",
    "subtype_id",
}
#: What is said: a person may correct their own notes.
CONTENT = {"attachment_ids", "body", "subject"}


class MailMessage(models.Model):
    """What stands in a conversation is what was said there.

    Core guards the routes of the web client; over RPC whoever may write to a channel
    may rewrite, delete and forge all its messages. Source: mail/models/mail_message.py
    ``_check_access``.
    """

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        """Let people add notes of their own, and what the gate let through.

        :raises AccessError: somebody else's words, or words that look sent and never leave.
        """
        messages = super().create(vals_list)
        if not self.env.su:
            allowed = isinstance(self.env.context.get(REPLY_ALLOWED), ReplyAllowed)
            for message in messages._wa_in_conversations():
                if message.author_id != self.env.user.partner_id or not (
                    allowed or message.subtype_id.internal
                ):
                    self._wa_refuse_change()
        return messages

    def write(self, vals):
        """Keep sent and received messages as they are.

        :raises AccessError: it is no note of one's own, or more than its content was to be changed.
        """
        if self.env.su or not vals.keys() & (FACTS | CONTENT):
            return super().write(vals)
        for message in self._wa_in_conversations():
            if vals.keys() & FACTS or not message._wa_is_own_note(self.env.user):
                self._wa_refuse_change()
        result = super().write(vals)
        if {"model", "res_id"} & vals.keys() and self._wa_in_conversations():
            self._wa_refuse_change()
        return result

    def unlink(self):
        """Keep sent and received messages.

        :raises AccessError: it is no note of one's own.
        """
        if not self.env.su:
            for message in self._wa_in_conversations():
                if not message._wa_is_own_note(self.env.user):
                    self._wa_refuse_change()
        return super().unlink()

    def _wa_in_conversations(self):
        """Return those of these messages that stand in conversations; as superuser."""
        messages = self.sudo().filtered(lambda m: m.model == "discuss.channel" and m.res_id)
        if not messages:
            return messages
        channels = self.env["discuss.channel"].sudo().browse(set(messages.mapped("res_id"))).exists()
        ids = set(channels.filtered(is_wa).ids)
        return messages.filtered(lambda m: m.res_id in ids)

    def _wa_is_own_note(self, user):
        return (
            self.author_id == user.partner_id and self.subtype_id.internal and not self.wa_message_ids
        )

    def _wa_refuse_change(self):
        raise AccessError(self.env._("What was said in a WhatsApp conversation cannot be changed or made up."))
