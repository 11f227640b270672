from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import WaHttpCase


@tagged("post_install", "-at_install", "wa", "wa_tour")
class TestDryRunTours(WaHttpCase):
    """What an administrator does with rules and recipes in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env,
            "wa_boss",
            groups="base.group_system,sales_team.group_sale_manager,crm_whatsapp.crm_whatsapp_group_admin",
            name="Boss",
            lang="en_US",
        )

    def test_rehearse_a_stage_rule(self):
        stage = self.env.ref("crm.stage_lead3")
        model_id = self.env["ir.model"]._get_id("crm.lead")
        rule = self.env["base.automation"].create(
            {
                "name": "Proposal is ready",
                "model_id": model_id,
                "trigger": "on_stage_set",
                "trg_field_ref": stage.id,
                "active": False,
            }
        )
        self.env["ir.actions.server"].create(
            {
                "name": "send",
                "model_id": model_id,
                "base_automation_id": rule.id,
                "usage": "base_automation",
                "state": "wa_template",
                "wa_template_id": self.template.id,
            }
        )
        self.env["crm.lead"].create(
            [
                {"name": f"Tour {i}", "phone": phone, "expected_revenue": 5, "stage_id": stage.id}
                for i, phone in enumerate(("+12025550171", "+12025550172", False))
            ]
        )
        self.start_tour(f"/odoo/action-base_automation.base_automation_act/{rule.id}", "wa_dry_run_rule", login=self.boss.login)
        self.assertFalse(self.env["wa.scheduled.message"].search([("action_id", "in", rule.action_server_ids.ids)]))

    def test_set_up_the_appointment_recipe(self):
        self.env["wa.account"].search([("id", "!=", self.account.id)]).active = False
        recipe = self.env.ref("crm_whatsapp.recipe_appointment")
        # That it cannot be switched on yet is an error on purpose.
        with mute_logger("odoo.http"):
            self.start_tour("/odoo/whatsapp-recipes", "wa_recipe_appointment", login=self.boss.login)
        self.assertEqual((recipe.state, recipe.automation_id.trg_date_range), ("off", 2))
        self.assertEqual(recipe.account_id, self.account)
