from markupsafe import Markup

from odoo import models

from ..discuss.vouching import vouch

#: How a line looks that the addon itself writes into a thread.
THIN = Markup('<span class="o_wa_note">%s</span>')


class DiscussChannel(models.Model):
    """What the addon itself says in a thread, among colleagues."""

    _inherit = "discuss.channel"

    def _wa_note(self, words, author):
        """Show a thin line of the addon itself: nobody's message, not unread, not sent.

        :param str words: plain text or Markup.
        :param author: ``res.partner`` it is about.
        :returns: ``mail.message``
        """
        return (
            vouch(self.sudo())
            .message_post(
                body=THIN % words,
                message_type="notification",
                subtype_xmlid="mail.mt_note",
                author_id=author.id,
            )
            .with_env(self.env)
        )

    def _wa_log(self, words, author):
        """Write a thin line into many conversations at once; open windows show it when they are opened again.

        :param dict words: ``{channel id: plain text or Markup}``
        """
        bodies = {id_: THIN % line for id_, line in words.items()}
        vouch(self.sudo())._message_log_batch(bodies, author_id=author.id)
