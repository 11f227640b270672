from odoo import SUPERUSER_ID, models
from odoo.exceptions import AccessError
from odoo.tools import email_normalize


class DiscussChannel(models.Model):
    """Who answers the e-mail about a conversation writes a note: WhatsApp never sees it."""

    _inherit = "discuss.channel"

    def _wa_find_email_writer(self, email):
        """Return the colleague with this address who may write in this conversation, or an empty set.

        Whoever hands mails to Odoo as a program may speak for the sender; a person who calls
        the gateway over RPC speaks for nobody but themselves.

        :param str email: the sender as the mail has it.
        """
        self.ensure_one()
        address, users = email_normalize(email or ""), self.env["res.users"].sudo()
        found = address and users.search([("email_normalized", "=", address), ("share", "=", False)])
        caller = self.env.user
        if found and not (caller._is_superuser() or caller._is_system()):
            found &= caller.sudo()
        return self._wa_who_may_write(found or users)[:1]

    def _wa_email_writer(self, post_vals):
        """Return this channel as the colleague posts in it whose e-mail the gateway brings.

        The gateway posts everything as OdooBot in the sender's name.

        :raises AccessError: the author may not write here; routing sends such mails back before.
        """
        author = self.env["res.partner"].sudo().browse(post_vals.get("author_id") or self.env.user.partner_id.id)
        if self.env.uid != SUPERUSER_ID or author == self.env.user.partner_id:
            return self
        writer = self._wa_who_may_write(author.user_ids)[:1]
        if not writer:
            raise AccessError(self.env._("You may not write in this WhatsApp conversation."))
        return self.with_user(writer).sudo()

    def _wa_who_may_write(self, users):
        """Return those of some users who are colleagues with a right to write in this conversation."""
        return users.filtered(lambda user: user.active and not user.share and self.with_user(user).has_access("write"))
