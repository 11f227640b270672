from markupsafe import Markup

from odoo import fields, models


class TrustedHtml(Markup):
    """HTML that this addon built around escaped words: there is nothing in it to clean away.

    Like ``Markup`` it escapes what is put into it with ``%``. Only builders whose every part
    is escaped make one, and a test compares with what Odoo's cleaning would leave. No JSON
    of a client becomes an instance.
    """

    __slots__ = ()


#: The context key of :class:`TrustedBodies`.
TRUSTED_BODIES = "wa_trusted_bodies"


class TrustedBodies(frozenset):
    """In the context: bodies of messages that are made now and whose HTML is ours.

    Core's ``create`` looks for pictures in each body, which leaves plain text of it.
    Source: mail/models/mail_message.py ``create``. No JSON of a client becomes an instance.
    """


class MessageBody(fields.Html):
    """The body of a message, which is not read, cleaned and written again if it is ours.

    Cleaning takes a tenth of the time of ten thousand messages, and takes what follows
    ``-- `` or ``>`` for the quoted part of an e-mail, which WhatsApp does not know.
    Source: odoo/orm/fields_textual.py ``Html._convert``, odoo/tools/mail.py ``tag_quote``.
    """

    def _convert(self, value, record, validate):
        if isinstance(value, TrustedHtml):
            return str(value)
        own = record.env.context.get(TRUSTED_BODIES)
        if isinstance(own, TrustedBodies) and value in own:
            return value
        return super()._convert(value, record, validate)


class MailMessage(models.Model):
    """Messages whose HTML comes from us."""

    _inherit = "mail.message"

    body = MessageBody()
