from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

from ..discuss.vouching import take_voucher, vouch
from .discuss_channel import is_wa

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
#: A note is dated by when it is written; clocks of one system differ less.
DATED_NOW = timedelta(minutes=1)


class MailMessage(models.Model):
    """What stands in a conversation is what was said there.

    Every road of Odoo's ``mail`` ends here: posts, notifications, composers, e-mails, activities,
    imports, copies. Most of them write with higher rights (``sudo``) for people who were not asked
    for their own, so it does not count here whether rights are checked. This addon answers for what
    it writes itself (``vouching``); anything else is looked at as what the *user* does (decision 44).
    """

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        """Let people add notes of their own where they may write, and replies that the gate let through.

        :raises AccessError: no right to this conversation, somebody else's words, or words that look
            sent and never leave.
        """
        voucher = take_voucher(self.env)
        messages = super().create(vals_list)
        if voucher is None or voucher.reply_in:
            messages._wa_check_new(voucher and voucher.reply_in)
        return messages

    def write(self, vals):
        """Keep sent and received messages as they are.

        :raises AccessError: it is no note of one's own, or more than its content was to be changed.
        """
        # The e-mail that tells colleagues about a message gives it its subject, with higher rights.
        content = CONTENT - {"subject"} if self.env.su else CONTENT
        if not vals.keys() & (FACTS | content) or self._wa_is_system():
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
        if not self._wa_is_system():
            for message in self._wa_in_conversations():
                if not message._wa_is_own_note(self.env.user):
                    self._wa_refuse_change()
        return super().unlink()

    def _wa_is_system(self):
        """Tell whether a change is this addon's own or a job's: nobody gets there with OdooBot's hands."""
        voucher = take_voucher(self.env)
        return bool(voucher and not voucher.reply_in) or self.env.uid == SUPERUSER_ID

    def _wa_in_conversations(self):
        """Return those of these messages that stand in conversations; as superuser."""
        messages = self.sudo().filtered(lambda m: m.model == "discuss.channel" and m.res_id)
        if not messages:
            return messages
        channels = self.env["discuss.channel"].sudo().browse(set(messages.mapped("res_id"))).exists()
        ids = set(channels.filtered(is_wa).ids)
        return messages.filtered(lambda m: m.res_id in ids)

    def _wa_check_new(self, reply_in):
        """Refuse new messages that the user may not put into conversations.

        :param reply_in: id of the channel in which one reply to the customer is allowed, or None.
        """
        posted = self._wa_in_conversations()
        if not posted:
            return
        user = self.env.user
        for message in posted:
            place = (message.model, message.res_id)
            parent = message.parent_id
            if (
                not (message._wa_is_note() or message.res_id == reply_in)
                or message.author_id != user.partner_id
                or message.author_guest_id
                or (parent and (parent.model, parent.res_id) != place)
            ):
                self._wa_refuse_change()
        channels = self.env["discuss.channel"].browse(set(posted.mapped("res_id"))).with_user(user)
        if channels._filtered_access("write") != channels:
            raise AccessError(self.env._("You may not write in this WhatsApp conversation."))
        posted._wa_sign(user.partner_id)

    def _wa_sign(self, author):
        """Give messages the author's own address, and now as their date: both could have been made up."""
        now = fields.Datetime.now()
        wrong = self.filtered(lambda m: m.email_from != author.email_formatted or abs(m.date - now) > DATED_NOW)
        if wrong:
            vouch(wrong).write({"email_from": author.email_formatted, "date": now})

    def _wa_is_note(self):
        """Tell whether a message is shown as an internal note; other internal kinds look like something sent."""
        return self.subtype_id.id == self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")

    def _wa_is_own_note(self, user):
        return self.author_id == user.partner_id and self._wa_is_note() and not self.wa_message_ids

    def _wa_refuse_change(self):
        raise AccessError(self.env._("What was said in a WhatsApp conversation cannot be changed or made up."))
