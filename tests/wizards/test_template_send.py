from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestWizardsOfOthers(WaCase):
    """The wizard on a customer is no way into the conversations of other teams."""

    def wizard(self, user, partner):
        return (
            self.env["wa.template.send"]
            .with_user(user)
            .with_context(default_res_model="res.partner", default_res_id=partner.id)
            .create({"template_id": self.greeting.id})
        )

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound("Hello"))
        self.conversation.user_id = self.ana
        self.greeting = self._make_template("greeting", "Good morning.", [], model_id=False)

    def test_other_team_is_refused(self):
        waiting_since = self.conversation.waiting_since
        with self.assertRaisesRegex(UserError, "conversation of colleagues"):
            self.wizard(self.cid, self.conversation.partner_id).action_send()
        self.assertFalse(self.last_outgoing(self.conversation))
        self.assertEqual(self.conversation.waiting_since, waiting_since)

    def test_own_team_sends(self):
        self.wizard(self.ana, self.conversation.partner_id).action_send()
        self.assertEqual(self.last_outgoing(self.conversation).template_id, self.greeting)

    def test_new_customer_can_be_written_to(self):
        partner = self.env["res.partner"].create({"name": "Grace Example", "phone": "+12025550177"})
        self.wizard(self.cid, partner).action_send()
        self.assertTrue(partner.wa_contact_ids.conversation_ids.message_ids)

    def test_automation_is_not_asked(self):
        """Rules send on behalf of the business, whoever changed the stage."""
        as_rule = self.env(user=self.cid, su=True)
        [outcome] = self.greeting.with_env(as_rule)._send_to_records(self.conversation.lead_id.with_env(as_rule))
        self.assertEqual(outcome.status, "queued")
