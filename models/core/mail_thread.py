from markupsafe import Markup

from odoo import api, models
from odoo.tools.mail import generate_tracking_message_id

from .discuss_channel import is_wa


class MailThread(models.AbstractModel):
    """E-mails on their way into conversations: answers to a notification, or to an alias."""

    _inherit = "mail.thread"

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        """Let colleagues with a right to the conversation pass, and tell everybody else why not.

        Source: mail/models/mail_thread.py ``message_route`` asks this for each way a mail may take.
        """
        checked = super()._routing_check_route(message, message_dict, route, raise_exception=raise_exception)
        if not checked or checked[0] != "discuss.channel" or not checked[1]:
            return checked
        channel = self.env["discuss.channel"].sudo().browse(checked[1])
        if not is_wa(channel):
            return checked
        writer = channel._wa_find_email_writer(message_dict["email_from"])
        if not writer:
            self._wa_bounce(message, message_dict)
            return False
        message_dict["author_id"] = writer.partner_id.id
        return (*checked[:3], writer.id, checked[4])

    @api.model
    def _wa_bounce(self, message, message_dict):
        """Send an e-mail back with the reason; nothing of the conversation is told."""
        words = self.env._(
            "Your e-mail reached nobody: it belongs to a WhatsApp conversation, and only colleagues who answer this "
            "customer can add notes to it by e-mail. To write to the customer, open the conversation in Odoo."
        )
        self._routing_create_bounce_email(
            message_dict["email_from"],
            Markup("<p>%s</p>") % words,
            message,
            # Marked, so that an automatic answer to it is not answered again.
            references=f"{message_dict['message_id']} {generate_tracking_message_id('loop-detection-bounce-email')}",
            reply_to=self.env.company.email,
        )
