from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import WaCase


@tagged("post_install", "-at_install", "wa", "wa_consent")
class TestKeywords(WaCase):
    """The words that stop and start are the business's to edit."""

    def meaning(self, text):
        return self.env["wa.keyword"]._find(text, self.env.company)

    def test_shipped_words_of_many_languages(self):
        for word, language in (
            ("UNSUBSCRIBE", "en"),
            ("Darme de baja", "es"),
            ("SAIR", "pt"),
            ("Arret.", "fr"),
            ("stopp", "de"),
            ("Smetti!", "it"),
            ("afmelden", "nl"),
            ("rezygnuje", "pl"),
            ("dezabonare", "ro"),
            ("DUR", "tr"),
            ("стоп", "ru"),
            ("الغاء", "ar"),
            ("הסר", "he"),
            ("बंद करो", "hi"),
            ("berhenti", "id"),
            ("退订", "zh"),
            ("配信停止", "ja"),
            ("수신거부", "ko"),
            ("lopeta", "fi"),
        ):
            self.assertEqual(self.meaning(word), ("optout", "all", language), word)
        self.assertEqual(self.meaning("Keine Werbung"), ("optout", "marketing", "de"))
        self.assertEqual(self.meaning("Start"), ("optin", "all", ""))
        self.assertIsNone(self.meaning("Stop at the shop"))

    def test_changes_count_at_once(self):
        self.assertIsNone(self.meaning("enough"))
        word = self.env["wa.keyword"].with_user(self.lead_manager).create({"word": "Enough!", "purpose": "marketing"})
        self.assertEqual(self.meaning("ENOUGH"), ("optout", "marketing", ""))
        word.word = "plenty"
        self.assertIsNone(self.meaning("enough"))
        self.assertTrue(self.meaning("plenty"))
        word.active = False
        self.assertIsNone(self.meaning("plenty"))
        word.unlink()

    def test_company_has_its_own_words(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env["wa.keyword"].create({"word": "stop", "purpose": "marketing", "company_id": company.id})
        self.assertEqual(self.env["wa.keyword"]._find("stop", company)[1], "marketing")
        self.assertEqual(self.meaning("stop")[1], "all")

    @mute_logger("odoo.sql_db")
    def test_one_word_once_in_any_spelling(self):
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env["wa.keyword"].create({"word": "S T O P".replace(" ", "") + "!"})
            self.env.flush_all()

    def test_emoji_is_no_keyword(self):
        with self.assertRaises(ValidationError):
            self.env["wa.keyword"].create({"word": "🙂"})

    def test_salespeople_do_not_edit(self):
        with self.assertRaises(AccessError):
            self.env["wa.keyword"].with_user(self.ana).create({"word": "x1"})
        with self.assertRaises(AccessError):
            self.env["wa.optin.link"].with_user(self.ana).create(
                {"name": "x", "number_id": self.number.id, "keyword": "x1", "wording": "x"}
            )

    def test_link_is_no_stop_word(self):
        with self.assertRaisesRegex(ValidationError, "another meaning"):
            self.env["wa.optin.link"].create({"name": "x", "number_id": self.number.id, "keyword": "Stop", "wording": "x"})

    def test_double_optin_needs_its_buttons(self):
        vals = {"optin_purpose": "marketing", "optin_yes": "Yes, call me"}
        self.template.write(vals)
        for wrong in ({"optin_yes": "Agreed"}, {"optin_no": "Yes, call me"}, {"optin_yes": False}):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.template.write({**vals, **wrong})
