import base64
from datetime import datetime
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ...models.consent.wa_optout_words import confirmation
from ..common import WABA_ID, WaCase
from ..draft_case import DraftCase
from ..media_samples import PDF
from ..template_case import TemplateCase


def url_button(**vals):
    return Command.create({"type": "URL", "text": "See it", "url": "https://shop.example/o/{{1}}", **vals})


@tagged("post_install", "-at_install", "wa")
class TestTemplateReview(DraftCase, TemplateCase):
    """Drafts at a strict reviewer: handed in, rejected in words, edited, handed in again, sent."""

    def submitted(self, template):
        """Return the body with which the template was handed in last."""
        paths = (f"/{WABA_ID}/message_templates", f"/{template.template_uid}")
        log = self.sandbox.requests_log()
        return [r["body"] for r in log if r["method"] == "POST" and r["path"].endswith(paths)][-1]

    def read_again(self, template):
        self.env["wa.template.sync"]._sync_account(self.account)
        return template

    def test_link_with_a_variable_takes_its_sample_along(self):
        """R24: asked for in words that speak of the template, given as a whole address or as its end, and sent."""
        template = self.draft(buttons=[url_button()])
        with self.assertRaisesRegex(UserError, "sample for the address of the button “See it”") as caught:
            template.action_submit()
        self.assertNotIn("message", str(caught.exception))
        self.assertEqual(template.status, "DRAFT")
        for number, sample in enumerate(("https://shop.example/o/S00042", "S00042")):
            template = self.draft(f"order_ready_{number}", buttons=[url_button(example=sample)])
            template.with_user(self.admin_user).action_submit()
            [button] = self.submitted(template)["components"][-1]["buttons"]
            self.assertEqual(button["example"], ["https://shop.example/o/S00042"])
        self.read_again(template)
        self.assertEqual(template.button_ids.example, "https://shop.example/o/S00042")
        self.sandbox.control("POST", f"templates/{template.template_uid}", status="APPROVED")
        self.read_again(template)
        _row, card = self.send(template, {"button.0": "S7"})
        self.assertEqual(card["buttons"][0]["url"], "https://shop.example/o/S7")

    def test_what_a_reviewer_would_refuse_is_said_before(self):
        """R24, W3: each thing that is missing or cannot be drafted here, in a sentence; nothing reaches WhatsApp."""
        cases = [
            ({"buttons": [url_button(example="https://evil.example/x")]}, "has to begin like its address"),
            ({"buttons": [url_button(url="https://shop.example/{{1}}/x")]}, "at its very end"),
            ({"buttons": [url_button(url="shop.example")]}, "begins with https://"),
            ({"buttons": [Command.create({"type": "PHONE_NUMBER", "text": "Call"})]}, "needs a phone number"),
            ({"buttons": [Command.create({"type": "COPY_CODE", "text": "Copy"})]}, "sample of the code"),
            ({"buttons": [Command.create({"type": "TELEPORT", "text": "Go"})]}, "kind that cannot be drafted"),
            ({"category": "AUTHENTICATION"}, "WhatsApp's own words"),
            ({"body": "Hello {{1}}, it is {{2}} now, we think."}, r"example for \{\{2\}\}"),
            ({"footer": "By {{1}}"}, "footer may not have variables"),
            ({"language": "english"}, "no language of WhatsApp"),
            ({"header_format": "IMAGE"}, "Give a sample of the file"),
            ({"header_format": "HOLOGRAM"}, "WhatsApp Manager"),
            ({"header_kind": "TEXT"}, "Write the text of the header"),
        ]
        before = len(self.sandbox.requests_log())
        for number, (vals, words) in enumerate(cases):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self.draft(f"wrong_{number}", **vals).action_submit()
        self.assertEqual(len(self.sandbox.requests_log()), before)

    def test_what_the_reviewer_refuses_speaks_of_the_template(self):
        """R24: Meta's own words, about the template, not about a message."""
        template = self.draft("too_short", body="{{1}} hello there, it is ready")
        with self.assertRaisesRegex(UserError, "does not take the template “too_short .en.”: Variables can't be"):
            template.action_submit()

    def test_copy_code_and_phone_buttons_are_drafted(self):
        template = self.draft(
            category="MARKETING",
            buttons=[
                Command.create({"drafted_type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+12025550142"}),
                Command.create({"drafted_type": "COPY_CODE", "text": "Copy", "example": "SAVE20"}),
            ],
        )
        template.action_submit()
        self.assertEqual(
            self.submitted(template)["components"][-1]["buttons"],
            [
                {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+12025550142"},
                {"type": "COPY_CODE", "example": "SAVE20"},
            ],
        )

    def test_a_rejected_template_is_edited_and_handed_in_again(self):
        """U5, U18: the reason in words, the text changed by a manager, WhatsApp's edit, and approved."""
        self.sandbox.control("POST", "switches", review="reject", reject_reason="TAG_CONTENT_MISMATCH", review_delay_s=0)
        template = self.draft(body="Please send us your number, {{1}}, so that we can go on.")
        template.action_submit()
        self.deliver()
        self.read_again(template)
        self.assertEqual(template.status, "REJECTED")
        self.assertIn("do not fit the content", template.status_reason_text)
        uid, manager = template.template_uid, template.with_user(self.lead_manager)
        form = Form(manager)
        form.body = "Hello {{1}}, your order is ready to be fetched."
        form.category = "MARKETING"
        with form.button_ids.new() as button:
            button.drafted_type, button.text = "QUICK_REPLY", "Thanks"
        form.save()
        self.assertTrue(template.is_edited)
        self.read_again(template)
        self.assertIn("ready to be fetched", template.body, "reading the templates undoes nothing")
        self.assertIn("ready to be fetched", template.preview_html)
        with self.assertRaises(AccessError):
            manager.action_submit()
        self.sandbox.control("POST", "switches", review="approve", review_delay_s=0)
        template.with_user(self.admin_user).action_submit()
        self.assertEqual((template.status, template.template_uid, template.status_reason), ("PENDING", uid, False))
        self.deliver()
        self.read_again(template)
        self.assertEqual((template.status, template.category, template.is_edited), ("APPROVED", "MARKETING", False))
        _row, card = self.send(template)
        self.assertEqual(card["body"], "Hello Ada Example, your order is ready to be fetched.")
        self.assertEqual(card["buttons"][0]["text"], "Thanks")

    def paused(self, name="order_ready"):
        template = self.draft(name)
        template.action_submit()
        self.deliver()
        self.sandbox.control("POST", f"templates/{template.template_uid}", status="PAUSED")
        self.deliver()
        self.assertEqual((template.status, template.is_fixed), ("PAUSED", False))
        return template

    def test_a_paused_template_is_changed_and_reviewed_anew(self):
        """T5: as free as a rejected one, because nobody is sent it meanwhile."""
        template = self.paused()
        template.with_user(self.lead_manager).body = "Hello {{1}}, whenever you like: your order is ready for you."
        self.read_again(template)
        self.assertEqual((template.is_edited, "whenever" in template.body), (True, True))
        template.with_user(self.admin_user).action_submit()
        self.deliver()
        self.read_again(template)
        self.assertEqual((template.status, template.is_edited), ("APPROVED", False))
        _row, card = self.send(template)
        self.assertIn("whenever you like", card["body"])

    def test_a_pause_that_ends_beats_the_change(self):
        """T5: what WhatsApp has is sent, and read again at once, variables and all."""
        template = self.paused()
        template.with_user(self.lead_manager).write({"body": "Your order is ready.", "parameter_ids": [Command.clear()]})
        # Within one second it would be the same webhook as that of the first approval.
        self.sandbox.control("POST", "clock", forward_s=2)
        self.sandbox.control("POST", f"templates/{template.template_uid}", status="APPROVED")
        self.deliver()
        self.assertTrue(self.account.templates_outdated)
        self.read_again(template)
        self.assertEqual((template.is_edited, template.parameter_ids.mapped("key")), (False, ["body.1"]))
        _row, card = self.send(template, {"body.1": "Ada"})
        self.assertEqual(card["body"], "Hello Ada, your order is ready to be fetched.")

    def test_an_edit_whatsapp_refuses_is_said_in_its_words_and_changes_nothing(self):
        """T5: approved there and edited a moment ago, while it is still paused here; a day later it goes."""
        template = self.paused()
        path = f"templates/{template.template_uid}"
        self.sandbox.control("POST", path, status="APPROVED")
        components = template.components or template._prepare_definition()["components"]
        self.account._get_transport().edit_template(template.template_uid, {"components": components})
        self.sandbox.control("POST", path, status="APPROVED")
        template.with_user(self.lead_manager).body = "Hello {{1}}, whenever you like: your order is ready for you."
        with self.assertRaisesRegex(UserError, "once in 24 hours"):
            template.with_user(self.admin_user).action_submit()
        self.assertEqual((template.status, template.is_edited), ("PAUSED", True))
        self.sandbox.control("POST", "clock", forward_s=24 * 3600)
        template.with_user(self.admin_user).action_submit()
        self.assertEqual(template.status, "PENDING")

    def test_rejected_twice_and_edited_twice(self):
        """U5: as often as it takes."""
        self.sandbox.control("POST", "switches", review="reject", reject_reason="INVALID_FORMAT", review_delay_s=0)
        template = self.draft()
        for number in range(3):
            template.with_user(self.admin_user).write({"body": f"Hello {{{{1}}}}, order number {number} is ready for you."})
            template.action_submit()
            self.deliver()
            self.read_again(template)
            self.assertEqual(template.status, "REJECTED")
            self.assertIn(f"number {number}", template.body)

    def test_an_appeal_that_succeeds_beats_the_change(self):
        """U5: what WhatsApp approves after all is what is sent, not what somebody had begun to change here."""
        self.sandbox.control("POST", "switches", review="reject", reject_reason="SCAM", review_delay_s=0)
        template = self.draft()
        template.action_submit()
        self.deliver()
        self.read_again(template)
        template.with_user(self.lead_manager).body = "Other words, {{1}}, that nobody approved."
        self.sandbox.control("POST", f"templates/{template.template_uid}", status="APPROVED")
        self.deliver()
        self.assertEqual((template.status, template.is_edited), ("APPROVED", True))
        _row, card = self.send(template)
        self.assertEqual(card["body"], "Hello Ada Example, your order is ready to be fetched.")
        self.read_again(template)
        self.assertEqual((template.is_edited, template.body), (False, "Hello {{1}}, your order is ready to be fetched."))

    def test_parts_that_cannot_be_said_here_send_people_to_whatsapp(self):
        """U5: a rejected template with an offer, cards or a moving picture is not handed in without them."""
        offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Two days only"}}
        for name, part in (
            ("with_offer", offer),
            ("with_film", {"type": "HEADER", "format": "GIF"}),
            ("with_call", {"type": "CALL_PERMISSION_REQUEST"}),
        ):
            template = self.approved(name, part, self.body(), category="MARKETING")
            self.sandbox.control("POST", f"templates/{template.template_uid}", status="REJECTED")
            self.read_again(template)
            template.body = "Here it is, as we said before."
            with self.subTest(name), self.assertRaisesRegex(UserError, "WhatsApp Manager"):
                template.action_submit()

    def test_languages_offered_are_those_whatsapp_takes(self):
        """T7: each of the list is taken, one that is not on it is refused here, by a sentence."""
        self.sandbox.control("POST", "switches", review="hold")
        for code, _label in self.env["wa.template"]._fields["drafted_language"].selection:
            template = self.draft("in_many_tongues", drafted_language=code)
            self.assertEqual(template.language, code)
            template.action_submit()
            self.assertEqual(template.status, "PENDING", code)
        for code in ("xx", "es_419", "zh"):
            with self.assertRaisesRegex(UserError, "no language of WhatsApp"):
                self.draft(f"in_{code}", language=code).action_submit()
        form = Form(self.env["wa.template"])
        self.assertEqual(form.drafted_language, "en")
        form.name, form.account_id, form.body, form.drafted_language = "by_form", self.account, "Bom dia!", "pt_BR"
        self.assertEqual(form.save().language, "pt_BR")

    def test_names_whatsapp_does_not_give_say_what_to_do(self):
        """T4: taken, or still held by what was deleted: Meta's sentence, and another name as the way out."""
        template = self.draft("spring_sale")
        template.action_submit()
        self.sandbox.control("POST", f"templates/{template.template_uid}", status="APPROVED")
        template.unlink()
        template = self.draft("spring_sale")
        with self.assertRaisesRegex(UserError, r"already English content.*\n.*Synchronise the templates"):
            template.action_submit()
        template.unlink()
        self.account._get_transport().delete_template(WABA_ID, "spring_sale")
        for category, words in (("UTILITY", "Try again in 4 weeks"), ("MARKETING", "can't change the category")):
            with self.subTest(category), self.assertRaisesRegex(UserError, rf"{words}.*\n.*another name"):
                self.draft("spring_sale", category=category).action_submit()
            self.env["wa.template"].search([("name", "=", "spring_sale")]).unlink()
        self.draft("spring_sale_2").action_submit()

    def test_a_missing_sample_says_where_it_belongs(self):
        """T6: 2388043, should one get past our own look, is said in words and with the tab it belongs to."""
        template = self.draft()
        template.parameter_ids.unlink()
        with (
            patch.object(type(template), "_check_draft"),
            self.assertRaisesRegex(UserError, r"BODY is missing expected field\(s\) \(example\).*\n.*tab “Variables”"),
        ):
            template.action_submit()

    def test_an_approved_template_is_not_changed_by_hand(self):
        """U5: what WhatsApp reviewed stays, also by RPC and in its buttons; what fills it may change."""
        template = self.approved(
            "fixed_words", self.body(), {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}]}
        ).with_user(self.lead_manager)
        for vals in (
            {"body": "Other words"},
            {"footer": "x"},
            {"header_text": "x"},
            {"category": "MARKETING"},
            {"is_edited": True},
            {"button_ids": [Command.update(template.button_ids.id, {"text": "No"})]},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                template.write(vals)
        with self.assertRaises(AccessError):
            template.button_ids.write({"text": "No"})
        with self.assertRaises(AccessError):
            template.button_ids.unlink()
        with self.assertRaises(AccessError):
            template.button_ids.create({"template_id": template.id, "text": "New"})
        with self.assertRaisesRegex(UserError, "has this template already"):
            template.sudo().action_submit()

    def test_states_are_words(self):
        """U18: neither chatter nor form shows Meta's words."""
        self.sandbox.control("POST", "switches", review="reject", reject_reason="SOME_NEW_REASON", review_delay_s=0)
        template = self.draft()
        template.action_submit()
        self.deliver()
        said = " ".join(template.message_ids.mapped("body")) + str(
            template.message_ids.tracking_value_ids.mapped("old_value_char")
        )
        for word in ("DRAFT", "PENDING", "REJECTED", "SOME_NEW_REASON"):
            self.assertNotIn(word, said)
        self.assertIn("Draft → In review", said)
        self.assertIn("In review → Rejected. Some new reason", said)
        self.assertEqual(template.status_reason_text, "Some new reason")

    def test_quality_and_category_are_words(self):
        """U18: likewise what WhatsApp says later."""
        template = self.approved("later_news", self.body())

        def news(field, **value):
            common = {"message_template_id": int(template.template_uid), "message_template_name": template.name}
            change = {"field": field, "value": {**common, "message_template_language": "en", **value}}
            entry = {"id": WABA_ID, "time": int(datetime.now().timestamp()), "changes": [change]}
            self.store_webhook({"object": "whatsapp_business_account", "entry": [entry]})
            self.process_webhooks()
            return template.message_ids[0].body

        said = news("message_template_quality_update", previous_quality_score="GREEN", new_quality_score="RED")
        self.assertIn("Low (before: High)", said)
        self.assertIn("Marketing", news("template_category_update", correct_category="MARKETING", new_category="UTILITY"))


@tagged("post_install", "-at_install", "wa")
class TestTemplateDraft(DraftCase, WaCase):
    """Drafts before anybody sees them."""

    def test_names_are_checked_when_they_are_saved(self):
        """U15: a name WhatsApp refuses is refused here, with one that works; a new template has a title."""
        for name in ("Spring Sale ☀", "Spring", "spring-sale", "späti", "a" * 513, " ", "spring sale"):
            with self.subTest(name), self.assertRaisesRegex(ValidationError, "spring_sale|required"):
                self.draft(name)
        template = self.draft("spring_sale_2")
        with self.assertRaises(ValidationError):
            template.name = "Spring Sale ☀"
        self.assertEqual(self.env["wa.template"].new({"language": "en"}).display_name, "New template")
        self.assertEqual(template.display_name, "spring_sale_2 (en)")

    def test_texts_that_are_too_long_are_refused_and_never_cut(self):
        """U21: buttons of 25, header and footer of 60, the text of 1,024 characters."""
        cases = (
            {"header_text": "x" * 61},
            {"footer": "x" * 61},
            {"body": "x" * 1025},
            {"buttons": [Command.create({"text": "x" * 26})]},
            {"buttons": [Command.create({"type": "URL", "text": "x", "url": "https://a.example/" + "x" * 2000})]},
            {"buttons": [Command.create({"type": "PHONE_NUMBER", "text": "x", "phone_number": "+1" + "2" * 20})]},
        )
        for number, vals in enumerate(cases):
            with self.subTest(list(vals)), self.assertRaisesRegex(ValidationError, "characters, and has"):
                self.draft(f"long_{number}", **vals)
        template = self.draft(
            header_text="x" * 60, footer="x" * 60, body="x" * 1024, buttons=[Command.create({"text": "👍" * 25})]
        )
        self.assertEqual(template.button_ids.text, "👍" * 25)
        with self.assertRaises(ValidationError):
            template.button_ids.text = "x" * 26

    def test_fields_are_chosen_from_the_right_model_before_anything_is_saved(self):
        """U12: the selector knows the kind of record of a template, and of a rule, that is just being made."""
        form = Form(self.env["wa.template"])
        with form.parameter_ids.new() as line:
            line.name = "1"
            self.assertEqual(line.model, "crm.lead")
        form.model_id = self.env["ir.model"]._get("res.partner")
        with form.parameter_ids.new() as line:
            line.name = "2"
            self.assertEqual(line.model, "res.partner")
        action = Form(self.env["ir.actions.server"].with_context(default_state="wa_template"))
        action.model_id = self.env["ir.model"]._get("crm.lead")
        action.wa_template_id = self.template
        with action.wa_value_ids.new() as line:
            line.parameter_id = self.template.parameter_ids[0]
            self.assertEqual(line.model, "crm.lead")

    def test_people_draft_and_duplicate(self):
        """By their own rights; what WhatsApp decides, and what is worked out from it, is not theirs to give."""
        templates = self.env["wa.template"].with_user(self.lead_manager)
        form = Form(templates)
        form.name, form.account_id, form.body = "by_hand", self.account, "Hello, your order is ready."
        self.assertEqual(form.save().status, "DRAFT")
        for status in ("APPROVED", "DISABLED", "DELETED"):
            self.template.write({"status": status, "template_uid": "990000000000998"})
            copy = self.template.with_user(self.lead_manager).copy()
            self.assertEqual((copy.status, copy.template_uid, copy.body), ("DRAFT", False, self.template.body), status)
        vals = {"name": "typed", "account_id": self.account.id, "body": "Hello"}
        for given in ({"fingerprint": "x"}, {"status": "APPROVED"}, {"template_uid": "1"}, {"is_edited": True}):
            with self.subTest(given):
                with self.assertRaises(AccessError):
                    templates.create({**vals, **given})
                with self.assertRaises(AccessError):
                    templates.with_context(**{f"default_{name}": value for name, value in given.items()}).create(vals)

    def test_two_accounts_with_templates_of_the_same_name(self):
        """U4: the account is named where it is needed, and only there; its number where even that is not enough."""
        other = self.env["wa.account"].create({"name": "Second Shop", "waba_id": "900000000000777", "state": "connected"})
        twin = self.draft("proposal_ready", account_id=other.id)
        alone = self.draft("only_here", account_id=other.id)
        self.assertEqual(self.template.display_name, "proposal_ready (en) – Example Shop")
        self.assertEqual(twin.display_name, "proposal_ready (en) – Second Shop")
        self.assertEqual(alone.display_name, "only_here (en)")
        labels = {label for _id, label in self.env["wa.template"].name_search("proposal_ready")}
        self.assertLessEqual({"proposal_ready (en) – Example Shop", "proposal_ready (en) – Second Shop"}, labels)
        other.name = self.account.name
        self.env["wa.template"].invalidate_model(["display_name"])
        self.assertEqual(self.template.display_name, "proposal_ready (en) – Example Shop, +1 202-555-0142")
        self.assertEqual(twin.display_name, "proposal_ready (en) – Example Shop, 900000000000777")
        twin.unlink()
        self.env["wa.template"].invalidate_model(["display_name"])
        self.assertEqual(self.template.display_name, "proposal_ready (en)")

    def test_only_fitting_templates_are_offered(self):
        """U4: a record of one company is not offered the templates of another, whatever the person works for."""
        company = self.env["res.company"].create({"name": "Company B"})
        other = self.env["wa.account"].create(
            {"name": "B", "waba_id": "900000000000778", "state": "connected", "company_id": company.id}
        )
        both = new_test_user(
            self.env,
            "wa_both",
            groups="sales_team.group_sale_manager",
            company_ids=[Command.set([self.env.company.id, company.id])],
            company_id=self.env.company.id,
        )
        leads = self.env["crm.lead"].create(
            [{"name": "A", "company_id": self.env.company.id}, {"name": "B", "company_id": company.id}, {"name": "Any"}]
        )
        leads[2].company_id = False

        def offered(model, **defaults):
            context = {f"default_{name}": value for name, value in defaults.items()}
            companies = [self.env.company.id, company.id]
            wizard = self.env[model].with_user(both).with_context(allowed_company_ids=companies, **context).new()
            return {account._origin.id or account.id for account in wizard.account_ids} & {self.account.id, other.id}

        for lead, accounts in zip(leads, ({self.account.id}, {other.id}, {self.account.id, other.id}), strict=True):
            self.assertEqual(offered("wa.template.send", res_model="crm.lead", res_id=lead.id), accounts, lead.name)
            self.assertEqual(offered("wa.template.send.many", res_model="crm.lead", res_ids=lead.ids), accounts, lead.name)

    def test_languages_of_templates_follow_script_and_region(self):
        """A customer gets a variant they can read: by script first, then by region, then the fallbacks."""
        conversation = self.receive(self.inbound())
        lead, partner = conversation.lead_id, conversation.partner_id
        for code in ("zh_TW", "zh_CN", "es_419", "pt_PT", "en_GB"):
            self.env["res.lang"]._activate_lang(code)

        def gets(customer, *languages, fallbacks=False):
            name = f"news_{fields.Datetime.now().timestamp():.0f}_{self.env['wa.template'].search_count([])}"
            first = self.env["wa.template"]
            for language in languages:
                first |= self._make_template(f"{name}_{language.lower()}", "Here is news for you.", [])
                first[-1].language = language
            first.write({"name": name}) if len(languages) == len(set(languages)) else None
            partner.lang, self.account.fallback_languages = customer, fallbacks
            [outcome] = first[0]._send_to_records(lead, by_language=True)
            return outcome.template.language

        self.assertEqual(gets("zh_CN", "en", "zh_TW", "zh_HK"), "en")
        self.assertEqual(gets("zh_TW", "en", "zh_CN", "zh_HK"), "zh_HK")
        self.assertEqual(gets("zh_CN", "en", "zh_TW", "es", fallbacks="zh_TW, es"), "zh_TW")
        self.assertEqual(gets("es_419", "en", "es_ES", "es_MX"), "es_MX")
        self.assertEqual(gets("pt_PT", "en", "pt_BR", "pt_PT"), "pt_PT")
        self.assertEqual(gets("en_GB", "en_US", "en_GB"), "en_GB")

    def test_the_confirmation_of_a_stop_follows_script_and_language(self):
        """Nobody in Taiwan is answered in Simplified Chinese, and nobody in Manila in Finnish."""
        for codes, start in (
            (("zh", "zh_TW"), "已完成:您不會再收到"),
            (("zh", False, "zh_HK"), "已完成:您不會再收到"),
            (("zh", "zh", "en_US"), "已完成:您不会再收到"),
            ((False, False, "fil_PH"), "Done"),
            (("es", "es"), "Listo"),
            ((False, False, "pt_BR"), "Pronto"),
        ):
            self.assertTrue(confirmation("all", codes, "Example Shop").startswith(start), codes)

    def test_number_for_the_customers_language(self):
        """The number is chosen by the nearest language, too."""
        self.env["res.lang"]._activate_lang("es_MX")
        self.env["res.lang"]._activate_lang("es_ES")
        spain = self.number.copy({"phone_number_id": "900000000000199", "display_phone_number": "+1 202-555-0149"})
        spain.lang_ids = self.env["res.lang"].search([("code", "=", "es_ES")])
        partner = self.env["res.partner"].create({"name": "Cleo", "phone": "+12025550188", "lang": "es_MX"})
        lead = self.env["crm.lead"].create({"name": "L", "partner_id": partner.id})
        template = self._make_template("hola_number", "Hello there.", [])
        [outcome] = template._send_to_records(lead, policy="language")
        self.assertEqual(outcome.message.number_id, spain)


@tagged("post_install", "-at_install", "wa")
class TestTemplateFiles(TemplateCase):
    """A template's own file, seen from every thread it went to."""

    def test_fixed_document_opens_from_each_thread(self):
        """R28: by list, rule and sequence; kept once, as it was, and nobody who chats may change it."""
        template = self.approved("brochure", {"type": "HEADER", "format": "DOCUMENT"}, self.body())
        parameter = self.parameter(template, "header.media")
        parameter.write({"file_name": "brochure.pdf", "file": base64.b64encode(PDF)})
        people = [self.customer(f"Person {i}", f"+1202555015{i}") for i in range(3)]
        leads = self.env["crm.lead"].create(
            [
                {"name": p["name"], "phone": p["phone"], "type": "opportunity", "user_id": self.ana.id, "team_id": self.team.id}
                for p in people
            ]
        )
        before = self.env["ir.attachment"].search_count([])
        messages = self.env["wa.message"]
        for origin in ("bulk", "automation"):
            plans = (
                self.env["wa.scheduled.message"]
                .with_user(self.lead_manager)
                .sudo()
                ._plan(leads, origin=origin, template=template)
            )
            self.run_plans()
            self.assertEqual(plans.mapped("state"), ["queued"] * 3, plans.mapped("reason"))
            messages |= plans.message_id
        sequence = self.env["wa.sequence"].create(
            {
                "name": "Follow up",
                "calendar_id": False,
                "step_ids": [Command.create({"template_id": template.id, "delay": 0, "delay_unit": "hours"})],
            }
        )
        runs, _refused = sequence._enrol(leads)
        self.run_plans()
        messages |= runs.scheduled_message_ids.message_id
        self.assertEqual(len(messages), 9)
        self.assertEqual(self.env["ir.attachment"].search_count([]), before + 1)
        [file] = messages.mail_message_id.attachment_ids
        for message in messages:
            self.assertEqual(message.mail_message_id.attachment_ids, file)
        as_ana = file.with_user(self.ana)
        self.env.invalidate_all()
        self.assertEqual((as_ana.raw, as_ana.name, as_ana.mimetype), (PDF, "brochure.pdf", "application/pdf"))
        for user in (self.ana, self.lead_manager):
            with self.assertRaises(AccessError):
                file.with_user(user).write({"raw": b"other"})
        # The next edition changes nothing in what was sent, nor in what still waits.
        parameter.write({"file": base64.b64encode(PDF + b"\n% 2")})
        self.run_sender()
        self.assertEqual(set(messages.mapped("state")), {"sent"}, messages.mapped("error_text"))
        self.assertEqual(file.raw, PDF)
