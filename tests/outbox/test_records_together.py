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
