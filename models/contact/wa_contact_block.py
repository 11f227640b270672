from odoo import fields, models
from odoo.exceptions import AccessError


class WaContact(models.Model):
    """The business itself does not want to write to somebody, whatever they agreed to.

    Meta has a list of its own (``/block_users``), which also keeps the person from
    writing to us, and takes only people who wrote in the last 24 hours. This here is
    about what *we* send, to anybody, and leaves that list alone.
    """

    _inherit = "wa.contact"

    is_blocked = fields.Boolean(
        "Blocked", readonly=True, help="Nothing is sent to this person: a manager decided so. They can still write."
    )

    def _join(self, other):
        """Two contacts that turn out to be one person: blocked if one of them was."""
        blocked = bool(other) and other != self and other.is_blocked
        result = super()._join(other)
        if blocked and not self.is_blocked:
            self.is_blocked = True
        return result

    def action_block(self):
        """Send nothing to these people from now on; what waits is refused when its turn comes."""
        self._set_blocked(True, self.env._("%s blocked this customer: nothing is sent to them any more.", self.env.user.name))

    def action_unblock(self):
        """Allow sending to these people again."""
        self._set_blocked(False, self.env._("%s unblocked this customer.", self.env.user.name))

    def _set_blocked(self, is_blocked, words):
        """Change the block and say so in the thread, among colleagues.

        :raises AccessError: only managers decide this.
        """
        if not self.env.user.has_group("crm_whatsapp.crm_whatsapp_group_manager"):
            raise AccessError(self.env._("Only managers of WhatsApp may block customers. Ask your team lead."))
        self.check_access("write")
        changed = self.sudo().filtered(lambda contact: contact.is_blocked != is_blocked)
        changed.is_blocked = is_blocked
        for conversation in changed.conversation_ids:
            conversation.channel_id._wa_note(words, self.env.user.partner_id)
        changed.conversation_ids._broadcast()
