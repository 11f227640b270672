from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.account.subscription import Subscription
from ..account_case import APP_ID, AccountCase
from ..common import ACCESS_TOKEN, APP_SECRET, PHONE_NUMBER_ID, WABA_ID


@tagged("post_install", "-at_install", "wa", "wa_account")
class TestAccountConnect(AccountCase):
    """Connecting says which box is wrong and how to mend it."""

    def refused(self, words, **vals):
        """Enter something wrong, connect, and read the box that is named."""
        before = self.account.read(["waba_id", "app_id", "api_version"])[0]
        before.pop("id")
        try:
            self.account.write(vals)
            with self.assertRaises(UserError) as caught:
                self.connect()
        finally:
            self.account.write({**before, "access_token": ACCESS_TOKEN, "app_secret": APP_SECRET})
        for word in words if isinstance(words, (list, tuple)) else [words]:
            self.assertIn(word, str(caught.exception))
        self.assertNotRegex(str(caught.exception), "understand the message|number any more|%\\(")

    def test_account_ids_that_are_wrong(self):
        """U3"""
        self.refused(["WhatsApp Account ID", "900000000000555"], waba_id="900000000000555")
        self.refused(["WhatsApp Account ID", "phone number"], waba_id="+1 202-555-0142")
        self.refused(["WhatsApp Account ID", "phone number"], waba_id="12025550142")
        self.refused(["WhatsApp Account ID", "phone number"], waba_id=PHONE_NUMBER_ID)
        self.refused(["WhatsApp Account ID", "digits"], waba_id="Example Shop")

    def test_id_of_a_phone_number_that_is_not_known_here(self):
        """U3: Meta's own answer names the kind of thing the id is of."""
        self.sandbox.control("POST", "numbers", phone_number_id="900000000000777", display="+1 202-555-0177")
        self.refused(["WhatsApp Account ID", "phone number"], waba_id="900000000000777")

    def test_account_of_somebody_else(self):
        """U3: the token may not see it."""
        other = self.sandbox.control("POST", "accounts", name="Other")
        self.sandbox.control("POST", "tokens", token="EAAOWN", wabas=[WABA_ID])
        self.refused(["WhatsApp Account ID", "system user"], waba_id=other["waba_id"], access_token="EAAOWN")

    def test_app_ids_that_are_wrong(self):
        """U3"""
        self.refused("App ID", app_id="123456789012345")
        self.refused("App ID", app_id="Example Shop CRM")
        app = self.sandbox.control("POST", "apps", app_secret="second")
        self.refused("App ID", app_id=app["app_id"])
        self.refused("App ID", app_id=app["app_id"], app_secret="second")

    def test_app_id_that_is_wrong_where_tokens_may_not_be_asked_about(self):
        """W11, U3: debug_token is refused; the account is read, and still the box is named."""
        self.sandbox.control("POST", "switches", fault={"kind": "error", "code": 100, "times": 5, "match": "debug_token"})
        self.refused("App ID", app_id="123456789012345")

    def test_app_secrets_that_are_wrong(self):
        """U3: also without an app id."""
        self.refused("App Secret", app_secret="wrong")
        self.refused("App Secret", app_secret="wrong", app_id=False)

    def test_tokens_that_are_wrong(self):
        """U3"""
        self.refused("Access Token", access_token="EAAWRONG")
        self.refused("Access Token", access_token="EAAWRONG", app_id=False)
        self.sandbox.control("POST", "tokens", token="EAAOLD", expires_in_s=-1)
        self.refused(["expired", "Access Token"], access_token="EAAOLD")
        self.refused(["expired", "Access Token"], access_token="EAAOLD", app_id=False)
        self.sandbox.control("POST", "tokens", token="EAAWEAK", scopes=["whatsapp_business_messaging"])
        self.refused(["whatsapp_business_management", "Access Token"], access_token="EAAWEAK")

    def test_callback_that_refuses_and_one_that_cannot_be_reached(self):
        """U3"""
        self.callback.answer = lambda challenge: None
        self.refused(["web.base.url", "403"])
        self.callback.answer = lambda challenge: "<html>Choose a database</html>"
        self.refused(["web.base.url", "challenge"])
        self.env["ir.config_parameter"].set_param("web.base.url", "http://127.0.0.1:9")
        self.refused(["web.base.url", "connect"])

    def test_callback_that_no_whatsapp_could_ever_reach(self):
        """U3: found out before anybody is asked, when the API is not on this machine."""
        self.account.api_url = "https://graph.facebook.com"
        for url in ("http://localhost:8069", "http://odoo.example.com", "https://127.0.0.1"):
            self.env["ir.config_parameter"].set_param("web.base.url", url)
            with self.assertRaisesRegex(Exception, "callback_not_public"):
                Subscription(self.account, None).begin()

    def test_api_versions(self):
        """W10: one that lacks a field connects all the same; what is no version is refused."""
        self.account.api_version = "v23.0"
        self.connect()
        self.assertEqual(self.account.state, "connected")
        asked = [row for row in self.sandbox.requests_log() if row["path"] == f"/v23.0/{WABA_ID}"]
        self.assertEqual([row["status"] for row in asked[:2]], [400, 200])
        for version in ("latest", "26", "v26.0/../x", "v26.0@evil.example"):
            with self.assertRaises(UserError):
                self.account.api_version = version

    def test_app_that_demands_proofs(self):
        """W7: connecting and checking with "Require App Secret" on."""
        self.sandbox.control("POST", "app_secret", require_proof=True)
        self.connect()
        self.assertEqual(self.account.state, "connected")
        self.connect()
        self.look_after()
        self.assertEqual(self.codes(), [])

    def test_token_that_may_not_be_asked_about_is_no_stop(self):
        """W11: 10 and 100 say nothing about the token; reading the account does."""
        for code in (10, 100):
            self.account.app_id = False
            self.sandbox.control("POST", "switches", fault={"kind": "error", "code": code, "times": 1, "match": "debug_token"})
            self.connect()
            self.assertEqual(self.account.state, "connected")
            self.account.app_id = APP_ID

    def test_the_app_is_asked_about_its_tokens(self):
        """W11"""
        self.connect()
        asked = [row for row in self.sandbox.requests_log() if row["path"].endswith("/debug_token")]
        self.assertEqual(len(asked), 1)
        self.assertEqual(self.account.app_id, APP_ID)

    def test_connecting_while_jobs_run(self):
        """Odoo refuses to change a job that runs, and the two of a busy account nearly always do."""
        self.connect()
        refusal = UserError("This cron task is currently being executed and may not be modified")
        with patch.object(type(self.env["ir.cron"]), "write", side_effect=refusal):
            self.connect()
            self.number.action_resume()
        job = self.env.ref("crm_whatsapp.ir_cron_wa_webhook_event")
        (job | self.number.sender_cron_id).active = False
        self.connect()
        self.assertEqual((job | self.number.sender_cron_id).mapped("active"), [True, True])

    def test_connecting_again_leaves_the_subscription_alone(self):
        self.connect()
        self.sandbox.reset()
        self.connect()
        calls = [row for row in self.sandbox.requests_log() if row["path"].endswith("/subscribed_apps")]
        self.assertEqual({row["method"] for row in calls}, {"GET"})

    def test_connecting_again_keeps_our_override_all_the_time(self):
        """W6: the app reports elsewhere, so messages come by an override; no request takes it away on the way."""
        elsewhere = self.callback.url + "/other"
        self.sandbox.control("POST", "callback", callback_url=elsewhere, verify_token="x")
        self.connect()
        override = self.account.webhook_url
        self.sandbox.reset()
        self.connect()
        calls = [row for row in self.sandbox.requests_log() if row["path"].endswith("/subscribed_apps")]
        self.assertEqual([row["body"].get("override_callback_uri") for row in calls if row["method"] == "POST"], [override])
        state = self.sandbox.control("GET", "state")
        self.assertEqual(state["app_callback"]["callback_url"], elsewhere, "nobody else's")
        [one] = [one for one in state["accounts"] if one["waba_id"] == WABA_ID]
        self.assertEqual(one["override_callback_uri"], override)

    def listeners(self):
        [one] = [one for one in self.sandbox.control("GET", "state")["accounts"] if one["waba_id"] == WABA_ID]
        return set(one["apps"])

    def test_another_app_that_listens_is_not_taken_for_ours(self):
        """W6, W11: without an app id, and where tokens may not be asked about, nobody knows which app is ours."""
        app = self.sandbox.control("POST", "apps", app_secret="second")
        self.sandbox.control("POST", "tokens", token="EAASECOND", app_id=app["app_id"])
        for token, method in ((ACCESS_TOKEN, "delete"), ("EAASECOND", "post")):
            url = f"{self.sandbox.url}/v26.0/{WABA_ID}/subscribed_apps"
            self.sandbox.session.request(method, url, headers={"Authorization": f"Bearer {token}"}).raise_for_status()
        self.assertEqual(self.listeners(), {app["app_id"]})
        self.sandbox.control("POST", "switches", fault={"kind": "error", "code": 10, "times": 9, "match": "debug_token"})
        self.account.app_id = False
        self.callback.answer = lambda challenge: None
        self.refused("web.base.url")
        self.assertEqual(self.listeners(), {app["app_id"]}, "what failed is taken back")
        self.callback.answer = lambda challenge: challenge
        self.connect()
        self.assertEqual(self.listeners(), {app["app_id"], APP_ID})

    def test_override_that_leads_elsewhere_goes(self):
        self.connect()
        elsewhere = {"callback_url": self.callback.url + "/other", "verify_token": "x", "waba_id": WABA_ID}
        self.sandbox.control("POST", "callback", **elsewhere)
        self.look_after()
        self.assertEqual(self.codes(), ["callback_elsewhere"])
        self.connect()
        self.look_after()
        self.assertEqual(self.codes(), [])

    def test_draft_keeps_the_reason_on_its_page(self):
        self.account.state = "draft"
        self.account._note_refusal("app_secret")
        self.assertEqual((self.account.state, self.account.health), ("draft", "problem"))
        self.assertIn("App Secret", self.account.health_details)
        self.assertFalse(self.activities())
        self.connect()
        self.assertEqual(self.account.health, "ok")
