import logging
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..cron_trigger import trigger_once
from ..outbox.sender import run_sender
from .meta_words import meta_word

_logger = logging.getLogger(__name__)

#: What WhatsApp says about a number, or follows from it: nobody types it in.
FROM_WHATSAPP = frozenset(
    {
        "quality_rating",
        "status",
        "is_blocked",
        "blocked_code",
        "blocked_facts",
        "hold_until",
        "hold_seconds",
        "held_since",
        "resumed_at",
        "username",
        "name_status",
        "messaging_limit",
        "notice_moments",
        "sender_cron_id",
    }
)


class WaNumber(models.Model):
    """One business phone number of an account.

    Limits live on the number, so each has a sender job of its own; business
    rules (team, which messages make leads) live here too. ``wa_number_limits.py``: what
    stops it, and for how long.
    """

    _name = "wa.number"
    _description = "WhatsApp Number"
    _inherit = ["wa.alert.mixin"]
    _check_company_auto = True
    _order = "sequence, id"

    name = fields.Char("Verified Name", required=True, tracking=True)
    active = fields.Boolean(default=True)
    is_archived_with_account = fields.Boolean(readonly=True, copy=False)
    sequence = fields.Integer(default=10)
    account_id = fields.Many2one("wa.account", required=True, index=True, ondelete="cascade", tracking=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    phone_number_id = fields.Char("Phone Number ID", required=True, help="Meta's id of the number, not the number itself.")
    display_phone_number = fields.Char("Phone Number")
    team_id = fields.Many2one(
        "crm.team",
        "Sales Team",
        check_company=True,
        tracking=True,
        help="Its members see and answer this number's conversations; new leads go to its pipeline.",
    )
    unowned_told_at = fields.Datetime(
        readonly=True, copy=False, help="When somebody was told that nobody gets this number's conversations."
    )
    lang_ids = fields.Many2many(
        "res.lang", string="Languages", help="Rules that choose the number by language write to these customers from here."
    )
    lead_policy = fields.Selection(
        [
            ("always", "Whenever there is no open lead"),
            ("new", "Only for people who are new"),
            ("never", "Never"),
        ],
        "Create Leads",
        default="always",
        required=True,
        tracking=True,
    )
    messages_per_second = fields.Integer(
        "Throughput (messages/s)", default=80, help="Meta's limit for this number: 80, or 1,000 when upgraded."
    )
    quality_rating = fields.Char("Quality Word", readonly=True, copy=False, help="Meta's word.")
    quality_label = fields.Char("Quality", compute="_compute_labels")
    status = fields.Char("Status Word", readonly=True, copy=False, help="Meta's word.")
    status_label = fields.Char("Status at Meta", compute="_compute_labels")
    username = fields.Char("Business Username", readonly=True, copy=False)
    name_status = fields.Char("Name Review Word", readonly=True, copy=False, help="Meta's word on the verified name.")
    messaging_limit = fields.Char("Limit Word", readonly=True, copy=False)
    notice_moments = fields.Json(readonly=True, copy=False, help="Notices that were applied, and when their values were said.")
    name_status_label = fields.Char("Name Review", compute="_compute_labels")
    messaging_limit_label = fields.Char("Messaging Limit", compute="_compute_labels")
    is_blocked = fields.Boolean("Sending Stopped", readonly=True, copy=False, tracking=True)
    blocked_code = fields.Char(readonly=True, copy=False, help="Why: a code of the catalogue of sentences.")
    blocked_facts = fields.Json(readonly=True, copy=False)
    blocked_reason = fields.Char(compute="_compute_blocked_reason", compute_sudo=True)
    hold_until = fields.Datetime(readonly=True, copy=False, help="WhatsApp limits this number: nothing is sent before.")
    hold_seconds = fields.Integer(readonly=True, copy=False, help="How long the last of these waits was.")
    held_since = fields.Datetime(
        readonly=True, copy=False, help="When the first of these waits began that followed one another."
    )
    resumed_at = fields.Datetime(readonly=True, copy=False, help="When it was last let go on sending.")
    health = fields.Selection(
        [("draft", "Not connected"), ("ok", "In order"), ("problem", "Needs attention")],
        compute="_compute_health",
        compute_sudo=True,
    )
    health_details = fields.Html(compute="_compute_health", compute_sudo=True, sanitize=False)
    sender_cron_id = fields.Many2one("ir.cron", "Sender Job", readonly=True, copy=False, ondelete="set null")
    conversation_count = fields.Integer(compute="_compute_conversation_count")

    _phone_number_uniq = models.Constraint("UNIQUE(phone_number_id)", "This number is already connected to this database.")

    @api.depends("name", "display_phone_number")
    def _compute_display_name(self):
        for number in self:
            number.display_name = (
                f"{number.name} ({number.display_phone_number})" if number.display_phone_number else number.name
            )

    @api.depends("quality_rating", "status", "name_status", "messaging_limit")
    @api.depends_context("lang")
    def _compute_labels(self):
        """Say Meta's words as people read them."""
        for number in self:
            number.quality_label = meta_word(self.env, number.quality_rating) or False
            number.status_label = meta_word(self.env, number.status) or False
            number.name_status_label = meta_word(self.env, number.name_status) or False
            number.messaging_limit_label = meta_word(self.env, number.messaging_limit) or False

    def _compute_blocked_reason(self):
        for number in self:
            code = number.blocked_code
            number.blocked_reason = self.env["wa.problem"]._sentence(code, number.blocked_facts) if code else False

    def _compute_health(self):
        """Say what holds for this number now: its own troubles and those of its account."""
        found = self.env["wa.problem"]._find(self.account_id)
        for number in self:
            account = number.account_id
            problems = [one for one in found.get(account.id, ()) if one.number_id in (0, number.id)]
            is_live = number.active and account.active and account.state == "connected"
            number.health = "problem" if problems else "ok" if is_live else "draft"
            number.health_details = self.env["wa.problem"]._render(problems)

    def _compute_conversation_count(self):
        counts = dict(self.env["wa.conversation"]._read_group([("number_id", "in", self.ids)], ["number_id"], ["__count"]))
        for number in self:
            number.conversation_count = counts.get(number, 0)

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_typed(vals)
        numbers = super().create(vals_list)
        for number in numbers:
            # Also what a default of the context says.
            self._check_typed({name: True for name in FROM_WHATSAPP if number[name]})
        numbers._ensure_sender_cron()
        return numbers

    def write(self, vals):
        self._check_typed(vals)
        if "team_id" in vals:
            vals = {"unowned_told_at": False, **vals}
        result = super().write(vals)
        if "active" in vals:
            self._switch_sender(vals["active"])
            if not vals["active"]:
                self._tell_what_waits()
        return result

    def _tell_nobody_answers(self):
        """Tell somebody, once, that customers write to these numbers and nobody has them in their side bar.

        The team's leader, else the administrators; again only after the team was changed.
        """
        for number in self.sudo().filtered(lambda n: not n.unowned_told_at):
            number.unowned_told_at = fields.Datetime.now()
            leader = number.team_id.user_id.filtered("active")
            users = leader or number._administrators()
            number.message_post(
                body=self.env._(
                    "Customers write to %(number)s, and their conversations are given to nobody: %(reason)s "
                    "They wait in the list of conversations, filter “Unassigned”.",
                    number=number.name,
                    reason=self.env._("nobody in its sales team has access to WhatsApp. Add a member to the team.")
                    if number.team_id
                    else self.env._("it has no sales team. Choose one on the number."),
                ),
                partner_ids=users.partner_id.ids,
                message_type="notification",
                subtype_xmlid="mail.mt_comment",
            )

    def _tell_what_waits(self):
        """Tell the administrators how many messages an archived number leaves waiting: nobody else would see it."""
        waiting = (
            self.env["wa.message"]
            .sudo()
            ._read_group([("number_id", "in", self.ids), ("state", "=", "queued")], ["number_id"], ["__count"])
        )
        for number, count in waiting:
            number._alert(
                self.env._(
                    "%(number)s was archived while %(count)s message(s) waited. They are kept, and leave when the number "
                    "is unarchived, unless by then they may not: free text needs an open window.",
                    number=number.name,
                    count=count,
                )
            )

    def _switch_sender(self, active):
        """Switch the sender jobs on or off; one that is running ends, and then switches itself off."""
        for cron in self.sudo().sender_cron_id:
            try:
                cron.active = active
            except UserError:
                # Core refuses to change a job that runs, and a busy number's always does.
                _logger.info("WhatsApp: the running job %s ends by itself", cron.id)

    def unlink(self):
        crons = self.sudo().sender_cron_id
        result = super().unlink()
        crons.unlink()
        return result

    def _ensure_sender_cron(self):
        """Give each number its own scheduled job: one sender per number, on any node."""
        for number in self.sudo().filtered(lambda n: not n.sender_cron_id):
            number.sender_cron_id = (
                self.env["ir.cron"]
                .sudo()
                .create(
                    {
                        "name": f"WhatsApp: send messages of {number.name}",
                        "model_id": self.env["ir.model"]._get_id("wa.number"),
                        "state": "code",
                        "code": f"model.browse({number.id})._cron_send()",
                        "interval_number": 1,
                        "interval_type": "minutes",
                        "user_id": self.env.ref("base.user_root").id,
                        "priority": 4,
                    }
                )
            )

    def _check_typed(self, vals):
        """Raise if a person gives what only WhatsApp says."""
        if not self.env.su and (typed := vals.keys() & FROM_WHATSAPP):
            labels = ", ".join(self._fields[name].get_description(self.env, ["string"])["string"] for name in sorted(typed))
            raise AccessError(self.env._("This comes from WhatsApp and cannot be typed in: %s", labels))

    # ----------------------------------------------------------------- business

    def action_view_conversations(self):
        """Open the conversations held with this number."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_conversation_action")
        action["domain"] = [("number_id", "=", self.id)]
        return action

    def action_open_account(self):
        """Open the account: most of what is wrong with a number is mended there."""
        self.ensure_one()
        return self.account_id.get_formview_action()

    def action_resume(self):
        """Let the number send again after its fault has been mended."""
        self.check_access("write")
        numbers = self.sudo()
        numbers.write({"is_blocked": False, "blocked_code": False, "blocked_facts": False, "resumed_at": fields.Datetime.now()})
        numbers._trigger_sender()
        numbers.account_id._tell_now()

    def _cron_send(self) -> None:
        """Send what waits for this number. Body of the number's own scheduled job."""
        number = self.exists().filtered("active")
        if not number:
            # Archived while its job ran; with the number the job is switched on again.
            self.env["ir.cron"]._commit_progress(deactivate=True)
            return
        run_sender(number)

    def _trigger_sender(self, at: datetime | None = None) -> None:
        """Wake the sender job after this transaction commits, or at a moment (naive UTC).

        A job that is missing, or that Odoo switched off after failures or in a neutralised copy of a database, is
        set up again: messages must not wait for ever without anybody knowing why. One that is on is not touched:
        Odoo refuses to change a job that runs, and a busy number's always does.
        """
        for number in self.sudo():
            number._ensure_sender_cron()
            if not number.sender_cron_id.active and number.active and not number.is_blocked:
                number.sender_cron_id.active = True
            trigger_once(number.sender_cron_id, at or fields.Datetime.now())

    @api.model
    def _vals_from_meta(self, node: dict) -> dict:
        """Turn a phone-number node of the Graph API into field values.

        :param dict node: as ``GET /{WABA_ID}/phone_numbers`` returns it.
        Source: cloud-api reference §9.1.
        """
        vals = {
            "phone_number_id": str(node["id"]),
            "name": node.get("verified_name") or node.get("display_phone_number") or str(node["id"]),
            "display_phone_number": node.get("display_phone_number"),
            "quality_rating": node.get("quality_rating"),
            "status": node.get("status"),
            "name_status": node.get("name_status"),
            # Before v24.0 it had another name. Source: changelog.
            "messaging_limit": node.get("whatsapp_business_manager_messaging_limit") or node.get("messaging_limit_tier"),
        }
        level = (node.get("throughput") or {}).get("level")
        if level in ("STANDARD", "HIGH"):
            vals["messages_per_second"] = 1000 if level == "HIGH" else 80
        if node.get("is_on_biz_app"):
            # Numbers shared with the phone app are fixed at 20 messages/s.
            vals["messages_per_second"] = 20
        return vals
