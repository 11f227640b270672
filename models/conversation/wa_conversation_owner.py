from odoo import api, models

#: States in which a conversation is work for its owner.
BUSY = ("open", "pending")


class WaConversation(models.Model):
    """Whose a conversation is, and who may be in its channel."""

    _inherit = "wa.conversation"

    def _join_assignee(self, unread_from=None):
        """Make the assignee a member of the channel, silently, so that it is in their Discuss.

        Not before the customer has written: five hundred templates of a rule must
        not pin five hundred silent chats.

        :param unread_from: see :meth:`_unread_from`; default: all is unread.
        """
        channels_of = {}
        # Not by filtered(): records of its result no longer read their members together.
        for conversation in self:
            if not (conversation.user_id and conversation.last_inbound_at):
                continue
            partner = conversation.user_id.partner_id
            channel = conversation.channel_id.sudo()
            if partner not in channel.channel_member_ids.partner_id and partner._wa_is_colleague():
                channels_of.setdefault(conversation.user_id, []).append(channel.id)
        for user, ids in channels_of.items():
            self.env["discuss.channel"].browse(ids)._wa_join(user, unread_from or {})

    def _part_from_outsiders(self, users=None):
        """Take those out of the channels who may not see the conversations any more.

        Membership on its own lets people read and answer, so that a colleague of
        another team can be asked for help; with the next owner or team that ends.

        :param users: ``res.users`` it is about; default: all members.
        """
        conversation_of = {conversation.channel_id.id: conversation for conversation in self.sudo()}
        joined = {}
        for member in self.sudo().channel_id.channel_member_ids:
            for user in member.partner_id.user_ids if users is None else member.partner_id.user_ids & users:
                joined.setdefault(user, self.browse())
                joined[user] |= conversation_of[member.channel_id.id]
        for user, conversations in joined.items():
            companies = {"allowed_company_ids": user.company_ids.ids}
            as_user = conversations.with_user(user).sudo(False).with_context(**companies)
            visible = as_user._filtered_access("read")
            for lost in conversations.filtered(lambda c, visible=visible: c.id not in visible.ids):
                lost.channel_id.sudo()._action_unfollow(partner=user.partner_id, post_leave_message=False)

    def _assign(self):
        """Give conversations without an owner to somebody of their team.

        Previous owner of the customer or lead first, else whoever of the team has
        the fewest open conversations. Nobody fitting: it stays visibly unassigned. An
        owner who left, or has no access to WhatsApp any more, is none.
        """
        loads, chosen = {}, {}
        for conversation in self:
            if conversation.user_id and self._can_own(conversation.user_id, conversation.company_id):
                continue
            candidates = conversation.team_id.crm_team_member_ids.user_id
            known_owners = conversation.lead_id.user_id | conversation.partner_id.user_id
            candidates, known_owners = (
                users.filtered(lambda user, company=conversation.company_id: self._can_own(user, company))
                for users in (candidates, known_owners)
            )
            user = (known_owners & candidates)[:1] or self._pick_least_busy(candidates, loads)
            if not user and not conversation.team_id:
                user = known_owners[:1]
            if user != conversation.user_id:
                chosen[user] = chosen.get(user, self.browse()) | conversation
                count, newest = loads.get(user.id, (0, 0))
                if user.id in loads and conversation.state in BUSY:
                    loads[user.id] = (count + 1, max(newest, conversation.id))
        for user, conversations in chosen.items():
            conversations.write({"user_id": user.id})
        self.filtered(lambda conversation: not conversation.user_id).number_id._tell_nobody_answers()

    @api.model
    def _can_own(self, user, company=None):
        """Tell whether conversations can be given to a user: active, and with access to WhatsApp.

        :param company: ``res.company`` of the conversations, which the user must belong to.
        """
        return (
            user.active
            and (company is None or company in user.company_ids)
            and user.has_group("crm_whatsapp.crm_whatsapp_group_user")
        )

    @api.model
    def _pick_least_busy(self, candidates, loads):
        """Return the candidate with the fewest open conversations, then the longest without a new one.

        :param dict loads: ``{user id: (open conversations, newest)}`` as far as it is known;
            completed here.
        """
        unknown = [user.id for user in candidates if user.id not in loads]
        if unknown:
            loads |= dict.fromkeys(unknown, (0, 0))
            for user, count, newest in self.env["wa.conversation"]._read_group(
                [("user_id", "in", unknown), ("state", "in", BUSY)], ["user_id"], ["__count", "id:max"]
            ):
                loads[user.id] = (count, newest)
        return candidates.sorted(lambda user: (*loads[user.id], user.id))[:1]
