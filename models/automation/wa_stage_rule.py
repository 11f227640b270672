from ast import literal_eval
from collections.abc import Iterator

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from ..core.base_automation import ANSWER, ENTER, RECEIVED, RECEIVED_CONDITIONS, REMIND, SHARED_CONDITIONS
from ..core.crm_stage import StageSetting

#: How the stage's form leaves a sending action; anything else was changed by hand.
PLAIN_SENDING: dict[str, str | bool | int] = {
    "state": "wa_template",
    "wa_content": "template",
    "wa_by_language": True,
    "wa_number_policy": "customer",
    "wa_number_id": False,
    "wa_delay": 0,
    "wa_even_if_won": False,
    "wa_repeat": "stage",
}
#: Triggers of which the record's own stage decides whether a rule is about a stage.
BY_CONDITION = (
    *("on_create", "on_write", "on_create_or_write", "on_time", "on_time_created", "on_time_updated"),
    *("on_wa_received", "on_wa_status", "on_user_set", "on_tag_set", "on_priority_set"),
)


class WaStageRule(models.AbstractModel):
    """Rules that a stage of the pipeline keeps for its own settings, one for each; and what other rules send there.

    A rule belongs to a stage by ``base.automation.wa_stage_id`` and ``wa_stage_role``.
    """

    _name = "wa.stage.rule"
    _description = "WhatsApp Rules of Stages"

    # ------------------------------------------------------------------ writing

    @api.model
    def _set(self, stage: models.BaseModel, role: str, setting: StageSetting | None) -> None:
        """Make a stage's rule say what its form says.

        The caller has checked that the user may do this: rules are made with all rights,
        and nothing but what stands here ever gets into them.

        :param stage: ``crm.stage``
        :param role: ``enter``, ``no_answer`` or ``answer``.
        :param setting: None: the rule is put away.
        """
        rules = self.env["base.automation"].sudo().with_context(active_test=False)
        rule = rules.search([("wa_stage_id", "=", stage.id), ("wa_stage_role", "=", role)])
        if setting is None:
            rule.active = False
            return
        if rule and not rule.active and not self._is_as_set(rule):
            # Put away with what somebody added: that is theirs, and we begin anew.
            rule.write({"wa_stage_id": False, "wa_stage_role": False})
            rule.flush_recordset()
            rule = rules.browse()
        vals, action_vals = self._prepare(stage, role, setting)
        if not rule or not rule.active:
            # From now on: who has been silent for months is not written to by pressing Save.
            vals |= {"active": True, "last_run": fields.Datetime.now()}
        if rule:
            rule.action_server_ids.write(action_vals)
            rule.write(vals)
            return
        rule = rules.create({**vals, "wa_stage_id": stage.id, "wa_stage_role": role})
        action = rules.env["ir.actions.server"].create(
            {
                "name": rule.name,
                "model_id": rule.model_id.id,
                "base_automation_id": rule.id,
                "usage": "base_automation",
                **action_vals,
            }
        )
        # Odoo's own words, which then follow the template.
        action.name = action.automated_name = action._generate_action_name()

    @api.model
    def _prepare(self, stage: models.BaseModel, role: str, setting: StageSetting) -> tuple[dict, dict]:
        """Return the values of a stage's rule and of its one action."""
        leads = self.env["ir.model"]._get("crm.lead")
        vals = {"model_id": leads.id, "filter_pre_domain": False}
        domain = [("stage_id", "=", stage.id)]
        if role == ENTER:
            vals |= {
                "name": self.env._("WhatsApp: when a lead enters %s", stage.name),
                "trigger": "on_stage_set",
                "trg_field_ref": stage.id,
            }
        elif role == REMIND:
            vals |= {
                "name": self.env._("WhatsApp: no answer in %s", stage.name),
                "trigger": "on_time",
                "trg_date_id": self.env["ir.model.fields"]._get("crm.lead", "wa_awaiting_since").id,
                "trg_date_range": setting.after,
                "trg_date_range_type": setting.unit,
                "trg_date_range_mode": "after",
                "trg_date_calendar_id": False,
            }
            domain += [("won_status", "=", "pending"), ("wa_awaiting_since", "!=", False)]
        else:
            vals |= {
                "name": self.env._("WhatsApp: answer in %s", stage.name),
                "trigger": RECEIVED,
                **dict.fromkeys((*RECEIVED_CONDITIONS, *SHARED_CONDITIONS), False),
                "wa_number_ids": [(5, 0, 0)],
                "wa_kind": "any",
                "wa_is_answer": True,
                "wa_pause_hours": 0,
            }
            domain.append(("won_status", "=", "pending"))
        action: dict[str, str | bool | int]
        if role == ANSWER:
            action = {
                "state": "object_write",
                "update_path": "stage_id",
                "evaluation_type": "value",
                "resource_ref": f"crm.stage,{setting.target.id}",
            }
        else:
            # A template belongs to one company: leads of others are none of its business.
            domain.append(("company_id", "in", [False, setting.template.sudo().company_id.id]))
            action = PLAIN_SENDING | {"wa_template_id": setting.template.id}
        return {**vals, "filter_domain": repr(domain)}, action

    # ------------------------------------------------------------------ reading

    @api.model
    def _setting(self, rule: models.BaseModel) -> StageSetting:
        """Return what a stage's rule says; parts may be empty."""
        actions = rule.action_server_ids
        target = actions.filtered(lambda a: a.state == "object_write" and a.update_path == "stage_id")[:1].value or ""
        return StageSetting(
            template=actions.filtered(lambda action: action.state == "wa_template")[:1].wa_template_id,
            after=rule.trg_date_range,
            unit=rule.trg_date_range_type,
            target=rule.env["crm.stage"].browse(int(target) if target.isdigit() else ()).exists(),
        )

    @api.model
    def _is_as_set(self, rule: models.BaseModel) -> bool:
        """Tell whether a stage's rule is as the stage's form makes it, so that the form may show and rewrite it."""
        action, setting = rule.action_server_ids, self._setting(rule)
        if len(action) != 1 or (rule.wa_stage_role == REMIND and setting.unit not in ("hour", "day")):
            return False
        wanted, wanted_action = self._prepare(rule.wa_stage_id, rule.wa_stage_role, setting)
        if rule.wa_stage_role != ANSWER and not setting.template:
            # Deleted: nobody changed the rule, and its company went with the template.
            wanted["filter_domain"] = rule.filter_domain
        return _holds(rule, wanted, ("name",)) and _holds(action, wanted_action, ("resource_ref",))

    # ----------------------------------------------------------------- warnings

    @api.model
    def _warnings(self, rules: models.BaseModel) -> Iterator[str]:
        """Yield what keeps the settings of a stage from working, one sentence each.

        :param rules: the active rules behind them, as their form made them: what others need we do not know.
        """
        for rule in rules:
            setting, role = self._setting(rule), rule.wa_stage_role
            template = setting.template.sudo()
            if role == ANSWER:
                if not setting.target:
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

    # -------------------------------------------------------------- other rules

    @api.model
    def _others(self, stage: models.BaseModel) -> models.BaseModel:
        """Return the active rules, not of a stage's settings, that write to leads because of it.

        The form of the stage names them, so that it tells no half-truth.
        """
        rules = self.env["base.automation"].sudo()
        if not stage._origin:
            return rules
        found = rules.search([("model_name", "=", "crm.lead"), ("wa_stage_role", "=", False)], order="id")
        return found.filtered(lambda rule: rule._wa_writes_to_customers() and self._is_meant_by(stage, rule))

    @api.model
    def _is_meant_by(self, stage: models.BaseModel, rule: models.BaseModel) -> bool:
        """Tell whether a rule is about a stage: started by it, or with a condition on the stage that it meets."""
        if rule.trigger == "on_stage_set":
            return rule.trg_field_ref == stage._origin.id
        if rule.trigger not in BY_CONDITION or not rule.filter_domain:
            return False
        try:
            domain = Domain(safe_eval(rule.filter_domain, rule._get_eval_context()))
            # Only what is asked of the stage itself; the rest may be met by any lead.
            asked = [c.field_expr for c in domain.iter_conditions() if c.field_expr.partition(".")[0] == "stage_id"]
            judged = domain.map_conditions(lambda condition: _judge(stage, condition))
        except Exception:  # noqa: BLE001 (a filter of somebody's that does not work is not ours to explain here)
            return False
        return bool(asked) and not judged.is_false()

    @api.model
    def _others_text(self, stage: models.BaseModel) -> str:
        """Return one line for each other rule: its name, when it starts, and what it sends."""
        rules = self._others(stage)
        triggers = dict(rules._fields["trigger"]._description_selection(self.env))
        return "\n".join(
            self.env._(
                "“%(rule)s” (%(trigger)s) sends %(what)s",
                rule=rule.name,
                trigger=triggers.get(rule.trigger, rule.trigger),
                what=", ".join(rule._wa_written()),
            )
            for rule in rules
        )


def _judge(stage, condition) -> Domain:
    """Return what a condition of a rule on leads is worth in a stage; others count as met."""
    name, _dot, rest = condition.field_expr.partition(".")
    if name != "stage_id":
        return Domain.TRUE
    path = rest or ("display_name" if "like" in condition.operator else "id")
    return Domain.TRUE if stage._origin.filtered_domain(Domain(path, condition.operator, condition.value)) else Domain.FALSE


def _holds(record, wanted: dict, ignored: tuple[str, ...]) -> bool:
    """Tell whether a record's fields have certain values; texts of domains are compared by meaning."""
    for name, value in wanted.items():
        if name in ignored:
            continue
        field, actual = record._fields[name], record[name]
        if name == "filter_domain":
            if _parsed(actual) != _parsed(value):
                return False
        elif field.type == "many2many":
            if actual:
                return False
        elif (actual.id if field.type == "many2one" else actual) != value and (actual or value):
            return False
    return True


def _parsed(domain):
    try:
        return [tuple(term) if isinstance(term, (list, tuple)) else term for term in literal_eval(domain or "[]")]
    except (ValueError, SyntaxError):
        return domain
