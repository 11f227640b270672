from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..account_case import AccountCase
from ..common import WABA_ID


@tagged("post_install", "-at_install", "wa", "wa_account")
class TestAccountArchive(AccountCase):
    """Archiving an account really disconnects it, loses nothing, and unarchiving brings all back."""

    def setUp(self):
        super().setUp()
        self.conversation = self.customer_writes(self.customer(), "Hi")
        self.conversation.user_id = self.ana
        self.connect()
        self.by_hand = self.env["wa.number"].create(
            {"name": "Old", "account_id": self.account.id, "phone_number_id": "900000000000199", "active": False}
        )

    def listening(self):
        """Return whether WhatsApp reports this account to our app."""
        return next(one["subscribed"] for one in self.sandbox.control("GET", "state")["accounts"] if one["waba_id"] == WABA_ID)

    def archive(self):
        """Disconnect as Wanda does: by the page that asks before."""
        action = self.account.with_user(self.wanda).action_disconnect()
        wizard = self.env[action["res_model"]].with_user(self.wanda).with_context(**action["context"]).create({})
        wizard.action_disconnect()
        self.env.flush_all()
        return wizard

    def words(self):
        return "".join(self.account.message_ids.mapped("body"))

    def test_asks_before_and_says_what_it_affects(self):
        """U2"""
        self.reply(self.ana, self.conversation, "waits")
        action = self.account.with_user(self.wanda).action_disconnect()
        wizard = self.env[action["res_model"]].with_user(self.wanda).with_context(**action["context"]).create({})
        self.assertEqual((wizard.number_count, wizard.waiting_count), (1, 1))
        self.assertGreaterEqual(wizard.conversation_count, 1)
        self.assertTrue(self.account.active, "nothing happened yet")
        self.assertTrue(self.account._fields["active"].readonly, "the general menu does not offer it")

    def test_disconnects_and_brings_back(self):
        """U2: WhatsApp is told, what belongs to it goes and comes back with it."""
        channel = self.conversation.channel_id
        self.assertTrue(self.listening())
        self.archive()
        self.assertFalse(self.listening())
        self.assertIn("Disconnected", self.words())
        self.assertFalse(self.account.active or self.number.active or self.template.active or channel.active)
        self.account.with_user(self.wanda).action_reconnect()
        self.env.flush_all()
        self.assertTrue(self.account.active and self.number.active and self.template.active and channel.active)
        self.assertFalse(self.by_hand.active, "what was archived by hand before stays so")
        self.assertTrue(self.listening())
        self.assertTrue(self.number.sender_cron_id.active)
        row = self.reply(self.ana, self.conversation, "back again").wa_message_ids
        self.run_sender()
        self.assertEqual(row.state, "sent")

    def test_true_sentence_in_the_chat(self):
        """U2: it was archived here; WhatsApp refuses nothing."""
        self.archive()
        with self.assertRaisesRegex(UserError, "archived here"):
            self.reply(self.ana, self.conversation, "Hello?")
        explained = self.env["wa.gate"]._explain(self.conversation, "free")
        self.assertEqual(explained["code"], "account_archived")
        self.assertNotIn("refuses", explained["sentence"])

    def test_archived_number_is_called_so(self):
        """U2, its sibling"""
        self.number.active = False
        with self.assertRaisesRegex(UserError, "number was archived here"):
            self.reply(self.ana, self.conversation, "Hello?")

    def test_whatsapp_out_of_reach_is_said_and_keeps_nobody_from_it(self):
        """U2"""
        self.account.api_url = "http://127.0.0.1:9"
        self.archive()
        self.assertFalse(self.account.active)
        self.assertIn("could not be told", self.words())

    def test_what_comes_all_the_same_is_kept_and_shown(self):
        """U2: it was on its way, or WhatsApp could not be told."""
        self.archive()
        self.receive(self.inbound("Are you there?", bsuid=self.conversation.contact_id.bsuid))
        self.assertTrue(self.conversation.channel_id.active, "somebody waits in it")
        self.assertEqual(self.conversation.last_preview, "Are you there?")

    def test_another_system_of_the_same_app_keeps_its_webhooks(self):
        """U2: where the app's callback is somebody else's, only our override goes."""
        self.sandbox.control("POST", "callback", callback_url=self.callback.url + "/other", verify_token="x")
        self.connect()
        self.archive()
        state = next(one for one in self.sandbox.control("GET", "state")["accounts"] if one["waba_id"] == WABA_ID)
        self.assertEqual((state["subscribed"], state["override_callback_uri"]), (True, None))

    def test_unarchiving_that_cannot_connect_shows_it(self):
        self.archive()
        self.callback.answer = lambda challenge: None
        self.account.with_user(self.wanda).action_reconnect()
        self.assertTrue(self.account.active)
        self.assertEqual(self.account.health, "problem")
        self.assertIn("web.base.url", self.account.health_details)

    def test_what_was_told_ends_with_it(self):
        self.account._flag_blocked("token_invalid")
        self.assertTrue(self.activities())
        self.archive()
        self.assertFalse(self.activities())
        self.assertEqual(self.account.health, "draft")
        self.assertFalse(self.account.health_details)

    def test_deleting_disconnects_too(self):
        other = self.sandbox.control("POST", "accounts", name="Second")
        account = self.env["wa.account"].create(
            {
                "name": "Second",
                "waba_id": other["waba_id"],
                "access_token": other["token"],
                "app_secret": other["app_secret"],
                "api_url": self.sandbox.url,
            }
        )
        account.with_user(self.wanda).action_connect()
        account.with_user(self.wanda).unlink()
        state = {one["waba_id"]: one["subscribed"] for one in self.sandbox.control("GET", "state")["accounts"]}
        self.assertFalse(state[other["waba_id"]])

    def test_whoever_may_not_disconnect_changes_nothing_at_whatsapp(self):
        """U2: by RPC, a colleague without the right cuts nobody off: what WhatsApp was told is not undone with the rest."""
        for user in (self.ana, self.lead_manager):
            with self.assertRaises(AccessError):
                self.account.with_user(user).write({"active": False})
            with self.assertRaises(AccessError):
                self.account.with_user(user).unlink()
        self.assertTrue(self.listening())

    def test_change_that_is_refused_tells_whatsapp_nothing(self):
        """U2: archived together with something that is not allowed; deleted although customers wrote to it."""
        with self.assertRaises(ValidationError):
            self.account.with_user(self.wanda).write({"active": False, "api_version": "newest"})
        with self.assertRaisesRegex(UserError, "archive it instead"):
            self.account.with_user(self.wanda).unlink()
        self.assertTrue(self.listening())
