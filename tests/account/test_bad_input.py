import re

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..account_case import APP_ID, AccountCase
from ..common import ACCESS_TOKEN, PHONE_NUMBER_ID, WABA_ID


class BadInputCase(AccountCase):
    """What one may have entered wrongly, and what is then left at WhatsApp."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana.lang = cls.wanda.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.sandbox.control("POST", "switches", pair_rate=False)
        for name in ("app_id", "access_token", "app_secret", "api_version", "waba_id"):
            self.addCleanup(self.account.invalidate_recordset, [name])

    def check_one_sentence(self, text, *words):
        """What happened and what to do, and no code of anybody's but in words of WhatsApp."""
        for word in words:
            self.assertIn(word, text)
        text = re.sub(r" WhatsApp says: “.*?”\.", "", text)
        self.assertNotRegex(text, r"\(#|OAuthException|GraphMethod|%\(|[a-z]_[a-z]")
        self.assertLess(len(text), 420)
        self.assertRegex(text, r"^[A-Z“].+\.$")

    def state_at_whatsapp(self):
        """Return what connecting changes at WhatsApp."""
        state = self.sandbox.control("GET", "state")
        return (
            state["app_callback"],
            [(one["waba_id"], one["apps"], one["override_callback_uri"]) for one in state["accounts"]],
            len(self.sandbox.control("GET", "sent")["sent"]),
            len(state["templates"]),
        )

    def writes(self):
        """Return the requests that change something at WhatsApp."""
        return [row for row in self.sandbox.requests_log() if row["method"] != "GET"]


@tagged("post_install", "-at_install", "wa", "wa_account")
class TestBadInputConnecting(BadInputCase):
    """Each is said in one sentence that names the box, and nothing is left behind at WhatsApp."""

    def refused(self, *words, **vals):
        before = self.state_at_whatsapp()
        self.account.write(vals)
        with self.assertRaises(UserError) as caught:
            self.connect()
        self.check_one_sentence(str(caught.exception), *words)
        self.assertEqual(self.state_at_whatsapp(), before)
        return before

    def test_wrong_secret(self):
        for app_id in (APP_ID, False):
            with self.subTest(app_id):
                self.refused("App Secret", app_secret="wrong", app_id=app_id)
                self.assertFalse(self.writes())

    def test_revoked_token(self):
        self.sandbox.control("POST", "tokens", token=ACCESS_TOKEN, valid=False)
        for app_id in (APP_ID, False):
            with self.subTest(app_id):
                self.refused("Access Token", app_id=app_id)
                self.assertFalse(self.writes())

    def test_account_or_number_of_somebody_else(self):
        other = self.sandbox.control("POST", "accounts", name="Other")
        self.sandbox.control("POST", "tokens", token="EAAOWN", wabas=[WABA_ID])
        for waba_id in (other["waba_id"], other["numbers"][0]["phone_number_id"], PHONE_NUMBER_ID):
            with self.subTest(waba_id):
                self.refused("WhatsApp Account ID", waba_id=waba_id, access_token="EAAOWN")
                self.assertFalse(self.writes())

    def test_version_that_never_was(self):
        for app_id in (APP_ID, False):
            with self.subTest(app_id):
                self.refused("API Version", api_version="v99.0", app_id=app_id)
                self.assertFalse(self.writes())

    def test_version_that_is_too_old(self):
        fault = {"kind": "error", "code": 2635, "times": 50, "match": "/v"}
        self.sandbox.control("POST", "switches", fault=fault)
        self.refused("API Version")
        self.assertFalse(self.writes())

    def test_callback_that_does_not_answer(self):
        """Here something was changed on the way, and is taken back."""
        self.callback.answer = lambda challenge: None
        for app_id in (APP_ID, False):
            with self.subTest(app_id):
                self.sandbox.reset()
                self.sandbox.session.delete(
                    f"{self.sandbox.url}/v26.0/{WABA_ID}/subscribed_apps", headers={"Authorization": f"Bearer {ACCESS_TOKEN}"}
                )
                self.refused("web.base.url", app_id=app_id)
                self.assertIn("DELETE", [row["method"] for row in self.writes()])

    def test_callback_that_does_not_answer_any_more(self):
        """Who was connected before stays so: messages go on coming."""
        self.connect()
        self.callback.answer = lambda challenge: None
        before = self.refused("web.base.url")
        self.assertIn(APP_ID, before[1][0][1])

    def test_list_that_comes_in_part(self):
        """W19: what WhatsApp does not hand out does not count as deleted."""
        self.connect()
        self.sandbox.control("POST", "switches", paging="lost")
        known = self.env["wa.template"].search([("account_id", "=", self.account.id)])
        states = dict(zip(known.ids, known.mapped("status"), strict=True))
        for n in range(101):  # more than one page of them
            self.sandbox.control("POST", "numbers", phone_number_id=f"90000000000{2000 + n}", display=f"+1202555{5000 + n}")
        self.refused("part of a list")
        self.assertEqual(dict(zip(known.ids, known.mapped("status"), strict=True)), states)
        self.sandbox.control("POST", "switches", paging="next")
        self.connect()
        self.assertGreater(len(self.account.number_ids), 100)


@tagged("post_install", "-at_install", "wa", "wa_account")
class TestBadInputSending(BadInputCase):
    """The same, found out by a message that was to leave."""

    def setUp(self):
        super().setUp()
        self.conversation = self.customer_writes(self.customer(), "Hello")
        self.conversation.user_id = self.ana

    def send(self):
        row = self.reply(self.ana, self.conversation, "Good morning").wa_message_ids
        self.run_sender()
        self.assertFalse(self.sandbox.control("GET", "sent")["sent"])
        return row

    def check_goes_on(self, row):
        """Once it is right again, what waited leaves, once."""
        self.connect()
        self.assertEqual((self.account.state, self.number.is_blocked), ("connected", False))
        row.next_attempt_at = False
        self.run_sender()
        self.assertEqual(row.state, "sent", row.error_text)
        self.assertEqual(len(self.sandbox.control("GET", "sent")["sent"]), 1)

    def test_wrong_secret(self):
        self.account.app_secret = "wrong"
        row = self.send()
        self.assertEqual((row.state, row.attempts), ("queued", 0))
        self.check_one_sentence(row.error_text, "administrator")
        self.check_one_sentence(self.account.state_reason, "App Secret")
        self.account.app_secret = "demo-app-secret"
        self.check_goes_on(row)

    def test_version_that_never_was(self):
        self.account.api_version = "v99.0"
        row = self.send()
        self.assertEqual((row.state, row.attempts), ("queued", 0))
        self.check_one_sentence(row.error_text, "administrator")
        self.check_one_sentence(self.account.state_reason, "API Version")
        self.account.api_version = "v26.0"
        self.check_goes_on(row)

    def test_version_that_whatsapp_does_not_know_shows_before_anything_is_sent(self):
        """Nobody has to press "Check Connection": the account is looked at as soon as the version was typed."""
        self.account.api_version = "v99.0"
        self._run_cron(self.env.ref("crm_whatsapp.ir_cron_wa_health"))
        self.assertEqual((self.account.state, self.account.state_code), ("blocked", "api_version"))
        self.assertEqual(self.account.health, "problem")
        self.check_one_sentence(self.account.state_reason, "API Version")
        self.account.api_version = "v26.0"
        self._run_cron(self.env.ref("crm_whatsapp.ir_cron_wa_health"))
        self.assertEqual((self.account.state, self.account.state_code), ("connected", False))

    def test_revoked_token(self):
        self.sandbox.control("POST", "tokens", token=ACCESS_TOKEN, valid=False)
        row = self.send()
        self.assertEqual((row.state, row.error_code), ("failed", "190"))
        self.check_one_sentence(row.error_text, "administrator")
        self.check_one_sentence(self.account.state_reason, "Access Token")
        self.sandbox.control("POST", "tokens", token=ACCESS_TOKEN, valid=True)
        self.connect()
        row.mail_message_id.with_user(self.ana).action_wa_retry()
        self.check_goes_on(row)

    def test_number_of_another_account(self):
        other = self.sandbox.control("POST", "accounts", name="Other")
        self.sandbox.control("POST", "tokens", token="EAAOWN", wabas=[WABA_ID])
        self.account.access_token = "EAAOWN"
        self.number.phone_number_id = other["numbers"][0]["phone_number_id"]
        row = self.send()
        self.assertEqual(row.state, "failed")
        self.check_one_sentence(row.error_text, "administrator")
        self.assertTrue(self.number.is_blocked)
        self.check_one_sentence(self.number.blocked_reason, "number")
        self.assertEqual(self.account.state, "connected", "its other numbers go on")

    def test_recipient_who_is_not_on_the_test_list(self):
        self.sandbox.control("POST", f"numbers/{PHONE_NUMBER_ID}", test_recipients=["+447700900123"])
        self.addCleanup(self.sandbox.control, "POST", f"numbers/{PHONE_NUMBER_ID}", test_recipients=None)
        row = self.send()
        self.assertEqual((row.state, row.error_code), ("failed", "131030"))
        self.check_one_sentence(row.error_text, "on its list", "app dashboard", "9 after 54")
        self.assertEqual((self.account.state, self.number.is_blocked), ("connected", False))
