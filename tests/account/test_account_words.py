import importlib.util
import re
from pathlib import Path

from odoo.tests import Form, TransactionCase, tagged

from ...models.account.health_words import DISPROVED_BY_READING, HEALTH_WORDS, STOPPING
from ...models.account.meta_words import META_WORDS, meta_word
from ..common import WaCase

#: A word of a machine: capitals with underscores, or capitals alone.
RAW = r"\b[A-Z]{3,}(_[A-Z0-9]+)*\b"
#: Names people know in capitals.
KNOWN = r"\b(API|WABA|PIN|SIM|URL)\b"


@tagged("post_install", "-at_install", "wa", "wa_account")
class TestAccountWords(TransactionCase):
    """Codes are for machines; people read words."""

    def test_every_reason_says_what_and_what_next(self):
        for code, (what, then) in HEALTH_WORDS.items():
            for text in (self.env._(what), self.env._(then)):
                self.assertRegex(text, r"^[A-Z“%].+\.$", code)
        self.assertLessEqual(STOPPING | DISPROVED_BY_READING, HEALTH_WORDS.keys() | {"number_unknown"})

    def test_facts_that_are_missing_break_no_sentence(self):
        problems = self.env["wa.problem"]
        for code in HEALTH_WORDS:
            self.assertTrue(problems._sentence(code))
            self.assertTrue(problems._sentence(code, {"other": 1}))

    def test_words_of_meta(self):
        """U18: known words in words, unknown ones readable, names and sentences as they are."""
        for word in META_WORDS:
            self.assertNotRegex(meta_word(self.env, word), RAW, word)
        self.assertEqual(meta_word(self.env, "GREEN"), "High")
        self.assertEqual(meta_word(self.env, "SOME_NEW_STATE"), "Some new state")
        self.assertEqual(meta_word(self.env, "control_passed"), "Control passed")
        for plain in ("Example Shop", "130429", "The flow is now blocked", ""):
            self.assertEqual(meta_word(self.env, plain), plain)
        self.assertEqual(meta_word(self.env, None), "")


@tagged("post_install", "-at_install", "wa", "wa_account")
class TestAccountForms(WaCase):
    """What forms and chatter of accounts and numbers show."""

    def test_number_shows_words(self):
        """U18"""
        self.number.write({"quality_rating": "GREEN", "status": "CONNECTED"})
        self.number.write({"messaging_limit": "TIER_2K", "name_status": "BRAND_NEW"})
        self.assertEqual(
            (
                self.number.quality_label,
                self.number.status_label,
                self.number.messaging_limit_label,
                self.number.name_status_label,
            ),
            ("High", "Connected", "2,000 new people a day", "Brand new"),
        )

    def test_account_that_is_being_entered_has_a_form(self):
        form = Form(self.env["wa.account"].with_user(self.admin_user))
        self.assertEqual((form.health, form.health_details or ""), ("draft", ""))
        form.name, form.waba_id = "New", "900000000000321"
        self.assertEqual(form.save().health, "draft")

    def test_forms_and_lists_show_no_field_that_holds_a_code(self):
        """U18: Meta's words stand in the views only where nobody sees them."""
        codes = {"quality_rating", "status", "name_status", "review_status", "state_code", "blocked_code", "messaging_limit"}
        for model in ("wa.account", "wa.number"):
            for kind in ("form", "list"):
                arch = self.env[model].with_user(self.admin_user).get_view(view_type=kind)["arch"]
                for found in re.findall(r"<field name=\"(\w+)\"[^>]*>", arch):
                    tags = re.findall(rf"<field name=\"{found}\"[^>]*>", arch)
                    if found in codes:
                        for tag in tags:
                            self.assertRegex(tag, r"(column_)?invisible=\"(1|True)\"", f"{model} {kind}")


@tagged("post_install", "-at_install", "wa", "wa_account")
class TestReasonsOfTheFormerVersion(WaCase):
    """Sentences that 19.0.1.2.0 kept are still read after the update."""

    def test_reasons_stay_readable(self):
        self.env.flush_all()
        self.env.cr.execute(
            """
            ALTER TABLE wa_account ADD COLUMN IF NOT EXISTS state_reason varchar;
            ALTER TABLE wa_number ADD COLUMN IF NOT EXISTS blocked_reason varchar;
            UPDATE wa_account SET state = 'blocked', state_reason = 'The token died.' WHERE id = %(account)s;
            UPDATE wa_number SET is_blocked = TRUE, blocked_reason = 'The number is gone.' WHERE id = %(number)s;
            """,
            {"account": self.account.id, "number": self.number.id},
        )
        path = Path(__file__).parents[2] / "migrations" / "19.0.1.3.0" / "pre-account.py"
        spec = importlib.util.spec_from_file_location("pre_account", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        for _twice in range(2):
            script.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertIn("The token died.", self.account.state_reason)
        self.assertIn("The number is gone.", self.number.blocked_reason)
        self.assertIn("The token died.", self.account.health_details)
