from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_dispatch import DispatchCase

SECRET = "the landlord's brother"


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestTemplateRights(DispatchCase):
    """Nobody sends what they may not read; a rule sends on behalf of the business."""

    def setUp(self):
        super().setUp()
        self.template = self._make_template("referral", "You were sent by {{1}}.", [("1", "referred", False)])
        self.lead.write({"referred": SECRET, "user_id": self.ana.id})
        self.patch(type(self.lead)._fields["referred"], "groups", "crm_whatsapp.crm_whatsapp_group_manager")
        self.forget()

    def forget(self):
        """Empty the cache: what the test itself has read there, nobody is asked about."""
        self.env.flush_all()
        self.env.invalidate_all()

    def wizard(self, user):
        return (
            self.env["wa.template.send"]
            .with_user(user)
            .with_context(default_res_model="crm.lead", default_res_id=self.lead.id)
            .create({"template_id": self.template.id})
        )

    def test_wizard_reads_with_the_persons_own_rights(self):
        with self.assertRaises(AccessError):
            self.wizard(self.ana).action_send()
        self.assertFalse(self.last_outgoing(self.conversation))
        self.forget()
        self.wizard(self.lead_manager).action_send()
        self.assertIn(SECRET, self.last_outgoing(self.conversation).content["text"])

    def test_list_reads_with_the_persons_own_rights(self):
        leads = self.lead | self.lead.copy({"user_id": self.ana.id})
        wizard = self.env["wa.template.send.many"].with_user(self.ana).create(
            {"res_model": "crm.lead", "res_ids": leads.ids, "template_id": self.template.id}
        )
        self.forget()
        self.assertNotIn(SECRET, f"{wizard.preview}{wizard.summary}")
        with self.assertRaises(UserError):
            wizard.action_send()
        self.assertFalse(self.plans(leads))

    def test_what_a_person_planned_is_read_with_their_rights_when_its_turn_comes(self):
        for user, state in ((self.ana, "refused"), (self.lead_manager, "queued")):
            lead = self.lead.with_user(user)
            plan = self.env["wa.dispatch"].with_user(user).sudo()._plan(lead, origin="bulk", template=self.template)
            self.forget()
            self.run_plans()
            self.assertEqual(plan.state, state, plan.detail)
        [row] = self.conversation.message_ids.filtered(lambda m: m.direction == "out")
        self.assertIn(SECRET, row.content["text"])

    def test_rule_reads_for_the_business(self):
        self.rule(wa_template_id=self.template.id)
        self.lead.with_user(self.ana).stage_id = self.proposition
        self.run_plans()
        self.assertEqual(self.plans().state, "queued")
        self.assertIn(SECRET, self.plans().message_id.content["text"])
