from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from odoo import Command, api, fields, models
from odoo.tools.safe_eval import datetime as wrapped_datetime
from odoo.tools.safe_eval import safe_eval
from odoo.tools.safe_eval import time as wrapped_time

#: Types of actions that write to customers, now or later, and the model that says what each is and does
#: (``models/automation/wa_action_kind.py``).
KINDS = {"wa_template": "wa.action.message", "wa_sequence": "wa.action.sequence"}

#: Whether a person runs what runs right now themselves. Not a key of Odoo's context, which clients may send.
_by_hand: ContextVar[bool] = ContextVar("wa_by_hand", default=False)


@contextmanager
def by_hand(is_person: bool) -> Iterator[None]:
    """Mark what runs inside as started by a person (True), or as the business at work (False)."""
    token = _by_hand.set(is_person)
    try:
        yield
    finally:
        _by_hand.reset(token)


class IrActionsServer(models.Model):
    """Server actions “Send WhatsApp” and “Add to WhatsApp Sequence”: in automation rules, buttons, lists and scheduled jobs."""

    _name = "ir.actions.server"
    _inherit = ["ir.actions.server", "wa.scheduled.owner"]

    state = fields.Selection(
        selection_add=[("wa_template", "Send WhatsApp"), ("wa_sequence", "Add to WhatsApp Sequence"), ("followers",)],
        ondelete={"wa_template": "cascade", "wa_sequence": "cascade"},
    )
    wa_sequence_id = fields.Many2one("wa.sequence", "WhatsApp Sequence", ondelete="set null")
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

    def _wa_kind(self) -> models.BaseModel | None:
        """Return the model that says what this kind of action is and does (``wa.action.kind``), or None."""
        self.ensure_one()
        return self.env[KINDS[self.state]] if self.state in KINDS else None

    @api.model
    def _name_depends(self):
        return [*super()._name_depends(), *(name for kind in KINDS.values() for name in self.env[kind]._label_fields)]

    def _generate_action_name(self):
        self.ensure_one()
        kind = self._wa_kind()
        return (kind is not None and kind._label(self)) or super()._generate_action_name()

    @api.model
    def _warning_depends(self):
        return [*super()._warning_depends(), *(name for kind in KINDS.values() for name in self.env[kind]._warning_fields)]

    def _get_warning_messages(self):
        """Warnings are shown in the form and keep the action from running."""
        self.ensure_one()
        warnings = super()._get_warning_messages()
        if (kind := self._wa_kind()) is not None:
            warnings += kind._warnings(self)
        return warnings

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

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        """Note who wrote the text; a rule about dates begins with its first action that writes to customers."""
        actions = super().create([self._wa_with_author(vals) for vals in vals_list])
        actions._wa_begin_rules()
        return actions

    def write(self, vals):
        """Note who wrote the text; a rule about dates begins with its first action that writes to customers."""
        result = super().write(self._wa_with_author(vals))
        if {"state", "base_automation_id", "parent_id", "child_ids"} & vals.keys():
            self._wa_begin_rules()
        return result

    def _wa_begin_rules(self) -> None:
        """Have the rules of these actions begin, as far as they never ran."""
        rules, todo = self.env["base.automation"].sudo(), self.sudo()
        while todo:
            rules |= todo.base_automation_id
            todo = todo.parent_id
        rules.filtered(lambda rule: not rule.last_run)._wa_dated_writers()._wa_begin()

    @api.model
    def _wa_with_author(self, vals: dict) -> dict:
        """Return values with who stands for the text they hold; nobody says that of somebody else."""
        own = {key: value for key, value in vals.items() if key != "wa_text_user_id" or self.env.su}
        if "wa_text" in own:
            own.setdefault("wa_text_user_id", self.env.uid)
        return own

    # ------------------------------------------------------------------ running

    def run(self):
        """Remember that a person runs this, not a rule or a job: what they send reaches only whom they may reach."""
        if not self.env.su and set(self.sudo().mapped("state")) & {*KINDS, "multi"}:
            with by_hand(True):
                return super().run()
        return super().run()

    def _wa_person(self) -> models.BaseModel:
        """Return the user who runs this action by hand; an empty set in a rule or a job."""
        return self.env.user if not self.env.su or _by_hand.get() else self.env["res.users"]

    def _get_eval_context(self, action=None):
        """Add ``wa_message`` for code: what started its rule, with the rights of whoever runs it; else empty."""
        eval_context = super()._get_eval_context(action)
        if action and action.state == "code":
            message_id = self.env.context.get("wa_message_id")
            eval_context["wa_message"] = self.env["wa.message"].browse(message_id or ())
        return eval_context

    def _run_action_wa_template_multi(self, eval_context=None):
        self.env[KINDS[self.state]]._run(self, eval_context)
        return False

    def _run_action_wa_sequence_multi(self, eval_context=None):
        self.env[KINDS[self.state]]._run(self, eval_context)
        return False

    # ------------------------------------------------- what a planned message asks

    def _wa_scheduled_records(self) -> models.BaseModel:
        """Return the records a scheduled job sends to."""
        self.ensure_one()
        model = self.env[self.model_id.model]
        if self.usage != "ir_cron":
            return model
        return model.search(self._wa_scheduled_domain())

    def _wa_scheduled_domain(self) -> list:
        """Return the domain of the records a scheduled job sends to."""
        self.ensure_one()
        return safe_eval(self.wa_domain or "[]", {"uid": self.env.uid, **self._wa_domain_words()})

    @api.model
    def _wa_domain_words(self) -> dict:
        """Return the words a domain may use besides values: today and now."""
        return {"context_today": lambda: fields.Date.context_today(self), "datetime": wrapped_datetime, "time": wrapped_time}

    def _wa_due_at(self) -> datetime | None:
        """Return when a message that is planned now leaves (naive UTC), or None for at once."""
        return fields.Datetime.now() + self._wa_waiting_time() if self.wa_delay > 0 else None

    def _wa_waiting_time(self) -> timedelta:
        """Return how long a message waits after its rule was triggered."""
        return timedelta(**{self.wa_delay_unit or "hours": max(self.wa_delay, 0)})

    def _wa_dedupe_key(self, record) -> str:
        """Return the key that is used once: action, record and, if asked for, this stay in the stage."""
        self.ensure_one()
        key = f"action:{self.id}:{record._name}:{record.id}"
        if self.wa_repeat == "stage" and "stage_id" in record._fields:
            entered = record["date_last_stage_update"] if "date_last_stage_update" in record._fields else ""
            key += f":{record['stage_id'].id}:{entered}"
        return key

    def _wa_is_in_force(self) -> bool:
        """Tell whether what was planned by this action is still wanted: its rule was not switched off."""
        self.ensure_one()
        return self.state == "wa_template" and (not self.base_automation_id or self.base_automation_id.active)

    def _wa_sending_options(self) -> dict:
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

    def _wa_dry_run_actions(self) -> models.BaseModel:
        """Return those of these actions that send WhatsApp messages themselves."""
        return self.filtered(lambda action: action.state == "wa_template")

    # ------------------------------------------------------------------ actions

    def action_wa_dry_run(self):
        """Open the rehearsal of this action, or of the rule it belongs to. Managers only.

        :raises AccessError: by somebody else.
        """
        self.ensure_one()
        self.env["wa.dry.run.rights"]._check()
        return self.env["wa.dry.run"]._open(self.sudo().base_automation_id.with_env(self.env) or self)
