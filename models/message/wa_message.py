import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain

from ...tools.gate import Decision

STATES = [
    ("received", "Received"),
    ("queued", "Waiting to be sent"),
    ("sending", "Being sent"),
    ("unknown", "Outcome unknown"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("read", "Read"),
    ("played", "Played"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]

#: Of several WhatsApp messages made from one post, the one whose state is shown.
SHOWN_FIRST = ("failed", "unknown", "queued", "sending", "sent", "delivered", "read", "played")
#: What :meth:`WaMessage._state_facts` and the way to the channel rest on.
STATE_COLUMNS = ["mail_message_id", "conversation_id", "state", "error_code", "error_detail", "next_attempt_at", "submitted_at"]
#: Order in a number's queue: lower leaves first.
PRIORITY_PERSON, PRIORITY_AUTOMATION, PRIORITY_BULK = 0, 10, 20
#: Why an accepted message still waits: WhatsApp holds it back; it has said nothing for too long.
HELD, HELD_LONG = "held_back", "held_long"
#: Hours after which a held message counts as one of which nobody knows. Meta decides nearly all within one hour.
#: Source: cloud-api reference §7.7, template pacing.
HELD_HOURS = 24


class WaMessage(models.Model):
    """One WhatsApp message in either direction; for ours, also the row of the outbox.

    Discuss shows ``mail_message_id``; the facts about WhatsApp stay here and
    survive it. Uniqueness is decided by PostgreSQL, so that a webhook delivered
    five times at once still makes one message.

    ``wa_message_kinds.py``: what is requested from WhatsApp for each kind of message; ``wa_message_status.py``: what
    statuses do. How messages leave is told in ``outbox/`` (``sender.py``).
    """

    _name = "wa.message"
    _inherit = ["wa.defaults.mixin"]
    _description = "WhatsApp Message"
    _order = "id desc"
    _rec_name = "preview"

    conversation_id = fields.Many2one("wa.conversation", required=True, index=True, ondelete="cascade", readonly=True)
    number_id = fields.Many2one("wa.number", required=True, ondelete="restrict", readonly=True)
    company_id = fields.Many2one(related="number_id.company_id", store=True)
    contact_id = fields.Many2one(related="conversation_id.contact_id", store=True)
    partner_id = fields.Many2one(related="contact_id.partner_id", string="Customer")
    mail_message_id = fields.Many2one(
        "mail.message", "Discuss Message", index="btree_not_null", ondelete="set null", readonly=True
    )
    lead_id = fields.Many2one("crm.lead", index="btree_not_null", ondelete="set null", readonly=True)
    author_id = fields.Many2one("res.users", "Sent By", readonly=True, ondelete="set null")

    direction = fields.Selection([("in", "Received"), ("out", "Sent")], required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True, help="Meta's message type, as it is.")
    kind_label = fields.Char("Type", compute="_compute_kind_label")
    state = fields.Selection(STATES, required=True, readonly=True)
    uuid = fields.Char(
        default=lambda self: str(uuid.uuid4()),
        required=True,
        readonly=True,
        copy=False,
        help="Travels with the message and comes back in every status.",
    )
    wamid = fields.Char("WhatsApp Message ID", readonly=True, copy=False)
    # Not read along: a page of statuses or a list would carry every webhook in full.
    content = fields.Json(readonly=True, prefetch=False, help="What was received, or what will be sent, frozen.")
    preview = fields.Char(readonly=True)
    payload = fields.Char("Button Payload", readonly=True)
    quoted_id = fields.Many2one("wa.message", "Answers", readonly=True, ondelete="set null", index="btree_not_null")
    template_id = fields.Many2one("wa.template", readonly=True, ondelete="set null", index="btree_not_null")
    event_id = fields.Many2one("wa.webhook.event", "Webhook", readonly=True, ondelete="set null", index="btree_not_null")
    is_supported = fields.Boolean(default=True, readonly=True)
    is_from_blocked = fields.Boolean(
        "Written While Blocked", readonly=True, help="Kept, and nobody was told: the customer was blocked when it came."
    )

    origin = fields.Selection(
        [
            ("chat", "Chat"),
            ("manual", "Template by a person"),
            ("automation", "Automation"),
            ("sequence", "Sequence"),
            ("bulk", "Sent to many"),
            ("phone", "WhatsApp on a phone"),
        ],
        readonly=True,
    )
    dedupe_key = fields.Char(readonly=True, copy=False, help="At most one message is ever made with this key.")
    priority = fields.Integer(default=PRIORITY_PERSON, readonly=True)
    attempts = fields.Integer(readonly=True, copy=False)
    next_attempt_at = fields.Datetime(readonly=True, copy=False)
    is_insisted = fields.Boolean(
        "Tried Again by a Person", readonly=True, copy=False, help="Somebody saw why it failed and wants it sent all the same."
    )
    is_confirmation = fields.Boolean(
        "Confirms an Opt-out", readonly=True, help="Tells the customer once that they will get no more of these messages."
    )
    claimed_at = fields.Datetime(readonly=True, copy=False)
    submitted_at = fields.Datetime(
        readonly=True, copy=False, help="Set right before the request leaves; empty means it surely did not."
    )

    sent_at = fields.Datetime("Sent", readonly=True, copy=False)
    moment = fields.Datetime(
        "Date", compute="_compute_moment", help="When the customer wrote it, or we sent it; else when it was queued."
    )
    delivered_at = fields.Datetime("Delivered", readonly=True, copy=False)
    read_at = fields.Datetime("Read", readonly=True, copy=False)
    failed_at = fields.Datetime("Failed", readonly=True, copy=False)
    error_code = fields.Char(readonly=True, copy=False, help="Meta's error code, or our own reason.")
    error_detail = fields.Char(readonly=True, copy=False, help="Meta's words.")
    error_text = fields.Char("Reason", compute="_compute_error_text")
    pricing = fields.Json(readonly=True, copy=False, prefetch=False)
    purpose = fields.Char(
        readonly=True,
        copy=False,
        help="Of templates: utility, marketing, authentication. Frozen when it was queued: the template may change or go.",
    )
    rules_from = fields.Char(
        "Rules Wait Since State", readonly=True, copy=False, help="The state before the changes rules still have to see."
    )

    # What a received message says, as data that rules and reports can use. ``kind``, ``payload`` and ``content`` (Meta's
    # own object) are on every message; these hold what would otherwise have to be dug out of it.
    text = fields.Text(readonly=True, help="The words in it: text, caption, label of a button, place, names, order lines.")
    subkind = fields.Char(
        "Reply Type", readonly=True, help="What kind of interactive reply: button_reply, list_reply, nfm_reply, …"
    )
    answers = fields.Json("Form Answers", readonly=True, help="The fields of a filled in form (flow) or the lines of an order.")
    media_ids = fields.One2many("wa.media", "message_id", "Files")
    is_forwarded = fields.Boolean("Forwarded", readonly=True)
    group_uid = fields.Char("WhatsApp Group", readonly=True)
    referral = fields.Json(readonly=True, help="The ad or post through which the customer came.")
    target_id = fields.Many2one(
        "wa.message",
        "About",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
        help="The message a reaction, an edit or a deletion is about.",
    )
    target_wamid = fields.Char(readonly=True)
    quoted_wamid = fields.Char(readonly=True, help="The message it answers, which may come later or never.")
    effect_ids = fields.One2many("wa.message", "target_id", "Reactions and Changes")
    is_history = fields.Boolean("Imported", readonly=True, help="From before the number was connected.")
    edited_at = fields.Datetime("Edited", readonly=True)
    deleted_at = fields.Datetime("Deleted", readonly=True)

    _uuid_uniq = models.Constraint("UNIQUE(uuid)", "A message exists once.")
    _wamid_uniq = models.Constraint("UNIQUE(number_id, wamid)", "A message exists once per number.")
    _dedupe_uniq = models.Constraint("UNIQUE(dedupe_key)", "This message was already queued.")
    _queue_idx = models.Index(
        "(number_id, priority, id) WHERE state = 'queued'",
    )
    _wamid_idx = models.Index("(wamid) WHERE wamid IS NOT NULL")
    _sending_idx = models.Index("(number_id) WHERE state = 'sending'")
    _stopped_idx = models.Index("(state) WHERE state IN ('failed', 'unknown')")
    _posted_idx = models.Index("(number_id, submitted_at) WHERE submitted_at IS NOT NULL")
    _open_idx = models.Index("(conversation_id, priority, id) WHERE state IN ('queued', 'sending')")
    _waiting_answers_idx = models.Index("(quoted_wamid) WHERE quoted_id IS NULL AND quoted_wamid IS NOT NULL")
    _waiting_effects_idx = models.Index("(target_wamid) WHERE target_id IS NULL AND target_wamid IS NOT NULL")
    _frequency_idx = models.Index("(contact_id, purpose)")
    _rules_idx = models.Index("(id) WHERE rules_from IS NOT NULL")

    # ------------------------------------------------------------------ compute

    @api.depends("error_code", "error_detail")
    @api.depends_context("lang")
    def _compute_error_text(self):
        for message in self:
            message.error_text = (
                self.env["wa.failure"]._sentence(message.error_code, message.error_detail) if message.error_code else False
            )

    @api.depends("sent_at", "create_date")
    def _compute_moment(self):
        for message in self:
            message.moment = message.sent_at or message.create_date

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_kind_label(self):
        labels = {
            "text": self.env._("Text"),
            "template": self.env._("Template"),
            "interactive": self.env._("Buttons or list"),
            "button": self.env._("Tap on a button"),
            "reaction": self.env._("Reaction"),
            "system": self.env._("Notice"),
            "unsupported": self.env._("Unsupported for now"),
        }
        for message in self:
            message.kind_label = labels.get(message.kind) or self.env["wa.inbound.content"]._kind_label(message.kind)

    # ----------------------------------------------------------------- business

    @api.model
    def _enqueue(self, conversation: models.BaseModel, kind: str, content: dict, **vals) -> models.BaseModel:
        """Put one message into the outbox, in the caller's transaction.

        The caller has asked the gate; the sender will ask it again.

        :param conversation: ``wa.conversation`` it belongs to.
        :param str kind: Meta's message type.
        :param dict content: the frozen content, see ``_prepare_request``.
        :param vals: further field values (``mail_message_id``, ``origin``, ``dedupe_key``, …).
        """
        try:
            message = self.sudo().create(
                {
                    "conversation_id": conversation.id,
                    "number_id": conversation.number_id.id,
                    "lead_id": conversation.lead_id.id,
                    **self._outgoing_vals(kind, content, **vals),
                }
            )
        except UniqueViolation as error:
            # The same press of a button at this very moment: done again, it is found.
            raise ConcurrencyError(str(error)) from error
        conversation.number_id._trigger_sender()
        return message.sudo(self.env.su)

    @api.model
    def _outgoing_vals(self, kind: str, content: dict, **vals) -> dict:
        """Return the values of a message that waits to be sent.

        :param str kind: Meta's message type.
        :param dict content: the frozen content, see ``_prepare_request``.
        """
        return {
            "direction": "out",
            "state": "queued",
            "kind": kind,
            "content": content,
            "author_id": self.env.uid,
            **vals,
        }

    @api.model
    def _used_keys(self, dedupe_keys: Iterable[str | None]) -> set[str]:
        """Return those of the keys with which a message was made before, as a set."""
        keys = [key for key in dedupe_keys if key]
        found = self.sudo().search_fetch([("dedupe_key", "in", keys)], ["dedupe_key"]) if keys else self
        return set(found.mapped("dedupe_key"))

    def action_retry(self):
        """Retry what failed, on a person's word: sending our messages, fetching the files of theirs.

        A message whose outcome is unknown is sent again only this way: the person
        has been told that it may arrive twice.
        """
        self.media_ids.filtered(lambda media: media.state == "failed").action_retry()
        retried = self.filtered(lambda m: m.direction == "out" and m.state in ("failed", "unknown"))
        retried.check_access("read")
        reach = self.env["wa.reach"]
        for conversation in retried.conversation_id:
            reach._check_conversation(reach._person(), conversation)
        for message in retried.sudo():
            message.write(
                {
                    "state": "queued",
                    # A status of the failed attempt must not be taken for one of the new; that of an
                    # unknown attempt must still settle it.
                    "uuid": message.uuid if message.state == "unknown" else str(uuid.uuid4()),
                    "wamid": False,
                    "attempts": 0,
                    "is_insisted": True,
                    "error_code": False,
                    "error_detail": False,
                    "failed_at": False,
                    "next_attempt_at": False,
                    "claimed_at": False,
                    "submitted_at": False,
                }
            )
        retried.number_id._trigger_sender()
        retried._broadcast_state()

    # -------------------------------------------------------------- what waits

    @api.model
    def _waiting_vals(self, decision: Decision) -> dict:
        """Return what says why a message waits, for lists and the thread.

        :param decision: ``tools.gate.Decision``; nothing unless it is *later*.
        """
        return {"error_code": decision.code, "error_detail": False} if decision.when else {}

    def _is_for_other_words(self) -> bool:
        """Tell whether a template message that waits was filled for other words than its template has now.

        Those queued before words were marked are taken for fitting.
        """
        self.ensure_one()
        version = (self.content or {}).get("version")
        return bool(version) and version != self.template_id.fingerprint

    def _adopt_files(self) -> None:
        """Tie converted files that no thread shows to the message they are sent with."""
        for message in self:
            ids = [file["attachment_id"] for file in (message.content or {}).get("files") or ()]
            self.env["ir.attachment"].browse(ids).filtered(lambda a: a.res_model == "wa.message" and not a.res_id).write(
                {"res_id": message.id}
            )

    # ----------------------------------------------------------------- actions

    def action_open_chat(self):
        """Open the conversation this message belongs to."""
        return self.conversation_id.action_open_chat()

    # ----------------------------------------------------------- what is shown

    def _broadcast_state(self) -> None:
        """Show the new state of messages to everybody who has the conversation open.

        Without a Store, and reading no column that is not shown: thousands of statuses a
        second end here.
        """
        own = self.sudo()
        own.fetch(["mail_message_id"])  # not all that there is
        messages = own.mail_message_id
        rows = self.sudo().search_fetch([("mail_message_id", "in", messages.ids)], STATE_COLUMNS, order="id")
        rows.conversation_id.fetch(["channel_id"])  # records of a group are no longer read together
        by_channel = defaultdict(list)
        for message, parts in rows.grouped("mail_message_id").items():
            by_channel[parts[:1].conversation_id.channel_id].append({"id": message.id, **parts._state_facts()})
        for channel, facts in by_channel.items():
            channel._bus_send("mail.record/insert", {"mail.message": facts}, subchannel="internal_users")

    def _leading(self) -> models.BaseModel:
        """Return which of the WhatsApp messages made from one post has the state that is shown."""
        if len(self) < 2:
            return self
        return self.sorted(lambda row: SHOWN_FIRST.index(row.state) if row.state in SHOWN_FIRST else len(SHOWN_FIRST))[:1]

    def _state_facts(self) -> dict:
        """Return what a status changes about a post, for the web client.

        :param self: all WhatsApp messages made from the post, at least one.
        """
        row = self._leading()
        reason, until = row._get_wait()
        return {
            "wa_state": row.state,
            "wa_error": reason,
            "wa_is_undeliverable": row._is_undeliverable(),
            "wa_waits_until": until,
        }

    def _is_undeliverable(self) -> bool:
        """Tell whether WhatsApp said that it cannot reach the recipient: trying again is a person's own decision."""
        row = self[:1]
        return row.state == "failed" and self.env["wa.failure"]._slug(row.error_code) == "recipient_unreachable"

    def _get_wait(self) -> tuple[str | bool, str | bool]:
        """Return ``(reason, until)``: what people read under a message, and until when it waits (UTC, as text) or False.

        One that WhatsApp holds back: until nobody believes any more that it leaves. One without a reason of its own: that
        of an earlier one of the conversation, of its number, or of the account.
        """
        message = self[:1]
        if message.state == "sending" and message.error_code == HELD and message.submitted_at:
            return message.error_text, fields.Datetime.to_string(message.submitted_at + timedelta(hours=HELD_HOURS))
        if message.state != "queued":
            return message.error_text, False
        cause = message if message.error_code else message._waits_behind()
        if cause.error_code:
            return cause.error_text, fields.Datetime.to_string(cause.next_attempt_at or False)
        number = message.number_id
        reason: str | bool = False
        until: str | bool = False
        if number.is_blocked or number.account_id.state == "blocked":
            reason = "account_unhealthy" if number.account_id.state == "blocked" else "number_unhealthy"
        elif number._held_for():
            reason, until = "number_on_hold", fields.Datetime.to_string(number.hold_until)
        return reason and self.env["wa.failure"]._sentence(reason), until

    def _waits_behind(self) -> models.BaseModel:
        """Return the earlier message of the conversation that holds this one back until a moment, or an empty set."""
        if self.priority >= PRIORITY_BULK:
            return self.browse()  # thousands, and nobody watches them
        domain = Domain("conversation_id", "=", self.conversation_id.id) & Domain("state", "=", "queued")
        domain &= Domain("next_attempt_at", ">", fields.Datetime.now()) & Domain("error_code", "!=", "template_in_review")
        domain &= Domain("priority", "<", self.priority) | Domain("priority", "=", self.priority) & Domain("id", "<", self.id)
        return self.search(domain, order="priority, id", limit=1)

    # ----------------------------------------------------------- scheduled job

    @api.model
    def _cron_run_rules(self):
        """Run the rules about statuses that were noted. Body of a scheduled job."""
        self.env["wa.rule.status"]._run_all()
