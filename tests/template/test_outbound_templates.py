import base64
import json
from datetime import datetime
from unittest.mock import patch

import requests

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import ACCESS_TOKEN, WABA_ID
from ..media_samples import PDF, picture
from ..template_case import VISIT, TemplateCase


@tagged("post_install", "-at_install", "wa")
class TestOutboundTemplates(TemplateCase):
    """Templates with every component: approved by the sandbox, filled here, shown on the phone."""

    # ------------------------------------------------------------ media headers

    def test_picture_video_and_document_headers(self):
        for kind, name, raw in (
            ("IMAGE", "shop.jpg", picture("JPEG")),
            ("VIDEO", "tour.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(60)),
            ("DOCUMENT", "S00042.pdf", PDF),
        ):
            with self.subTest(kind):
                template = self.approved(f"with_{kind.lower()}", {"type": "HEADER", "format": kind}, self.body())
                self.assertEqual(self.parameter(template, "header.media").value_kind, kind.lower())
                row, card = self.send(template, {"header.media": self.attachment(name, raw)})
                self.assertEqual(card["header"]["type"], kind.lower())
                self.assertTrue(card["header"][kind.lower()]["id"].isdigit())
                if kind == "DOCUMENT":
                    self.assertEqual(card["header"]["document"]["filename"], name)
                self.assertEqual(row.mail_message_id.attachment_ids.mapped("name"), [name])

    def test_header_without_a_file_is_refused(self):
        template = self.approved("needs_file", {"type": "HEADER", "format": "DOCUMENT"}, self.body())
        self.assertEqual(self.refused(template).code, "template_incomplete")

    def test_wrong_kind_of_file_is_refused(self):
        template = self.approved("needs_picture", {"type": "HEADER", "format": "IMAGE"}, self.body())
        outcome = self.refused(template, {"header.media": self.attachment("offer.pdf", PDF)})
        self.assertIn("offer.pdf", outcome.reason)

    def test_fixed_file_of_the_template_is_checked_and_converted_when_it_is_chosen(self):
        template = self.approved("fixed", {"type": "HEADER", "format": "IMAGE"}, self.body())
        parameter = self.parameter(template, "header.media")
        with self.assertRaisesRegex(UserError, "flyer.pdf"):
            parameter.write({"file_name": "flyer.pdf", "file": base64.b64encode(PDF)})
        parameter.write({"file_name": "logo.webp", "file": base64.b64encode(picture("WEBP"))})
        self.assertEqual(parameter.file_name, "logo.jpg")
        _row, card = self.send(template)
        self.assertEqual(card["header"]["type"], "image")

    def test_fixed_file_for_many_is_uploaded_and_stored_once(self):
        template = self.approved("for_many", {"type": "HEADER", "format": "IMAGE"}, self.body())
        self.parameter(template, "header.media").write({"file_name": "logo.png", "file": base64.b64encode(picture("PNG"))})
        people = [self.customer(f"Person {i}", f"+1202555015{i}") for i in range(3)]
        leads = self.env["crm.lead"].create(
            [{"name": person["name"], "phone": person["phone"], "type": "opportunity"} for person in people]
        )
        before = self.env["ir.attachment"].search_count([])
        outcomes = template._send_to_records(leads, origin="bulk")
        self.run_sender()
        self.assertEqual([o.message.state for o in outcomes], ["sent"] * 3)
        self.assertEqual(self.env["ir.attachment"].search_count([]), before + 1, "one for all threads")
        uploads = [r for r in self.sandbox.requests_log() if r["path"].endswith("/media")]
        self.assertEqual(len(uploads), 1)

    def test_nobody_hears_of_the_files_of_others(self):
        """Posts are made together; each browser gets the files of its own conversation alone."""
        template = self.approved("own_photo", {"type": "HEADER", "format": "IMAGE"}, self.body())
        self.parameter(template, "header.media").field_path = "partner_id.image_1920"
        leads = self.env["crm.lead"]
        for number in range(2):
            partner = self.env["res.partner"].create(
                {
                    "name": f"Person {number}",
                    "phone": f"+1202555016{number}",
                    "image_1920": base64.b64encode(picture("PNG", size=(20, 20 + number))),
                }
            )
            leads |= leads.create({"name": partner.name, "partner_id": partner.id})
        self.env.cr.precommit.run()
        last = self.env["bus.bus"].sudo().search([], order="id desc", limit=1).id
        outcomes = template._send_to_records(leads)
        self.env.cr.precommit.run()
        heard = {}
        for row in self.env["bus.bus"].sudo().search([("id", ">", last)]):
            content = json.loads(row.message)
            if content["type"] == "discuss.channel/new_message":
                files = content["payload"]["data"].get("ir.attachment", [])
                heard[content["payload"]["id"]] = [file["id"] for file in files]
        expected = {o.message.conversation_id.channel_id.id: o.message.mail_message_id.attachment_ids.ids for o in outcomes}
        self.assertEqual([len(ids) for ids in expected.values()], [1, 1])
        self.assertEqual(heard, expected)

    def test_report_of_the_record_is_printed_and_sent(self):
        template = self.approved("quotation", {"type": "HEADER", "format": "DOCUMENT"}, self.body())
        report = self.env["ir.actions.report"].create(
            {"name": "Lead sheet", "model": "crm.lead", "report_name": "crm_whatsapp.none", "report_type": "qweb-pdf"}
        )
        self.parameter(template, "header.media").report_id = report
        printed = []

        def print_it(_self, report_ref, res_ids, **_kwargs):
            printed.append((report_ref, list(res_ids)))
            return PDF, "pdf"

        with patch.object(type(report), "_render_qweb_pdf", print_it):
            form = Form(
                self.env["wa.template.send"].with_user(self.ana).with_context(default_conversation_id=self.conversation.id)
            )
            form.template_id = template
            self.assertFalse(printed, "looking at the preview prints nothing")
            row, card = self.send(template)
        self.assertEqual(printed, [(report, self.lead.ids)])
        self.assertEqual(card["header"]["document"]["filename"], f"{self.lead.display_name}.pdf")
        self.assertEqual(row.mail_message_id.attachment_ids.raw, PDF)

    def test_file_field_of_the_record(self):
        template = self.approved("photo", {"type": "HEADER", "format": "IMAGE"}, self.body())
        self.parameter(template, "header.media").field_path = "partner_id.image_1920"
        self.lead.partner_id.image_1920 = base64.b64encode(picture("PNG", size=(64, 64)))
        _row, card = self.send(template)
        self.assertEqual(card["header"]["type"], "image")

    def test_wizard_asks_for_the_file(self):
        template = self.approved("by_hand", {"type": "HEADER", "format": "DOCUMENT"}, self.body())
        wizard = (
            self.env["wa.template.send"]
            .with_user(self.ana)
            .create({"conversation_id": self.conversation.id, "template_id": template.id})
        )
        [line] = wizard.value_ids
        self.assertEqual(line.kind, "media")
        with self.assertRaisesRegex(UserError, "Document above the text"):
            wizard.action_send()
        line.write({"file": base64.b64encode(PDF), "file_name": "mine.pdf"})
        wizard.action_send()
        self.run_sender()
        self.assertEqual(self.phone_messages(self.ada)[-1]["card"]["header"]["document"]["filename"], "mine.pdf")

    def test_wizard_offers_the_files_of_the_record_and_no_others(self):
        template = self.approved("by_hand_too", {"type": "HEADER", "format": "DOCUMENT"}, self.body())
        wizard = (
            self.env["wa.template.send"]
            .with_user(self.ana)
            .create({"conversation_id": self.conversation.id, "template_id": template.id})
        )
        secret = self.env["ir.attachment"].create({"name": "secret.pdf", "raw": PDF})
        wizard.value_ids.attachment_id = secret.id
        with self.assertRaises(AccessError):
            wizard.action_send()
        of_lead = self.attachment("plan.pdf", PDF, res_model="crm.lead", res_id=self.lead.id)
        wizard.value_ids.attachment_id = of_lead
        wizard.action_send()
        self.run_sender()
        self.assertEqual(self.phone_messages(self.ada)[-1]["card"]["header"]["document"]["filename"], "plan.pdf")

    # ---------------------------------------------------------- other headers

    def test_moving_picture_and_permission_to_call(self):
        """T17: made in WhatsApp Manager, filled and sent from here, from a number whose customers may call it."""
        requests.post(
            f"{self.sandbox.url}/v24.0/{self.number.phone_number_id}/settings",
            json={"calling": {"status": "ENABLED"}},
            headers={"Authorization": f"Bearer {ACCESS_TOKEN}"},
            timeout=10,
        ).raise_for_status()
        template = self.approved(
            "moving",
            {"type": "HEADER", "format": "GIF"},
            self.body(),
            {"type": "CALL_PERMISSION_REQUEST"},
            category="MARKETING",
        )
        self.assertEqual({p.key: p.value_kind for p in template.parameter_ids}, {"header.media": "gif"})
        film = self.attachment("tour.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(60))
        _row, card = self.send(template, {"header.media": film})
        self.assertEqual((card["header"]["type"], card["call_permission"]), ("gif", True))

    def test_location_header(self):
        template = self.approved("depot", {"type": "HEADER", "format": "LOCATION"}, self.body())
        self.assertEqual(self.refused(template, {"header.location": "somewhere"}).code, "template_incomplete")
        self.parameter(template, "header.location").fallback = "51.5, -0.12, Depot, 1 Example Street, London"
        row, card = self.send(template)
        self.assertEqual(card["header"]["location"]["address"], "1 Example Street, London")
        self.assertIn("Depot", row.mail_message_id.body)

    def test_text_header_with_named_parameters(self):
        template = self.approved(
            "named",
            {
                "type": "HEADER",
                "format": "TEXT",
                "text": "News for {{who}}",
                "example": {"header_text_named_params": [{"param_name": "who", "example": "Ada"}]},
            },
            {
                "type": "BODY",
                "text": "Hello {{first_name}}, order {{order_no}} is ready.",
                "example": {
                    "body_text_named_params": [
                        {"param_name": "first_name", "example": "Ada"},
                        {"param_name": "order_no", "example": "S1"},
                    ]
                },
            },
            parameter_format="named",
        )
        self.assertEqual(template.parameter_format, "NAMED")
        _row, card = self.send(template, {"header.who": "Ada", "body.first_name": "Ada", "body.order_no": "S00042"})
        self.assertEqual(card["header"]["text"], "News for Ada")
        self.assertEqual(card["body"], "Hello Ada, order S00042 is ready.")

    # ------------------------------------------------------------------ buttons

    def test_buttons_of_all_kinds(self):
        template = self.approved(
            "buttons",
            self.body(),
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Track it"},
                    {"type": "URL", "text": "See it", "url": "https://example.com/{{1}}", "example": ["https://example.com/a"]},
                    {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+12025550142"},
                    {"type": "COPY_CODE", "example": "SAVE20"},
                ],
            },
            category="MARKETING",
        )
        self.assertEqual(
            {p.key: (p.value_kind, p.is_required) for p in template.parameter_ids},
            {
                "button.0": ("payload", False),
                "button.1": ("url_suffix", True),
                "button.3": ("coupon_code", True),
            },
        )
        self.assertEqual(self.refused(template, {"button.1": "x"}).code, "template_incomplete")
        self.parameter(template, "button.0").fallback = "track:7"
        _row, card = self.send(template, {"button.1": "S42?t=1", "button.3": "SAVE20"})
        shown = {button["type"].lower(): button for button in card["buttons"]}
        self.assertEqual(set(shown), {"quick_reply", "url", "phone_number", "copy_code"})
        self.assertEqual(shown["url"]["url"], "https://example.com/S42?t=1")
        message = self.phone_messages(self.ada)[-1]
        self.sandbox.control("POST", f"customers/{self.ada['id']}/messages", tap={"message_id": message["id"], "index": 0})
        self.deliver()
        self.assertEqual(self.env["wa.message"].search([("direction", "=", "in")], limit=1).payload, "track:7")

    def test_coupon_code_that_is_too_long_is_refused_with_the_limit(self):
        template = self.approved(
            "coupon",
            self.body(),
            {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "SAVE20"}]},
            category="MARKETING",
        )
        outcome = self.refused(template, {"button.0": "X" * 21})
        self.assertEqual(outcome.code, "coupon_code_too_long")
        self.assertIn("21 > 20", outcome.reason)

    # ---------------------------------------------------- offers and carousels

    def test_limited_time_offer(self):
        template = self.approved(
            "offer",
            {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Two days only", "has_expiration": True}},
            self.body(),
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "COPY_CODE", "example": "SAVE20"},
                    {"type": "URL", "text": "Shop", "url": "https://example.com/shop"},
                ],
            },
            category="MARKETING",
        )
        self.ana.tz = "Europe/Berlin"
        overrides = {"limited_time_offer.expiration": "2099-01-31 18:00", "button.0": "SAVE20"}
        self.assertEqual(
            self.refused(template, {**overrides, "limited_time_offer.expiration": "soon"}).code, "template_incomplete"
        )
        row, card = self.send(template, overrides)
        moment = datetime.fromisoformat("2099-01-31T17:00:00+00:00")
        self.assertEqual(card["offer"]["expires_ms"], int(moment.timestamp() * 1000))
        self.assertIn("Two days only", row.mail_message_id.body)

    def test_offer_that_ends_with_a_field_of_the_record(self):
        end = datetime(2027, 1, 31, 17, 0)
        self.assertEqual(self.env["wa.template.values"]._milliseconds(end), 1801414800000)
        self.assertEqual(self.env["wa.template.values"]._milliseconds(end.date()) // 1000, 1801439999)

    def test_carousel(self):
        def card(number):
            return {
                "components": [
                    {"type": "HEADER", "format": "IMAGE"},
                    {"type": "BODY", "text": f"Chair {number}, now at {{{{1}}}} only.", "example": {"body_text": [["$ 9"]]}},
                    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "This one"}]},
                ]
            }

        template = self.approved(
            "chairs",
            self.body("Two chairs for you."),
            {"type": "CAROUSEL", "cards": [card(1), card(2)]},
            category="MARKETING",
        )
        self.assertIn("Card 2", self.parameter(template, "card.1.header.media").label)
        files = [self.attachment(f"{i}.png", picture("PNG", color=(i, 0, 0))) for i in range(2)]
        values = {"card.0.header.media": files[0], "card.0.body.1": "$ 8", "card.1.header.media": files[1]}
        self.assertEqual(self.refused(template, values).code, "template_incomplete")
        row, shown = self.send(template, {**values, "card.1.body.1": "$ 7"})
        self.assertEqual([c["body"] for c in shown["cards"]], ["Chair 1, now at $ 8 only.", "Chair 2, now at $ 7 only."])
        self.assertEqual(len({c["header"]["image"]["id"] for c in shown["cards"]}), 2)
        self.assertEqual(len(row.mail_message_id.attachment_ids), 2)

    def test_catalogue_and_flow_buttons_are_filled(self):
        template = self.approved(
            "form",
            self.body(),
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "FLOW", "text": "Open", "flow_id": VISIT, "flow_action": "navigate", "navigate_screen": "START"}
                ],
            },
        )
        self.parameter(template, "button.0").fallback = "token-7"
        values, missing = template._get_values(self.lead)
        self.assertFalse(missing)
        [button] = template._build_components(values)
        self.assertEqual(button["parameters"], [{"type": "action", "action": {"flow_token": "token-7"}}])
        self.assertEqual(
            self.env["wa.template.values"]._parse("product", "SKU-1, 77001"),
            {"product_retailer_id": "SKU-1", "catalog_id": "77001"},
        )
        self.assertIsNone(self.env["wa.template.values"]._parse("product", "SKU-1"))

    # --------------------------------------------------------------------- sync

    def test_many_templates_in_two_languages_and_components_nobody_knows(self):
        def node(number, language="en", **more):
            return {
                "id": f"{number}{len(language)}",
                "name": f"template_{number}",
                "language": language,
                "status": "APPROVED",
                "category": "UTILITY",
                "components": [self.body("Hello {{1}}, news.", "Ada"), *more.pop("components", ())],
                **more,
            }

        strange = {"type": "HOLOGRAM", "depth": 3, "beams": [{"angle": 7}]}
        nodes = [node(i) for i in range(140)]
        nodes.append(node(7, "en_GB"))
        nodes.append(
            node(
                900,
                components=[strange, {"type": "BUTTONS", "buttons": [{"type": "TELEPORT", "text": "Beam me"}]}],
                status="SOMETHING_NEW",
                category="FUN",
            )
        )

        class Meta:
            def templates(self, _waba_id):
                yield from nodes

        with patch.object(type(self.account), "_get_transport", lambda _self: Meta()):
            self.assertEqual(self.env["wa.template.sync"]._sync_account(self.account), 142)
            kept = self.env["wa.template"].search([("account_id", "=", self.account.id), ("name", "=", "template_7")])
            self.assertEqual(set(kept.mapped("language")), {"en", "en_GB"})
            kept.parameter_ids.filtered(lambda p: p.template_id.language == "en").field_path = "partner_id.name"
            self.env["wa.template.sync"]._sync_account(self.account)
        self.assertEqual(set(kept.parameter_ids.mapped("field_path")), {"partner_id.name", False})
        odd = self.env["wa.template"].search([("account_id", "=", self.account.id), ("name", "=", "template_900")])
        self.assertIn(strange, odd.components)
        self.assertEqual((odd.status, odd.button_ids.mapped("type")), ("SOMETHING_NEW", ["TELEPORT"]))

    def test_all_pages_of_a_real_list_are_read(self):
        session = requests.Session()
        self.addCleanup(session.close)
        for number in range(140):
            session.post(
                f"{self.sandbox.url}/v24.0/{WABA_ID}/message_templates",
                json={
                    "name": f"page_{number}",
                    "language": "en",
                    "category": "UTILITY",
                    "components": [self.body("Hello there, news.")],
                },
                headers={"Authorization": f"Bearer {ACCESS_TOKEN}"},
                timeout=10,
            ).raise_for_status()
        self.env["wa.template.sync"]._sync_account(self.account)
        count = self.env["wa.template"].search_count([("account_id", "=", self.account.id), ("name", "like", "page\\_%")])
        self.assertEqual(count, 140)
