from odoo import Command
from odoo.tests import tagged

from ..hooks import put_to_rest
from .rule_case import RuleCase


@tagged("post_install", "-at_install", "wa")
class TestPutToRest(RuleCase):
    """R39: what people made keeps their work and points at nothing that is gone, when the addon goes."""

    def setUp(self):
        super().setUp()
        self.stage = self.env.ref("crm.stage_lead3")
        self.sending = {"state": "wa_template", "wa_template_id": self.template.id}
        self.leads = self.env["ir.model"]._get_id("crm.lead")

    def test_rules(self):
        """R39: by trigger, by action, by condition, by field, by code, inside of other actions."""
        nested = self.rule("Nested", trigger="on_create", action={"state": "multi"})
        nested.action_server_ids.child_ids = self.env["ir.actions.server"].create(
            {"name": "send", "model_id": self.leads, **self.sending}
        )
        awaiting = self.env["ir.model.fields"]._get("crm.lead", "wa_awaiting_since")
        going = [
            self.rule("Received", wa_text_mode="contains", wa_text="yes"),
            self.rule("Status", trigger="on_wa_status", model="wa.message", action=self.code("pass")),
            self.rule("Sending", trigger="on_stage_set", trg_field_ref=self.stage.id, action=self.sending),
            nested,
            self.rule("Condition", trigger="on_create_or_write", filter_domain="[('wa_awaiting_since', '!=', False)]"),
            self.rule("Date", trigger="on_time", trg_date_id=awaiting.id, trg_date_range=1, trg_date_range_type="day"),
            self.rule("Code", trigger="on_create", action=self.code("record.action_open_wa_conversation()")),
        ]
        staying = [
            self.rule("Tagging", trigger="on_create"),
            self.rule("Swallow", trigger="on_create", filter_domain="[('name', 'ilike', 'swallow_wanted')]"),
        ]
        put_to_rest(self.env)
        self.env.flush_all()
        for rule in going:
            with self.subTest(rule.name):
                self.assertFalse(rule.active and rule.model_name != "wa.message")
        kept = going[0]
        self.assertEqual((kept.trigger, len(kept.action_server_ids)), ("on_create", 1))
        self.assertIn("WhatsApp message received", kept.description)
        self.assertTrue(all(rule.active for rule in staying))
        self.assertFalse(nested.action_server_ids)
        self.assertFalse(self.env["ir.actions.server"].search([("state", "in", ("wa_template", "wa_sequence"))]))
        # Leads can be made as before.
        self.assertEqual(self.tags(self.env["crm.lead"].create({"name": "After"})), ["Tagging"])

    def test_jobs_menus_and_filters(self):
        """R39: scheduled jobs, actions in menus, saved searches and lists of exports."""
        job = self.env["ir.cron"].create({"name": "Daily", "model_id": self.leads, "interval_type": "days", **self.sending})
        coded = self.env["ir.cron"].create(
            {"name": "Coded", "model_id": self.leads, "state": "code", "code": "env['wa.message'].search([])"}
        )
        menu = self.env["ir.actions.server"].create(
            {
                "name": "Write",
                "model_id": self.leads,
                "state": "code",
                "code": "action = records.action_wa_send_template()",
                "binding_model_id": self.leads,
            }
        )
        waiting, ours, other = self.env["ir.filters"].create(
            [
                {"name": "Waiting", "model_id": "crm.lead", "domain": "[('wa_conversation_ids', '!=', False)]"},
                {"name": "Failed", "model_id": "wa.message", "domain": "[('state', '=', 'failed')]"},
                {"name": "Mine", "model_id": "crm.lead", "domain": "[('user_id', '=', uid)]"},
            ]
        )
        export = self.env["ir.exports"].create(
            {
                "name": "Leads",
                "resource": "crm.lead",
                "export_fields": [Command.create({"name": "name"}), Command.create({"name": "wa_idle_since"})],
            }
        )
        put_to_rest(self.env)
        self.assertFalse(job.exists())
        self.assertFalse(self.env["ir.actions.server"].search([("state", "=", "wa_template")]))
        self.assertFalse(coded.active)
        self.assertFalse(menu.binding_model_id)
        self.assertEqual((waiting.active, ours.active, other.active), (False, False, True))
        self.assertEqual(export.export_fields.mapped("name"), ["name"])
        own = self.env.ref("crm_whatsapp.crm_lead_action_wa_template")
        self.assertTrue(own.exists(), "what is ours goes with the addon")
