import ast

from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

#: How the number is chosen from which a sequence writes; see ``_wa_find_conversations``.
NUMBER_POLICIES = [
    ("customer", "Where the customer writes, else the team's number"),
    ("fixed", "This number"),
    ("team", "The number of the lead's team"),
    ("language", "A number for the customer's language"),
]
#: A change of these changes what is planned for the leads under way.
PLANNED_BY = {"step_ids", "calendar_id", "number_policy", "number_id", "by_language"}
#: A change of these changes the rule by which leads come in.
RULED_BY = {"entry", "entry_stage_id", "entry_domain", "active", "name", "team_id", "company_id"}


class WaSequence(models.Model):
    """Messages that follow each other: who gets them, when, and what ends it.

    A sequence plans one message per lead, the next; everything that could speak against
    it is looked at again when its time has come.
    """

    _name = "wa.sequence"
    _description = "WhatsApp Sequence"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    team_id = fields.Many2one(
        "crm.team",
        "Sales Team",
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
        help="Only leads of this team are added, and only the team sees the sequence. Empty: everybody.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        check_company=True,
        ondelete="restrict",
        default=lambda self: self.env.company.resource_calendar_id,
        help="What working hours and working days are, in its own time zone. Empty: every hour and day counts.",
    )
    step_ids = fields.One2many("wa.sequence.step", "sequence_id", "Steps", copy=True)
    number_policy = fields.Selection(NUMBER_POLICIES, "Send From", required=True, default="customer")
    number_id = fields.Many2one("wa.number", check_company=True, ondelete="restrict")
    by_language = fields.Boolean(
        "In the Customer's Language",
        default=True,
        help="If the template exists in the customer's language, that one is sent; else in one of the account's "
        "fallback languages; else exactly the one of the step.",
    )
    on_refused = fields.Selection(
        [("go_on", "Go on with the next step"), ("end", "End the sequence for this lead")],
        "If a Step Cannot Be Sent",
        required=True,
        default="go_on",
    )
    exit_on_reply = fields.Boolean(
        "The Customer Answers",
        default=True,
        help="Any message of the customer ends it, except an answer that a coming step waits for (its button or word).",
    )
    exit_on_won = fields.Boolean("The Lead Is Won", default=True)
    exit_on_lost = fields.Boolean("The Lead Is Lost or Archived", default=True)
    exit_on_opt_out = fields.Boolean(
        "The Customer Wants None of the Coming Messages",
        default=True,
        help="It ends when the customer took back the consent that every coming step needs; a single step they do not "
        "want is treated like any step that cannot be sent.",
    )
    exit_on_stage_left = fields.Boolean("The Lead Leaves the Stage in Which It Was Added")
    exit_stage_ids = fields.Many2many("crm.stage", string="The Lead Enters One of These Stages")
    entry = fields.Selection(
        [
            ("manual", "Somebody adds them"),
            ("stage", "They enter a stage"),
            ("domain", "They match a filter"),
        ],
        "Leads Come In When",
        required=True,
        default="manual",
    )
    entry_stage_id = fields.Many2one("crm.stage", "Stage", ondelete="restrict")
    entry_domain = fields.Char("Which Leads", default="[]", help="Only leads that match.")
    automation_id = fields.Many2one("base.automation", "Automation Rule", readonly=True, copy=False, ondelete="set null")
    run_ids = fields.One2many("wa.sequence.run", "sequence_id", "Leads")
    running_count = fields.Integer("Under Way", compute="_compute_counts")
    done_count = fields.Integer("Done", compute="_compute_counts")
    replied_count = fields.Integer("Answered", compute="_compute_counts")
    left_count = fields.Integer("Left", compute="_compute_counts")
    explanation = fields.Html("What Happens", compute="_compute_explanation", sanitize=False)

    # -------------------------------------------------------------- constraints

    @api.constrains("number_policy", "number_id")
    def _check_number(self):
        if any(sequence.number_policy == "fixed" and not sequence.number_id for sequence in self):
            raise ValidationError(self.env._("Choose the number the sequence writes from."))

    @api.constrains("entry", "entry_stage_id", "entry_domain")
    def _check_entry(self):
        for sequence in self:
            if sequence.entry == "stage" and not sequence.entry_stage_id:
                raise ValidationError(self.env._("Choose the stage in which leads come in."))
            domain = self.env["wa.sequence.step"]._check_domain(sequence.entry_domain)
            if sequence.entry == "domain" and domain.is_true():
                raise ValidationError(self.env._("Say which leads come in; an empty filter would add every lead there is."))

    # ------------------------------------------------------------------ compute

    @api.depends("run_ids.state")
    def _compute_counts(self):
        counts = {}
        groups = self.env["wa.sequence.run"]._read_group(
            [("sequence_id", "in", self.ids)], ["sequence_id", "state", "code"], ["__count"]
        )
        for sequence, state, code, count in groups:
            kind = "replied" if code == "sequence_replied" else state
            counts[sequence.id, kind] = counts.get((sequence.id, kind), 0) + count
        for sequence in self:
            own = sequence._origin.id
            sequence.running_count = counts.get((own, "running"), 0)
            sequence.done_count = counts.get((own, "done"), 0)
            sequence.replied_count = counts.get((own, "replied"), 0)
            sequence.left_count = counts.get((own, "left"), 0) + counts.get((own, "cancelled"), 0)

    @api.depends("step_ids.summary")
    def _compute_explanation(self):
        for sequence in self:
            sequence.explanation = sequence._explain_steps()

    def _explain_steps(self):
        """Return what happens when, one sentence per step, as safe HTML."""
        items = Markup().join(Markup("<li>%s</li>") % step.summary for step in self._ordered_steps() if step.template_id)
        return Markup("<ol>%s</ol>") % items if items else False

    def _ordered_steps(self):
        """Return the steps in their order, also those of a form that is not saved yet."""
        return self.step_ids.sorted(lambda step: (step.sequence, step._origin.id or float("inf")))

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        """The first sequence of a database switches on that messages and leads are looked at; its rule comes with each."""
        sequences = super().create(vals_list)
        self.env.registry.clear_cache()
        sequences._update_automation()
        return sequences

    def write(self, vals):
        """What is planned follows the change, and so does the rule; what was sent is never sent again."""
        before = {sequence: sequence.step_ids for sequence in self}
        result = super(WaSequence, self.with_context(wa_no_replan=True)).write(vals)
        if "active" in vals:
            self.env.registry.clear_cache()
        if vals.get("active") is False:
            self.sudo().run_ids._leave("sequence_archived", "cancelled")
        elif PLANNED_BY & vals.keys():
            for sequence, steps in before.items():
                sequence._replan(sequence.step_ids - steps)
        if RULED_BY & vals.keys():
            self._update_automation()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.sudo().run_ids:
            raise UserError(
                self.env._("Leads have been in this sequence, so what they got is kept with it. Archive it instead.")
            )

    def unlink(self):
        """Forget that there are sequences, if these were the last; the rule goes with each."""
        self.env.registry.clear_cache()
        rules = self.sudo().automation_id
        result = super().unlink()
        rules.unlink()
        return result

    def copy_data(self, default=None):
        """A copy says that it is one."""
        return [
            {**vals, "name": (default or {}).get("name") or self.env._("%s (copy)", sequence.name)}
            for sequence, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # ----------------------------------------------------------------- business

    @api.model
    @tools.ormcache()
    def _exist(self):
        """Tell whether there is any active sequence; without one, nothing costs anything."""
        return bool(self.sudo().with_context(active_test=True).search_count([], limit=1))

    def _policy(self):
        """Return ``policy`` of ``_send_to_records`` for this sequence."""
        self.ensure_one()
        return self.number_policy if self.number_policy in ("team", "language") else None

    def _replan(self, new_steps):
        """Have what is planned follow a change of the steps.

        A new step that stands before one a lead is past is not made up for.

        :param new_steps: ``wa.sequence.step`` that were added just now.
        """
        for sequence in self.sudo():
            runs = sequence.run_ids.filtered(lambda run: run.state == "running")
            place = {step: index for index, step in enumerate(sequence._ordered_steps())}
            for run in runs if new_steps else ():
                past = max((place[step] for step in run.done_step_ids if step in place), default=-1)
                run.done_step_ids += new_steps.sudo().browse([step.id for step in new_steps if place[step.sudo()] < past])
            runs._plan_next()

    @api.model
    def _dry_run_step(self, lead, step, when):
        return (lead, step, when, step.template_id)

    def _dry_run_plan(self, leads, start=None):
        """Return what these leads would be sent if they were added, without writing anything.

        Steps with a condition are among it: whether they are sent depends on what is yet
        to happen (``step.condition_text`` says on what).

        :param leads: ``crm.lead``; those that would not be added are left out.
        :param datetime start: when they are added (naive UTC); now if not given.
        :returns: list of ``(lead, step, when, template)``, ``when`` in naive UTC
        """
        self.ensure_one()
        refused = self._refusals(leads)
        moments, base = [], start or fields.Datetime.now()
        for step in self._ordered_steps():
            base = step._due_after(base)
            moments.append((step, base))
        return [self._dry_run_step(lead, step, when) for lead in leads if lead not in refused for step, when in moments]

    # -------------------------------------------------------------------- entry

    def _update_automation(self):
        """Create, change or switch off the rule; a manager of sequences need not be one of rules."""
        for sequence in self.sudo():
            rule = sequence.automation_id.with_context(active_test=False)
            if sequence.entry == "manual":
                rule.active = False
                continue
            vals = sequence._prepare_automation_vals()
            if rule:
                rule.write(vals)
            else:
                sequence.automation_id = rule.create(vals)
                self.env["ir.actions.server"].sudo().create(
                    {
                        "name": self.env._("Add to WhatsApp sequence: %s", sequence.name),
                        "model_id": self.env["ir.model"]._get_id("crm.lead"),
                        "base_automation_id": sequence.automation_id.id,
                        "usage": "base_automation",
                        "state": "wa_sequence",
                        "wa_sequence_id": sequence.id,
                    }
                )

    def _prepare_automation_vals(self):
        """Return the values of the rule by which leads come in."""
        self.ensure_one()
        domain = list(ast.literal_eval(self.entry_domain or "[]"))
        if self.team_id:
            domain = [("team_id", "=", self.team_id.id), *domain]
        domain = [("company_id", "in", [self.company_id.id, False]), *domain]
        if self.entry == "stage":
            domain = [("stage_id", "=", self.entry_stage_id.id), *domain]
        vals = {
            "name": self.env._("WhatsApp sequence: %s", self.name),
            "model_id": self.env["ir.model"]._get_id("crm.lead"),
            "active": self.active,
            "filter_domain": repr(domain),
        }
        if self.entry == "stage":
            return {**vals, "trigger": "on_stage_set", "trg_field_ref": self.entry_stage_id.id}
        return {**vals, "trigger": "on_create_or_write"}

    # ------------------------------------------------------------------ actions

    def action_wa_dry_run(self):
        """Open the rehearsal of this sequence. Managers only.

        :raises AccessError: by somebody else.
        """
        self.ensure_one()
        return self.env["wa.dry.run"]._open(self)

    def action_view_runs(self):
        """Open the leads of this sequence; the context may name a filter."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_sequence_run_action")
        context = {f"search_default_{name}": 1 for name in filter(None, [self.env.context.get("wa_filter")])}
        return {**action, "domain": [("sequence_id", "=", self.id)], "context": context}
