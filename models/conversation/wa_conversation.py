from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.window import counts, window_until
from ..concurrency import lock_fresh
from ..mixins.wa_consent_holder import STATES

if TYPE_CHECKING:
    from ..inbound.context import InboundContext

#: What colleagues may change; the window, the people and the number are facts.
EDITABLE = {"user_id", "team_id", "lead_id", "state"}
#: WhatsApp's clock is not ours: an answer may seem a little older than what it answers.
CLOCKS_DIFFER = timedelta(minutes=1)
#: WhatsApp shows "typing…" for 25 seconds; renewed a little earlier. Source: Meta, "Typing indicators".
TYPING = timedelta(seconds=20)


class WaConversation(models.Model):
    """The thread of one contact with one of our numbers.

    The messages live in a Discuss channel; everything the business asks about
    them (owner, lead, window, who waits) lives here.

    Here: the record, what each message changes about it, and what its buttons do. How one comes about and two become
    one stands in ``wa_conversation_identity.py``, whose it is and which lead it continues in
    ``wa_conversation_assignment.py``.
    """

    _name = "wa.conversation"
    _inherit = ["wa.defaults.mixin"]
    _description = "WhatsApp Conversation"
    _order = "last_message_at desc, id desc"
    _check_company_auto = True

    contact_id = fields.Many2one("wa.contact", required=True, index=True, ondelete="restrict", readonly=True)
    # Found through the unique index of number and contact.
    number_id = fields.Many2one("wa.number", required=True, ondelete="restrict", readonly=True)
    account_id = fields.Many2one(related="number_id.account_id", store=True)
    company_id = fields.Many2one(related="number_id.company_id", store=True)
    partner_id = fields.Many2one(related="contact_id.partner_id", string="Customer", store=True, index=True)
    channel_id = fields.Many2one("discuss.channel", required=True, ondelete="restrict", readonly=True, copy=False)
    # Without a team everybody sees it: a team that goes must not open its conversations.
    team_id = fields.Many2one("crm.team", "Sales Team", index=True, ondelete="restrict", check_company=True)
    user_id = fields.Many2one("res.users", "Assigned To", index=True, domain="[('share', '=', False)]", check_company=True)
    lead_id = fields.Many2one("crm.lead", index="btree_not_null", ondelete="set null", check_company=True)
    other_lead_ids = fields.Many2many(
        "crm.lead",
        string="Other Open Leads",
        compute="_compute_other_lead_ids",
        help="Of this customer, or of others with this number. Change the lead above if the choice was wrong.",
    )
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
    last_message_at = fields.Datetime(readonly=True)
    last_touch_at = fields.Datetime(
        readonly=True, help="The last message of the customer or of a colleague; automation does not count."
    )
    awaiting_since = fields.Datetime(
        "Waiting for the Customer Since",
        readonly=True,
        help="Our last message, whoever or whatever sent it, if the customer has not answered since.",
    )
    machine_since = fields.Datetime(
        "A Machine Answers Since",
        readonly=True,
        help="What sends itself and what the other side answers by itself went back and forth: nothing that sends itself goes "
        "out until one of you writes.",
    )
    last_preview = fields.Char("Last Message", readonly=True)
    read_wamid = fields.Char(readonly=True, help="Message to mark as read at WhatsApp.")
    typing_wamid = fields.Char(readonly=True, copy=False, help="Answer that is being typed, to be shown at WhatsApp.")
    typing_at = fields.Datetime(readonly=True, copy=False)
    message_ids = fields.One2many("wa.message", "conversation_id", "WhatsApp Messages")
    is_blocked = fields.Boolean(related="contact_id.is_blocked")
    is_archived_with_account = fields.Boolean(readonly=True, copy=False)
    stop_request_id = fields.Many2one(
        "wa.message",
        "May Want No More Messages",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="A sentence of the customer that may ask for silence. A person decides; machines stop nothing.",
    )
    stop_request_preview = fields.Char(related="stop_request_id.preview", string="What They Wrote")
    stop_activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null", index="btree_not_null")
    # Kept ready for ten thousand recipients at a time.
    consent_service = fields.Selection(STATES, "Service", compute="_compute_consents", store=True)
    consent_marketing = fields.Selection(STATES, "Marketing", compute="_compute_consents", store=True)
    # The ad or post through which the customer last came.
    source_id = fields.Many2one("utm.source", readonly=True, ondelete="set null")
    medium_id = fields.Many2one("utm.medium", readonly=True, ondelete="set null")
    campaign_id = fields.Many2one("utm.campaign", readonly=True, ondelete="set null", index="btree_not_null")
    referral_uid = fields.Char("Ad ID", readonly=True, help="Meta's id of the ad or post.")
    referral_headline = fields.Char("Ad Headline", readonly=True)
    referral_url = fields.Char("Ad Address", readonly=True)
    ctwa_clid = fields.Char("Click ID", readonly=True, help="Reports a sale back to the ad (Conversions API).")
    referral_at = fields.Datetime("Came Through the Ad", readonly=True)
    phone_search = fields.Char("Phone", store=False, search="_search_phone_search")

    _contact_number_uniq = models.Constraint(
        "UNIQUE(number_id, contact_id)", "This customer already has a conversation with this number."
    )
    # Lists: who waits longest, then the latest; empty ones last.
    _waiting_order_idx = models.Index("(waiting_since, last_message_at DESC NULLS LAST, id DESC)")
    _latest_idx = models.Index("(last_message_at DESC NULLS LAST, id DESC)")
    _channel_uniq = models.Constraint("UNIQUE(channel_id)", "A channel belongs to one conversation.")

    # ------------------------------------------------------------------ compute

    @api.depends("contact_id.display_name", "number_id.name")
    def _compute_display_name(self):
        for conversation in self:
            conversation.display_name = conversation.contact_id.display_name

    @api.depends("lead_id", "partner_id", "contact_id.wa_id")
    def _compute_other_lead_ids(self):
        for conversation in self:
            conversation.other_lead_ids = conversation._find_open_leads_of_number() - conversation.lead_id

    @api.depends("last_inbound_at")
    def _compute_window_until(self):
        for conversation in self:
            conversation.window_until = window_until(conversation.last_inbound_at or None) or False

    @api.depends("contact_id.consent_ids", "number_id", "company_id")
    def _compute_consents(self):
        consents = self.env["wa.consent"]
        latest = consents._latest(self.contact_id)
        for conversation in self:
            words = latest.get(conversation.contact_id._origin.id)
            if not words:
                conversation.consent_service = conversation.consent_marketing = "none"
                continue
            for purpose in ("service", "marketing"):
                conversation[f"consent_{purpose}"] = consents._state(
                    words, conversation.company_id, conversation.number_id, purpose
                )

    @api.model
    def _search_phone_search(self, operator, value):
        return Domain("contact_id.phone_search", operator, value)

    @api.model
    def _search_display_name(self, operator, value):
        """A conversation is called like its contact, and found like it."""
        return Domain("contact_id.display_name", operator, value)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Put conversations without messages last, whatever the direction: PostgreSQL would put them first."""
        if field_name == "last_message_at" and not nulls.code:
            nulls = SQL("NULLS LAST")
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    # --------------------------------------------------------------------- crud

    def write(self, vals):
        """People choose owner, team, lead and state; the rest rests on what WhatsApp said."""
        if not self.env.su and vals.keys() - EDITABLE:
            raise AccessError(self.env._("This part of a WhatsApp conversation cannot be changed by hand."))
        former = {c.id: c.user_id for c in self.sudo()} if "user_id" in vals else {}
        result = super().write(vals)
        if {"user_id", "team_id"} & vals.keys():
            self._part_from_outsiders()
        # Whoever gave it away may not see it any more.
        if former:
            self.env["wa.transfer"].sudo()._complete(self.sudo(), former)
        shown = {"user_id", "lead_id", "state", "last_inbound_at", "team_id", "window_until"} & vals.keys()
        if shown and not self.env.context.get("wa_no_broadcast"):
            self.sudo()._broadcast()
        return result

    def _check_company(self, fnames=None):
        """Check one of those that are alike: core's check of ten thousand takes seconds."""
        if fnames is not None and not {"company_id", "team_id", "user_id", "lead_id"} & set(fnames):
            return None
        alike = {(c.company_id, c.team_id, c.user_id, c.lead_id.sudo().company_id): c.id for c in self}
        return super(WaConversation, self.browse(alike.values()))._check_company(fnames)

    # ----------------------------------------------------------------- activity

    def _on_inbound(self, messages: list[InboundContext]) -> None:
        """Keep who waits, since when, and until when we may write freely.

        :param messages: oldest first.
        """
        self.ensure_one()
        newest = max(message.sent_at for message in messages)
        vals = {
            "state": "open",
            "last_message_at": max(newest, self.last_message_at or newest),
            "last_touch_at": max(newest, self.last_touch_at or newest),
        }
        if not self.last_message_at or newest > self.last_message_at - CLOCKS_DIFFER:
            # A message that comes late is no news of what was said last.
            vals["last_preview"] = messages[-1].preview
        opening = [message.sent_at for message in messages if message.opens_window]
        if opening:
            vals["last_inbound_at"] = max(*opening, self.last_inbound_at or opening[0])
        vals["waiting_since"] = min(messages[0].sent_at, self.waiting_since or messages[0].sent_at)
        if self.awaiting_since and newest > self.awaiting_since - CLOCKS_DIFFER:
            vals["awaiting_since"] = False
        self.with_context(wa_no_broadcast=True).write(vals)
        if not self.channel_id.active:
            # Whoever put it away: now somebody waits in it.
            self.channel_id.sudo().active = True
        self._join_assignee()

    def _catch_up(self, rows: models.BaseModel) -> None:
        """Take note of what came while the customer was blocked; it stays nobody's work until somebody makes it so.

        :param rows: ``wa.message`` of this conversation, written while blocked
        """
        self.ensure_one()
        newest = rows.sorted(lambda row: (row.sent_at, row.id))[-1]
        opening = rows.filtered(lambda row: counts(row.kind) and not row.group_uid).mapped("sent_at")
        vals = {"last_message_at": max(newest.sent_at, self.last_message_at or newest.sent_at)}
        if vals["last_message_at"] == newest.sent_at:
            vals |= {"last_preview": newest.preview, "awaiting_since": False}
        if opening:
            vals["last_inbound_at"] = max(*opening, self.last_inbound_at or opening[0])
        self.with_context(wa_no_broadcast=True).write(vals)

    def _on_outbound(self, preview: str, by_person: bool) -> None:
        """Note that we wrote; only a person's answer ends the customer's waiting."""
        self._on_outbound_all([(conversation, preview) for conversation in self], by_person)

    @api.model
    def _on_outbound_all(self, written: list[tuple[models.BaseModel, str]], by_person: bool) -> None:
        """Note that we wrote in many conversations; see :meth:`_on_outbound`.

        :param written: ``(wa.conversation, preview)`` of each message
        """
        now = fields.Datetime.now()
        vals = {"last_message_at": now, "awaiting_since": now}
        if by_person:
            vals["waiting_since"] = False
            vals["machine_since"] = False
            vals["last_touch_at"] = vals["last_message_at"]
        conversations = self.browse([conversation.id for conversation, _preview in written])
        conversations.with_context(wa_no_broadcast=True).write(vals)
        for conversation, preview in written:
            # The field's own part of write(): the rest is done above, once for all.
            self._fields["last_preview"].write(conversation, preview)

    def _close_window(self, asked_at: datetime) -> None:
        """Believe WhatsApp that the window is closed (131047), whatever our clock says; the customer's next message opens it.

        :param asked_at: when the message left that was refused (naive UTC); what the customer wrote since counts.
        """
        self.ensure_one()
        lock_fresh(self.sudo(), "last_inbound_at", "window_until")
        now = fields.Datetime.now()
        # WhatsApp gives the moments of messages in whole seconds.
        written_since = self.last_inbound_at and self.last_inbound_at >= asked_at.replace(microsecond=0)
        if self.window_until and self.window_until > now and not written_since:
            self.sudo().window_until = now

    def _queue_read_receipt(self, last_message_id: int) -> None:
        """Have the customer's messages up to a Discuss message marked as read at WhatsApp.

        One receipt covers all earlier messages. Source: cloud-api reference §2.7.

        :param last_message_id: ``mail.message`` id a colleague has read up to.
        """
        for conversation in self:
            if conversation.contact_id.is_blocked:
                continue  # nothing is sent to them, nor whether they were read
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

    def _queue_typing(self) -> None:
        """Have "typing…" shown to the customer while a colleague writes, at most every 20 seconds: never worth a wait.

        It also marks the message that is being answered as read. A row that somebody
        else is changing is left alone: the next letter is typed soon.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if self.typing_at and self.typing_at > now - TYPING:
            return
        if not self.env["wa.gate"]._decide(self, "free").allowed:
            return
        answered = self.env["wa.message"].search(
            [("conversation_id", "=", self.id), ("direction", "=", "in"), ("wamid", "!=", False)], limit=1
        )
        if not answered:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE wa_conversation SET typing_wamid = %s, typing_at = %s
                 WHERE id = (SELECT id FROM wa_conversation WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED)
                """,
                answered.wamid,
                now,
                self.id,
            )
        )
        self.invalidate_recordset(["typing_wamid", "typing_at"], flush=False)
        self.number_id._trigger_sender()

    def _broadcast(self) -> None:
        """Send what the screens show about these conversations to everybody who has them open."""
        for conversation in self:
            conversation.channel_id.sudo()._wa_broadcast()

    # ------------------------------------------------------------------ consent

    def _wa_unwanted(self) -> set[str]:
        """Return the purposes (``service``, ``marketing``) for which nothing may be sent any more (hook).

        As the gate has it: who takes back the consent for service gets nothing at all.
        """
        self.ensure_one()
        if self.consent_service == "withdrawn":
            return {"service", "marketing"}
        if self.contact_id.opted_out_marketing or self.consent_marketing == "withdrawn":
            return {"marketing"}
        return set()

    def _wa_told_contacts(self) -> models.BaseModel:
        """Return whose consents a screen that shows these conversations is told about."""
        return self.sudo().contact_id

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

    def action_open_wa_consents(self):
        """Open the history of what this customer agreed to and took back."""
        self.ensure_one()
        self.check_access("read")
        return self.env["wa.consent"]._action_history(self.sudo().contact_id, self)

    def action_record_wa_consent(self):
        """Open the wizard that records what the customer said."""
        self.ensure_one()
        return self.env["wa.consent"].with_context(default_res_model=self._name, default_res_id=self.id).action_record()

    def action_record_stop(self):
        """Open the wizard to record that the customer wants no more messages, with their words."""
        self.ensure_one()
        # Their words go into the action.
        self.check_access("write")
        request = self.sudo().stop_request_id
        action = self.action_record_wa_consent()
        action["context"] = {
            **action["context"],
            "default_action": "withdrawn",
            "default_purpose": "both",
            "default_evidence": request.text or request.preview,
            "default_happened_at": request.sent_at,
        }
        return action

    def action_dismiss_stop(self):
        """Say that the customer did not mean it: the talk goes on."""
        self.check_access("write")
        self.env["wa.optout"]._settle_requests(self)
