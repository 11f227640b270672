from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from ..inbound_case import RecordedCase


@tagged("post_install", "-at_install", "wa")
class TestWebhookEventRetention(RecordedCase):
    """Raw webhooks can be processed again, and go after a while; what was made of them stays."""

    def _age(self, event, days):
        event.received_at = fields.Datetime.now() - timedelta(days=days)
        self.env.flush_all()

    def test_old_ones_go_and_nothing_personal_is_left_of_them(self):
        row = self.receive_recorded("text")
        event = row.event_id
        self._age(event, 31)
        self.env["wa.webhook.event"]._gc_events()
        self.assertFalse(event.exists())
        self.assertTrue(row.exists() and row.mail_message_id)
        self.assertFalse(row.event_id)
        self.env.cr.execute("SELECT COUNT(*) FROM wa_webhook_event WHERE body LIKE '%447700900123%'")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_nothing_is_left_anywhere_of_people_who_are_no_customers(self):
        """Whatever the webhooks named that we keep nothing of: after them the database does not know the number."""
        stranger = "447700900777"

        def rename(value):
            """Put the stranger's number wherever one stands."""
            for key, part in value.items() if isinstance(value, dict) else enumerate(value):
                if isinstance(part, (dict, list)):
                    rename(part)
                elif isinstance(part, str) and "7700900" in part:
                    value[key] = stranger

        def of_another_number(value):
            rename(value)
            value["metadata"]["phone_number_id"] = "1"

        def in_words_nobody_knows(value):
            value.update(type="x", inner={"phone": stranger}, messages={"from": stranger})

        for name, change in (
            ("smb_app_state_sync", rename),
            ("text", of_another_number),
            ("smb_message_echoes", of_another_number),
            ("user_preferences_stop", of_another_number),
            ("system_user_changed_number", rename),
            ("status_delivered", rename),
            ("status_failed", rename),
            ("unknown_field", in_words_nobody_knows),
            ("calls", rename),
        ):
            payload = self.recorded(name)
            change(payload["entry"][0]["changes"][0]["value"])
            self.store_webhook(payload)
        self.store_webhook(f'{{"rubbish": "{stranger}"'.encode())
        self.process_webhooks()
        events = self.env["wa.webhook.event"].search([("body", "like", stranger)])
        self.assertEqual((len(events), set(events.mapped("state"))), (10, {"done"}))
        self._age(events, 31)
        self.env["wa.webhook.event"]._gc_events()
        self.env.flush_all()
        self.env.cr.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [table for (table,) in self.env.cr.fetchall()]
        self.assertIn("wa_webhook_event", tables)
        for table in tables:
            self.env.cr.execute(SQL("SELECT 1 FROM %s t WHERE t::text LIKE %s LIMIT 1", SQL.identifier(table), f"%{stranger}%"))
            self.assertFalse(self.env.cr.fetchone(), table)

    def test_young_waiting_and_failed_ones_stay(self):
        young = self.receive_recorded("text").event_id
        self._age(young, 29)
        self.store_webhook(self.recorded("image"))
        waiting = self.last_event()
        self.store_webhook(self.recorded("order"))
        failed = self.last_event()
        failed.state = "failed"
        self._age(waiting | failed, 400)
        self.env["wa.webhook.event"]._gc_events()
        self.assertEqual(len((young | waiting | failed).exists()), 3)
        self.assertIn("kept until it is solved", failed.hint)
        self.assertFalse(young.hint)

    def test_time_is_a_setting_and_never_shorter_than_whatsapp_repeats(self):
        settings = self.env["res.config.settings"].create({"wa_event_days": 10})
        settings.execute()
        self.assertEqual(self.env["wa.webhook.event"]._retention_days(), 10)
        with self.assertRaises(ValidationError):
            self.env["res.config.settings"].create({"wa_event_days": 3})
        self.env["ir.config_parameter"].sudo().set_param("crm_whatsapp.event_days", "1")
        self.assertEqual(self.env["wa.webhook.event"]._retention_days(), 8)
        self.env["ir.config_parameter"].sudo().set_param("crm_whatsapp.event_days", "rubbish")
        self.assertEqual(self.env["wa.webhook.event"]._retention_days(), 30)

    def test_time_range_is_processed_again_and_doubles_nothing(self):
        plain = ("text", "image", "contacts", "system_other", "reaction")
        for name in (*plain, "smb_message_echoes", "security", "user_preferences_stop"):
            self.receive_recorded(name)
        counts = self.env["wa.message"].search_count([]), self.env["mail.message"].search_count([])
        wizard = self.env["wa.webhook.event.replay"].with_user(self.admin_user).create({"which": "all"})
        wizard.date_to = fields.Datetime.now() + timedelta(minutes=1)
        wizard.action_replay()
        self.assertEqual(set(self.env["wa.webhook.event"].search([]).mapped("state")), {"new"})
        self.process_webhooks()
        self.assertEqual(set(self.env["wa.webhook.event"].search([]).mapped("state")), {"done"})
        self.assertEqual((self.env["wa.message"].search_count([]), self.env["mail.message"].search_count([])), counts)

    def test_replay_takes_only_what_was_asked_for(self):
        quiet = self.receive_recorded("text").event_id
        self.receive_recorded("unknown_field")
        noted = self.last_event()
        old = self.receive_recorded("order").event_id
        old.note = "something"
        self._age(old, 3)
        wizard = self.env["wa.webhook.event.replay"].create({"date_to": fields.Datetime.now() + timedelta(minutes=1)})
        wizard.action_replay()
        self.assertEqual([quiet.state, noted.state, old.state], ["done", "new", "done"])
        with self.assertRaises(UserError):
            self.env["wa.webhook.event.replay"].create({"date_to": wizard.date_from}).action_replay()

    def test_only_administrators_may(self):
        self.receive_recorded("text")
        with self.assertRaises(AccessError):
            self.env["wa.webhook.event.replay"].with_user(self.ana).create({})
