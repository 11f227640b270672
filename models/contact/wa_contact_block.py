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
        "Blocked",
        readonly=True,
        help="A manager decided so: nothing is sent to this person, and what they write is kept without telling anybody.",
    )
    blocked_at = fields.Datetime("Blocked Since", readonly=True)
    blocked_after_id = fields.Integer(readonly=True, help="The last message before: what came since is shown when it ends.")

    def _merge(self, other):
        """Two contacts that turn out to be one person: blocked if one of them was."""
        blocked = bool(other) and other != self and other.is_blocked
        since, after_id = (other.blocked_at, other.blocked_after_id) if blocked else (False, 0)
        result = super()._merge(other)
        if blocked and not self.is_blocked:
            self.write({"is_blocked": True, "blocked_at": since, "blocked_after_id": after_id})
        return result

    def action_block(self):
        """Send nothing to these people from now on, and leave nobody waiting for an answer to them.

        What waits to be sent is refused when its turn comes.
        """
        words = self.env._("%s blocked this customer: nothing is sent to them any more.", self.env.user.name)
        changed = self._check_block().filtered(lambda contact: not contact.is_blocked)
        now = fields.Datetime.now()
        for contact in changed:
            last = self.env["wa.message"].sudo().search([("conversation_id", "in", contact.conversation_ids.ids)], limit=1)
            contact.write({"is_blocked": True, "blocked_at": now, "blocked_after_id": last.id})
        changed.conversation_ids.filtered("waiting_since").waiting_since = False
        changed._read_by_all()
        changed._tell_block(dict.fromkeys(changed.conversation_ids, words))

    def action_unblock(self):
        """Allow sending to these people again, and show what they wrote meanwhile."""
        changed = self._check_block().filtered("is_blocked")
        words = {conversation: changed._words_unblocked() for conversation in changed.conversation_ids}
        for contact in changed:
            rows = (
                self.env["wa.message"]
                .sudo()
                .search(
                    [
                        ("conversation_id", "in", contact.conversation_ids.ids),
                        ("is_from_blocked", "=", True),
                        ("id", ">", contact.blocked_after_id),
                    ]
                )
            )
            for conversation, own in rows.grouped("conversation_id").items():
                conversation._catch_up(own)
                words[conversation] = changed._words_unblocked(len(own))
        changed.write({"is_blocked": False, "blocked_at": False, "blocked_after_id": 0})
        changed._tell_block(words)

    def _check_block(self):
        """Return these contacts as superuser.

        :raises AccessError: only managers decide whom the business blocks.
        """
        if not self.env.user.has_group("crm_whatsapp.crm_whatsapp_group_manager"):
            raise AccessError(self.env._("Only managers of WhatsApp may block customers. Ask your team lead."))
        self.check_access("write")
        return self.sudo()

    def _read_by_all(self):
        """Leave nothing of these people unread: what comes from them is not to be looked at any more."""
        for channel in self.conversation_ids.channel_id.sudo():
            last = (
                self.env["mail.message"]
                .sudo()
                .search([("model", "=", "discuss.channel"), ("res_id", "=", channel.id)], order="id desc", limit=1)
            )
            for member in channel.channel_member_ids if last else ():
                member._mark_as_read(last.id)

    def _words_unblocked(self, count=0):
        if not count:
            return self.env._("%s unblocked this customer.", self.env.user.name)
        return self.env._(
            "%(name)s unblocked this customer. Messages that came meanwhile: %(count)s. They stand above.",
            name=self.env.user.name,
            count=count,
        )

    def _tell_block(self, words):
        """Say in the threads, among colleagues, what was decided.

        :param dict words: ``{wa.conversation: text}``
        """
        for conversation, line in words.items():
            conversation.channel_id._wa_note(line, self.env.user.partner_id)
        self.conversation_ids._broadcast()
