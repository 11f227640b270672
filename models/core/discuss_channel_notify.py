from odoo import models


class DiscussChannel(models.Model):
    """Nobody but colleagues with access to WhatsApp is told about a conversation.

    Core notifies every member: that would push the customer's words to the phone of
    somebody who has lost access and is still listed.
    """

    _inherit = "discuss.channel"

    def _get_allowed_message_partner_ids(self, partner_ids):
        """Whoever is mentioned may read the message, so only colleagues can be."""
        allowed = super()._get_allowed_message_partner_ids(partner_ids)
        return self._wa_only_colleagues(allowed) if self.channel_type == "wa" else allowed

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if self.channel_type == "wa":
            colleagues = self._wa_only_colleagues([recipient["id"] for recipient in recipients])
            recipients = [recipient for recipient in recipients if recipient["id"] in colleagues]
        return recipients

    def _notify_thread_with_out_of_office(self, message, recipients_data, msg_vals=False, **kwargs):
        """Nobody's absence answers by itself: it would stand in the thread as said to the customer."""
        if self.channel_type == "wa":
            return self.env["mail.message"]
        return super()._notify_thread_with_out_of_office(message, recipients_data, msg_vals=msg_vals, **kwargs)

    def _action_unfollow(self, partner=None, guest=None, post_leave_message=True):
        """People leave a conversation as silently as they join it."""
        if self.channel_type == "wa":
            post_leave_message = False
        return super()._action_unfollow(partner=partner, guest=guest, post_leave_message=post_leave_message)

    def _wa_only_colleagues(self, partner_ids):
        """Return those partner ids that are users with access to WhatsApp in the conversation's company."""
        partners, company = self.env["res.partner"].browse(partner_ids), self._wa_conversation().company_id
        return partners.filtered(lambda partner: partner._wa_is_colleague(company)).ids
