from dataclasses import dataclass
from dataclasses import fields as fields_of

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .base_automation import ANSWER, ENTER, REMIND

#: Who may say what happens in a stage. Rules themselves are for administrators.
MANAGER = "crm_whatsapp.crm_whatsapp_group_manager"
UNITS = [("hour", "hours"), ("day", "days")]


@dataclass(frozen=True)
class StageSetting:
    """What one setting of a stage says, in the terms of the stage's form. None: it does not say that."""

    #: ``wa.template`` that is sent.
    template: models.BaseModel = None
    #: How long without an answer, and whether hours or days (``hour``, ``day``).
    after: int | None = None
    unit: str | None = None
    #: ``crm.stage`` to which leads are moved.
    target: models.BaseModel = None

    def is_said_by(self, other: "StageSetting") -> bool:
        """Tell whether another setting says the same of whatever this one says something of."""
        said = {field.name: getattr(self, field.name) for field in fields_of(self)}
        return all(value is None or getattr(other, field) == value for field, value in said.items())


class CrmStage(models.Model):
    """What WhatsApp does in a stage of the pipeline, set where the stage is set.

    Each setting is one automation rule that the stage owns. The form shows and writes
    what the rule says as long as nobody changed the rule beyond that.
    """

    _inherit = "crm.stage"

    wa_enter_template_id = fields.Many2one(
        "wa.template",
        "When a Lead Enters, Send",
        compute="_compute_wa_enter_template_id",
        inverse="_inverse_wa_enter",
        domain=[("model", "=", "crm.lead"), ("status", "=", "APPROVED")],
        groups=MANAGER,
        help="Once per lead and stay in this stage, in the customer's language if the template has it.",
    )
    wa_remind_template_id = fields.Many2one(
        "wa.template",
        "If There Is No Answer, Send",
        compute="_compute_wa_remind_template_id",
        inverse="_inverse_wa_remind",
        domain=[("model", "=", "crm.lead"), ("status", "=", "APPROVED")],
        groups=MANAGER,
        help="Once per lead and stay in this stage, counted from our last message. An answer stops it. "
        "Leads that have been silent for longer when you set this are left alone.",
    )
    wa_remind_after = fields.Integer(
        "Remind After", compute="_compute_wa_remind_after", inverse="_inverse_wa_remind", groups=MANAGER
    )
    wa_remind_unit = fields.Selection(
        UNITS, "Unit", compute="_compute_wa_remind_unit", inverse="_inverse_wa_remind", groups=MANAGER
    )
    wa_answer_stage_id = fields.Many2one(
        "crm.stage",
        "When a Customer Answers, Move To",
        compute="_compute_wa_answer_stage_id",
        inverse="_inverse_wa_answer",
        domain="[('id', '!=', id)]",
        groups=MANAGER,
        help="With the first message after one of ours. What the customer writes of their own accord moves nothing.",
    )
    wa_enter_changed = fields.Boolean(compute="_compute_wa_state", groups=MANAGER)
    wa_remind_changed = fields.Boolean(compute="_compute_wa_state", groups=MANAGER)
    wa_answer_changed = fields.Boolean(compute="_compute_wa_state", groups=MANAGER)
    wa_warning = fields.Text(compute="_compute_wa_state", groups=MANAGER)
    wa_others = fields.Text("Other Rules That Write to Customers Here", compute="_compute_wa_state", groups=MANAGER)
    wa_enter_nothing = fields.Char(compute="_compute_wa_state", groups=MANAGER)
    wa_rule_count = fields.Integer("Automation Rules", compute="_compute_wa_state", groups=MANAGER)

    # ------------------------------------------------------------------ compute

    # One method each: while one setting is written, the others still have to be read from their rules.

    def _compute_wa_enter_template_id(self):
        for stage in self:
            stage.wa_enter_template_id = stage._wa_setting(ENTER, "template")

    def _compute_wa_remind_template_id(self):
        for stage in self:
            stage.wa_remind_template_id = stage._wa_setting(REMIND, "template")

    def _compute_wa_remind_after(self):
        for stage in self:
            stage.wa_remind_after = stage._wa_setting(REMIND, "after", 3)

    def _compute_wa_remind_unit(self):
        for stage in self:
            unit = stage._wa_setting(REMIND, "unit")
            stage.wa_remind_unit = unit if unit in dict(UNITS) else "day"

    def _compute_wa_answer_stage_id(self):
        for stage in self:
            stage.wa_answer_stage_id = stage._wa_setting(ANSWER, "target")

    def _compute_wa_state(self):
        service = self.env["wa.stage.rule"]
        for stage in self:
            rules = stage._wa_own_rules().filtered("active")
            changed = {rule.wa_stage_role for rule in rules if not service._is_as_set(rule)}
            stage.wa_enter_changed = ENTER in changed
            stage.wa_remind_changed = REMIND in changed
            stage.wa_answer_changed = ANSWER in changed
            plain = rules.filtered(lambda rule, changed=changed: rule.wa_stage_role not in changed)
            stage.wa_warning = "\n".join([*service._warnings(plain), *stage._wa_doubles(rules)]) or False
            stage.wa_rule_count = len(stage._wa_all_rules())
            stage.wa_others = service._others_text(stage) or False
            stage.wa_enter_nothing = self.env._("Nothing but the rules below") if stage.wa_others else self.env._("Nothing")

    def _wa_setting(self, role: str, part: str, default=None):
        """Return one part of what the rule of a setting says (``StageSetting``), or a default when there is no rule.

        Read with all rights: managers need not be allowed to see rules.
        """
        self.ensure_one()
        rule = self._wa_own_rules().filtered(lambda r: r.active and r.wa_stage_role == role)
        return getattr(self.env["wa.stage.rule"]._setting(rule), part) if rule else default

    def _wa_doubles(self, own) -> list[str]:
        """Return a sentence for each other rule that writes to whoever enters as well: customers would get both.

        :param own: the active rules behind this stage's settings.
        """
        if ENTER not in own.mapped("wa_stage_role"):
            return []
        others = (self._wa_all_rules() - self._wa_own_rules()).filtered(lambda rule: rule.trigger == "on_stage_set")
        return [
            self.env._("The rule “%s” sends a message as well when a lead enters: customers get both.", rule.name)
            for rule in others
            if rule._wa_writes_to_customers()
        ]

    # ------------------------------------------------------------------ inverse

    def _inverse_wa_enter(self):
        for stage in self:
            template = stage.wa_enter_template_id
            stage._wa_set(ENTER, StageSetting(template) if template else None)

    def _inverse_wa_remind(self):
        for stage in self:
            template = stage.wa_remind_template_id
            after, unit = stage.wa_remind_after, stage.wa_remind_unit or "day"
            if template and after < 1:
                raise UserError(self.env._("Say after how many hours or days without an answer the reminder is sent."))
            stage._wa_set(REMIND, StageSetting(template, after, unit) if template else None)

    def _inverse_wa_answer(self):
        for stage in self:
            target = stage.wa_answer_stage_id
            if target == stage:
                raise UserError(self.env._("Choose another stage to move leads to than the one they are in."))
            stage._wa_set(ANSWER, StageSetting(target=target) if target else None)

    def _wa_set(self, role: str, setting: StageSetting | None) -> None:
        """Have the rule of a setting follow the form; None puts it away.

        :raises AccessError: the user is no WhatsApp manager, or may not use this template.
        :raises UserError: somebody changed the rule by hand; it is not overwritten.
        """
        self.ensure_one()
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only WhatsApp managers may say what is sent in a stage."))
        self.check_access("write")
        if template := setting and setting.template:
            template.check_access("read")
            if template.sudo().model != "crm.lead":
                raise UserError(self.env._("The template “%s” is not filled from leads.", template.display_name))
        rule = self._wa_own_rules().filtered(lambda r: r.wa_stage_role == role and r.active)
        service = self.env["wa.stage.rule"]
        if rule and not service._is_as_set(rule):
            if setting is None or not setting.is_said_by(service._setting(rule)):
                raise UserError(
                    self.env._("“%s” was changed in the automation rule. Change it there, or archive the rule.", rule.name)
                )
            return
        service._set(self, role, setting)
        self.invalidate_recordset(
            ["wa_enter_changed", "wa_remind_changed", "wa_answer_changed", "wa_warning", "wa_others", "wa_enter_nothing",
             "wa_rule_count"],
            flush=False,
        )  # fmt: skip

    # ----------------------------------------------------------------- business

    def _wa_own_rules(self) -> models.BaseModel:
        """Return the rules behind this stage's settings, those put away as well."""
        self.ensure_one()
        rules = self.env["base.automation"].sudo().with_context(active_test=False)
        return rules.search([("wa_stage_id", "=", self._origin.id)]) if self._origin else rules

    def _wa_all_rules(self) -> models.BaseModel:
        """Return the active rules about this stage: of its settings, and others that run when a lead enters."""
        self.ensure_one()
        rules = self.env["base.automation"].sudo()
        if not self._origin:
            return rules
        entering = Domain("model_name", "=", "crm.lead") & Domain("trigger", "=", "on_stage_set")
        here = Domain("wa_stage_id", "=", self._origin.id) | (entering & Domain("trg_field_ref", "=", self._origin.id))
        return rules.search(here) | self.env["wa.stage.rule"]._others(self)

    # --------------------------------------------------------------------- crud

    def unlink(self):
        """Take along the rules of the settings, and those of other stages that move leads here."""
        rules = self.env["base.automation"].sudo().with_context(active_test=False)
        service = self.env["wa.stage.rule"]

        def moves_here(rule):
            return rule.wa_stage_role == ANSWER and service._setting(rule).target in self and service._is_as_set(rule)

        own = rules.search([("wa_stage_role", "!=", False)])
        own.filtered(lambda rule: rule.wa_stage_id in self or moves_here(rule)).unlink()
        return super().unlink()

    # ------------------------------------------------------------------ actions

    def action_view_wa_rules(self):
        """Open the automation rules about this stage."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("base_automation.base_automation_act")
        return {
            **action,
            "domain": [("id", "in", self._wa_all_rules().ids)],
            "context": {"default_model_id": self.env["ir.model"]._get_id("crm.lead")},
        }

    def action_wa_dry_run(self):
        """Open the rehearsal of one of this stage's rules. Managers only.

        The context says which: ``wa_stage_role``, as ``base.automation.wa_stage_role``.

        :raises AccessError: by somebody else.
        :raises UserError: nothing is set.
        """
        self.ensure_one()
        self.env["wa.dry.run.rights"]._check()
        role = self.env.context.get("wa_stage_role")
        rule = self._wa_own_rules().filtered(lambda rule: rule.active and rule.wa_stage_role == role)[:1]
        if not rule:
            raise UserError(self.env._("Choose a template and save first; then it can be rehearsed."))
        return rule.with_env(self.env).action_wa_dry_run()
