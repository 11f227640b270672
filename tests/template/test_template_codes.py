from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..template_case import TemplateCase

APP = {"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}
BUTTONS = {
    "COPY_CODE": {"type": "OTP", "otp_type": "COPY_CODE"},
    "ONE_TAP": {"type": "OTP", "otp_type": "ONE_TAP", "supported_apps": [APP]},
    "ZERO_TAP": {"type": "OTP", "otp_type": "ZERO_TAP", "supported_apps": [APP], "zero_tap_terms_accepted": True},
}


@tagged("post_install", "-at_install", "wa")
class TestTemplateCodes(TemplateCase):
    """T1: templates for codes, written as an OTP button and read back as a link, over the socket."""

    def code_template(self, kind="COPY_CODE", language="en", label=None, name=None):
        button = {**BUTTONS[kind], **({"text": label} if label else {})}
        return self.approved(
            name or f"log_in_{kind.lower()}",
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": 5},
            {"type": "BUTTONS", "buttons": [button]},
            category="AUTHENTICATION",
            language=language,
        )

    def test_all_three_kinds_are_read_filled_and_sent(self):
        """One code is asked for, goes out twice, and is not asked for again for the button."""
        for kind in BUTTONS:
            with self.subTest(kind):
                template = self.code_template(kind)
                self.assertEqual(
                    {p.key: (p.value_kind, p.is_required, p.example) for p in template.parameter_ids},
                    {"body.1": ("text", True, "123456"), "button.0": ("code", True, "123456")},
                )
                self.assertEqual(template.footer, "This code expires in 5 minutes.")
                self.assertIn("do not share", template.body)
                self.assertEqual(template.button_ids.mapped("text"), ["Copy code"])
                row, card = self.send(template, {"body.1": "987654"})
                self.assertEqual((card["buttons"][0]["type"], card["buttons"][0]["code"]), ("otp", "987654"))
                self.assertIn("987654", card["body"])
                self.assertNotIn("whatsapp.com/otp", row.mail_message_id.body)
                self.assertEqual(row.purpose, "authentication")

    def test_labels_of_other_languages(self):
        """A label that was left out is WhatsApp's own in the template's language; one of ours stays."""
        for language, label, word in (
            ("es", "Copiar código", "código de verificación"),
            ("de", "Code kopieren", "Verifizierungscode"),
            ("ar", "نسخ الرمز", "رمز التحقق"),
            ("pt_BR", "Copiar código", "código de verificação"),
        ):
            with self.subTest(language):
                template = self.code_template("ONE_TAP", language, name="log_in")
                self.assertEqual(template.button_ids.text, label)
                self.assertIn(word, template.body)
                _row, card = self.send(template, {"body.1": "987654"})
                self.assertEqual((card["buttons"][0]["text"], card["buttons"][0]["code"]), (label, "987654"))
        self.assertEqual(self.code_template("COPY_CODE", "fr", "Prendre", name="log_in").button_ids.text, "Prendre")

    def test_the_form_asks_once_and_shows_what_arrives(self):
        template = self.code_template()
        wizard = Form(
            self.env["wa.template.send"].with_user(self.ana).with_context(default_conversation_id=self.conversation.id)
        )
        wizard.template_id = template
        with wizard.value_ids.edit(0) as line:
            self.assertEqual(line.parameter_id.key, "body.1")
            line.value = "555123"
        self.assertIn("555123", wizard.preview)
        wizard.save().action_send()
        _row, message = self.card()
        self.assertEqual(message["card"]["buttons"][0]["code"], "555123")

    def test_a_code_that_is_too_long_is_refused_with_the_limit(self):
        outcome = self.refused(self.code_template(), {"body.1": "1" * 16})
        self.assertEqual(outcome.code, "coupon_code_too_long")
        self.assertIn("16 > 15", outcome.reason)

    def test_a_rejected_one_is_changed_in_whatsapp_manager(self):
        """Also when somebody makes another category of it: its button is WhatsApp's own link."""
        template = self.code_template()
        self.sandbox.control("POST", f"templates/{template.template_uid}", status="REJECTED")
        self.env["wa.template.sync"]._sync_account(self.account)
        for category in ("AUTHENTICATION", "UTILITY"):
            template.category = category
            before = len(self.sandbox.requests_log())
            with self.subTest(category), self.assertRaisesRegex(UserError, "WhatsApp's own words.*WhatsApp Manager"):
                template.action_submit()
            self.assertEqual(len(self.sandbox.requests_log()), before)
