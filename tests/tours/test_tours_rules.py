from odoo.tests import tagged

from ..common import WaHttpCase
from ..rule_case import RuleMixin


@tagged("post_install", "-at_install", "wa", "wa_tour")
class TestRuleTours(RuleMixin, WaHttpCase):
    """Setting up what happens by itself, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.lead_manager | cls.admin_user).lang = "en_US"
        cls.admin_user.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        cls.stage = cls.env["crm.stage"].create({"name": "Tour stage", "sequence": 0})
        for user in cls.lead_manager | cls.admin_user:
            cls.env["crm.lead"].create(
                {"name": "Oak table", "type": "opportunity", "user_id": user.id, "stage_id": cls.stage.id}
            )

    def test_a_manager_sets_up_a_stage_in_the_pipeline(self):
        self.start_tour("/odoo/action-crm.crm_lead_action_pipeline", "wa_stage_settings", login=self.lead_manager.login)
        self.assertEqual(self.stage.wa_enter_template_id, self.template)
        rules = self.env["base.automation"].search([("wa_stage_id", "=", self.stage.id)])
        reminder = rules.filtered(lambda rule: rule.wa_stage_role == "no_answer")
        self.assertEqual((len(rules), reminder.trg_date_range, reminder.trg_date_range_type), (2, 5, "day"))

    def test_an_administrator_follows_to_the_rules_and_adds_one(self):
        self.stage.wa_enter_template_id = self.template
        self.start_tour("/odoo/action-crm.crm_lead_action_pipeline", "wa_rule_conditions", login=self.admin_user.login)
        rule = self.env["base.automation"].search([("name", "=", "Wants a call")])
        self.assertEqual(
            (rule.model_name, rule.trigger, rule.wa_kind, rule.wa_text_mode, rule.wa_text, rule.wa_is_answer),
            ("crm.lead", "on_wa_received", "any", "contains", "yes, sí", True),
        )

    def test_the_link_to_the_rules_saves_nothing(self):
        """U7: a look at the rules of a stage saved what nobody wanted saved."""
        self.stage.wa_enter_template_id = self.template
        self.start_tour("/odoo/action-crm.crm_lead_action_pipeline", "wa_stage_link_asks", login=self.admin_user.login)
        self.assertEqual(self.stage.name, "Tour stage")
