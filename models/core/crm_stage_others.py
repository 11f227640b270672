from odoo import models
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

#: Triggers of which the record's own stage decides whether a rule is about a stage.
BY_CONDITION = ("on_create", "on_write", "on_create_or_write", "on_time", "on_time_created", "on_time_updated")
BY_CONDITION += ("on_wa_received", "on_wa_status", "on_user_set", "on_tag_set", "on_priority_set")


class CrmStage(models.Model):
    """Which rules besides its settings write to customers in a stage, so that its form tells no half-truth."""

    _inherit = "crm.stage"

    def _wa_other_rules(self):
        """Return the active rules, not of this stage's settings, that write to leads because of this stage."""
        self.ensure_one()
        rules = self.env["base.automation"].sudo()
        if not self._origin:
            return rules
        found = rules.search([("model_name", "=", "crm.lead"), ("wa_stage_role", "=", False)], order="id")
        return found.filtered(lambda rule: rule._wa_writes_to_customers() and self._wa_is_meant_by(rule))

    def _wa_is_meant_by(self, rule):
        """Tell whether a rule is about this stage: started by it, or with a condition on the stage that it meets."""
        if rule.trigger == "on_stage_set":
            return rule.trg_field_ref == self._origin.id
        if rule.trigger not in BY_CONDITION or not rule.filter_domain:
            return False
        try:
            domain = Domain(safe_eval(rule.filter_domain, rule._get_eval_context()))
            # Only what is asked of the stage itself; the rest may be met by any lead.
            asked = [c.field_expr for c in domain.iter_conditions() if c.field_expr.partition(".")[0] == "stage_id"]
            judged = domain.map_conditions(lambda c: self._wa_judge(c))
        except Exception:  # noqa: BLE001 (a filter of somebody's that does not work is not ours to explain here)
            return False
        return bool(asked) and not judged.is_false()

    def _wa_judge(self, condition):
        """Return what a condition of a rule on leads is worth in this stage; others count as met."""
        name, _dot, rest = condition.field_expr.partition(".")
        if name != "stage_id":
            return Domain.TRUE
        path = rest or ("display_name" if "like" in condition.operator else "id")
        return Domain.TRUE if self._origin.filtered_domain(Domain(path, condition.operator, condition.value)) else Domain.FALSE

    def _wa_others_text(self):
        """Return one line for each other rule: its name, when it starts, and what it sends."""
        rules = self._wa_other_rules()
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


class BaseAutomation(models.Model):
    """What a rule writes to customers, in words."""

    _inherit = "base.automation"

    def _wa_written(self):
        """Return the names of the templates, texts and sequences that a rule sends, each once."""
        self.ensure_one()
        names, todo = [], self.sudo().action_server_ids
        while todo:
            for action in todo:
                if action.state == "wa_sequence":
                    names.append(self.env._("the sequence “%s”", action.wa_sequence_id.name or ""))
                elif action.state == "wa_template" and action.wa_content == "text":
                    names.append(self.env._("a text"))
                elif action.state == "wa_template":
                    names.append(f"“{action.wa_template_id.display_name or ''}”")
            todo = todo.child_ids
        return dict.fromkeys(names)
