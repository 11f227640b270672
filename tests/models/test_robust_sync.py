from unittest.mock import patch

from odoo.tests import tagged

from ..common import WaCase

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
