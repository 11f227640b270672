from odoo.tests import HttpCase, tagged

from ..common import WaSandboxCase


@tagged("post_install", "-at_install", "wa", "wa_tour")
class TestStoryTour(WaSandboxCase, HttpCase):
    """What a sales manager does in the browser, up to the customer's phone and back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead_manager.lang = "en_US"
        cls.env["base.automation"].search([]).active = False
        cls.start, cls.goal, cls.answered = cls.env["crm.stage"].create(
            [
                {"name": "Story start", "sequence": -3},
                {"name": "Story goal", "sequence": -2},
                {"name": "Story answered", "sequence": -1},
            ]
        )

    def test_set_up_rehearse_and_move(self):
        ada = self.customer()
        conversation = self.customer_writes(ada, "How much is it?")
        lead = conversation.lead_id
        lead.write(
            {
                "name": "Oak table",
                "type": "opportunity",
                "expected_revenue": 1250,
                "user_id": self.lead_manager.id,
                "stage_id": self.start.id,
            }
        )
        self.env["crm.lead"].create(
            [
                {
                    "name": name,
                    "type": "opportunity",
                    "phone": phone,
                    "expected_revenue": 5,
                    "user_id": self.lead_manager.id,
                    "stage_id": self.goal.id,
                }
                for name, phone in (("Pine shelf", "+12025550171"), ("Elm chair", "+12025550172"), ("Ash bench", False))
            ]
        )
        self.start_tour("/odoo/action-crm.crm_lead_action_pipeline", "wa_stage_story", login=self.lead_manager.login)
        self.assertEqual((self.goal.wa_enter_template_id, self.goal.wa_answer_stage_id), (self.template, self.answered))
        self.assertEqual(lead.stage_id, self.goal)
        plans = self.env["wa.scheduled.message"].search([])
        self.assertEqual(plans.lead_id, lead, "the rehearsal planned nothing for the others")

        self.run_plans()
        self.run_sender()
        self.deliver()
        card = self.phone_messages(ada)[-1]
        self.assertEqual((card["direction"], card["type"]), ("out", "template"))
        self.assertIn("Hello Ada Example, your proposal over", str(card["card"]))
        self.assertIn("1,250", str(card["card"]))

        self.sandbox.control("POST", f"customers/{ada['id']}/messages", tap={"message_id": card["id"], "index": 0})
        self.deliver()
        self.assertEqual(lead.stage_id, self.answered, "the tap is an answer")
