from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import WaCase, WaSandboxCase

LOGGER = "odoo.addons.crm_whatsapp.models.template.wa_template_sync"


@tagged("post_install", "-at_install", "wa")
class TestSyncOfOddLists(WaCase):
    """The list of templates is Meta's; whatever is in it, the rest is read."""

    def node(self, name, **vals):
        return {
            "id": f"id-{name}",
            "name": name,
            "language": "en",
            "category": "UTILITY",
            "status": "APPROVED",
            "components": [{"type": "BODY", "text": "Hello there."}],
            **vals,
        }

    def sync(self, *nodes):
        class Meta:
            def templates(self, _waba_id):
                yield from nodes

        with patch.object(type(self.account), "_get_transport", lambda _self: Meta()):
            return self.env["wa.template.sync"]._sync_account(self.account)

    def find(self, name):
        return (
            self.env["wa.template"]
            .with_context(active_test=False)
            .search([("account_id", "=", self.account.id), ("name", "=", name)])
        )

    def test_one_that_cannot_be_read(self):
        nameless = self.node("x")
        del nameless["name"]
        with self.assertLogs(LOGGER, "WARNING") as logs:
            count = self.sync(self.node("one"), nameless, "rubbish", self.node("two"))
        self.assertEqual((count, len(logs.output)), (4, 2))
        self.assertEqual((self.find("one") | self.find("two")).mapped("status"), ["APPROVED", "APPROVED"])

    def test_archived_by_hand_stays_archived(self):
        self.sync(self.node("one"))
        self.find("one").active = False
        self.sync(self.node("one", status="PAUSED"))
        self.assertEqual((self.find("one").active, self.find("one").status), (False, "PAUSED"))

    def test_deleted_at_whatsapp_is_not_offered(self):
        self.sync(self.node("one"), self.node("two"))
        self.sync(self.node("two"))
        self.assertEqual((self.find("one").status, self.find("two").status), ("DELETED", "APPROVED"))
        self.assertFalse(self.find("one")._is_sendable)
        self.sync(self.node("one"), self.node("two"))
        self.assertEqual(self.find("one").status, "APPROVED")

    def test_drafts_are_not_deleted(self):
        draft = self.template.copy({"name": "draft"})
        self.sync(self.node("one"))
        self.assertEqual(draft.status, "DRAFT")

    def test_unreadable_list_deletes_nothing(self):
        """What we could not read may be the one that is missing."""
        self.sync(self.node("one"))
        nameless = self.node("one")
        del nameless["name"]
        with self.assertLogs(LOGGER, "WARNING"):
            self.sync(nameless)
        self.assertEqual(self.find("one").status, "APPROVED")


@tagged("post_install", "-at_install", "wa")
class TestTemplateSync(WaSandboxCase):
    """Templates as WhatsApp has them, with what was set up here kept."""

    def test_connect_reads_account_numbers_and_templates(self):
        self.account.write({"portfolio_id": False})
        self.account._read_account(self.account._get_transport())
        self.assertEqual(self.account.portfolio_id, "900000000000900")
        self.env["wa.template.sync"]._sync_account(self.account)
        names = set(self.account.template_ids.mapped("name"))
        self.assertLessEqual({"proposal_ready", "follow_up_reminder", "hello_world"}, names)
        statuses = set(self.account.template_ids.mapped("status"))
        self.assertLessEqual({"APPROVED", "PENDING", "REJECTED"}, statuses)

    def test_sync_keeps_field_paths_and_fallbacks(self):
        self.env["wa.template.sync"]._sync_account(self.account)
        paths = self.template.parameter_ids.filtered("is_required").mapped("field_path")
        self.assertEqual(paths, ["partner_id.name", "expected_revenue"])
        self.assertEqual(self.template.button_ids.mapped("text"), ["Yes, call me", "Not now"])

    def test_submit_and_review(self):
        template = self.env["wa.template"].create(
            {
                "name": "visit_reminder",
                "language": "en",
                "account_id": self.account.id,
                "body": "Hello {{1}}, this is a reminder of your visit tomorrow.",
                "parameter_ids": [(0, 0, {"name": "1", "example": "Ada", "field_path": "partner_id.name"})],
            }
        )
        self.assertEqual(template.status, "DRAFT")
        template.action_submit()
        self.assertIn(template.status, ("PENDING", "APPROVED"))
        self.assertTrue(template.template_uid)

    def test_refused_submission_says_why(self):
        template = self.env["wa.template"].create(
            {
                "name": "bad",
                "language": "en",
                "account_id": self.account.id,
                "body": "{{1}}",
                "parameter_ids": [(0, 0, {"name": "1", "example": "Ada"})],
            }
        )
        with self.assertRaises(UserError):
            template.action_submit()
        self.assertEqual(template.status, "DRAFT")

    def test_status_webhook_is_taken_over(self):
        self.store_webhook(
            {
                "object": "whatsapp_business_account",
                "entry": [
                    {
                        "id": self.account.waba_id,
                        "time": 1795430400,
                        "changes": [
                            {
                                "field": "message_template_status_update",
                                "value": {
                                    "event": "PAUSED",
                                    "message_template_id": 123,
                                    "message_template_name": "proposal_ready",
                                    "message_template_language": "en",
                                    "reason": "NONE",
                                },
                            }
                        ],
                    }
                ],
            }
        )
        self.process_webhooks()
        self.assertEqual(self.template.status, "PAUSED")
