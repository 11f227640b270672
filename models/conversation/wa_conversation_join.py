from odoo import api, models

from ..discuss.vouching import vouch


class WaConversation(models.Model):
    """Two conversations that turn out to be one, because their contacts are one person."""

    _inherit = "wa.conversation"

    @api.model
    def _move_all(self, source, target):
        """Move the conversations of one contact to another who is the same person.

        Where both have one with the same number, the messages move into the
        target's thread and the emptied conversation goes.
        """
        for conversation in self.search([("contact_id", "=", source.id)]):
            twin = self.search([("contact_id", "=", target.id), ("number_id", "=", conversation.number_id.id)], limit=1)
            if twin:
                twin._take_messages(conversation)
            else:
                conversation.contact_id = target

    def _take_messages(self, other):
        """Move all messages of another conversation into this one and delete that one."""
        self.ensure_one()
        messages = (
            self.env["mail.message"].sudo().search([("model", "=", "discuss.channel"), ("res_id", "=", other.channel_id.id)])
        )
        vouch(messages).write({"res_id": self.channel_id.id})
        other.message_ids.write({"conversation_id": self.id})
        leading = (self | other).sorted(lambda c: c._lead_precedence(), reverse=True)[:1]
        moments = ("last_inbound_at", "last_message_at", "last_touch_at")
        self.write(
            {
                **{name: max(filter(None, (self[name], other[name])), default=False) for name in moments},
                "lead_id": leading.lead_id.id,
                "user_id": (leading.user_id or self.user_id or other.user_id).id,
                "waiting_since": min(filter(None, (self.waiting_since, other.waiting_since)), default=False),
                "awaiting_since": self._awaiting_since_of(self | other),
                # What a person has to decide, and what was stopped, holds for whoever they are together.
                "stop_request_id": (self.stop_request_id or other.stop_request_id).id,
                "stop_activity_id": (self.stop_activity_id or other.stop_activity_id).id,
                "machine_since": self.machine_since or other.machine_since,
            }
        )
        self.env.flush_all()
        emptied = other.channel_id.sudo()
        other.sudo().unlink()
        emptied.unlink()

    @api.model
    def _awaiting_since_of(self, conversations):
        """Return since when one customer owes us an answer, whichever of these conversations it is in, or False."""
        since = max(filter(None, conversations.mapped("awaiting_since")), default=False)
        # Where we wrote last they have not answered, or it would be empty: what counts is an answer elsewhere.
        answered = any(
            c.last_inbound_at and c.last_inbound_at > since for c in conversations if since and c.awaiting_since != since
        )
        return False if answered else since

    def _lead_precedence(self):
        """Return a key to compare by which of two joined conversations' leads is continued.

        An open one first; then one that people made and work on, before one that the
        customer's message made.
        """
        self.ensure_one()
        lead, whatsapp = self.lead_id, self.env.ref("crm_whatsapp.utm_source_whatsapp")
        return bool(lead), bool(lead) and self._is_open_lead(lead), lead.source_id != whatsapp
