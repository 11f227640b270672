from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import ACCESS_TOKEN, APP_SECRET, WaCase


@tagged("post_install", "-at_install", "wa")
class TestSecretsAndAccess(WaCase):
    """Secrets stay put, and everybody sees what is theirs."""

    def test_no_field_of_any_model_shows_a_secret(self):
        """Every readable field of every model of ours, as each role, is searched for the secrets."""
        self.receive(self.inbound())
        secrets = (ACCESS_TOKEN, APP_SECRET, self.account._secret("verify_token"))
        for user in (self.ana, self.lead_manager, self.admin_user):
            for model_name in self.env.registry:
                if not model_name.startswith("wa.") or self.env[model_name]._abstract:
                    continue
                model = self.env[model_name].with_user(user)
                if not model.has_access("read"):
                    continue
                for values in model.search([]).read():
                    for secret in secrets:
                        self.assertNotIn(secret, str(values), f"{model_name} as {user.login}")

    def test_secret_table_is_closed_to_everybody(self):
        for user in (self.ana, self.admin_user):
            with self.assertRaises(AccessError):
                self.env["wa.secret"].with_user(user).search([])

    def test_secret_fields_are_write_only_and_tell_whether_they_are_set(self):
        account = self.account.with_user(self.admin_user)
        self.assertTrue(account.has_access_token)
        self.assertFalse(account.access_token)
        account.access_token = "EAAOTHER"
        self.assertEqual(self.account._secret("access_token"), "EAAOTHER")
        account.access_token = False
        self.assertFalse(account.has_access_token)

    def test_saving_an_account_without_touching_secrets_keeps_them(self):
        self.account.with_user(self.admin_user).write({"name": "Renamed"})
        self.assertEqual(self.account._secret("access_token"), ACCESS_TOKEN)

    def test_secrets_are_not_tracked_or_exported(self):
        account = self.account.with_user(self.admin_user)
        account.access_token = "EAASEEN"
        self.env.flush_all()
        self.assertNotIn("EAASEEN", str(account.message_ids.mapped("body")))
        exported = account.export_data(["name", "access_token", "app_secret"])
        self.assertNotIn("EAASEEN", str(exported))

    def test_salesperson_cannot_change_configuration(self):
        for record in (self.account, self.number, self.template):
            with self.assertRaises(AccessError):
                record.with_user(self.ana).write({"name": "hacked"})
        with self.assertRaises(AccessError):
            self.account.with_user(self.ana).read(["webhook_key"])

    def test_salesperson_cannot_write_messages_or_events(self):
        self.receive(self.inbound())
        row = self.env["wa.message"].search([], limit=1)
        with self.assertRaises(AccessError):
            row.with_user(self.ana).write({"state": "read"})
        with self.assertRaises(AccessError):
            self.env["wa.message"].with_user(self.ana).create({"kind": "text"})
        with self.assertRaises(AccessError):
            self.env["wa.webhook.event"].with_user(self.ana).search([])

    def test_internal_user_without_whatsapp_sees_nothing(self):
        from odoo.tests import new_test_user

        conversation = self.receive(self.inbound())
        stranger = new_test_user(self.env, "wa_stranger", groups="base.group_user")
        with self.assertRaises(AccessError):
            conversation.channel_id.with_user(stranger).read(["name"])
        with self.assertRaises(AccessError):
            self.env["wa.conversation"].with_user(stranger).search([])
        self.assertFalse(
            self.env["mail.message"].with_user(stranger).search([("id", "in", conversation.channel_id.message_ids.ids)])
        )

    def test_nobody_outside_can_be_invited(self):
        conversation = self.receive(self.inbound())
        from odoo.exceptions import UserError
        from odoo.tests import new_test_user

        stranger = new_test_user(self.env, "wa_invited", groups="base.group_user")
        with self.assertRaises(UserError):
            conversation.channel_id.with_user(self.lead_manager).add_members(partner_ids=stranger.partner_id.ids)
        self.assertFalse(conversation.channel_id.uuid)

    def test_company_rule(self):
        company = self.env["res.company"].create({"name": "Second"})
        conversation = self.receive(self.inbound())
        self.lead_manager.write({"company_ids": [(4, company.id)]})
        other = self.env["wa.conversation"].with_user(self.lead_manager).with_context(allowed_company_ids=company.ids)
        self.assertFalse(other.search([("id", "=", conversation.id)]))

    def test_neutralize_removes_secrets_and_stops_sending(self):
        from pathlib import Path

        conversation = self.receive(self.inbound())
        row = self.reply(self.ana, conversation, "not from a copy").wa_message_ids
        key = self.account.sudo().webhook_key
        self.env.flush_all()
        sql = Path(__file__).parents[2].joinpath("data", "neutralize.sql").read_text()
        self.env.cr.execute(sql)
        self.env.invalidate_all()
        self.assertFalse(self.account._secret("access_token"))
        self.assertEqual(row.state, "cancelled")
        self.assertTrue(self.number.is_blocked)
        self.assertNotEqual(self.account.sudo().webhook_key, key)
