import base64
from urllib.parse import urlsplit

import requests
from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ...tools.graph.errors import GraphError
from ..account_case import APP_ID
from ..draft_case import DraftCase
from ..media_samples import PDF, picture
from ..template_case import TemplateCase

FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(60)


@tagged("post_install", "-at_install", "wa")
class TestTemplateSamples(DraftCase, TemplateCase):
    """T2: what stands above the text, and its sample: uploaded, reviewed, read back as an address, never sent as one."""

    def setUp(self):
        super().setUp()
        self.account.app_id = APP_ID

    def draft_with(self, kind, name, raw, template="order_ready", **vals):
        return self.draft(template, header_kind=kind, sample=base64.b64encode(raw), sample_name=name, **vals)

    def read_again(self, template):
        self.env["wa.template.sync"]._sync_account(self.account)
        return template

    def at_whatsapp(self, template):
        """Return the components as WhatsApp reads them back."""
        return self.account._get_transport().template(template.template_uid)["components"]

    def sample_at_whatsapp(self, template):
        address = self.at_whatsapp(template)[0]["example"]["header_handle"][0]
        return requests.get(address, timeout=10).content

    def test_a_picture_a_film_and_a_document_are_drafted_reviewed_and_sent(self):
        for kind, name, raw in (
            ("IMAGE", "shop.jpg", picture("JPEG")),
            ("VIDEO", "tour.mp4", FILM),
            ("DOCUMENT", "S00042.pdf", PDF),
        ):
            with self.subTest(kind):
                template = self.draft_with(kind, name, raw, f"with_{kind.lower()}")
                template.with_user(self.admin_user).action_submit()
                self.deliver()
                self.read_again(template)
                self.assertEqual((template.status, template.header_kind), ("APPROVED", kind))
                self.assertEqual(self.sample_at_whatsapp(template), template.sample and base64.b64decode(template.sample))
                self.assertFalse(self.parameter(template, "header.media").example, "an address that ends is no example")
                _row, card = self.send(template, {"header.media": self.attachment(name, raw)})
                self.assertEqual(card["header"]["type"], kind.lower())

    def test_a_sample_is_checked_and_converted_where_it_is_chosen(self):
        template = self.draft_with("IMAGE", "logo.webp", picture("WEBP"))
        self.assertEqual(template.sample_name, "logo.jpg")
        for kind, name, raw, words in (
            ("IMAGE", "flyer.pdf", PDF, "flyer.pdf"),
            ("DOCUMENT", "words.txt", b"Hello", "is no PDF"),
            ("VIDEO", "shop.jpg", picture("JPEG"), "shop.jpg"),
        ):
            with self.subTest(name), self.assertRaisesRegex((UserError, ValidationError), words):
                self.draft_with(kind, name, raw, f"wrong_{kind.lower()}")

    def test_the_form_shows_what_the_header_needs(self):
        form = Form(self.env["wa.template"])
        form.name, form.account_id, form.body = "by_form", self.account, "Here it is, as we said."
        form.header_kind = "DOCUMENT"
        form.sample = base64.b64encode(PDF)
        template = form.save()
        self.assertEqual((template.header_format, template.header_text), ("DOCUMENT", False))
        with Form(template) as form:
            form.header_kind = "TEXT"
            form.header_text = "News"
        self.assertEqual((template.header_format, template.header_text, template.sample), ("TEXT", "News", False))
        template.action_submit()
        self.assertEqual(self.at_whatsapp(template)[0], {"type": "HEADER", "format": "TEXT", "text": "News"})
        with Form(self.draft("no_header")) as form:
            form.header_kind = False
        self.assertNotIn("HEADER", [part["type"] for part in self.submitted("no_header")])

    def submitted(self, name):
        template = self.env["wa.template"].search([("name", "=", name)])
        template.action_submit()
        return self.at_whatsapp(template)

    def test_a_synced_template_is_edited_with_a_new_sample_and_not_without(self):
        """The address WhatsApp reads back is none it takes: without a file we ask for one, with one it is uploaded."""
        template = self.approved("with_picture", {"type": "HEADER", "format": "IMAGE"}, self.body())
        self.sandbox.control("POST", f"templates/{template.template_uid}", status="REJECTED", reason="TAG_CONTENT_MISMATCH")
        self.read_again(template)
        with self.assertRaises(GraphError, msg="which is what handing it in as it was read would come to"):
            self.account._get_transport().edit_template(template.template_uid, {"components": template.components})
        template.with_user(self.lead_manager).body = "Here it is, as we said before."
        before = len(self.sandbox.requests_log())
        with self.assertRaisesRegex(UserError, "Give a sample of the file above the text again"):
            template.action_submit()
        self.assertEqual(len(self.sandbox.requests_log()), before)
        template.with_user(self.lead_manager).write({"sample": base64.b64encode(picture("PNG")), "sample_name": "new.png"})
        self.assertTrue(template.is_edited)
        template.with_user(self.admin_user).action_submit()
        self.deliver()
        self.read_again(template)
        self.assertEqual((template.status, template.body), ("APPROVED", "Here it is, as we said before."))
        self.assertEqual(self.sample_at_whatsapp(template), base64.b64decode(template.sample))
        with self.assertRaises(AccessError):
            template.with_user(self.lead_manager).sample = base64.b64encode(PDF)

    def test_the_sample_is_never_sent_as_the_header(self):
        """Sent as a link it would be accepted and fail: Meta cannot fetch it. A person or a setting says what is sent."""
        template = self.draft_with("IMAGE", "shop.jpg", picture("JPEG"))
        template.action_submit()
        self.deliver()
        self.read_again(template)
        self.assertEqual(self.refused(template).code, "template_incomplete")
        wizard = (
            self.env["wa.template.send"]
            .with_user(self.ana)
            .create({"conversation_id": self.conversation.id, "template_id": template.id})
        )
        with self.assertRaisesRegex(UserError, "Picture above the text"):
            wizard.action_send()
        self.parameter(template, "header.media").write({"file": base64.b64encode(picture("PNG")), "file_name": "own.png"})
        self.send(template)
        [sent] = [r["body"] for r in self.sandbox.requests_log() if r["body"].get("type") == "template"]
        self.assertEqual(sent["template"]["components"][0]["parameters"][0]["image"].keys(), {"id"})

    def test_an_account_without_an_app_says_what_is_missing(self):
        self.account.app_id = False
        template = self.draft_with("IMAGE", "shop.jpg", picture("JPEG"))
        with self.assertRaisesRegex(UserError, "Enter the App ID"):
            template.action_submit()
        self.assertEqual(template.status, "DRAFT")

    def test_an_upload_whatsapp_does_not_answer_leaves_a_draft(self):
        """Nothing is handed in without its sample; the next try starts anew."""
        template = self.draft_with("IMAGE", "shop.jpg", picture("JPEG"))
        self.sandbox.control("POST", "switches", fault={"kind": "error", "code": 2, "match": "/upload"})
        with self.assertRaises(UserError):
            template.action_submit()
        self.assertEqual((template.status, template.template_uid), ("DRAFT", False))
        template.action_submit()
        self.assertTrue(template.template_uid)

    def test_reading_twice_changes_nothing_by_itself(self):
        """The address is another one every time; nobody is told of it."""
        template = self.approved("with_picture", {"type": "HEADER", "format": "IMAGE"}, self.body())
        first, messages = template.components[0]["example"]["header_handle"][0], len(template.message_ids)
        self.assertIn("oe", urlsplit(first).query)
        self.read_again(template)
        self.assertEqual(len(template.message_ids), messages)

    def test_buttons_beside_a_file(self):
        """A draft with all it can have is taken as a whole."""
        template = self.draft_with(
            "DOCUMENT",
            "a.pdf",
            PDF,
            footer="Example Shop",
            buttons=[Command.create({"type": "QUICK_REPLY", "text": "Thanks"})],
        )
        template.action_submit()
        self.assertEqual([p["type"] for p in self.at_whatsapp(template)], ["HEADER", "BODY", "FOOTER", "BUTTONS"])

    def test_another_kind_and_its_file_at_once(self):
        """By import or RPC both come together; the form sends what stands behind the choice as well."""
        template = self.draft_with("IMAGE", "shop.jpg", picture("JPEG"))
        template.write({"header_kind": "DOCUMENT", "sample": base64.b64encode(PDF), "sample_name": "a.pdf"})
        self.assertEqual((template.header_format, template.sample_name), ("DOCUMENT", "a.pdf"))
        with Form(template) as form:
            # The file that stands there yet is no picture.
            with self.assertLogs("odoo.tests.form.onchange", "WARNING"):
                form.header_kind = "IMAGE"
            form.sample = base64.b64encode(picture("JPEG"))
        self.assertEqual(template.header_format, "IMAGE")

    def test_a_film_goes_up_under_the_name_that_whatsapp_has_for_its_type(self):
        template = self.draft_with("VIDEO", "tour.m4v", b"\x00\x00\x00\x20ftypM4V \x00\x00\x00\x01M4V mp42isom" + bytes(600))
        self.assertEqual(self.env["wa.template.sample"]._attachment(template).mimetype, "video/x-m4v")
        template.action_submit()
        self.assertTrue(template.template_uid)

    def test_a_copy_is_a_draft_of_its_own(self):
        template = self.draft_with("IMAGE", "shop.jpg", picture("JPEG"))
        template.action_submit()
        copies = [template.copy(), template.copy(), template.copy({"language": "de"})]
        self.assertEqual([copy.name for copy in copies], ["order_ready_copy", "order_ready_copy2", "order_ready"])
        for copy in copies:
            self.assertEqual((copy.status, copy.template_uid, copy.header_format), ("DRAFT", False, "IMAGE"))
            copy.action_submit()
        template.unlink()
        self.assertTrue(all(copy.with_context(bin_size=False).sample for copy in copies), "with a sample of its own")

    def test_nothing_is_handed_in_for_an_archived_account(self):
        template = self.draft()
        self.account.active = False
        before = len(self.sandbox.requests_log())
        with self.assertRaisesRegex(UserError, "archived"):
            template.action_submit()
        self.assertEqual(len(self.sandbox.requests_log()), before)

    # ---------------------------------------------------------------- in the form

    def form(self, kind):
        form = Form(self.env["wa.template"].with_user(self.admin_user))
        form.name, form.body, form.header_kind = "by_form", "Look at this.", kind
        return form

    def test_wrong_sample_is_told_at_once_and_in_words_about_templates(self):
        """What advised to "send it as a PDF" came on save, and was about chats."""
        words = {"IMAGE": "JPEG or PNG", "VIDEO": "MP4", "DOCUMENT": "PDF"}
        wrong = {"IMAGE": ("a.pdf", PDF), "VIDEO": ("a.png", picture("PNG")), "DOCUMENT": ("a.png", picture("PNG"))}
        right = {"IMAGE": ("a.png", picture("PNG")), "VIDEO": ("a.mp4", FILM), "DOCUMENT": ("a.pdf", PDF)}
        for kind, advice in words.items():
            with self.subTest(kind):
                for (name, raw), is_right in ((wrong[kind], False), (right[kind], True)):
                    template = self.env["wa.template"].new(
                        {"header_kind": kind, "sample": base64.b64encode(raw), "sample_name": name}
                    )
                    answer = template._onchange_sample()
                    self.assertEqual(bool(template.sample), is_right)
                    if not is_right:
                        self.assertIn(advice, answer["warning"]["message"])
                        self.assertIn("above the text", answer["warning"]["message"])
                        with self.assertRaisesRegex(ValidationError, "above the text") as caught:
                            self.draft_with(kind, name, raw, template=f"wrong_{kind.lower()}")
                        self.assertNotIn("Send it", str(caught.exception))

    def test_chooser_offers_what_fits(self):
        view = etree.fromstring(self.env["wa.template"].get_view(view_type="form")["arch"])
        offered = {}
        for field in view.iter("field"):
            if field.get("name") == "sample":
                offered[field.get("invisible").split("'")[1]] = field.get("options")
        self.assertEqual(set(offered), {"IMAGE", "VIDEO", "DOCUMENT"})
        for kind, type_ in (("IMAGE", "image/"), ("VIDEO", "video/"), ("DOCUMENT", "application/pdf")):
            self.assertIn(type_, offered[kind])

    def test_the_only_account_is_chosen(self):
        self.env["wa.account"].search([("id", "!=", self.account.id)]).active = False
        self.assertEqual(self.form(False).account_id, self.account)
        self.env["wa.account"].create({"name": "Another", "waba_id": "another"})
        self.assertFalse(self.form(False).account_id)

    def test_preview_shows_the_picture(self):
        template = self.draft("no_sample", header_kind="IMAGE")
        self.assertIn("Picture", template.preview_html)
        self.assertNotIn("[", template.preview_html)
        template = self.draft_with("IMAGE", "a.png", picture("PNG"))
        self.assertIn(f"/web/image/wa.template/{template.id}/sample", template.preview_html)
        template = self.draft_with("DOCUMENT", "terms <1>.pdf", PDF, template="with_file")
        self.assertIn("terms &lt;1&gt;.pdf", template.preview_html)
        fresh = self.env["wa.template"].new(
            {
                "name": "fresh",
                "account_id": self.account.id,
                "body": "Look",
                "header_format": "IMAGE",
                "sample": base64.b64encode(picture("PNG")),
                "sample_name": '" onerror="x',
            }
        )
        self.assertIn('src="data:image/png;base64,', fresh.preview_html)
        self.assertNotIn('" onerror', fresh.preview_html)

    def test_submit_checks_before_it_asks(self):
        template = self.draft("unfinished", header_kind="IMAGE").with_user(self.admin_user)
        with self.assertRaisesRegex(UserError, "Give a sample of the file"):
            template.action_ask_to_submit()
        template = self.draft_with("IMAGE", "a.png", picture("PNG")).with_user(self.admin_user)
        asked = template.action_ask_to_submit()
        self.assertEqual(template.status, "DRAFT", "it only asks")
        params = asked["params"]
        getattr(self.env[params["model"]].with_user(self.admin_user).browse(params["ids"]), params["method"])()
        self.assertNotEqual(template.status, "DRAFT")
        self.assertEqual(template.drafted_language, "en", "shown by its name")
        with self.assertRaises(AccessError):
            self.draft("of_ana").with_user(self.ana).action_ask_to_submit()
