from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import WaCase

LOGGER = "odoo.addons.crm_whatsapp.models.outbox.wa_sending"


@tagged("post_install", "-at_install", "wa")
class TestRecordsTogether(WaCase):
    """A template for many records: one that cannot be filled stops no other."""

    def setUp(self):
        super().setUp()
        self.leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Lead {index}",
                    "partner_name": "Ada",
                    "phone": f"+120255501{index}0",
                    "team_id": self.team.id,
                    "expected_revenue": 100,
                }
                for index in range(3, 6)
            ]
        )

    def test_one_that_cannot_be_filled(self):
        broken, original = self.leads[1], self.registry["wa.template"]._get_values

        def get_values(template, record, *args, **kwargs):
            if record == broken:
                raise KeyError("a hook of another addon")
            return original(template, record, *args, **kwargs)

        self.patch(self.registry["wa.template"], "_get_values", get_values)
        with self.assertLogs(LOGGER, "WARNING") as logs:
            outcomes = self.template._send_to_records(self.leads)
        self.assertIn("a hook of another addon", "".join(logs.output))
        self.assertEqual([outcome.status for outcome in outcomes], ["queued", "refused", "queued"])
        self.assertEqual(outcomes[1].code, "template_not_filled")
        self.assertIn("was not sent", broken.message_ids[0].body)

    def test_field_that_is_gone_keeps_the_stage_change(self):
        """Its module was uninstalled, or the template's model changed."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE wa_template_parameter SET field_path = 'gone_field' WHERE id = %s",
            [self.template.parameter_ids[0].id],
        )
        self.env.invalidate_all()
        with self.assertLogs(LOGGER, "WARNING"):
            outcomes = self.template._send_to_records(self.leads)
        self.assertEqual({outcome.code for outcome in outcomes}, {"template_not_filled"})

    def test_same_key_twice_in_one_call(self):
        outcomes = self.template._send_to_records(self.leads, dedupe_key=lambda record: f"twice:{record.team_id.id}")
        self.assertEqual([outcome.status for outcome in outcomes], ["queued", "repeated", "repeated"])


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
