from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.safe_eval import datetime as wrapped_datetime
from odoo.tools.safe_eval import safe_eval
from odoo.tools.safe_eval import time as wrapped_time

#: The context key of :class:`ByHand`.
BY_HAND = "wa_by_hand"


class ByHand(str):
    """Marks an action that a person runs themselves, and the actions inside of it: they run with all rights.

    A class of its own: no JSON of a client becomes one. A text: contexts travel in actions to the browser.
    """

    __slots__ = ()


class IrActionsServer(models.Model):
    """Server action type “Send WhatsApp”: in automation rules, buttons, lists and scheduled jobs."""

    _name = "ir.actions.server"
    _inherit = ["ir.actions.server", "wa.scheduled.owner"]

    state = fields.Selection(
        selection_add=[("wa_template", "Send WhatsApp"), ("followers",)],
        ondelete={"wa_template": "cascade"},
    )
    wa_content = fields.Selection(
        [("template", "Template"), ("text", "Text")],
        "Content",
        default="template",
        help="A text leaves only while WhatsApp lets us write freely: within 24 hours of the customer's last message.",
    )
    wa_template_id = fields.Many2one(
        "wa.template",
        "WhatsApp Template",
        compute="_compute_wa_template_id",
        store=True,
        readonly=False,
        ondelete="set null",
    )
    wa_by_language = fields.Boolean(
        "In the Customer's Language",
        default=True,
        help="If the template exists in the customer's language, that one is sent; else in one of the account's "
        "fallback languages; else exactly this one.",
    )
    wa_text = fields.Text(
        "WhatsApp Text", help="Fields of the record in double braces, with a fallback: {{ partner_id.name | there }}."
    )
    wa_text_user_id = fields.Many2one(
        "res.users",
        "Text Written By",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Stands for the fields in the text: nothing leaves that this person may not read.",
    )
    wa_number_policy = fields.Selection(
        [
            ("customer", "Where the customer writes, else the team's number"),
            ("fixed", "This number"),
            ("team", "The number of the record's team"),
            ("company", "The record's company writes in its own name"),
            ("language", "A number for the customer's language"),
        ],
        "Send From",
        compute="_compute_wa_number_policy",
        store=True,
        readonly=False,
    )
    wa_number_id = fields.Many2one("wa.number", "WhatsApp Number", ondelete="set null")
    wa_delay = fields.Integer(
        "Wait", help="How long to wait. When the time has come, the rule's conditions are looked at again."
    )
    wa_delay_unit = fields.Selection(
        [("minutes", "Minutes"), ("hours", "Hours"), ("days", "Days")],
        default="hours",
    )
    wa_even_if_won = fields.Boolean(
        "Also If the Lead Is Won Meanwhile",
        help="A message that waits is called off when its lead is lost or archived, and, unless this is set, when it is won.",
    )
    wa_repeat = fields.Selection(
        [
            ("stage", "Once per record and stage"),
            ("record", "Once per record"),
            ("always", "Every time"),
        ],
        "How Often",
        default="stage",
    )
    wa_domain = fields.Char(
        "To Which Records", default="[]", help="A scheduled job has no records of its own: it sends to those found here."
    )
    wa_value_ids = fields.One2many(
        "wa.action.value",
        "action_id",
        "Values",
        compute="_compute_wa_value_ids",
        store=True,
        readonly=False,
        copy=True,
        help="Where the variables get their values when this rule sends. Without a line here, the template's own "
        "settings hold.",
    )

    # ------------------------------------------------------------------ compute

    @api.depends("usage")
    def _compute_allowed_states(self):
        """Scheduled jobs run code, or send WhatsApp: nothing else makes sense without records."""
        result = super()._compute_allowed_states()
        for action in self.filtered(lambda action: action.usage == "ir_cron"):
            action.allowed_states = ["code", "wa_template"]
        return result

    @api.model
    def _name_depends(self):
        return [*super()._name_depends(), "wa_content", "wa_template_id"]

    def _generate_action_name(self):
        self.ensure_one()
        if self.state == "wa_template" and self.wa_content == "text":
            return self.env._("Send WhatsApp text")
        if self.state == "wa_template" and self.wa_template_id:
            return self.env._("Send WhatsApp: %s", self.wa_template_id.display_name)
        return super()._generate_action_name()

    @api.depends("state")
    def _compute_wa_template_id(self):
        for action in self:
            if action.state != "wa_template":
                action.wa_template_id = False

    @api.depends("wa_number_id")
    def _compute_wa_number_policy(self):
        """Who names a number means it."""
        for action in self:
            if action.wa_number_id:
                action.wa_number_policy = "fixed"
            elif action.wa_number_policy in (False, "fixed"):
                action.wa_number_policy = "customer"

    @api.depends("state", "wa_template_id", "model_id")
    def _compute_wa_value_ids(self):
        """A template made for another kind of record has to be told where its values come from."""
        for action in self:
            template = action.wa_template_id.sudo()
            is_foreign = template and template.model_id != action.model_id
            wanted = template.parameter_ids if is_foreign else template.parameter_ids.browse()
            fitting = action.wa_value_ids.filtered(lambda v, t=template: v.parameter_id.template_id == t)
            changes = [
                *(Command.unlink(line.id) for line in action.wa_value_ids - fitting),
                *(
                    Command.create({"parameter_id": parameter.id, "fallback": parameter.fallback})
                    for parameter in wanted - fitting.parameter_id
                    if parameter.is_required
                ),
            ]
            if changes:
                action.wa_value_ids = changes

    @api.model
    def _warning_depends(self):
        values = ("field_path", "fallback", "report_id", "file")
        ours = ("model_id", "state", "wa_content", "wa_text", "wa_template_id")
        return [*super()._warning_depends(), *ours, *(f"wa_value_ids.{name}" for name in values)]

    def _get_warning_messages(self):
        """Warnings are shown in the form and keep the action from running."""
        self.ensure_one()
        warnings = super()._get_warning_messages()
        if self.state != "wa_template":
            return warnings
        if self.wa_content == "text":
            try:
                self.env["wa.free.text"]._check_text(self.wa_text, self.model_id.model, self.wa_text_user_id)
            except ValidationError as error:
                warnings.append(str(error))
        elif self.wa_template_id and (unfilled := self._wa_unfilled()):
            warnings.append(
                self.env._(
                    "This template was made for another kind of record. Say where its values come from: %s.",
                    ", ".join(unfilled.mapped("label")),
                )
            )
        return warnings

    def _wa_unfilled(self):
        """Return the required variables for which nothing can be found on this action's records."""
        template = self.wa_template_id.sudo()
        if template.model_id == self.model_id:
            return template.parameter_ids.browse()
        told = self.wa_value_ids.filtered(lambda line: line._says_something()).parameter_id
        return template._sent_parameters().filtered("is_required") - told

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        """Note who wrote the text."""
        return super().create([self._wa_with_author(vals) for vals in vals_list])

    def write(self, vals):
        """Note who wrote the text."""
        return super().write(self._wa_with_author(vals))

    @api.model
    def _wa_with_author(self, vals):
        """Return values with who stands for the text they hold; nobody says that of somebody else."""
        own = {key: value for key, value in vals.items() if key != "wa_text_user_id" or self.env.su}
        if "wa_text" in own:
            own.setdefault("wa_text_user_id", self.env.uid)
        return own

    # ------------------------------------------------------------------ running

    def run(self):
        """Remember that a person runs this, not a rule or a job: what they send reaches only whom they may reach."""
        if not self.env.su and set(self.sudo().mapped("state")) & {"wa_template", "wa_sequence", "multi"}:
            return super(IrActionsServer, self.with_context(**{BY_HAND: ByHand("1")})).run()
        return super().run()

    def _wa_person(self):
        """Return the user who runs this action by hand; an empty set in a rule or a job."""
        by_hand = not self.env.su or isinstance(self.env.context.get(BY_HAND), ByHand)
        return self.env.user if by_hand else self.env["res.users"]

    def _run_action_wa_template_multi(self, eval_context=None):
        """Plan the message for the records; nothing is looked at while the user waits.

        A job sends: what cannot be sent is said in the record's chatter and in the list
        of planned messages, and stops nobody else.
        """
        if not (self.wa_text if self.wa_content == "text" else self.wa_template_id) or self._is_recompute():
            return False
        if self._wa_is_echo():
            return False
        records = eval_context.get("records") or eval_context.get("record") or self._wa_scheduled_records()
        person = self._wa_person()
        if records:
            self.env["wa.reach"]._check_records(person, records)
            self.env["wa.scheduled.message"].sudo()._plan(
                records,
                origin="automation",
                template=None if self.wa_content == "text" else self.wa_template_id,
                text=self.wa_text if self.wa_content == "text" else None,
                key=self._wa_dedupe_key if self.wa_repeat != "always" else None,
                due_at=self._wa_due_at(),
                by_language=self.wa_content == "template" and self.wa_by_language,
                action_id=self.id,
                by_hand=bool(person),
                number_id=self.wa_number_id.id if self.wa_number_policy == "fixed" and self.wa_number_id else None,
            )
        return False

    def _wa_is_echo(self):
        """Tell whether nothing changed but what we keep about our own messages: a rule would answer itself.

        Each message that leaves changes when a lead was last written to, and a rule for any change would start
        again with it. Rules that name such a field mean it.
        """
        changed = {name for names in (self.env.context.get("old_values") or {}).values() for name in names}
        if not changed:
            return False
        facts = getattr(self.env[self.sudo().model_id.model], "_wa_facts", None)
        watched = set(self.sudo().base_automation_id.trigger_field_ids.mapped("name"))
        return facts is not None and changed <= facts() and not changed & watched

    def _wa_scheduled_records(self):
        """Return the records a scheduled job sends to."""
        self.ensure_one()
        model = self.env[self.model_id.model]
        if self.usage != "ir_cron":
            return model
        return model.search(self._wa_scheduled_domain())

    def _wa_scheduled_domain(self):
        """Return the domain of the records a scheduled job sends to."""
        self.ensure_one()
        return safe_eval(self.wa_domain or "[]", {"uid": self.env.uid, **self._wa_domain_words()})

    @api.model
    def _wa_domain_words(self):
        """Return the words a domain may use besides values: today and now."""
        return {"context_today": lambda: fields.Date.context_today(self), "datetime": wrapped_datetime, "time": wrapped_time}

    def _wa_due_at(self):
        """Return when a message that is planned now leaves (naive UTC), or None for at once."""
        if self.wa_delay <= 0:
            return None
        return fields.Datetime.now() + timedelta(**{self.wa_delay_unit or "hours": self.wa_delay})

    def _wa_dedupe_key(self, record):
        """Return the key that is used once: action, record and, if asked for, this stay in the stage."""
        self.ensure_one()
        key = f"action:{self.id}:{record._name}:{record.id}"
        if self.wa_repeat == "stage" and "stage_id" in record._fields:
            entered = record["date_last_stage_update"] if "date_last_stage_update" in record._fields else ""
            key += f":{record['stage_id'].id}:{entered}"
        return key

    def _wa_is_in_force(self):
        """Tell whether what was planned by this action is still wanted: its rule was not switched off."""
        self.ensure_one()
        return self.state == "wa_template" and (not self.base_automation_id or self.base_automation_id.active)

    def _wa_sending_options(self):
        """Return the keyword arguments of ``_send_to_records`` that this action asks for."""
        self.ensure_one()
        options = {"policy": self.wa_number_policy if self.wa_number_policy in ("team", "company", "language") else None}
        if self.wa_content == "template":
            options["sources"] = {line.parameter_id.key: line for line in self.wa_value_ids}
        else:
            options["author"] = self.wa_text_user_id
        return options

    # ------------------------------------------------- as owner of planned messages

    @api.model
    def _scheduled_due(self, plans):
        """A rule that was switched off meanwhile sends nothing."""
        action = plans[:1].action_id
        if action and not action._wa_is_in_force():
            plans._cancel("rule_switched_off")
            return plans.browse()
        return plans

    @api.model
    def _scheduled_options(self, plan):
        """The action says with which values, from which number."""
        return plan.action_id.with_env(self.env)._wa_sending_options() if plan.action_id else {}

    @api.model
    def _scheduled_wanted(self, plans, records):
        """After a delay a rule still has to apply; what is sent without one is about what happened, and is sent."""
        late = {plan.res_id for plan in plans if plan.due_at > plan.planned_at}
        rule = plans[:1].action_id.base_automation_id.with_env(records.env)
        if not late or not rule.filter_domain:
            return records
        domain = safe_eval(rule.filter_domain, rule._get_eval_context())
        return records.filtered(lambda r: r.id not in late) | records.filtered(lambda r: r.id in late).filtered_domain(domain)

    @api.model
    def _scheduled_minds(self, plan, code):
        """A won lead is an end, unless the action says otherwise."""
        return not plan.action_id.wa_even_if_won if code == "lead_won" else True

    @api.model
    def _scheduled_settled(self, plans):
        """Somebody else's machine that answers ours in turn is stopped."""
        self.env["wa.machine"]._stop(plans.message_id.conversation_id)
