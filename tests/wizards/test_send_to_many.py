from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..scheduled_case import ScheduledCase


@tagged("post_install", "-at_install", "wa")
class TestSendToMany(ScheduledCase):
    """A list of leads gets a template: first who and who not, then sent once."""

    def setUp(self):
        super().setUp()
        self.leads = self.lead | self.env["crm.lead"].create(
            [
                {"name": "New", "phone": "+12025550171", "expected_revenue": 1, "team_id": self.team.id},
                {"name": "No phone", "team_id": self.team.id},
            ]
        )

    def wizard(self, user, leads=None):
        action = (leads or self.leads).with_user(user).action_wa_send_template()
        return (
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
            .create({"template_id": self.template.id})
        )

    def test_the_wizard_says_who_gets_it_and_sends_once(self):
        wizard = self.wizard(self.lead_manager)
        self.assertEqual(wizard.allowed_count, 2)
        self.assertIn("2 of 3", wizard.summary)
        self.assertIn("no WhatsApp identity", wizard.summary)
        self.assertIn("your proposal", wizard.preview)
        self.assertFalse(self.plans(self.leads), "looking plans nothing")
        wizard.action_send()
        wizard.action_send()
        self.assertEqual(len(self.plans(self.leads)), 3)
        self.run_plans()
        self.assertEqual(self.plans(self.leads).mapped("state"), ["queued", "queued", "refused"])
        self.assertEqual(self.plans(self.leads).message_id.mapped("origin"), ["bulk", "bulk"])

    def test_nobody_to_send_to_is_said(self):
        wizard = self.wizard(self.lead_manager, self.leads[2] | self.leads[2].copy())
        with self.assertRaises(UserError):
            wizard.action_send()

    def test_names_and_texts_stay_inert(self):
        self.leads[1].partner_name = "x"
        self.lead.partner_id.name = "<img src=x onerror=alert(1)>"
        wizard = self.wizard(self.lead_manager)
        self.assertNotIn("<img", wizard.preview + wizard.summary)

    def test_leads_of_others_are_not_reached(self):
        self.leads.user_id = self.ben
        self.ana.group_ids -= self.env.ref("sales_team.group_sale_salesman_all_leads", raise_if_not_found=False)
        action = self.leads.action_wa_send_template()
        wizard = (
            self.env["wa.template.send.many"]
            .with_user(self.ana)
            .with_context(**action["context"])
            .new({"template_id": self.template.id})
        )
        with self.assertRaises(AccessError):
            wizard._records()
