from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...tools.phone import variants, wa_id_to_e164
from ...tools.window import window_until
from ..wa_race import retry_lost_race

#: What colleagues may change; the window, the people and the number are facts.
EDITABLE = {"user_id", "team_id", "lead_id", "state"}
#: States in which a conversation is work for its owner.
BUSY = ("open", "pending")
#: WhatsApp's clock is not ours: an answer may seem a little older than what it answers.
CLOCKS_DIFFER = timedelta(minutes=1)


class WaConversation(models.Model):
    """The thread of one contact with one of our numbers.

    The messages live in a Discuss channel; everything the business asks about
    them (owner, lead, window, who waits) lives here.
    """

    _name = "wa.conversation"
    _description = "WhatsApp Conversation"
    _order = "last_message_at desc, id desc"
    _check_company_auto = True

    contact_id = fields.Many2one("wa.contact", required=True, index=True, ondelete="restrict", readonly=True)
    # Found through the unique index of number and contact.
    number_id = fields.Many2one("wa.number", required=True, ondelete="restrict", readonly=True)
    account_id = fields.Many2one(related="number_id.account_id", store=True)
    company_id = fields.Many2one(related="number_id.company_id", store=True)
    partner_id = fields.Many2one(related="contact_id.partner_id", string="Customer", store=True, index=True)
    channel_id = fields.Many2one(
        "discuss.channel", required=True, ondelete="restrict", readonly=True, copy=False
    )
    # Without a team everybody sees it: a team that goes must not open its conversations.
    team_id = fields.Many2one("crm.team", "Sales Team", index=True, ondelete="restrict", check_company=True)
    user_id = fields.Many2one(
        "res.users", "Assigned To", index=True, domain="[('share', '=', False)]", check_company=True
    )
    lead_id = fields.Many2one("crm.lead", index="btree_not_null", ondelete="set null", check_company=True)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("pending", "Waiting for Customer"),
            ("snoozed", "Snoozed"),
            ("closed", "Closed"),
        ],
        default="open",
        required=True,
        index=True,
    )
    last_inbound_at = fields.Datetime("Last Customer Message", readonly=True)
    window_until = fields.Datetime(
        "Free to Write Until", compute="_compute_window_until", store=True, help="24 hours after the customer's last message."
    )
    waiting_since = fields.Datetime(
        readonly=True, index="btree_not_null", help="The first customer message nobody has answered yet."
    )
    last_message_at = fields.Datetime(readonly=True, index=True)
    last_touch_at = fields.Datetime(
        readonly=True, help="The last message of the customer or of a colleague; automation does not count."
    )
    awaiting_since = fields.Datetime(
        "Waiting for the Customer Since",
        readonly=True,
        help="Our last message, whoever or whatever sent it, if the customer has not answered since.",
    )
    last_preview = fields.Char("Last Message", readonly=True)
    read_wamid = fields.Char(readonly=True, help="Message to mark as read at WhatsApp.")
    message_ids = fields.One2many("wa.message", "conversation_id", "WhatsApp Messages")

    _contact_number_uniq = models.Constraint(
        "UNIQUE(number_id, contact_id)", "This customer already has a conversation with this number."
    )
    _channel_uniq = models.Constraint("UNIQUE(channel_id)", "A channel belongs to one conversation.")

    # ------------------------------------------------------------------ compute

    @api.depends("contact_id.display_name", "number_id.name")
    def _compute_display_name(self):
        for conversation in self:
            conversation.display_name = conversation.contact_id.display_name

    @api.depends("last_inbound_at")
    def _compute_window_until(self):
        for conversation in self:
            conversation.window_until = window_until(conversation.last_inbound_at or None) or False

    # --------------------------------------------------------------------- crud

    def write(self, vals):
        """People choose owner, team, lead and state; the rest rests on what WhatsApp said."""
        if not self.env.su and vals.keys() - EDITABLE:
            raise AccessError(self.env._("This part of a WhatsApp conversation cannot be changed by hand."))
        result = super().write(vals)
        if {"user_id", "team_id"} & vals.keys():
            self._part_from_outsiders()
        if "user_id" in vals:
            self._join_assignee()
        shown = {"user_id", "lead_id", "state", "last_inbound_at", "team_id"} & vals.keys()
        if shown and not self.env.context.get("wa_no_broadcast"):
            self._broadcast()
        return result

    def _check_company(self, fnames=None):
        """Check one of those that are alike: core's check of ten thousand takes seconds."""
        if fnames is not None and not {"company_id", "team_id", "user_id", "lead_id"} & set(fnames):
            return None
        alike = {(c.company_id, c.team_id, c.user_id, c.lead_id.sudo().company_id): c.id for c in self}
        return super(WaConversation, self.browse(alike.values()))._check_company(fnames)

    # ------------------------------------------------------------------ opening

    @api.model
    def _ensure(self, number, contact):
        """Return the conversation of a contact with a number, created if there is none.

        :returns: ``(conversation, is_new)``
        """
        pairs = [(number, contact)]
        known = self._find_all(pairs)
        [conversation] = self._ensure_all(pairs).values()
        return conversation, not known

    @api.model
    def _find_all(self, pairs):
        """Return ``{(number id, contact id): wa.conversation}`` for those that there are.

        :param pairs: list of ``(wa.number, wa.contact)``
        """
        found = self.search(
            [
                ("number_id", "in", list({number.id for number, _contact in pairs})),
                ("contact_id", "in", list({contact.id for _number, contact in pairs if contact._origin.id})),
            ]
        )
        return {(c.number_id.id, c.contact_id.id): c for c in found}

    @api.model
    def _ensure_all(self, pairs, prepare=None):
        """Return ``{(number id, contact id): wa.conversation}``, created together where missing.

        :param pairs: list of ``(wa.number, wa.contact)``
        :param prepare: function that returns further values of a new conversation from
            the place of its pair in the list.
        :raises ConcurrencyError: somebody else creates one of them at this moment.
        """
        known, missing = self._find_all(pairs), {}
        for place, (number, contact) in enumerate(pairs):
            if (number.id, contact.id) not in known:
                missing.setdefault((number.id, contact.id), place)
        if not missing:
            return known
        channels = self._create_channels([pairs[place][1] for place in missing.values()])
        vals_list = []
        for place, channel in zip(missing.values(), channels, strict=True):
            number, contact = pairs[place]
            vals_list.append(
                {
                    "contact_id": contact.id,
                    "number_id": number.id,
                    "channel_id": channel.id,
                    "team_id": number.team_id.id,
                    # Given, so that they are not computed and written afterwards.
                    "account_id": number.account_id.id,
                    "company_id": number.company_id.id,
                    "partner_id": contact.partner_id.id,
                    **(prepare(place) if prepare else {}),
                }
            )
        with retry_lost_race():
            created = self.create(vals_list)
        return known | dict(zip(missing, created, strict=True))

    @api.model
    def _imagine_all(self, pairs):
        """Return what :meth:`_ensure_all` does, with missing ones only thought up (``new()``)."""
        known = self._find_all(pairs)
        for number, contact in pairs:
            if (number.id, contact.id) not in known:
                known[number.id, contact.id] = self.new({"contact_id": contact, "number_id": number})
        return known

    @api.model
    def _ensure_for_records(self, records, pairs, create=True):
        """Return the conversations in which we start to write about records, created where missing.

        :param records: what the conversations are about: gives owner and lead to new ones.
        :param dict pairs: ``{record id: (wa.number, wa.contact)}``
        :param bool create: False: missing ones are only thought up (``new()``).
        :returns: ``{record id: wa.conversation}``
        """
        # Not by index: a record taken that way is no longer read together with the others.
        listed = list(records)
        ordered = [pairs[record.id] for record in listed]

        def prepare(place):
            return self._prepare_adoption(listed[place], ordered[place][0].company_id)

        known = self._ensure_all(ordered, prepare) if create else self._imagine_all(ordered)
        return {
            record_id: known[number.id, contact.id] for record_id, (number, contact) in pairs.items()
        }

    @api.model
    def _create_channels(self, contacts):
        """Create the Discuss channels of conversations.

        As the public user, or the job's own user (OdooBot) would join every
        conversation; without uuid, or ``/chat/<id>/<uuid>`` would let anonymous
        visitors in. Source: mail/models/discuss/discuss_channel.py ``create``,
        mail/controllers/discuss/public_page.py.

        :param contacts: list of ``wa.contact``; one channel each, in order
        """
        public_user = self.env.ref("base.public_user")
        channels = (
            self.env["discuss.channel"]
            .with_user(public_user)
            .sudo()
            # Nobody follows a channel, and nothing of a new one is tracked: half of the time saved.
            .with_context(tracking_disable=True)
            .create(
                [
                    # The group is given, or it would be computed for one channel at a time.
                    {"name": contact.display_name, "channel_type": "wa", "uuid": False, "group_public_id": False}
                    for contact in contacts
                ]
            )
        )
        return self.env["discuss.channel"].browse(channels.ids)

    def _join_assignee(self):
        """Make the assignee a member of the channel, silently, so that it is in their Discuss.

        Not before the customer has written: five hundred templates of a rule must
        not pin five hundred silent chats.
        """
        # Not by filtered(): records of its result no longer read their members together.
        for conversation in self:
            if not (conversation.user_id and conversation.last_inbound_at):
                continue
            partner = conversation.user_id.partner_id
            channel = conversation.channel_id.sudo()
            if partner not in channel.channel_member_ids.partner_id and partner._wa_is_colleague():
                # As themselves: an invitation by somebody else pops up a toast for every new conversation.
                channel.with_user(conversation.user_id).sudo()._add_members(
                    users=conversation.user_id, post_joined_message=False
                )

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

    @api.model
    def _move_all(self, source, target):
        """Move the conversations of one contact to another who is the same person.

        Where both have one with the same number, the messages move into the
        target's thread and the emptied conversation goes.
        """
        for conversation in self.search([("contact_id", "=", source.id)]):
            twin = self.search(
                [("contact_id", "=", target.id), ("number_id", "=", conversation.number_id.id)], limit=1
            )
            if twin:
                twin._take_messages(conversation)
            else:
                conversation.contact_id = target

    def _take_messages(self, other):
        """Move all messages of another conversation into this one and delete that one."""
        self.ensure_one()
        messages = self.env["mail.message"].sudo().search(
            [("model", "=", "discuss.channel"), ("res_id", "=", other.channel_id.id)]
        )
        messages.write({"res_id": self.channel_id.id})
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

    @api.model
    def _prepare_adoption(self, record, company):
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

    # ------------------------------------------------------------------- leads

    def _attach_open_lead(self):
        """Continue the customer's open lead, whoever made it, where a conversation has none."""
        looking = self.filtered(lambda c: not (c.lead_id and self._is_open_lead(c.lead_id)))
        leads = looking._find_open_leads()
        for conversation in looking:
            if lead := conversation._choose_open_lead(leads):
                conversation.lead_id = lead
                if not lead.partner_id and conversation.partner_id:
                    lead.partner_id = conversation.partner_id

    def _apply_lead_policy(self, news):
        """Create a lead where there is no open one and the number's policy asks for it.

        :param dict news: for each conversation whether this person was unknown before the
            message, and the plain words of the message, for the description.
        """
        wanted = self.filtered(
            lambda c: not (c.lead_id and self._is_open_lead(c.lead_id))
            and (c.number_id.lead_policy == "always" or (c.number_id.lead_policy == "new" and news[c][0]))
        )
        wanted._create_leads({conversation: news[conversation][1] for conversation in wanted})

    @api.model
    def _is_open_lead(self, lead):
        return lead.active and lead.won_status == "pending"

    def _find_open_leads(self):
        """Return the open leads of these conversations' customers, the newest first."""
        if not self:
            return self.env["crm.lead"]
        same_person = Domain("partner_id", "in", self.partner_id.ids)
        if numbers := [number for conversation in self for number in conversation._lead_numbers()]:
            # A lead from a form or an import has a number and no customer yet.
            same_person |= Domain("partner_id", "=", False) & Domain("phone_sanitized", "in", numbers)
        domain = (
            same_person
            & Domain("won_status", "=", "pending")
            & Domain("company_id", "in", [*self.company_id.ids, False])
        )
        return self.env["crm.lead"].search(domain, order="id desc")

    def _choose_open_lead(self, leads):
        """Return the open lead of this customer to continue, or an empty set.

        Several open leads: the most recently created one of the number's team,
        else the most recently created one.

        :param leads: ``crm.lead`` records of :meth:`_find_open_leads`.
        """
        self.ensure_one()
        numbers = self._lead_numbers()
        own = leads.filtered(
            lambda lead: lead.company_id in (self.company_id, self.company_id.browse())
            and (
                lead.partner_id == self.partner_id
                if lead.partner_id
                else bool(lead.phone_sanitized) and lead.phone_sanitized in numbers
            )
        )
        return own.filtered(lambda lead: lead.team_id == self.team_id)[:1] or own[:1]

    def _lead_numbers(self):
        """Return every spelling (``+…``) of the customer's phone."""
        return [wa_id_to_e164(variant) for variant in variants(self.contact_id.wa_id)]

    def _create_leads(self, words):
        """Start a lead for each of these conversations.

        :param dict words: for each conversation the plain words of the message.
        """
        for company, conversations in self.grouped("company_id").items():
            leads = (
                self.env["crm.lead"]
                .with_company(company)
                # Discuss tells the owner; an e-mail for every lead would be sent by SMTP while customers wait.
                .with_context(mail_create_nosubscribe=True, mail_auto_subscribe_no_notify=True)
                .create([conversation._prepare_lead_vals(words[conversation]) for conversation in conversations])
            )
            for conversation, lead in zip(conversations, leads, strict=True):
                conversation.lead_id = lead

    def _prepare_lead_vals(self, message_text):
        """Return the values of the lead a conversation starts (hook)."""
        self.ensure_one()
        name = self.contact_id.display_name
        return {
            "name": self.env._("WhatsApp: %(name)s", name=name),
            "type": "lead" if self.team_id.use_leads and not self.team_id.use_opportunities else "opportunity",
            "partner_id": self.partner_id.id,
            "contact_name": name,
            "phone": self.partner_id.phone,
            "team_id": self.team_id.id,
            "user_id": self.user_id.id,
            "company_id": self.company_id.id,
            "description": message_text or False,
            "source_id": self.env.ref("crm_whatsapp.utm_source_whatsapp").id,
            "medium_id": self.env.ref("crm_whatsapp.utm_medium_whatsapp").id,
        }

    # ----------------------------------------------------------------- activity

    def _on_inbound(self, messages):
        """Keep who waits, since when, and until when we may write freely.

        :param messages: list of ``(sent_at, preview, opens_window)``, in order of
            arrival: when the customer sent it (naive UTC), one line of it, and
            whether this kind opens the service window.
        """
        self.ensure_one()
        newest = max(sent_at for sent_at, _preview, _opens in messages)
        vals = {
            "state": "open",
            "last_preview": messages[-1][1],
            "last_message_at": max(newest, self.last_message_at or newest),
            "last_touch_at": max(newest, self.last_touch_at or newest),
        }
        opening = [sent_at for sent_at, _preview, opens in messages if opens]
        if opening:
            vals["last_inbound_at"] = max(*opening, self.last_inbound_at or opening[0])
        if not self.waiting_since:
            vals["waiting_since"] = min(sent_at for sent_at, _preview, _opens in messages)
        if self.awaiting_since and newest > self.awaiting_since - CLOCKS_DIFFER:
            vals["awaiting_since"] = False
        self.with_context(wa_no_broadcast=True).write(vals)
        if not self.channel_id.active:
            # Whoever put it away: now somebody waits in it.
            self.channel_id.sudo().active = True
        self._join_assignee()

    def _on_outbound(self, preview, by_person):
        """Note that we wrote; only a person's answer ends the customer's waiting."""
        self._on_outbound_all([(conversation, preview) for conversation in self], by_person)

    @api.model
    def _on_outbound_all(self, written, by_person):
        """Note that we wrote in many conversations; see :meth:`_on_outbound`.

        :param written: list of ``(wa.conversation, preview)``
        """
        now = fields.Datetime.now()
        vals = {"last_message_at": now, "awaiting_since": now}
        if by_person:
            vals["waiting_since"] = False
            vals["last_touch_at"] = vals["last_message_at"]
        conversations = self.browse([conversation.id for conversation, _preview in written])
        conversations.with_context(wa_no_broadcast=True).write(vals)
        for conversation, preview in written:
            # The field's own part of write(): the rest is done above, once for all.
            self._fields["last_preview"].write(conversation, preview)

    def _queue_read_receipt(self, last_message_id):
        """Have the customer's messages up to a Discuss message marked as read at WhatsApp.

        One receipt covers all earlier messages. Source: cloud-api reference §2.7.

        :param int last_message_id: ``mail.message`` id a colleague has read up to.
        """
        for conversation in self:
            last_inbound = self.env["wa.message"].search(
                [
                    ("conversation_id", "=", conversation.id),
                    ("direction", "=", "in"),
                    ("mail_message_id", "<=", last_message_id),
                ],
                order="id desc",
                limit=1,
            )
            if last_inbound.wamid and not last_inbound.read_at:
                last_inbound.read_at = fields.Datetime.now()
                conversation.read_wamid = last_inbound.wamid
                conversation.number_id._trigger_sender()

    def _broadcast(self):
        """Send what the screens show about these conversations to everybody who has them open."""
        for conversation in self:
            conversation.channel_id.sudo()._wa_broadcast()

    # ------------------------------------------------------------------ actions

    def action_open_chat(self):
        """Open the conversation as a chat window."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "crm_whatsapp.open_conversation",
            "params": {"channel_id": self.channel_id.id},
        }

    def action_take(self):
        """Assign the conversation to me; whoever presses first owns it."""
        self.check_access("write")
        if self.sudo().filtered(lambda c: c.user_id and c.user_id != self.env.user):
            raise UserError(self.env._("A colleague already took this conversation."))
        self.write({"user_id": self.env.uid})

    def action_close(self):
        """Close: nothing waits here until the customer writes again."""
        self.check_access("write")
        self.sudo().write({"state": "closed", "waiting_since": False})

    def action_reopen(self):
        """Open a closed or snoozed conversation again."""
        self.write({"state": "open"})

    def action_send_template(self):
        """Open the template wizard for this conversation."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_template_send_action")
        action["context"] = {"default_conversation_id": self.id}
        return action

    # -------------------------------------------------------------------- other

    def _window_left(self, now=None):
        """Return how long free text is still allowed, a timedelta (zero when closed)."""
        self.ensure_one()
        now = now or fields.Datetime.now()
        return max((self.window_until or now) - now, timedelta())
