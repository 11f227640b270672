from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..media_samples import PDF, picture
from ..template_case import CATALOG, DEPRECATED, DRAFT, VISIT, TemplateCase

OFFER = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Two days only", "has_expiration": True}}


def button(kind, **more):
    """Return the buttons of a template with one of a kind."""
    return {"type": "BUTTONS", "buttons": [{"type": kind, "text": "Look", **more}]}


@tagged("post_install", "-at_install", "wa")
class TestShopTemplates(TemplateCase):
    """Catalogue, products, forms, offers and cards as templates: from the salesperson's wizard to the answer."""

    def marketing(self, name, *components):
        return self.approved(name, *components, category="MARKETING")

    # ------------------------------------------------------------------ catalogue

    def test_whole_catalogue_and_the_cart_that_comes_back(self):
        template = self.marketing("catalogue", self.body(), button("CATALOG"))
        self.send_by_wizard(template, button__0="SKU-LAMP")
        row, message = self.card()
        self.assertEqual(message["card"]["buttons"][0]["thumbnail"], "SKU-LAMP")
        order = self.tap(
            message, index=0, items=[{"product_retailer_id": "SKU-CHAIR", "quantity": 4}], text="By Friday, please"
        )
        self.assertEqual((order.kind, order.quoted_id), ("order", row))
        self.assertEqual(
            order.answers,
            {
                "catalogue": CATALOG,
                "lines": [{"product": "SKU-CHAIR", "quantity": 4, "price": 120, "currency": "USD"}],
            },
        )
        for words in ("SKU-CHAIR", "120.00 USD", "By Friday, please"):
            self.assertIn(words, order.mail_message_id.body)

    def test_chosen_products_are_typed_as_words(self):
        template = self.marketing("chosen", self.body(), button("MPM"))
        [parameter] = template.parameter_ids
        self.assertIn("article number", parameter.hint)
        self.send_by_wizard(template, button__0="Seats: SKU-CHAIR, SKU-SOFA; Light: SKU-LAMP")
        row, message = self.card()
        [sent] = row.content["components"]
        self.assertEqual(sent["parameters"][0]["action"]["thumbnail_product_retailer_id"], "SKU-CHAIR")
        self.assertEqual(message["card"]["buttons"][0]["products"], ["SKU-CHAIR", "SKU-SOFA", "SKU-LAMP"])
        order = self.tap(message, index=0)
        self.assertEqual([line["product"] for line in order.answers["lines"]], ["SKU-CHAIR", "SKU-SOFA", "SKU-LAMP"])

    def test_products_over_the_limit_are_refused_here(self):
        template = self.marketing("too_many", self.body(), button("MPM"))
        for typed, rule in (
            (", ".join(f"SKU-{n}" for n in range(31)), "products_count"),
            ("; ".join(f"{n}: SKU-{n}" for n in range(11)), "sections_count"),
            ("Seats:", "products_count"),
            (f"{'x' * 25}: SKU-CHAIR", "section_title_too_long"),
            (": SKU-CHAIR", "section_title_missing"),
        ):
            with self.subTest(rule):
                self.assertEqual(self.refused(template, {"button.0": typed}).code, rule)

    def test_product_whatsapp_does_not_know_fails_with_its_number(self):
        template = self.marketing("unknown", self.body(), button("MPM"))
        self.send_by_wizard(template, button__0="SKU-GONE")
        row, _message = self.card("failed")
        self.assertEqual(row.error_code, "131009")
        self.assertIn("SKU-GONE", row.error_text)

    def test_one_product_above_the_text(self):
        template = self.marketing("single", {"type": "HEADER", "format": "PRODUCT"}, self.body(), button("SPM"))
        self.send_by_wizard(template, header__product=f"SKU-SOFA, {CATALOG}")
        _row, message = self.card()
        self.assertEqual(message["card"]["header"]["product"]["product_retailer_id"], "SKU-SOFA")
        self.assertEqual(self.tap(message, index=0).answers["lines"][0]["price"], 990)

    def test_account_without_catalogue(self):
        template = self.marketing("no_catalogue", self.body(), button("CATALOG"))
        self.sandbox.control("POST", "catalog", catalog_id=None)
        self.send_by_wizard(template)
        row, _message = self.card("failed")
        self.assertIn("No catalog is connected", row.error_text)

    # ---------------------------------------------------------------------- forms

    def form_template(self):
        return self.approved(
            "visit", self.body(), button("FLOW", flow_id=VISIT, flow_action="navigate", navigate_screen="START")
        )

    def test_form_and_its_answers(self):
        self.send_by_wizard(self.form_template(), button__0="lead-7")
        row, message = self.card()
        self.assertEqual(message["card"]["buttons"][0]["flow_token"], "lead-7")
        answer = self.tap(message, index=0, answers={"day": "Friday", "remarks": "Ring <b>twice</b>"})
        self.assertEqual((answer.kind, answer.quoted_id), ("interactive", row))
        self.assertEqual(answer.answers, {"day": "Friday", "remarks": "Ring <b>twice</b>"})
        self.assertIn("Friday", answer.mail_message_id.body)
        self.assertNotIn("<b>twice", answer.mail_message_id.body)
        self.assertNotIn("lead-7", answer.mail_message_id.body)

    def test_form_without_a_token_is_named_all_the_same(self):
        """R23: the request names the form's button, and WhatsApp takes it."""
        self.send_by_wizard(self.form_template())
        row, message = self.card()
        named = {"type": "button", "sub_type": "flow", "index": "0"}
        self.assertEqual(row.content["components"], [named])
        [request] = [r for r in self.sandbox.requests_log() if r["path"].endswith("/messages")]
        self.assertEqual(request["body"]["template"]["components"], [named])
        self.assertEqual(message["card"]["buttons"][0]["type"], "flow")

    def test_catalogue_without_a_picture_is_named_all_the_same(self):
        """W4: likewise the button of the catalogue."""
        self.send_by_wizard(self.approved("shop_window", self.body(), button("CATALOG"), category="MARKETING"))
        row, _message = self.card()
        self.assertEqual(row.content["components"], [{"type": "button", "sub_type": "catalog", "index": "0"}])

    def test_form_that_was_stopped_meanwhile(self):
        template = self.form_template()
        for status, code in (("BLOCKED", "132068"), ("DEPRECATED", "131009")):
            self.sandbox.control("POST", f"flows/{VISIT}", status=status)
            self.send_by_wizard(template)
            row, _message = self.card("failed")
            self.assertEqual(row.error_code, code)
            self.assertIn(VISIT, row.error_text)

    def test_throttled_form_waits_for_its_hour(self):
        template = self.form_template()
        self.sandbox.control("POST", f"flows/{VISIT}", status="THROTTLED")
        self.sandbox.control("POST", "switches", pair_rate=False)
        for _ in range(10):
            self.send_by_wizard(template)
            self.card()
        self.send_by_wizard(template)
        row, _message = self.card("queued")
        self.assertEqual(row.error_code, "132069")
        self.assertGreater(row.next_attempt_at, fields.Datetime.add(fields.Datetime.now(), minutes=55))
        self.assertFalse(self.number.is_blocked)

    # --------------------------------------------------------------- offers, cards

    def test_offer_and_its_code(self):
        template = self.marketing(
            "offer_now",
            OFFER,
            self.body(),
            {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "SAVE20"}]},
        )
        self.send_by_wizard(template, limited_time_offer__expiration="2099-01-31 18:00", button__0="SAVE20")
        _row, message = self.card()
        opened = self.sandbox.control(
            "POST", f"customers/{self.ada['id']}/messages", tap={"message_id": message["id"], "index": 0}
        )
        self.assertEqual(opened, {"opens": {"code": "SAVE20"}})

    def test_offer_that_is_over_is_refused_here(self):
        template = self.marketing("offer_over", OFFER, self.body())
        outcome = self.refused(template, {"limited_time_offer.expiration": "2020-01-31 18:00"})
        self.assertEqual(outcome.code, "expiration_invalid")
        self.assertIn("not a moment in the future", outcome.reason)

    def test_offer_that_ends_while_it_waits_fails_with_the_reason(self):
        template = self.marketing("offer_ends", OFFER, self.body())
        self.send_by_wizard(template, limited_time_offer__expiration="2099-01-31 18:00")
        self.sandbox.control("POST", "clock", offset_s=90 * 365 * 86400)
        self.addCleanup(self.sandbox.control, "POST", "clock", offset_s=0)
        row, _message = self.card("failed")
        self.assertIn("in the future", row.error_text)

    def test_tap_on_a_card(self):
        def card(text):
            return {
                "components": [
                    {"type": "HEADER", "format": "IMAGE"},
                    {"type": "BODY", "text": text},
                    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "This one"}]},
                ]
            }

        template = self.marketing("cards", self.body(), {"type": "CAROUSEL", "cards": [card("One"), card("Two")]})
        self.parameter(template, "card.1.button.0").fallback = "chair:2"
        files = {f"card.{n}.header.media": self.attachment(f"{n}.png", picture("PNG", color=(n, 0, 0))) for n in range(2)}
        row, _card = self.send(template, files)
        tapped = self.tap(self.phone_messages(self.ada)[-1], index="1:0")
        self.assertEqual((tapped.payload, tapped.quoted_id), ("chair:2", row))

    def test_number_of_cards_that_whatsapp_changed(self):
        """The template was edited at Meta and we have not heard of it yet."""
        shown = {
            "components": [
                {"type": "HEADER", "format": "PRODUCT"},
                {"type": "BUTTONS", "buttons": [{"type": "SPM", "text": "View"}]},
            ]
        }
        template = self.marketing("edited", self.body(), {"type": "CAROUSEL", "cards": [shown] * 3})
        template.components = [
            {**part, "cards": part["cards"][:2]} if part["type"] == "CAROUSEL" else part for part in template.components
        ]
        values = {f"card.{n}.header.product": f"SKU-CHAIR, {CATALOG}" for n in range(3)}
        [outcome] = template.with_user(self.ana)._send_to_records(
            self.lead.with_user(self.ana), origin="manual", overrides=values
        )
        self.assertEqual(outcome.status, "queued", outcome.reason)
        row, _message = self.card("failed")
        self.assertEqual(row.error_code, "132000")
        self.assertIn("number of cards", row.error_text)

    # ------------------------------------------------------------ names, and lengths with values

    def test_name_of_a_document_is_as_bearable_as_in_a_chat(self):
        template = self.approved(
            "with_document",
            {"type": "HEADER", "format": "DOCUMENT"},
            self.body(),
        )
        _row, card = self.send(template, {"header.media": self.attachment("a/b" + "x" * 400 + ".pdf", PDF)})
        name = card["header"]["document"]["filename"]
        self.assertEqual((len(name), name[:3], name[-4:]), (240, "a_b", ".pdf"))

    def test_text_that_gets_too_long_with_its_values_is_refused_here(self):
        template = self.approved("long", self.body("Hello {{1}}, as we said.", "Ada"))
        outcome = self.refused(template, {"body.1": "x" * 1010})
        self.assertEqual(outcome.code, "template_body_too_long")
        self.assertIn("> 1024", outcome.reason)
        self.assertFalse(self.sandbox.control("GET", "sent")["sent"])


@tagged("post_install", "-at_install", "wa")
class TestShopMessages(TemplateCase):
    """The same in an open conversation, by the public API of the channel."""

    def setUp(self):
        super().setUp()
        self.channel = self.conversation.channel_id.with_user(self.ana)

    def test_one_product(self):
        message = self.channel.wa_send_product(CATALOG, "SKU-CHAIR", "In oak", footer="Example Shop")
        for words in ("SKU-CHAIR", "In oak", "Example Shop"):
            self.assertIn(words, message.body)
        row, shown = self.card()
        order = self.tap(shown, index=0)
        self.assertEqual((order.kind, order.quoted_id), ("order", row))

    def test_products_and_catalogue(self):
        sections = [{"title": "Seats", "products": ["SKU-CHAIR", "SKU-SOFA"]}]
        message = self.channel.wa_send_products(CATALOG, "New in", "Have a look", sections)
        for words in ("New in", "Seats", "SKU-SOFA"):
            self.assertIn(words, message.body)
        _row, shown = self.card()
        self.assertEqual(len(self.tap(shown, index=0).answers["lines"]), 2)
        self.channel.wa_send_catalog("All we have", thumbnail="SKU-TABLE")
        _row, shown = self.card()
        self.assertEqual(self.tap(shown, index=0, items=[{"product_retailer_id": "SKU-TABLE"}]).kind, "order")

    def test_form(self):
        message = self.channel.wa_send_form(
            "When will you come?", "Book a visit", VISIT, screen="START", token="lead-7", data={"day": "Monday"}
        )
        self.assertIn("Book a visit", message.body)
        row, shown = self.card()
        answer = self.tap(shown, index=0, answers={"day": "Tuesday"})
        self.assertEqual((answer.quoted_id, answer.answers["day"]), (row, "Tuesday"))

    def test_form_without_a_screen_opens_at_its_own_first_one(self):
        self.channel.wa_send_form("When will you come?", "Book a visit", VISIT)
        row, _shown = self.card()
        self.assertNotIn("flow_action", row.content["interactive"]["action"]["parameters"])

    def test_form_that_asks_its_endpoint_takes_no_screen(self):
        with self.assertRaisesRegex(UserError, "takes neither a screen nor values"):
            self.channel.wa_send_form("When?", "Book", VISIT, exchange=True, screen="START")

    def test_form_in_the_making(self):
        self.channel.wa_send_form("Try it", "Open", DRAFT, screen="QUESTIONS", draft=True)
        self.card()
        for flow, more, words in (
            (DRAFT, {"screen": "QUESTIONS"}, "status DRAFT"),
            (DEPRECATED, {"screen": "QUESTIONS"}, "status DEPRECATED"),
            (VISIT, {"screen": "NOWHERE"}, "no screen NOWHERE"),
            (VISIT, {"exchange": True}, "no endpoint"),
            ("1", {"screen": "START"}, "does not exist"),
        ):
            with self.subTest(words):
                self.channel.wa_send_form("Try it", "Open", flow, **more)
                row, _message = self.card("failed")
                self.assertIn(words, row.error_text)

    def test_cards_with_pictures(self):
        files = [self.attachment(f"{n}.png", picture("PNG", color=(n, 0, 0))) for n in range(2)]
        cards = [
            {"attachment_id": file.id, "text": f"Chair {n}", "buttons": [{"id": f"chair-{n}", "title": "This one"}]}
            for n, file in enumerate(files)
        ]
        message = self.channel.wa_send_cards("Which one?", cards)
        self.assertIn("Chair 1", message.body)
        self.assertEqual(len(message.sudo().attachment_ids), 2)
        row, shown = self.card()
        self.assertEqual(len({c["header"]["image"]["id"] for c in shown["content"]["action"]["cards"]}), 2)
        tapped = self.tap(shown, index="1:0")
        self.assertEqual((tapped.payload, tapped.quoted_id), ("chair-1", row))

    def test_cards_with_links_and_with_products(self):
        files = [self.attachment(f"{n}.png", picture("PNG", color=(0, n, 0))) for n in range(2)]
        links = [{"attachment_id": file.id, "label": "Buy", "url": "https://example.com/1"} for file in files]
        self.channel.wa_send_cards("Look", links)
        self.card()
        products = [{"catalog_id": CATALOG, "product": sku} for sku in ("SKU-CHAIR", "SKU-LAMP")]
        self.assertIn("SKU-LAMP", self.channel.wa_send_cards("Look", products).body)
        _row, shown = self.card()
        self.assertEqual(self.tap(shown, index="1:0").answers["lines"][0]["product"], "SKU-LAMP")

    def test_what_whatsapp_would_refuse_is_refused_here(self):
        sound = self.attachment("a.mp3", b"ID3" + bytes(50))
        file = self.attachment("a.png", picture("PNG"))
        picture_card = {"attachment_id": file.id, "label": "Buy", "url": "https://example.com"}
        for words, method, args in (
            ("No product", "wa_send_product", (CATALOG, "")),
            ("number of products", "wa_send_products", (CATALOG, "H", "B", [{"title": "A", "products": []}])),
            ("header is empty", "wa_send_products", (CATALOG, "", "B", [{"title": "A", "products": ["x"]}])),
            ("number of cards", "wa_send_cards", ("B", [picture_card])),
            ("do not have the same parts", "wa_send_cards", ("B", [picture_card, {"catalog_id": CATALOG, "product": "x"}])),
            ("such a header", "wa_send_cards", ("B", [{"attachment_id": sound.id}] * 2)),
            ("file is not there", "wa_send_cards", ("B", [{"label": "x", "url": "https://example.com"}] * 2)),
            ("emoji", "wa_send_form", ("B", "Book 🎉", VISIT)),
            ("No form", "wa_send_form", ("B", "Book", "")),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                getattr(self.channel, method)(*args)
        self.assertFalse(self.last_outgoing(self.conversation))

    def test_colleagues_of_other_teams_and_closed_windows(self):
        calls = (
            ("wa_send_product", (CATALOG, "SKU-CHAIR")),
            ("wa_send_products", (CATALOG, "H", "B", [{"title": "A", "products": ["SKU-CHAIR"]}])),
            ("wa_send_catalog", ("B",)),
            ("wa_send_form", ("B", "Open", VISIT)),
            ("wa_send_cards", ("B", [{"catalog_id": CATALOG, "product": sku} for sku in ("SKU-CHAIR", "SKU-LAMP")])),
        )
        self.conversation.last_inbound_at = fields.Datetime.subtract(fields.Datetime.now(), hours=25)
        for method, args in calls:
            with self.subTest(method):
                with self.assertRaises(AccessError):
                    getattr(self.channel.with_user(self.cid), method)(*args)
                with self.assertRaisesRegex(UserError, "24 hours"):
                    getattr(self.channel, method)(*args)


@tagged("post_install", "-at_install", "wa")
class TestRequestsAnswered(TemplateCase):
    """What the composer's menu asks for, to the answer in the thread."""

    def setUp(self):
        super().setUp()
        self.channel = self.conversation.channel_id.with_user(self.ana)

    def test_location(self):
        self.channel.wa_request_location("Where are you?")
        row, shown = self.card()
        answer = self.tap(shown, index=0)
        self.assertEqual((answer.kind, answer.quoted_id), ("location", row))
        self.assertIn("My place", answer.mail_message_id.body)

    def test_contact_details(self):
        self.channel.wa_request_contact_info("May we call you?")
        row, shown = self.card()
        answer = self.tap(shown, index=0)
        self.assertEqual((answer.kind, answer.quoted_id), ("contacts", row))
        self.assertIn("+12025550143", answer.mail_message_id.body)

    def test_list(self):
        self.channel.wa_send_list("When?", "Choose", [{"id": "mo", "title": "Monday"}, {"id": "tu", "title": "Tuesday"}])
        row, shown = self.card()
        answer = self.tap(shown, id="tu")
        self.assertEqual((answer.payload, answer.quoted_id), ("tu", row))

    def test_contact_details_by_template(self):
        template = self.approved("may_we", self.body(), {"type": "BUTTONS", "buttons": [{"type": "REQUEST_CONTACT_INFO"}]})
        self.send_by_wizard(template)
        _row, shown = self.card()
        self.assertEqual(self.tap(shown, index=0).kind, "contacts")
