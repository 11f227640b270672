from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.addons.base_automation.models.base_automation import TIME_TRIGGERS
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools import words
from ..concurrency import CONFLICTS
from ..cron_trigger import trigger_once
from .ir_actions_server import KINDS, by_hand

#: Rules can be about these, all found from one message.
RULE_MODELS = ("crm.lead", "res.partner", "wa.conversation", "wa.message")
RECEIVED, STATUS = "on_wa_received", "on_wa_status"
WA_TRIGGERS = (RECEIVED, STATUS)
#: Conditions by the trigger they belong to; with another trigger they are empty.
RECEIVED_CONDITIONS = (
    "wa_text_mode",
    "wa_text",
    "wa_button",
    "wa_is_answer",
    "wa_first_only",
    "wa_hours",
    "wa_calendar_id",
    "wa_pause_hours",
)
STATUS_CONDITIONS = ("wa_on_sent", "wa_on_delivered", "wa_on_read", "wa_on_played", "wa_on_failed", "wa_origin")
SHARED_CONDITIONS = ("wa_template_id", "wa_number_ids")
#: Settings of a stage of the pipeline, each kept by one rule (``models/automation/wa_stage_rule.py``).
ENTER, REMIND, ANSWER = "enter", "no_answer", "answer"
#: A change of these may make a rule begin.
BEGIN_WITH = {"active", "trigger", "action_server_ids"}
#: Seconds after which rules that lost a race are tried again.
AGAIN_SECONDS = 10


class BaseAutomation(models.Model):
    """Automation rules that start when a customer writes, or when the status of our message changes; and those that write.

    The conditions below say which messages; "Apply on" says, as in every rule, which
    records. All actions of Odoo follow, so that what customers answer moves leads.

    A rule about dates that writes to customers begins when it is switched on, not in the past: Odoo makes up for
    everything a rule missed while it rested, and a new one for all time, so that reminders of a year's meetings would
    leave at once. Rules that write to nobody are left as Odoo has them, and so is a ``last_run`` that somebody gives.
    """

    _name = "base.automation"
    _inherit = ["base.automation", "wa.facts.mixin"]

    trigger = fields.Selection(
        selection_add=[(RECEIVED, "WhatsApp message received"), (STATUS, "WhatsApp status changed")],
        ondelete={RECEIVED: "cascade", STATUS: "cascade"},
    )
    wa_kind = fields.Selection(
        [
            ("any", "Any message"),
            ("text", "Text"),
            ("button", "Tap on a button"),
            ("list", "Choice from a list"),
            ("media", "Picture, video, voice or file"),
            ("location", "Location"),
            ("contacts", "Contact card"),
            ("order", "Order"),
            ("form", "Filled in form"),
            ("reaction", "Reaction (emoji on a message)"),
        ],
        "Kind of Message",
        compute="_compute_wa_kind",
        store=True,
        readonly=False,
        help="Reactions start a rule only if they are chosen here: otherwise they are no message.",
    )
    wa_text_mode = fields.Selection(
        [(words.CONTAINS, "contains"), (words.EXACT, "is exactly"), (words.STARTS, "starts with")],
        "Text",
        compute="_compute_wa_conditions",
        store=True,
        readonly=False,
    )
    wa_text = fields.Text(
        "Words",
        compute="_compute_wa_conditions",
        store=True,
        readonly=False,
        help="One of these words or phrases, separated by commas or lines. Upper case, accents and punctuation "
        "around them do not matter, and only whole words count.",
    )
    wa_button = fields.Text(
        "Button",
        compute="_compute_wa_conditions",
        store=True,
        readonly=False,
        help="What was tapped or chosen: the label or the payload, one per line. Empty: any. Together with a template, "
        "the same button in its other languages counts, too.",
    )
    wa_template_id = fields.Many2one(
        "wa.template",
        "Template",
        compute="_compute_wa_conditions",
        store=True,
        readonly=False,
        ondelete="set null",
        help="Only answers to this template, or reports about it, in any of its languages. An answer quotes it, "
        "or is the first thing the customer writes after it.",
    )
    wa_has_template = fields.Boolean(
        compute="_compute_wa_has_template",
        store=True,
        help="A template was chosen. If it is deleted, the rule waits for another and does not run for all.",
    )
    wa_number_ids = fields.Many2many(
        "wa.number",
        "base_automation_wa_number_rel",
        string="Numbers",
        compute="_compute_wa_conditions",
        store=True,
        readonly=False,
        help="Our numbers the message came to or left from. Empty: all of them.",
    )
    wa_is_answer = fields.Boolean(
        "Only Answers to Us",
        compute="_compute_wa_conditions",
        store=True,
        readonly=False,
        help="Only the first message after one of ours, whoever or whatever sent that. “Stop” is no answer.",
    )
    wa_first_only = fields.Boolean(
        "Only the Customer's First Message",
        compute="_compute_wa_conditions",
        store=True,
        readonly=False,
        help="They have never written before to any number of this WhatsApp business.",
    )
    wa_hours = fields.Selection(
        [("outside", "Only outside working hours"), ("inside", "Only within working hours")],
        "When",
        compute="_compute_wa_conditions",
        store=True,
        readonly=False,
    )
    wa_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        compute="_compute_wa_conditions",
        store=True,
        readonly=False,
        ondelete="set null",
        help="Empty: those of the conversation's sales team, else the company's. Days off count.",
    )
    wa_pause_hours = fields.Integer(
        "Then Not Again For",
        compute="_compute_wa_conditions",
        store=True,
        readonly=False,
        help="Hours during which the rule lets the same conversation alone after it ran. 0: it runs every time.",
    )
    wa_on_sent = fields.Boolean("Sent", compute="_compute_wa_conditions", store=True, readonly=False)
    wa_on_delivered = fields.Boolean("Delivered", compute="_compute_wa_conditions", store=True, readonly=False)
    wa_on_read = fields.Boolean("Read", compute="_compute_wa_conditions", store=True, readonly=False)
    wa_on_played = fields.Boolean("Played", compute="_compute_wa_conditions", store=True, readonly=False)
    wa_on_failed = fields.Boolean("Failed", compute="_compute_wa_conditions", store=True, readonly=False)
    wa_origin = fields.Selection(
        lambda self: self.env["wa.message"]._fields["origin"]._description_selection(self.env),
        "Sent By",
        compute="_compute_wa_conditions",
        store=True,
        readonly=False,
        help="Empty: all messages.",
    )
    wa_failure_count = fields.Integer(compute="_compute_wa_failure_count")
    wa_stage_id = fields.Many2one(
        "crm.stage", "Setting of Stage", readonly=True, copy=False, index="btree_not_null", ondelete="cascade"
    )
    wa_stage_role = fields.Selection(
        [
            (ENTER, "When a lead enters"),
            (REMIND, "If there is no answer"),
            (ANSWER, "When a customer answers"),
        ],
        readonly=True,
        copy=False,
    )
    wa_can_dry_run = fields.Boolean(compute="_compute_wa_can_dry_run")

    _wa_stage_uniq = models.UniqueIndex("(wa_stage_id, wa_stage_role) WHERE wa_stage_id IS NOT NULL")

    # ------------------------------------------------------------------ compute

    @api.depends("trigger")
    def _compute_wa_conditions(self):
        """Empty the conditions of other triggers; those of the rule's own stay as they are."""
        for rule in self:
            keep = {
                RECEIVED: (*RECEIVED_CONDITIONS, *SHARED_CONDITIONS),
                STATUS: (*STATUS_CONDITIONS, *SHARED_CONDITIONS),
            }.get(rule.trigger, ())
            for name in (*RECEIVED_CONDITIONS, *STATUS_CONDITIONS, *SHARED_CONDITIONS):
                # Assigned in any case: a computed field has to get a value.
                rule[name] = rule[name] if name in keep else False

    @api.depends("trigger")
    def _compute_wa_kind(self):
        """On its own: who gives some conditions only must not leave this one empty."""
        for rule in self:
            rule.wa_kind = (rule.wa_kind or "any") if rule.trigger == RECEIVED else False

    @api.depends("trigger", "wa_template_id")
    def _compute_wa_has_template(self):
        """Written by people's choice alone: a template that is deleted leaves it as it was."""
        for rule in self:
            rule.wa_has_template = bool(rule.wa_template_id)

    def _compute_wa_failure_count(self):
        counts = dict(
            self.env["wa.rule.run"]
            .sudo()
            ._read_group([("automation_id", "in", self.ids), ("failed_at", "!=", False)], ["automation_id"], ["__count"])
        )
        for rule in self:
            rule.wa_failure_count = counts.get(rule._origin, 0)

    @api.depends("action_server_ids.state")
    def _compute_wa_can_dry_run(self):
        for rule in self:
            rule.wa_can_dry_run = bool(rule._wa_dry_run_actions())

    # -------------------------------------------------------------- constraints

    @api.constrains("trigger", "model_id")
    def _check_wa_trigger(self):
        for rule in self:
            if rule.trigger in WA_TRIGGERS and rule.model_id.model not in RULE_MODELS:
                models_ = self.env["ir.model"].sudo().search([("model", "in", RULE_MODELS)])
                raise ValidationError(
                    self.env._(
                        "WhatsApp messages start rules about %(possible)s, not about %(model)s.",
                        possible=", ".join(models_.mapped("name")),
                        model=rule.model_id.name,
                    )
                )

    @api.constrains("trigger", "wa_text_mode", "wa_text", "wa_pause_hours")
    def _check_wa_conditions(self):
        for rule in self:
            if rule.wa_text_mode and not words.terms(rule.wa_text, ",;\n"):
                raise ValidationError(self.env._("Say which words the customer's text has to contain."))
            if rule.wa_pause_hours < 0:
                raise ValidationError(self.env._("The hours until a rule may run again cannot be negative."))

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        """Forget the rules that are known, see :meth:`_wa_rule_ids`; those about dates begin now."""
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        # A rule may get its actions later: see ``ir.actions.server._wa_begin_rules``.
        untold = rules.browse([rule.id for rule, vals in zip(rules, vals_list, strict=True) if not vals.get("last_run")])
        untold._wa_dated_writers()._wa_begin()
        return rules

    def write(self, vals):
        """Forget the rules that are known where that matters; those about dates that are switched on begin now."""
        may_begin = "last_run" not in vals and bool(BEGIN_WITH & vals.keys())
        before = self._wa_dated_writers() if may_begin else self.browse()
        result = super().write(vals)
        if {"trigger", "model_id", "active", "wa_on_sent", *STATUS_CONDITIONS} & vals.keys():
            self.env.registry.clear_cache()
        if may_begin:
            (self._wa_dated_writers() - before)._wa_begin()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # ------------------------------------------------------------------ running

    def _process(self, records, domain_post=None):
        """A rule is the business at work, also when it is started by what a person runs by hand."""
        with by_hand(False):
            return super()._process(records, domain_post)

    def _search_time_based_automation_records(self, *, until):
        """A rule about a day that writes to customers does not miss who got that day after the job had run."""
        records = super()._search_time_based_automation_records(until=until)
        return self.env["wa.rule.day"]._complete(self, records, until)

    @api.model
    def _cron_process_time_based_actions(self):
        """Have the job come back soon when a rule lost a race.

        Core undoes what that rule did and looks at its records again at the job's next turn,
        which is up to four hours away: a reminder would come as much too late.
        """
        try:
            return super()._cron_process_time_based_actions()
        except CONFLICTS:
            job = self.env.ref("base_automation.ir_cron_data_base_automation_check")
            trigger_once(job, fields.Datetime.now() + timedelta(seconds=AGAIN_SECONDS))
            # The error ends the job's transaction, and this must outlive it.
            self.env["ir.cron"]._commit_progress()
            raise

    # --------------------------------------------------- rules that wait for us

    @api.model
    @tools.ormcache("trigger")
    def _wa_rule_ids(self, trigger: str) -> tuple[int, ...]:
        """Return ids of the active rules of a trigger, in the order in which they run.

        From memory: with no rule, a message costs no query.

        :param trigger: one of :data:`WA_TRIGGERS`.
        """
        rules = self.sudo().with_context(active_test=True).search([("trigger", "=", trigger)], order="id")
        return tuple(rules.ids)

    @api.model
    @tools.ormcache()
    def _wa_statuses(self) -> frozenset[str]:
        """Return the statuses that some rule waits for, as a frozenset; from memory, too."""
        rules = self.sudo().browse(self._wa_rule_ids(STATUS))
        return frozenset().union(*(rule._wa_wanted_statuses() for rule in rules))

    def _wa_wanted_statuses(self) -> set[str]:
        """Return the statuses of which a report starts this rule; none chosen means all."""
        self.ensure_one()
        names = ("sent", "delivered", "read", "played", "failed")
        return {name for name in names if self[f"wa_on_{name}"]} or set(names)

    def _wa_gives_way_to(self) -> models.BaseModel:
        """Return the active rules in favour of which this one is left out when one message starts both (hook)."""
        self.ensure_one()
        return self.env["wa.recipe"]._superseding(self)

    # ------------------------------------------------ rules that write to people

    @api.model
    @tools.ormcache()
    def _wa_any_writes(self) -> bool:
        """Tell whether some action of a rule writes to customers, or may; from memory: Odoo forgets it with every action."""
        code = Domain("state", "=", "code") & (Domain("code", "like", "message_post") | Domain("code", "like", "wa_send"))
        of_rules = Domain("base_automation_id", "!=", False) | Domain("parent_id", "!=", False)
        domain = of_rules & (Domain("state", "in", list(KINDS)) | code)
        return bool(self.env["ir.actions.server"].sudo().search_count(domain, limit=1))

    def _wa_writing_actions(self) -> models.BaseModel:
        """Return the actions of these rules that write to customers, also inside of others, the outer ones first."""
        found, todo = self.env["ir.actions.server"], self.action_server_ids
        while todo:
            found |= todo.filtered(lambda action: action.state in KINDS)
            todo = todo.child_ids - found
        return found

    def _wa_writes_to_customers(self) -> bool:
        """Tell whether one of the rule's actions writes to customers."""
        return bool(self._wa_writing_actions())

    def _wa_dry_run_actions(self) -> models.BaseModel:
        """Return the actions of this rule that send WhatsApp messages themselves."""
        return self._wa_writing_actions().filtered(lambda action: action.state == "wa_template")

    def _wa_written(self) -> list[str]:
        """Return the names of the templates, texts and sequences that a rule sends, each once."""
        self.ensure_one()
        return list(dict.fromkeys(action._wa_kind()._written(action) for action in self.sudo()._wa_writing_actions()))

    def _wa_dated_writers(self) -> models.BaseModel:
        """Return those of these rules that are on, about dates, and write to customers."""
        return self.sudo().filtered(
            lambda rule: rule.active and rule.trigger in TIME_TRIGGERS and rule._wa_writes_to_customers()
        )

    def _wa_begin(self) -> None:
        """Have rules act on moments from now on only."""
        if self:
            self.write({"last_run": fields.Datetime.now()})

    # ------------------------------------------------------------------ actions

    def action_view_wa_failures(self):
        """Open the conversations in which this rule failed, with the reasons."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_rule_run_action")
        return {**action, "domain": [("automation_id", "=", self.id), ("failed_at", "!=", False)]}

    def action_wa_dry_run(self):
        """Open the rehearsal of this rule. Managers only.

        :raises AccessError: by somebody else.
        """
        self.ensure_one()
        return self.env["wa.dry.run"]._open(self)
