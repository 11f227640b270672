from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...tools import words
from .ir_actions_server import BY_HAND

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


class BaseAutomation(models.Model):
    """Automation rules that start when a customer writes, or when the status of our message changes.

    The conditions below say which messages; "Apply on" says, as in every rule, which
    records. All actions of Odoo follow, so that what customers answer moves leads.
    """

    _inherit = "base.automation"

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
        """Rules are looked up in a cache, see :meth:`_wa_rule_ids`."""
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if {"trigger", "model_id", "active", "wa_on_sent", *STATUS_CONDITIONS} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # ----------------------------------------------------------------- business

    def _process(self, records, domain_post=None):
        """A rule is the business at work, also when it is started by what a person runs by hand."""
        if BY_HAND in self.env.context:
            self = self.with_context(**{BY_HAND: False})  # noqa: PLW0642 (the same rules)
        return super()._process(records, domain_post)

    @api.model
    @tools.ormcache("trigger")
    def _wa_rule_ids(self, trigger):
        """Return ids of the active rules of a trigger, in the order in which they run.

        From memory: with no rule, a message costs no query.

        :param str trigger: one of :data:`WA_TRIGGERS`.
        """
        rules = self.sudo().with_context(active_test=True).search([("trigger", "=", trigger)], order="id")
        return tuple(rules.ids)

    @api.model
    @tools.ormcache()
    def _wa_statuses(self):
        """Return the statuses that some rule waits for, as a frozenset; from memory, too."""
        rules = self.sudo().browse(self._wa_rule_ids(STATUS))
        return frozenset().union(*(rule._wa_wanted_statuses() for rule in rules))

    def _wa_wanted_statuses(self):
        """Return the statuses of which a report starts this rule; none chosen means all."""
        self.ensure_one()
        names = ("sent", "delivered", "read", "played", "failed")
        return {name for name in names if self[f"wa_on_{name}"]} or set(names)

    def _wa_gives_way_to(self):
        """Return the active rules in favour of which this one is left out when one message starts both (hook)."""
        self.ensure_one()
        return self.browse()

    def action_view_wa_failures(self):
        """Open the conversations in which this rule failed, with the reasons."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_rule_run_action")
        return {**action, "domain": [("automation_id", "=", self.id), ("failed_at", "!=", False)]}
