from odoo import Command
from odoo.tests import Form, tagged

from ..account_case import AccountCase
from ..common import ACCESS_TOKEN, APP_SECRET, WABA_ID


@tagged("post_install", "-at_install", "wa", "wa_account")
class TestAccountSaved(AccountCase):
    """Whoever types something wrong into a connected account and saves it sees that at once, and not a green page."""

    def setUp(self):
        super().setUp()
        self.connect()
        self.sandbox.control("POST", "app_secret", require_proof=True)

    def save(self, **vals):
        """Save the form as Wanda does; returns it as the page shows it then."""
        form = Form(self.account.with_user(self.wanda))
        for name, value in vals.items():
            form[name] = value
        form.save()
        return form

    def asked(self):
        return len(self.sandbox.requests_log())

    def test_each_box_that_is_wrong_is_named_in_the_page_that_was_saved(self):
        right = {
            "app_secret": APP_SECRET,
            "access_token": ACCESS_TOKEN,
            "app_id": self.account.app_id,
            "waba_id": WABA_ID,
            "api_version": "v26.0",
        }
        wrong = {
            "app_secret": ("not-the-secret", "App Secret"),
            "access_token": ("EAANOBODY", "Access Token"),
            "app_id": ("900000000000799", "App ID"),
            "waba_id": ("900000000000999", "WhatsApp Account ID"),
            "api_version": ("v99.0", "API Version"),
        }
        for name, (value, box) in wrong.items():
            with self.subTest(name):
                page = self.save(**{name: value})
                self.assertEqual(page.health, "problem")
                self.assertIn(box, page.health_details)
                self.assertEqual(len(self.activities(self.wanda)), 1)
                page = self.save(**{name: right[name]})
                self.assertEqual((page.health, page.health_details or ""), ("ok", ""))
                self.assertFalse(self.activities())
                self.assertFalse(self.number.is_blocked)

    def test_what_says_nothing_about_the_connection_asks_nobody(self):
        before = self.asked()
        self.save(name="Another Name", fallback_languages="de")
        self.assertEqual(self.asked(), before)

    def test_whatsapp_that_is_unwell_does_not_keep_anybody_from_saving(self):
        self.sandbox.control("POST", "switches", fault={"kind": "503", "times": 50})
        page = self.save(app_secret=APP_SECRET, name="Renamed")
        self.assertEqual((page.health, page.name), ("ok", "Renamed"))

    def test_account_that_is_not_connected_is_left_to_connect(self):
        self.account.state = "draft"
        before = self.asked()
        self.assertEqual(self.save(app_secret="anything").health, "draft")
        self.assertEqual(self.asked(), before)

    def test_code_that_writes_leaves_it_to_the_job(self):
        before = self.asked()
        self.account.with_user(self.wanda).write({"app_secret": "anything", "number_ids": [Command.link(self.number.id)]})
        self.assertEqual(self.asked(), before)
        self.assertFalse(self.account.checked_at)
