import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.phone import wa_id_to_e164
from ..wake import trigger_once

_logger = logging.getLogger(__name__)


class WaNumber(models.Model):
    """One business phone number of an account.

    Limits live on the number, so each has a sender job of its own; business
    rules (team, which messages make leads) live here too.
    """

    _name = "wa.number"
    _description = "WhatsApp Number"
    _inherit = ["wa.alert.mixin"]
    _check_company_auto = True
    _order = "sequence, id"

    name = fields.Char("Verified Name", required=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    account_id = fields.Many2one(
        "wa.account", required=True, index=True, ondelete="cascade", tracking=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    phone_number_id = fields.Char(
        "Phone Number ID", required=True, help="Meta's id of the number, not the number itself."
    )
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
    quality_rating = fields.Char(readonly=True)
    status = fields.Char("Status at Meta", readonly=True)
    is_blocked = fields.Boolean("Sending Stopped", readonly=True, copy=False, tracking=True)
    blocked_reason = fields.Char(readonly=True, copy=False)
    sender_cron_id = fields.Many2one("ir.cron", "Sender Job", readonly=True, copy=False, ondelete="set null")
    conversation_count = fields.Integer(compute="_compute_conversation_count")

    _phone_number_uniq = models.Constraint(
        "UNIQUE(phone_number_id)", "This number is already connected to this database."
    )

    @api.depends("name", "display_phone_number")
    def _compute_display_name(self):
        for number in self:
            number.display_name = (
                f"{number.name} ({number.display_phone_number})"
                if number.display_phone_number
                else number.name
            )

    def _compute_conversation_count(self):
        counts = dict(
            self.env["wa.conversation"]._read_group([("number_id", "in", self.ids)], ["number_id"], ["__count"])
        )
        for number in self:
            number.conversation_count = counts.get(number, 0)

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        numbers = super().create(vals_list)
        numbers._ensure_sender_cron()
        return numbers

    def write(self, vals):
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
        waiting = self.env["wa.message"].sudo()._read_group(
            [("number_id", "in", self.ids), ("state", "=", "queued")], ["number_id"], ["__count"]
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
            number.sender_cron_id = self.env["ir.cron"].sudo().create(
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

    # ----------------------------------------------------------------- business

    def action_view_conversations(self):
        """Open the conversations held with this number."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_conversation_action")
        action["domain"] = [("number_id", "=", self.id)]
        return action

    def action_resume(self):
        """Let the number send again after its fault has been mended."""
        self.write({"is_blocked": False, "blocked_reason": False})
        # A neutralised copy of a database has all its jobs switched off.
        self.sudo().sender_cron_id.active = True
        self._trigger_sender()

    def _trigger_sender(self, at=None):
        """Wake the sender job after this transaction commits, or at a moment (naive UTC).

        A job that is missing, or that Odoo switched off after failures, is set up again:
        messages must not wait for ever without anybody knowing why.
        """
        for number in self.sudo():
            number._ensure_sender_cron()
            if not number.sender_cron_id.active and number.active and not number.is_blocked:
                number.sender_cron_id.active = True
            trigger_once(number.sender_cron_id, at or fields.Datetime.now())

    def _block(self, reason):
        """Stop sending from these numbers and say why; messages stay queued."""
        stopped = self.sudo().filtered(lambda n: not n.is_blocked)
        stopped.write({"is_blocked": True, "blocked_reason": reason})
        # When the account as a whole is refused, its own alert says so.
        stopped.filtered(lambda n: n.account_id.state != "blocked")._alert(reason)

    @api.model
    def _vals_from_meta(self, node):
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
        }
        level = (node.get("throughput") or {}).get("level")
        if level in ("STANDARD", "HIGH"):
            vals["messages_per_second"] = 1000 if level == "HIGH" else 80
        if node.get("is_on_biz_app"):
            # Numbers shared with the phone app are fixed at 20 messages/s.
            vals["messages_per_second"] = 20
        return vals

    @api.model
    def _default_for(self, company, team=None):
        """Return the number a company (and preferably a team) writes from, or an empty set."""
        numbers = self.sudo().search([("company_id", "=", company.id)])
        if team:
            numbers = numbers.filtered(lambda n: n.team_id == team) or numbers
        return numbers[:1].sudo(self.env.su)

    def _e164(self):
        """Return the business number as ``+…`` digits, or False."""
        self.ensure_one()
        digits = "".join(filter(str.isdigit, self.display_phone_number or ""))
        return digits and wa_id_to_e164(digits)
