from odoo import api, models
from odoo.tools import SQL

#: Up to so many conversations each say in their own thread, live, whose they are now.
TOLD_SINGLY = 20
#: Customers named in one notification.
NAMED = 10
#: ``{conversation id: res.users}``: whose each was before.
Owners = dict[int, models.BaseModel]


class WaTransfer(models.AbstractModel):
    """A conversation gets another owner: who lets go of it, what the new one reads first, who is told (decision 47)."""

    _name = "wa.transfer"
    _description = "WhatsApp Conversations Change Hands"

    @api.model
    def _complete(self, conversations: models.BaseModel, former: Owners) -> None:
        """Complete a change of owners: chats, unread marks, notice, and the lead that goes along.

        :param conversations: ``wa.conversation`` whose owner was written, as superuser.
        :param former: their owners before.
        """
        moved = conversations.filtered(lambda c: c.user_id != former[c.id])
        self._former_owners_leave(moved, former)
        owned = moved.filtered("user_id")
        unread_from = self._unread_from(owned)
        conversations._join_assignee(unread_from)
        self._skip_to(moved, unread_from)
        if owned and not self.env.user._is_superuser():
            # Whom the system chooses, for a customer who writes just now, the message itself tells.
            self._tell(owned, former)
            self._leads_follow(owned, former)

    @api.model
    def _former_owners_leave(self, conversations: models.BaseModel, former: Owners) -> None:
        """Take who had conversations before out of their chats: they are somebody else's work, or nobody's."""
        for conversation in conversations:
            partner = former[conversation.id].partner_id
            if partner and partner in conversation.channel_id.channel_member_ids.partner_id:
                conversation.channel_id._action_unfollow(partner=partner)

    # --------------------------------------------------------------------- unread

    @api.model
    def _unread_from(self, conversations: models.BaseModel) -> dict[int, int]:
        """Return from which Discuss message on conversations are unread for a new owner, ``{channel id: message id}``.

        The first that the customer waits to have answered; without one, what comes next.
        """
        self.env["wa.message"].flush_model(["conversation_id", "direction", "mail_message_id", "sent_at"])
        self.env["mail.message"].flush_model(["model", "res_id"])
        conversations.flush_recordset(["channel_id", "waiting_since"])
        if not conversations:
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
                    conversations.ids,
                )
            )
        )

    @api.model
    def _skip_to(self, conversations: models.BaseModel, unread_from: dict[int, int]) -> None:
        """Take what was dealt with as read for new owners who were in the chats before.

        :param unread_from: see :meth:`_unread_from`.
        """
        for conversation in conversations:
            first = unread_from.get(conversation.channel_id.id)
            partner = conversation.user_id.partner_id
            for member in conversation.channel_id.channel_member_ids if first else ():
                if member.partner_id == partner and member.new_message_separator < first:
                    member._set_new_message_separator(first)

    # --------------------------------------------------------------------- notice

    @api.model
    def _tell(self, conversations: models.BaseModel, former: Owners) -> None:
        """Say in the threads who gave the conversations to whom, and tell each new owner once."""
        for owner, own in conversations.grouped("user_id").items():
            if owner != self.env.user:
                self._notify(owner, own)
            else:
                # Taken from nobody: no news.
                own = own.filtered(lambda c: former[c.id])
            if len(own) > TOLD_SINGLY:
                bodies = {c.channel_id.id: self._words(c, former[c.id]) for c in own}
                own.channel_id._wa_log(bodies, self.env.user.partner_id)
                continue
            for conversation in own:
                conversation.channel_id._wa_note(self._words(conversation, former[conversation.id]), self.env.user.partner_id)

    @api.model
    def _words(self, conversation: models.BaseModel, former: models.BaseModel) -> str:
        """Return the sentence about a conversation's change of owner, for its thread."""
        names = {"actor": self.env.user.name, "owner": conversation.user_id.name, "former": former.name}
        if conversation.user_id == self.env.user:
            return self.env._("%(actor)s took this conversation over from %(former)s.", **names)
        if former and former != self.env.user:
            return self.env._("%(actor)s gave this conversation to %(owner)s. Before, it was with %(former)s.", **names)
        return self.env._("%(actor)s gave this conversation to %(owner)s.", **names)

    @api.model
    def _notify(self, owner: models.BaseModel, conversations: models.BaseModel) -> None:
        """Tell a new owner by whom, on the screen and the way they chose in Odoo: once, however many they are."""
        speaking = conversations.with_context(lang=owner.lang or self.env.lang)
        names = ", ".join(c.display_name for c in speaking[:NAMED]) + (" …" if len(conversations) > NAMED else "")
        title = speaking.env._("WhatsApp conversations for you")
        values = {"actor": self.env.user.name, "count": len(conversations), "customers": names}
        words = speaking.env._("%(actor)s gave you %(count)s WhatsApp conversation(s): %(customers)s.", **values)
        if len(conversations) == 1:
            title = speaking.env._("WhatsApp conversation for you")
            words = speaking.env._("%(actor)s gave you the WhatsApp conversation with %(customers)s.", **values)
        about = {"model": conversations._name, "res_id": conversations.id} if len(conversations) == 1 else {}
        self.env["mail.thread"].message_notify(partner_ids=owner.partner_id.ids, subject=title, body=words, **about)
        owner._bus_send("simple_notification", {"type": "info", "title": title, "message": words})

    # ----------------------------------------------------------------------- lead

    @api.model
    def _leads_follow(self, conversations: models.BaseModel, former: Owners) -> None:
        """Give open leads whose salesperson was the former owner to the new one, if the user may do that."""
        following: dict[models.BaseModel, models.BaseModel] = {}
        for conversation in conversations.filtered("lead_id"):
            lead = conversation.lead_id.sudo()
            if former[conversation.id] and lead.user_id == former[conversation.id] and conversation._is_open_lead(lead):
                owner = conversation.user_id
                following[owner] = following.get(owner, self.env["crm.lead"]) | conversation.lead_id
        for owner, leads in following.items():
            # The new owner is told about the conversation: not twice.
            leads = leads.with_user(self.env.user)._filtered_access("write")
            leads.with_context(mail_auto_subscribe_no_notify=True).write({"user_id": owner.id})
