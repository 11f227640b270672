from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.markup import to_html
from ...tools.phone import variants

if TYPE_CHECKING:
    from ..inbound.context import InboundContext

#: States in which a conversation is work for its owner.
BUSY = ("open", "pending")
#: How long a conversation's ad is the reason for a new lead: the free entry point of WhatsApp.
REFERRAL_LIFETIME = timedelta(hours=72)


class WaConversation(models.Model):
    """Whose a conversation is, and who may be in its channel; which lead it continues or starts.

    What follows from a new owner stands in ``wa_transfer.py``.
    """

    _inherit = "wa.conversation"

    # -------------------------------------------------------------------- owner

    def _join_assignee(self, unread_from: dict[int, int] | None = None) -> None:
        """Make the assignee a member of the channel, silently, so that it is in their Discuss.

        Not before the customer has written: five hundred templates of a rule must
        not pin five hundred silent chats.

        :param unread_from: see ``wa.transfer._unread_from``; default: all is unread.
        """
        channels_of: dict[models.BaseModel, list[int]] = {}
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

    def _part_from_outsiders(self, users: models.BaseModel | None = None) -> None:
        """Take those out of the channels who may not see the conversations any more.

        Membership on its own lets people read and answer, so that a colleague of
        another team can be asked for help; with the next owner or team that ends.

        :param users: ``res.users`` it is about; default: all members.
        """
        conversation_of = {conversation.channel_id.id: conversation for conversation in self.sudo()}
        joined: dict[models.BaseModel, models.BaseModel] = {}
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

    def _assign(self) -> None:
        """Give conversations without an owner to somebody of their team.

        Previous owner of the customer or lead first, else whoever of the team has
        the fewest open conversations. Nobody fitting: it stays visibly unassigned. An
        owner who left, or has no access to WhatsApp any more, is none.
        """
        loads: dict[int, tuple[int, int]] = {}
        chosen: dict[models.BaseModel, models.BaseModel] = {}
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
    def _can_own(self, user: models.BaseModel, company: models.BaseModel | None = None) -> bool:
        """Tell whether conversations can be given to a user: active, and with access to WhatsApp.

        :param company: ``res.company`` of the conversations, which the user must belong to.
        """
        return (
            user.active
            and (company is None or company in user.company_ids)
            and user.has_group("crm_whatsapp.crm_whatsapp_group_user")
        )

    @api.model
    def _pick_least_busy(self, candidates: models.BaseModel, loads: dict[int, tuple[int, int]]) -> models.BaseModel:
        """Return the candidate with the fewest open conversations, then the longest without a new one.

        :param loads: ``{user id: (open conversations, newest)}`` as far as it is known;
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

    # --------------------------------------------------------------------- lead

    def _attach_open_lead(self) -> None:
        """Continue the customer's open lead, whoever made it, where a conversation has none."""
        looking = self.filtered(lambda c: not (c.lead_id and self._is_open_lead(c.lead_id)))
        leads = looking._find_open_leads()
        for conversation in looking:
            if lead := conversation._choose_open_lead(leads):
                conversation.lead_id = lead
                conversation._explain_lead(conversation._own_open_leads(leads))
                if not lead.partner_id and conversation.partner_id:
                    lead.partner_id = conversation.partner_id

    def _apply_lead_policy(self, written: dict[models.BaseModel, list[InboundContext]]) -> None:
        """Create a lead where there is no open one and the number's policy asks for it.

        :param written: for each of these conversations what has just come, in order; a lead begins with the first.
        """
        wanted = self.filtered(lambda c: not (c.lead_id and self._is_open_lead(c.lead_id))).filtered(
            lambda c: (
                c.number_id.lead_policy == "always"
                or (c.number_id.lead_policy == "new" and any(context.is_new_contact for context in written[c]))
            )
        )
        wanted._create_leads({conversation: written[conversation][0].item.text for conversation in wanted})

    @api.model
    def _is_open_lead(self, lead: models.BaseModel) -> bool:
        """Tell whether a lead is neither won, lost nor archived."""
        return lead.active and lead.won_status == "pending"

    def _find_open_leads(self) -> models.BaseModel:
        """Return the open leads of these conversations' customers, the newest first."""
        if not self:
            return self.env["crm.lead"]
        same_person = Domain("partner_id", "in", self.partner_id.ids)
        if numbers := [number for conversation in self for number in conversation._lead_numbers()]:
            # A lead from a form or an import has a number and no customer yet.
            same_person |= Domain("partner_id", "=", False) & Domain("phone_sanitized", "in", numbers)
        domain = same_person & Domain("won_status", "=", "pending") & Domain("company_id", "in", [*self.company_id.ids, False])
        return self.env["crm.lead"].search(domain, order="id desc")

    def _find_open_leads_of_number(self) -> models.BaseModel:
        """Return every open lead this conversation could continue, also of others with this number, best first.

        As far as the current user may see them.
        """
        self.ensure_one()
        found = Domain("partner_id", "=", self.partner_id.id) if self.partner_id else Domain.FALSE
        if numbers := self._lead_numbers():
            found |= Domain("phone_sanitized", "in", numbers)
        domain = found & Domain("won_status", "=", "pending") & Domain("company_id", "in", (False, self.company_id.id))
        leads = self.env["crm.lead"].search(domain, order="id desc")
        return leads.sorted(lambda lead: (lead.partner_id != self.partner_id, lead.team_id != self.team_id))

    def _choose_open_lead(self, leads: models.BaseModel) -> models.BaseModel:
        """Return the open lead of this customer to continue, or an empty set.

        Several open leads: the most recently created one of the number's team,
        else the most recently created one.

        :param leads: ``crm.lead`` records of :meth:`_find_open_leads`.
        """
        own = self._own_open_leads(leads)
        return own.filtered(lambda lead: lead.team_id == self.team_id)[:1] or own[:1]

    def _explain_lead(self, leads: models.BaseModel) -> None:
        """Say in the thread which of several open leads was chosen, why, and that it can be changed.

        :param leads: all open leads of this customer.
        """
        self.ensure_one()
        if len(leads) < 2:
            return
        facts = {"count": len(leads), "lead": self.lead_id.sudo().name}
        if self.lead_id.team_id == self.team_id and self.team_id:
            line = self.env._(
                "This customer has %(count)s open leads. What they write is put down to “%(lead)s”, the newest of this "
                "number's team; an answer to a message about another lead is about that one. Choose another one under Lead.",
                **facts,
            )
        else:
            line = self.env._(
                "This customer has %(count)s open leads. What they write is put down to “%(lead)s”, the newest; an answer to a "
                "message about another lead is about that one. Choose another one under Lead.",
                **facts,
            )
        self.env["wa.inbound.note"]._post(self, line)

    def _own_open_leads(self, leads: models.BaseModel) -> models.BaseModel:
        """Return those of these open leads that are of this conversation's customer and company, the newest first."""
        self.ensure_one()
        numbers = self._lead_numbers()
        return leads.filtered(
            lambda lead: (
                lead.company_id in (self.company_id, self.company_id.browse())
                and (
                    lead.partner_id == self.partner_id
                    if lead.partner_id
                    else bool(lead.phone_sanitized) and lead.phone_sanitized in numbers
                )
            )
        )

    def _lead_numbers(self) -> list[str]:
        """Return every spelling (``+…``) of the customer's phone."""
        return [f"+{variant}" for variant in variants(self.contact_id.wa_id)]

    def _create_leads(self, words: dict[models.BaseModel, str]) -> None:
        """Start a lead for each of these conversations.

        :param words: for each conversation the plain words of the message.
        """
        for company, conversations in self.grouped("company_id").items():
            leads = (
                self.env["crm.lead"]
                .with_company(company)
                # Discuss tells the owner; an e-mail for every lead would be sent by SMTP while customers wait.
                .with_context(mail_create_nosubscribe=True, mail_auto_subscribe_no_notify=True, mail_create_nolog=True)
                .create([conversation._prepare_lead_vals(words[conversation]) for conversation in conversations])
                .with_context(mail_create_nolog=False)
            )
            leads._wa_log_creation()
            for conversation, lead in zip(conversations, leads, strict=True):
                conversation.lead_id = lead

    @api.model
    def _lead_title(self, name: str) -> str:
        """Return the title of a lead that a conversation starts."""
        return self.env._("WhatsApp: %(name)s", name=name)

    @api.model
    def _lead_title_frames(self) -> set[tuple[str, str]]:
        """Return what stands before and after the name in such a title, in each language; and nothing at all."""
        mark = "\N{OBJECT REPLACEMENT CHARACTER}"
        titles = [self.with_context(lang=code)._lead_title(mark) for code, _name in self.env["res.lang"].get_installed()]
        return {tuple(title.split(mark, 1)) for title in (*titles, mark)}

    def _prepare_lead_vals(self, message_text: str) -> dict:
        """Return the values of the lead a conversation starts (hook).

        Whoever came through an ad lately brings a lead that carries the ad.
        """
        self.ensure_one()
        name = self.contact_id.display_name
        came_by_ad = self.referral_at and self.referral_at > fields.Datetime.now() - REFERRAL_LIFETIME
        return {
            "name": self._lead_title(name),
            "type": "lead" if self.team_id.use_leads and not self.team_id.use_opportunities else "opportunity",
            "partner_id": self.partner_id.id,
            "contact_name": name,
            "phone": self.partner_id.phone,
            "team_id": self.team_id.id,
            "user_id": self.user_id.id,
            "company_id": self.company_id.id,
            # A field of HTML: a stranger's "<" is a sign, and their lines are lines.
            "description": Markup(to_html(message_text)) if message_text else False,  # noqa: S704 (escaped by to_html)
            "source_id": self.env.ref("crm_whatsapp.utm_source_whatsapp").id,
            "medium_id": self.env.ref("crm_whatsapp.utm_medium_whatsapp").id,
            **(self.env["wa.inbound.referral"]._lead_vals(self) if came_by_ad else {}),
        }

    def _lead_precedence(self) -> tuple:
        """Return a key to compare by which of two joined conversations' leads is continued.

        An open one first; then one that people made and work on, before one that the
        customer's message made.
        """
        self.ensure_one()
        lead, whatsapp = self.lead_id, self.env.ref("crm_whatsapp.utm_source_whatsapp")
        return bool(lead), bool(lead) and self._is_open_lead(lead), lead.source_id != whatsapp

    # --------------------------------------------------- what we start ourselves

    @api.model
    def _prepare_adoption(self, record: models.BaseModel, company: models.BaseModel) -> dict:
        """Return owner, team and lead of a conversation we start from the record it is about.

        :param company: ``res.company`` of the conversation; what belongs to another one is left out.
        """
        lead = record if record._name == "crm.lead" else self.env["crm.lead"]
        if lead.company_id and lead.company_id != company:
            lead = lead.browse()
        owner = record["user_id"] if "user_id" in record._fields else self.env["res.users"]
        vals = {}
        if lead and self._is_open_lead(lead):
            vals["lead_id"] = lead.id
        if lead.team_id and lead.team_id.company_id in (company, company.browse()):
            vals["team_id"] = lead.team_id.id
        if owner and owner._name == "res.users" and self._can_own(owner, company):
            vals["user_id"] = owner.id
        return vals
