from ast import literal_eval

from odoo import api, fields, models

from ..core.base_automation import RECEIVED, RECEIVED_CONDITIONS, SHARED_CONDITIONS

ENTER, REMIND, ANSWER = "enter", "no_answer", "answer"
#: How the stage's form leaves a sending action; anything else was changed by hand.
PLAIN_SENDING = {
    "wa_content": "template",
    "wa_by_language": True,
    "wa_number_policy": "customer",
    "wa_number_id": False,
    "wa_delay": 0,
    "wa_even_if_won": False,
    "wa_repeat": "stage",
}


class BaseAutomation(models.Model):
    """Rules that a stage of the pipeline keeps for its own settings, one for each."""

    _name = "base.automation"
    _inherit = ["base.automation", "wa.facts.mixin"]

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

    _wa_stage_uniq = models.UniqueIndex("(wa_stage_id, wa_stage_role) WHERE wa_stage_id IS NOT NULL")

    # ------------------------------------------------------------------ writing

    @api.model
    def _wa_set_stage_rule(self, stage, role, setting):
        """Make a stage's rule say what its form says.

        The caller has checked that the user may do this: rules are made with all rights,
        and nothing but what stands here ever gets into them.

        :param stage: ``crm.stage``
        :param str role: ``enter``, ``no_answer`` or ``answer``.
        :param dict setting: see :meth:`_wa_prepare_stage_rule`; empty: the rule is put away.
        """
        rules = self.sudo().with_context(active_test=False)
        rule = rules.search([("wa_stage_id", "=", stage.id), ("wa_stage_role", "=", role)])
        if not setting:
            rule.active = False
            return
        if rule and not rule.active and not rule._wa_is_as_set():
            # Put away with what somebody added: that is theirs, and we begin anew.
            rule.write({"wa_stage_id": False, "wa_stage_role": False})
            rule.flush_recordset()
            rule = rules.browse()
        vals, action_vals = self._wa_prepare_stage_rule(stage, role, setting)
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
    def _wa_prepare_stage_rule(self, stage, role, setting):
        """Return the values of a stage's rule and of its one action.

        :param dict setting: ``template`` (``wa.template``), ``after`` and ``unit`` (``hour``, ``day``), or
            ``target`` (``crm.stage``).
        """
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
                "trg_date_range": setting["after"],
                "trg_date_range_type": setting["unit"],
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
        if role == ANSWER:
            action = {
                "state": "object_write",
                "update_path": "stage_id",
                "evaluation_type": "value",
                "resource_ref": f"crm.stage,{setting['target'].id}",
            }
        else:
            # A template belongs to one company: leads of others are none of its business.
            domain.append(("company_id", "in", [False, setting["template"].sudo().company_id.id]))
            action = {"state": "wa_template", **PLAIN_SENDING, "wa_template_id": setting["template"].id}
        return {**vals, "filter_domain": repr(domain)}, action

    # ------------------------------------------------------------------ reading

    def _wa_stage_setting(self):
        """Return what a stage's rule says, in the terms of the stage's form; parts may be empty."""
        self.ensure_one()
        actions = self.action_server_ids
        target = actions.filtered(lambda a: a.state == "object_write" and a.update_path == "stage_id")[:1].value or ""
        return {
            "template": actions.filtered(lambda action: action.state == "wa_template")[:1].wa_template_id,
            "after": self.trg_date_range,
            "unit": self.trg_date_range_type,
            "target": self.env["crm.stage"].browse(int(target) if target.isdigit() else ()).exists(),
        }

    def _wa_is_as_set(self):
        """Tell whether a stage's rule is as the stage's form makes it, so that the form may show and rewrite it."""
        self.ensure_one()
        action, setting = self.action_server_ids, self._wa_stage_setting()
        if len(action) != 1 or (self.wa_stage_role == REMIND and setting["unit"] not in ("hour", "day")):
            return False
        wanted, wanted_action = self._wa_prepare_stage_rule(self.wa_stage_id, self.wa_stage_role, setting)
        if self.wa_stage_role != ANSWER and not setting["template"]:
            # Deleted: nobody changed the rule, and its company went with the template.
            wanted["filter_domain"] = self.filter_domain
        return _holds(self, wanted, ("name",)) and _holds(action, wanted_action, ("resource_ref",))


def _holds(record, wanted, ignored):
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
