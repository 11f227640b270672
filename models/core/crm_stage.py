from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..automation.stage_rule import ANSWER, ENTER, REMIND

#: Who may say what happens in a stage. Rules themselves are for administrators.
MANAGER = "crm_whatsapp.crm_whatsapp_group_manager"
UNITS = [("hour", "hours"), ("day", "days")]


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
            stage.wa_enter_template_id = stage._wa_setting(ENTER).get("template")

    def _compute_wa_remind_template_id(self):
        for stage in self:
            stage.wa_remind_template_id = stage._wa_setting(REMIND).get("template")

    def _compute_wa_remind_after(self):
        for stage in self:
            stage.wa_remind_after = stage._wa_setting(REMIND).get("after", 3)

    def _compute_wa_remind_unit(self):
        for stage in self:
            unit = stage._wa_setting(REMIND).get("unit")
            stage.wa_remind_unit = unit if unit in dict(UNITS) else "day"

    def _compute_wa_answer_stage_id(self):
        for stage in self:
            stage.wa_answer_stage_id = stage._wa_setting(ANSWER).get("target")

    def _compute_wa_state(self):
        for stage in self:
            rules = stage._wa_own_rules().filtered("active")
            changed = {rule.wa_stage_role for rule in rules if not rule._wa_is_as_set()}
            stage.wa_enter_changed = ENTER in changed
            stage.wa_remind_changed = REMIND in changed
            stage.wa_answer_changed = ANSWER in changed
            settings = {rule.wa_stage_role: rule._wa_stage_setting() for rule in rules}
            warnings = [*stage._wa_warnings(settings, changed), *stage._wa_doubles(settings)]
            stage.wa_warning = "\n".join(warnings) or False
            stage.wa_rule_count = len(stage._wa_all_rules())
            stage.wa_others = stage._wa_others_text() or False
            stage.wa_enter_nothing = self.env._("Nothing but the rules below") if stage.wa_others else self.env._("Nothing")

    def _wa_setting(self, role):
        """Return what the rule of a setting says (see ``_wa_stage_setting``), empty when there is none.

        Read with all rights: managers need not be allowed to see rules.
        """
        self.ensure_one()
        rule = self._wa_own_rules().filtered(lambda r: r.active and r.wa_stage_role == role)
        return rule._wa_stage_setting() if rule else {}

    def _wa_warnings(self, settings, changed):
        """Return what keeps settings from working, one sentence each.

        :param dict settings: ``{role: what its rule says}``
        :param set changed: roles whose rules were changed by hand, so that we do not know what they need.
        """
        for role, setting in settings.items():
            template = setting["template"].sudo()
            if role in changed:
                continue
            if role == ANSWER:
                if not setting["target"]:
                    yield self.env._("The stage to move leads to was deleted. Choose another one.")
            elif not template:
                yield self.env._(
                    "The template to send %s was deleted, so nothing is sent. Choose another one.",
                    self.env._("when a lead enters") if role == ENTER else self.env._("if there is no answer"),
                )
            elif not template._is_sendable:
                yield self.env._(
                    "The template “%(template)s” cannot be sent now (%(status)s), so nothing is sent. Choose another "
                    "one, or have it approved.",
                    template=template.display_name,
                    status=template.status_label if template.active else self.env._("archived"),
                )

    def _wa_doubles(self, settings):
        """Return a sentence for each other rule that writes to whoever enters as well: customers would get both.

        :param dict settings: ``{role: what its rule says}``
        """
        if ENTER not in settings:
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
            stage._wa_set(ENTER, {"template": template} if template else {}, template)

    def _inverse_wa_remind(self):
        for stage in self:
            template = stage.wa_remind_template_id
            after, unit = stage.wa_remind_after, stage.wa_remind_unit or "day"
            if template and after < 1:
                raise UserError(self.env._("Say after how many hours or days without an answer the reminder is sent."))
            stage._wa_set(REMIND, {"template": template, "after": after, "unit": unit} if template else {}, template)

    def _inverse_wa_answer(self):
        for stage in self:
            target = stage.wa_answer_stage_id
            if target == stage:
                raise UserError(self.env._("Choose another stage to move leads to than the one they are in."))
            stage._wa_set(ANSWER, {"target": target} if target else {})

    def _wa_set(self, role, setting, template=None):
        """Have the rule of a setting follow the form.

        :raises AccessError: the user is no WhatsApp manager, or may not use this template.
        :raises UserError: somebody changed the rule by hand; it is not overwritten.
        """
        self.ensure_one()
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only WhatsApp managers may say what is sent in a stage."))
        self.check_access("write")
        if template:
            template.check_access("read")
            if template.sudo().model != "crm.lead":
                raise UserError(self.env._("The template “%s” is not filled from leads.", template.display_name))
        rule = self._wa_own_rules().filtered(lambda r: r.wa_stage_role == role and r.active)
        if rule and not rule._wa_is_as_set():
            said = rule._wa_stage_setting()
            if any(said[name] != value for name, value in setting.items()) or not setting:
                raise UserError(
                    self.env._("“%s” was changed in the automation rule. Change it there, or archive the rule.", rule.name)
                )
            return
        self.env["base.automation"]._wa_set_stage_rule(self, role, setting)
        self.invalidate_recordset(
            ["wa_enter_changed", "wa_remind_changed", "wa_answer_changed", "wa_warning", "wa_others", "wa_enter_nothing",
             "wa_rule_count"],
            flush=False,
        )  # fmt: skip

    # ----------------------------------------------------------------- business

    def _wa_own_rules(self):
        """Return the rules behind this stage's settings, those put away as well."""
        self.ensure_one()
        rules = self.env["base.automation"].sudo().with_context(active_test=False)
        return rules.search([("wa_stage_id", "=", self._origin.id)]) if self._origin else rules

    def _wa_all_rules(self):
        """Return the active rules about this stage: of its settings, and others that run when a lead enters."""
        self.ensure_one()
        rules = self.env["base.automation"].sudo()
        if not self._origin:
            return rules
        entering = Domain("model_name", "=", "crm.lead") & Domain("trigger", "=", "on_stage_set")
        here = Domain("wa_stage_id", "=", self._origin.id) | (entering & Domain("trg_field_ref", "=", self._origin.id))
        return rules.search(here) | self._wa_other_rules()

    # --------------------------------------------------------------------- crud

    def unlink(self):
        """Take along the rules of the settings, and those of other stages that move leads here."""
        rules = self.env["base.automation"].sudo().with_context(active_test=False)
        own = rules.search([("wa_stage_role", "!=", False)])
        going = own.filtered(
            lambda rule: (
                rule.wa_stage_id in self
                or (rule.wa_stage_role == ANSWER and rule._wa_stage_setting()["target"] in self and rule._wa_is_as_set())
            )
        )
        going.unlink()
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
