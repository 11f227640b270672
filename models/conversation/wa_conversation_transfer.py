from odoo import models
from odoo.tools import SQL

#: Up to so many conversations each say in their own thread, live, whose they are now.
TOLD_SINGLY = 20
#: Customers named in one notification.
NAMED = 10


class WaConversation(models.Model):
    """A conversation gets another owner: who lets go of it, what the new one reads first, who is told (decision 47)."""

    _inherit = "wa.conversation"

    def _owners(self):
        """Return ``{conversation id: res.users}``, to be given to :meth:`_transfer` once they have changed."""
        return {conversation.id: conversation.user_id for conversation in self.sudo()}

    def _transfer(self, former):
        """Complete a change of owners: chats, unread marks, notice, and the lead that goes along.

        :param former: owners as :meth:`_owners` returned them before the change.
        """
        moved = self.filtered(lambda c: c.user_id != former[c.id])
        moved._former_owners_leave(former)
        unread_from = moved.filtered("user_id")._unread_from()
        self._join_assignee(unread_from)
        moved._skip_to(unread_from)
        if moved and not self.env.user._is_superuser():
            # Whom the system chooses, for a customer who writes just now, the message itself tells.
            moved.filtered("user_id")._tell_of_transfer(former)
            moved.filtered("user_id")._leads_follow(former)

    def _former_owners_leave(self, former):
        """Take who had conversations before out of their chats: they are somebody else's work, or nobody's."""
        for conversation in self.sudo():
            partner = former[conversation.id].partner_id
            if partner and partner in conversation.channel_id.channel_member_ids.partner_id:
                conversation.channel_id._action_unfollow(partner=partner)

    # --------------------------------------------------------------------- unread

    def _unread_from(self):
        """Return from which Discuss message on conversations are unread for a new owner, ``{channel id: message id}``.

        The first that the customer waits to have answered; without one, what comes next.
        """
        self.env["wa.message"].flush_model(["conversation_id", "direction", "mail_message_id", "sent_at"])
        self.env["mail.message"].flush_model(["model", "res_id"])
        self.flush_recordset(["channel_id", "waiting_since"])
        if not self:
            return {}
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT c.channel_id, COALESCE(
                        (SELECT MIN(w.mail_message_id) FROM wa_message w
                          WHERE w.conversation_id = c.id AND w.direction = 'in' AND w.sent_at >= c.waiting_since),
                        (SELECT MAX(m.id) + 1 FROM mail_message m
                          WHERE m.model = 'discuss.channel' AND m.res_id = c.channel_id),
                        0)
                      FROM wa_conversation c
                     WHERE c.id = ANY(%s)
                    """,
                    self.ids,
                )
            )
        )

    def _skip_to(self, unread_from):
        """Take what was dealt with as read for new owners who were in the chats before.

        :param unread_from: as :meth:`_unread_from` returns it.
        """
        for conversation in self.sudo():
            first = unread_from.get(conversation.channel_id.id)
            partner = conversation.user_id.partner_id
            for member in conversation.channel_id.channel_member_ids if first else ():
                if member.partner_id == partner and member.new_message_separator < first:
                    member._set_new_message_separator(first)

    # --------------------------------------------------------------------- notice

    def _tell_of_transfer(self, former):
        """Say in the threads who gave the conversations to whom, and tell each new owner once."""
        for owner, conversations in self.grouped("user_id").items():
            if owner != self.env.user:
                conversations._notify_of_transfer(owner)
            else:
                # Taken from nobody: no news.
                conversations = conversations.filtered(lambda c: former[c.id])
            if len(conversations) > TOLD_SINGLY:
                conversations._log_transfer(former)
                continue
            for conversation in conversations:
                words = conversation._transfer_words(former[conversation.id])
                conversation.channel_id._wa_note(words, self.env.user.partner_id)

    def _log_transfer(self, former):
        """Write into many threads at once whose the conversations are now."""
        bodies = {c.channel_id.id: c._transfer_words(former[c.id]) for c in self}
        self.channel_id._wa_log(bodies, self.env.user.partner_id)

    def _transfer_words(self, former):
        """Return the sentence about this conversation's change of owner, for its thread."""
        names = {"actor": self.env.user.name, "owner": self.user_id.name, "former": former.name}
        if self.user_id == self.env.user:
            return self.env._("%(actor)s took this conversation over from %(former)s.", **names)
        if former and former != self.env.user:
            return self.env._("%(actor)s gave this conversation to %(owner)s. Before, it was with %(former)s.", **names)
        return self.env._("%(actor)s gave this conversation to %(owner)s.", **names)

    def _notify_of_transfer(self, owner):
        """Tell a new owner by whom, on the screen and the way they chose in Odoo: once, however many they are."""
        speaking = self.with_context(lang=owner.lang or self.env.lang)
        names = ", ".join(c.display_name for c in speaking[:NAMED]) + (" …" if len(self) > NAMED else "")
        title = speaking.env._("WhatsApp conversations for you")
        values = {"actor": self.env.user.name, "count": len(self), "customers": names}
        words = speaking.env._("%(actor)s gave you %(count)s WhatsApp conversation(s): %(customers)s.", **values)
        if len(self) == 1:
            title = speaking.env._("WhatsApp conversation for you")
            words = speaking.env._("%(actor)s gave you the WhatsApp conversation with %(customers)s.", **values)
        about = {"model": self._name, "res_id": self.id} if len(self) == 1 else {}
        self.env["mail.thread"].message_notify(partner_ids=owner.partner_id.ids, subject=title, body=words, **about)
        owner._bus_send("simple_notification", {"type": "info", "title": title, "message": words})

    # ----------------------------------------------------------------------- lead

    def _leads_follow(self, former):
        """Give open leads whose salesperson was the former owner to the new one, if the user may do that."""
        following = {}
        for conversation in self.filtered("lead_id"):
            lead = conversation.lead_id.sudo()
            if former[conversation.id] and lead.user_id == former[conversation.id] and self._is_open_lead(lead):
                owner = conversation.user_id
                following[owner] = following.get(owner, self.env["crm.lead"]) | conversation.lead_id
        for owner, leads in following.items():
            # The new owner is told about the conversation: not twice.
            leads = leads.with_user(self.env.user)._filtered_access("write")
            leads.with_context(mail_auto_subscribe_no_notify=True).write({"user_id": owner.id})
