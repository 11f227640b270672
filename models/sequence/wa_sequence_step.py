import ast
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

#: Days looked ahead for working time, in pieces; a calendar without any is as good as none.
LOOK_AHEAD, PIECE = 730, 28


class WaSequenceStep(models.Model):
    """One message of a sequence: when, which template, and whether."""

    _name = "wa.sequence.step"
    _description = "Step of a WhatsApp Sequence"
    _order = "sequence, id"
    _rec_names_search = ["template_id", "sequence_id"]

    sequence_id = fields.Many2one("wa.sequence", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="sequence_id.company_id")
    sequence = fields.Integer("Order", default=10)
    delay = fields.Integer("Wait", help="Counted from the step before, or from when the lead was added.")
    delay_unit = fields.Selection(
        [
            ("minutes", "Minutes"),
            ("hours", "Hours"),
            ("working_hours", "Working Hours"),
            ("days", "Days"),
            ("working_days", "Working Days"),
        ],
        "Unit",
        required=True,
        default="working_hours",
        help="0 working hours: at once within working hours, else when they begin.",
    )
    template_id = fields.Many2one(
        "wa.template",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('status', '=', 'APPROVED'), ('model', 'in', ('crm.lead', False)), ('company_id', '=', company_id)]",
    )
    condition = fields.Selection(
        [
            ("always", "Always"),
            ("domain", "The lead matches"),
            ("button", "The customer tapped"),
            ("keyword", "The customer wrote"),
            ("no_answer", "The customer did not answer since"),
        ],
        "Only If",
        required=True,
        default="always",
    )
    condition_domain = fields.Char("Leads", default="[]")
    button_id = fields.Many2one(
        "wa.template.button",
        ondelete="set null",
        domain="[('template_id', 'in', template_ids), ('type', '=', 'QUICK_REPLY')]",
        help="A button of an earlier message of this sequence.",
    )
    # The buttons of a template are made anew when it is synchronised; these stay.
    button_text = fields.Char("Tapped", compute="_compute_button_text", store=True)
    button_template_id = fields.Many2one(
        "wa.template", "Tapped In", compute="_compute_button_text", store=True, ondelete="set null"
    )
    template_ids = fields.Many2many("wa.template", string="Templates of the Sequence", compute="_compute_template_ids")
    keywords = fields.Char("Words", help="One of these words, separated by commas: yes, sure, call me")
    otherwise = fields.Selection([("skip", "Skip this step"), ("end", "End the sequence")], required=True, default="skip")
    condition_text = fields.Char(compute="_compute_summary")
    summary = fields.Char(compute="_compute_summary")

    _delay_positive = models.Constraint("CHECK(delay >= 0)", "A step cannot come before the one before it.")

    # -------------------------------------------------------------- constraints

    @api.constrains("condition", "condition_domain", "button_text", "keywords")
    def _check_condition(self):
        """Refuse a condition that says nothing, while the person who typed it is here."""
        for step in self:
            if step.condition == "button" and not step.button_text:
                raise ValidationError(self.env._("Choose which button the customer has to tap."))
            if step.condition == "keyword" and not step._words():
                raise ValidationError(self.env._("Say which words the customer has to write."))
            if step.condition == "domain":
                self._check_domain(step.condition_domain)

    @api.model
    def _check_domain(self, text):
        """Return the filter that a person typed, if it asks for nothing they may not read themselves.

        Leads are compared with it with all rights: who is sent a message would tell, bit by
        bit, what stands in a field that is closed to whoever wrote the filter.

        :raises ValidationError: it is no filter, or asks for a field that is not theirs to read.
        """
        domain = self._parse_domain(text)
        try:
            # Constraints of new records are checked with all rights.
            self.env["crm.lead"].sudo(False).search_count(domain, limit=1)
        except AccessError as error:
            raise ValidationError(self.env._("This filter asks for something you may not read: %s", text)) from error
        return domain

    @api.constrains("template_id", "sequence_id")
    def _check_template(self):
        for step in self:
            template = step.template_id.sudo()
            if template.company_id != step.sequence_id.company_id:
                raise ValidationError(
                    self.env._("The template “%s” belongs to another company than the sequence.", template.display_name)
                )
            if template.model and template.model != "crm.lead" and template.parameter_ids:
                raise ValidationError(self.env._("The template “%s” is not filled from leads.", template.display_name))

    @api.model
    def _parse_domain(self, text):
        """Return the ``Domain`` of leads that was typed; only values, nothing is evaluated.

        :raises ValidationError: it is none.
        """
        try:
            domain = Domain(ast.literal_eval(text or "[]"))
            domain.validate(self.env["crm.lead"].sudo())
        except (ValueError, SyntaxError, TypeError, KeyError) as error:
            raise ValidationError(self.env._("This filter of leads is not understood: %s", text)) from error
        return domain

    # ------------------------------------------------------------------ compute

    @api.depends("button_id")
    def _compute_button_text(self):
        for step in self:
            step.button_text = step.button_id.text or step.button_text
            step.button_template_id = step.button_id.template_id or step.button_template_id

    @api.depends("sequence_id.step_ids.template_id")
    def _compute_template_ids(self):
        for step in self:
            step.template_ids = step.sequence_id.step_ids.template_id

    @api.depends(
        "delay", "delay_unit", "template_id", "condition", "condition_domain", "button_id", "button_text", "keywords",
        "otherwise", "sequence", "sequence_id.step_ids.sequence",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_summary(self):
        for step in self:
            step.condition_text = step._condition_sentence()
            words = {
                "when": step._delay_sentence(),
                "what": step.template_id.display_name,
                "condition": step.condition_text,
            }
            if not step.condition_text:
                step.summary = self.env._("%(when)s: send “%(what)s”.", **words)
            elif step.otherwise == "end":
                step.summary = self.env._("%(when)s: send “%(what)s” if %(condition)s; otherwise end.", **words)
            else:
                step.summary = self.env._("%(when)s: send “%(what)s” if %(condition)s.", **words)

    def _delay_sentence(self):
        one, many = {
            "minutes": (self.env._("1 minute"), self.env._("%s minutes", self.delay)),
            "hours": (self.env._("1 hour"), self.env._("%s hours", self.delay)),
            "working_hours": (self.env._("1 working hour"), self.env._("%s working hours", self.delay)),
            "days": (self.env._("1 day"), self.env._("%s days", self.delay)),
            "working_days": (self.env._("1 working day"), self.env._("%s working days", self.delay)),
        }[self.delay_unit]
        wait = one if self.delay == 1 else many
        is_first = self.sequence_id._ordered_steps()[:1] == self
        if not self.delay and self.delay_unit.startswith("working"):
            return self.env._("In the next working hours") if is_first else self.env._("In the next working hours after that")
        if not self.delay:
            return self.env._("At once") if is_first else self.env._("Right after that")
        if is_first:
            return self.env._("%s after the lead is added", wait)
        return self.env._("%s later", wait)

    def _condition_sentence(self):
        label = self.button_id.text or self.button_text
        return {
            "domain": self._domain_sentence(),
            "button": self.env._("the customer tapped “%s”", label or "…"),
            "keyword": self.env._("the customer wrote %s", ", ".join(self._words()) or "…"),
            "no_answer": self.env._("the customer did not answer since"),
        }.get(self.condition, False)

    def _domain_sentence(self):
        """Return the filter in words: the conditions, as long as all or any of them are asked for."""
        try:
            parts = ast.literal_eval(self.condition_domain or "[]")
        except (ValueError, SyntaxError):
            return self.env._("the lead matches the filter")
        leaves = [part for part in parts if isinstance(part, (tuple, list)) and len(part) == 3]
        joints = {part for part in parts if isinstance(part, str)} or {"&"}
        if not leaves or len(joints) > 1 or joints == {"!"}:
            return self.env._("the lead matches the filter")
        glue = self.env._(" or ") if joints == {"|"} else self.env._(" and ")
        return glue.join(self._leaf_sentence(*leaf) for leaf in leaves)

    @api.model
    def _leaf_sentence(self, path, operator, value):
        """Return one condition of a filter in words."""
        model, labels = self.env["crm.lead"], []
        for name in str(path).split("."):
            field = model._fields.get(name) if model is not None else None
            labels.append(field._description_string(self.env) if field else name)
            model = self.env.get(field.comodel_name) if field and field.comodel_name else None
        if model is not None and not isinstance(value, (str, bool)):
            ids = list(value) if isinstance(value, (list, tuple)) else [value]
            names = model.browse([id_ for id_ in ids if isinstance(id_, int) and id_]).exists()
            value = ", ".join(names.mapped("display_name")) or value
        elif isinstance(value, (list, tuple)):
            value = ", ".join(map(str, value))
        words = {
            "in": "=", "not in": "≠", "!=": "≠", ">=": "≥", "<=": "≤",
            "ilike": self.env._("contains"), "not ilike": self.env._("does not contain"),
        }  # fmt: skip
        if value is False:
            value = self.env._("not set")
        return f"{' → '.join(labels)} {words.get(operator, operator)} {value}"

    def _words(self):
        """Return the keywords as a list, as they were written."""
        return [word.strip() for word in (self.keywords or "").split(",") if word.strip()]

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        """Leads under way get the step if they have not come past it."""
        steps = super().create(vals_list)
        for sequence in steps.sequence_id if not self.env.context.get("wa_no_replan") else ():
            sequence._replan(steps.filtered(lambda step, s=sequence: step.sequence_id == s))
        return steps

    def write(self, vals):
        """What is planned follows the change."""
        result = super().write(vals)
        if not self.env.context.get("wa_no_replan"):
            self.sequence_id._replan(self.browse())
        return result

    def unlink(self):
        """What was planned for a step that goes is not sent; the leads go on with the next."""
        sequences = self.sequence_id
        result = super().unlink()
        if not self.env.context.get("wa_no_replan"):
            sequences.exists()._replan(self.browse())
        return result

    # --------------------------------------------------------------------- time

    def _due_after(self, base):
        """Return when this step is due.

        Days keep the time of day where the calendar is, also over a change of the clocks.

        :param datetime base: when the step before was sent, or the lead added (naive UTC).
        :returns: naive UTC
        """
        self.ensure_one()
        calendar = self.sequence_id.calendar_id.sudo()
        if self.delay_unit == "minutes":
            return base + timedelta(minutes=self.delay)
        if self.delay_unit == "hours" or (self.delay_unit == "working_hours" and not calendar):
            return base + timedelta(hours=self.delay)
        zone = pytz.timezone(calendar.tz or self.sequence_id.company_id.partner_id.tz or self.env.user.tz or "UTC")
        if self.delay_unit == "days" or not calendar:
            return self._days_later(base, zone)
        start = pytz.utc.localize(base)
        found = (
            calendar.plan_hours(self.delay, start, compute_leaves=True)
            if self.delay_unit == "working_hours" or not self.delay
            else self._working_days_later(calendar, start.astimezone(zone))
        )
        return found.astimezone(pytz.utc).replace(tzinfo=None) if found else self._days_later(base, zone)

    def _days_later(self, base, zone):
        local = pytz.utc.localize(base).astimezone(zone)
        later = zone.localize(datetime.combine(local.date() + timedelta(days=self.delay), local.time()))
        return later.astimezone(pytz.utc).replace(tzinfo=None)

    def _working_days_later(self, calendar, local):
        """Return the same time of day some working days later, moved into that day's hours.

        :param datetime local: aware, in the calendar's time zone.
        :returns: aware, or None for a calendar without working days
        """
        zone, days = pytz.timezone(local.tzinfo.zone), {}
        midnight = zone.localize(datetime.combine(local.date() + timedelta(days=1), time.min))
        for offset in range(0, LOOK_AHEAD, PIECE):
            start = midnight + timedelta(days=offset)
            for begin, end, _meta in calendar._work_intervals_batch(start, start + timedelta(days=PIECE))[False]:
                days.setdefault(begin.astimezone(zone).date(), []).append((begin, end))
            # The last day of a piece may go on in the next.
            if len(days) > self.delay:
                break
        if len(days) < self.delay:
            return None
        day = sorted(days)[self.delay - 1]
        moment = zone.localize(datetime.combine(day, local.time()))
        for begin, end in sorted(days[day]):
            if moment <= end:
                return max(moment, begin)
        return max(end for _begin, end in days[day])
