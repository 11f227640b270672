"""Bodies of requests: exactly what Meta documents, and nothing that it refuses."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.graph import messages as m
from tools.graph import template as t
from tools.graph.errors import InvalidMessage
from tools.graph.rules import RULES
from tools.webhook.events import Person

ADA = {"wa_id": "447700900123", "bsuid": "GB.70315500291844"}


def broken(rule, function, *args, **kwargs):
    with pytest.raises(InvalidMessage) as caught:
        function(*args, **kwargs)
    assert caught.value.rule == rule
    assert rule in RULES
    assert str(caught.value).startswith(rule)


class TestEnvelope:
    def test_a_known_phone_wins_and_never_both(self):
        assert m.envelope(ADA, "uuid-1", "wamid.IN") == {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "+447700900123",
            "biz_opaque_callback_data": "uuid-1",
            "context": {"message_id": "wamid.IN"},
        }

    def test_hidden_phone(self):
        body = m.envelope({"wa_id": False, "bsuid": "GB.7"})
        assert body["recipient"] == "GB.7"
        assert "to" not in body
        assert m.envelope({"bsuid": "GB.7"})["recipient"] == "GB.7"

    def test_an_object_will_do(self):
        assert m.envelope(Person(wa_id="447700900123"))["to"] == "+447700900123"
        assert m.envelope(Person(bsuid="GB.7"))["recipient"] == "GB.7"

    def test_identity_hash(self):
        body = m.envelope(ADA, identity_hash="q83vEjRWeJA=")
        assert body["recipient_identity_key_hash"] == "q83vEjRWeJA="

    def test_nobody_and_too_long(self):
        broken("recipient_missing", m.envelope, {"wa_id": "", "bsuid": None})
        broken("recipient_missing", m.envelope, {})
        broken("uuid_too_long", m.envelope, ADA, "x" * 513)
        assert m.envelope(ADA, "x" * 512)

    def test_mark_read(self):
        read = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.I"}
        assert m.mark_read("wamid.I") == read
        typing = {**read, "typing_indicator": {"type": "text"}}
        assert m.mark_read("wamid.I", typing=True) == typing
        broken("wamid_missing", m.mark_read, "")


class TestText:
    def test_text(self):
        assert m.text("Hi", preview_url=True) == {
            "type": "text",
            "text": {"body": "Hi", "preview_url": True},
        }
        assert m.text("x" * 4096)["text"]["preview_url"] is False
        broken("body_too_long", m.text, "x" * 4097)
        broken("body_missing", m.text, " \n ")
        broken("body_missing", m.text, None)

    def test_reaction_and_its_removal(self):
        assert m.reaction("wamid.I", "👍")["reaction"] == {
            "message_id": "wamid.I",
            "emoji": "👍",
        }
        assert m.reaction("wamid.I", "")["reaction"]["emoji"] == ""
        broken("wamid_missing", m.reaction, "", "👍")
        assert m.reaction("wamid.I", "👨‍👩‍👧")["reaction"]["emoji"] == "👨‍👩‍👧"
        for no_emoji in ("👍👍", "ok", "👍 "):
            broken("emoji_too_long", m.reaction, "wamid.I", no_emoji)


class TestSplit:
    @pytest.mark.parametrize(
        ("body", "limit", "parts"),
        [
            ("", 10, []),
            ("  \n ", 10, []),
            ("short", 10, ["short"]),
            ("one two three", 8, ["one two", "three"]),
            ("First one. Second", 12, ["First one.", "Second"]),
            ("aaa\nbbb ccc", 9, ["aaa\nbbb", "ccc"]),
            ("aaaaaa\n\nb c", 9, ["aaaaaa", "b c"]),
            ("abcdefgh", 3, ["abc", "def", "gh"]),
            ("12345 789", 5, ["12345", "789"]),
        ],
    )
    def test_where_it_cuts(self, body, limit, parts):
        assert m.split_text(body, limit) == parts

    def test_characters_of_several_parts_stay_whole(self):
        family = "👨‍👩‍👧"
        assert "".join(m.split_text(family * 20, 7)) == family * 20
        for part in m.split_text(family * 20, 7):
            assert part == family
        thumb = "👍🏽"
        assert set(m.split_text(thumb * 10, 3)) == {thumb}
        assert set(m.split_text("e\u0301" * 10, 3)) == {"e\u0301"}

    def test_a_character_longer_than_a_message_is_cut_after_all(self):
        assert m.split_text("e" + "\u0301" * 90, 40) == [
            "e" + "\u0301" * 39,
            "\u0301" * 40,
            "\u0301" * 11,
        ]

    def test_the_limit_must_be_possible(self):
        with pytest.raises(ValueError):
            m.split_text("a", 0)

    @given(st.text(), st.integers(1, 60))
    def test_nothing_but_blanks_is_lost(self, body, limit):
        parts = m.split_text(body, limit)
        assert all(0 < len(part) <= limit for part in parts)
        assert "".join("".join(parts).split()) == "".join(body.split())
        for part in parts:
            assert m.text(part)


class TestMedia:
    def test_each_kind(self):
        assert m.image("7", caption="Chair") == {
            "type": "image",
            "image": {"id": "7", "caption": "Chair"},
        }
        link = "https://example.com/a.mp4"
        assert m.video(link=link)["video"] == {"link": link}
        assert m.audio("7", voice=True)["audio"] == {"id": "7", "voice": True}
        assert m.audio("7")["audio"] == {"id": "7"}
        assert "caption" not in m.image("7")["image"]
        assert "filename" not in m.document("7")["document"]
        assert m.sticker("7") == {"type": "sticker", "sticker": {"id": "7"}}
        document = m.document("7", filename="offer.pdf", caption="Our offer")
        assert document["document"] == {
            "id": "7",
            "filename": "offer.pdf",
            "caption": "Our offer",
        }

    def test_exactly_one_source(self):
        broken("media_source", m.image)
        broken("media_source", m.image, "7", link="https://example.com/a.jpg")
        broken("media_link_invalid", m.image, link="file:///etc/passwd")
        broken("media_link_invalid", m.image, link="https://example.com/a b.jpg")
        broken("caption_too_long", m.image, "7", caption="x" * 1025)

    def test_file_names_are_bearable(self):
        long = m.document("7", filename="x" * 500 + ".pdf")["document"]["filename"]
        assert len(long) == 240
        assert long.endswith("x.pdf")
        odd = m.document("7", filename="a/b\\c\n d")["document"]["filename"]
        assert odd == "a_b_c d"
        spoof = "invoice\u202efdp.exe\x00\r\n"
        assert m.document("7", filename=spoof)["document"]["filename"] == "invoicefdp.exe"
        assert m.document("7", filename="Übersicht „Ä“ 年 👍🏽.pdf")["document"]["filename"] == "Übersicht „Ä“ 年 👍🏽.pdf"
        families = m.document("7", filename="👨‍👩‍👧" * 100 + ".pdf")["document"]["filename"]
        assert len(families) <= 240
        assert families.endswith("👧.pdf")
        assert len(m.document("7", filename="x" * 500)["document"]["filename"]) == 240

    @pytest.mark.parametrize(
        ("mime", "kind"),
        [
            ("image/jpeg", "image"),
            ("IMAGE/PNG", "image"),
            ("image/webp", "document"),
            ("image/heic", "document"),
            ("video/mp4", "video"),
            ("audio/ogg; codecs=opus", "audio"),
            ("audio/opus", "audio"),
            ("application/pdf", "document"),
            ("", "document"),
        ],
    )
    def test_kind_for_a_file(self, mime, kind):
        assert m.kind_for(mime) == kind

    def test_types_are_those_the_upload_takes(self):
        """As Meta's refusal of other types lists them, in its order."""
        from tools.graph.media import DOCUMENT_TYPES, LIMITS, UPLOADABLE

        office = "application/vnd.openxmlformats-officedocument."
        listed = (
            *("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/opus"),
            *("application/vnd.ms-powerpoint", "application/msword"),
            *(f"{office}wordprocessingml.document", f"{office}presentationml.presentation", f"{office}spreadsheetml.sheet"),
            *("application/pdf", "text/plain", "application/vnd.ms-excel"),
            *("image/jpeg", "image/png", "image/webp", "video/mp4", "video/3gpp"),
        )
        assert listed == UPLOADABLE
        assert DOCUMENT_TYPES.union(*(types for _size, types in LIMITS.values())) == set(UPLOADABLE)

    def test_limits(self):
        m.check_file("image", "image/jpeg", 5 * 1024 * 1024)
        m.check_file("document", "application/x-anything", 100 * 1024 * 1024)
        m.check_file("audio", "audio/ogg; codecs=opus", 1)
        broken("media_too_large", m.check_file, "image", "image/png", 5 * 1024 * 1024 + 1)
        broken("media_type_unsupported", m.check_file, "image", "image/webp", 10)
        broken("media_type_unsupported", m.check_file, "hologram", "x/y", 10)
        broken("media_empty", m.check_file, "document", "text/plain", 0)


class TestCards:
    def test_location(self):
        assert m.location(51.5007, "-0.1246", "Office", "1 Example St") == {
            "type": "location",
            "location": {
                "latitude": "51.5007",
                "longitude": "-0.1246",
                "name": "Office",
                "address": "1 Example St",
            },
        }
        assert m.location(0, -180)["location"] == {"latitude": "0", "longitude": "-180"}
        assert m.location(1e-9, 0)["location"]["latitude"] == "0"

    @pytest.mark.parametrize("pair", [(91, 0), (0, 181), ("x", 0), (None, 0), (float("nan"), 0)])
    def test_no_such_place(self, pair):
        broken("location_invalid", m.location, *pair)

    def test_card(self):
        card = m.card(
            "Ada Example",
            last_name="Example",
            phones=["+447700900123"],
            emails=["ada@example.com"],
            company="Example Ltd",
            urls=["https://example.com"],
        )
        assert m.contacts([card])["contacts"] == [
            {
                "name": {"formatted_name": "Ada Example", "last_name": "Example"},
                "phones": [{"phone": "+447700900123", "type": "WORK", "wa_id": "447700900123"}],
                "emails": [{"email": "ada@example.com", "type": "WORK"}],
                "org": {"company": "Example Ltd"},
                "urls": [{"url": "https://example.com", "type": "WORK"}],
            }
        ]
        assert m.card("Ada")["name"] == {"formatted_name": "Ada", "first_name": "Ada"}

    def test_cards_need_names_and_bounds(self):
        broken("contacts_count", m.contacts, [])
        broken("contacts_count", m.contacts, [m.card("Ada")] * 258)
        broken("contact_name_missing", m.contacts, [{"name": {"formatted_name": "A"}}])
        broken("contact_name_missing", m.contacts, [{"name": {"first_name": "A"}}])
        broken("contact_name_missing", m.contacts, [{}])


class TestInteractive:
    def test_buttons(self):
        message = m.buttons("Which?", [("y", "Yes"), ("n", "No")], header="Question", footer="Example")
        assert message == {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "header": {"type": "text", "text": "Question"},
                "body": {"text": "Which?"},
                "footer": {"text": "Example"},
                "action": {
                    "buttons": [
                        {"type": "reply", "reply": {"id": "y", "title": "Yes"}},
                        {"type": "reply", "reply": {"id": "n", "title": "No"}},
                    ]
                },
            },
        }

    def test_media_header(self):
        header = m.image("7", caption="not shown in headers")
        message = m.buttons("Which?", [("y", "Yes")], header=header)
        expected = {"type": "image", "image": {"id": "7"}}
        assert message["interactive"]["header"] == expected

    def test_button_limits(self):
        yes = [("y", "Yes")]
        broken("buttons_count", m.buttons, "B", [])
        broken("buttons_count", m.buttons, "B", [(str(n), str(n)) for n in range(4)])
        broken("button_title_too_long", m.buttons, "B", [("y", "x" * 21)])
        broken("button_title_missing", m.buttons, "B", [("y", "")])
        broken("button_id_missing", m.buttons, "B", [("", "Yes")])
        broken("button_id_too_long", m.buttons, "B", [("x" * 257, "Yes")])
        broken("button_id_duplicate", m.buttons, "B", [("y", "Yes"), ("y", "No")])
        broken("button_title_duplicate", m.buttons, "B", [("y", "Yes"), ("n", "Yes")])
        broken("body_missing", m.buttons, "", yes)
        broken("body_too_long", m.buttons, "x" * 1025, yes)
        broken("header_too_long", m.buttons, "B", yes, header="x" * 61)
        broken("footer_too_long", m.buttons, "B", yes, footer="x" * 61)
        broken("header_not_allowed", m.buttons, "B", yes, header=m.audio("7"))

    def test_list(self):
        rows = [{"id": "r1", "title": "09:00", "description": "Room 2"}]
        message = m.list_message("When?", "Choose", [{"title": "Slots", "rows": rows}])
        assert message["interactive"] == {
            "type": "list",
            "body": {"text": "When?"},
            "action": {
                "button": "Choose",
                "sections": [{"title": "Slots", "rows": rows}],
            },
        }
        untitled = m.list_message("When?", "Choose", [{"rows": [{"id": 1, "title": "a"}]}])
        [section] = untitled["interactive"]["action"]["sections"]
        assert section == {"rows": [{"id": "1", "title": "a"}]}

    def test_list_limits(self):
        def row(**change):
            return {"id": "r", "title": "t", **change}

        def listed(*sections, **more):
            return m.list_message("B", "Choose", list(sections), **more)

        ten = {"title": "S", "rows": [row(id=str(n)) for n in range(10)]}
        assert listed(ten)
        assert m.list_message("x" * 4096, "Choose", [ten])
        broken("body_too_long", m.list_message, "x" * 4097, "Choose", [ten])
        broken("list_button_too_long", m.list_message, "B", "x" * 21, [ten])
        broken("list_button_missing", m.list_message, "B", "", [ten])
        broken("rows_count", listed, ten, {"title": "T", "rows": [row(id="11")]})
        broken("rows_count", listed, ten | {"rows": []})
        broken("rows_count", listed, {"title": "S", "rows": [row()]}, {"title": "T"})
        broken("sections_count", listed)
        broken("section_title_missing", listed, {"rows": [row()]}, {"rows": [row(id="2")]})
        broken("section_title_too_long", listed, {"title": "x" * 25, "rows": [row()]})
        broken("row_title_too_long", listed, {"rows": [row(title="x" * 25)]})
        broken("row_title_missing", listed, {"rows": [row(title="")]})
        broken("row_id_too_long", listed, {"rows": [row(id="x" * 201)]})
        broken("row_id_duplicate", listed, {"rows": [row(), row()]})
        broken("row_description_too_long", listed, {"rows": [row(description="x" * 73)]})
        broken("header_not_allowed", listed, ten, header=m.image("7"))

    def test_link_button(self):
        message = m.cta_url("Pay here", "Pay", " https://example.com/pay?x=1 ")
        assert message["interactive"]["action"] == {
            "name": "cta_url",
            "parameters": {"display_text": "Pay", "url": "https://example.com/pay?x=1"},
        }
        broken("url_invalid", m.cta_url, "B", "Pay", "example.com")
        broken("url_invalid", m.cta_url, "B", "Pay", "javascript://x")
        broken("url_invalid", m.cta_url, "B", "Pay", None)
        broken("label_too_long", m.cta_url, "B", "x" * 21, "https://example.com")

    @pytest.mark.parametrize(
        ("builder", "kind", "action"),
        [
            (m.location_request, "location_request_message", "send_location"),
            (m.contact_info_request, "request_contact_info", "request_contact_info"),
            (m.call_permission_request, *["call_permission_request"] * 2),
        ],
    )
    def test_requests(self, builder, kind, action):
        assert builder("Please")["interactive"] == {
            "type": kind,
            "body": {"text": "Please"},
            "action": {"name": action},
        }

    def test_call_button(self):
        message = m.voice_call("Call us", "Call", ttl_minutes=100, payload="ref-1")
        assert message["interactive"]["action"]["parameters"] == {
            "display_text": "Call",
            "ttl_minutes": 100,
            "payload": "ref-1",
        }
        plain = m.voice_call("Call us", "Call")["interactive"]["action"]["parameters"]
        assert plain == {"display_text": "Call"}
        broken("ttl_invalid", m.voice_call, "B", "Call", ttl_minutes=0)
        broken("ttl_invalid", m.voice_call, "B", "Call", ttl_minutes=43201)


class TestCommerce:
    def test_products(self):
        assert m.product("77001", "SKU-1")["interactive"] == {
            "type": "product",
            "action": {"catalog_id": "77001", "product_retailer_id": "SKU-1"},
        }
        assert m.product("77001", "SKU-1", "Look")["interactive"]["body"]
        broken("product_missing", m.product, "77001", "")
        sections = [{"title": "Chairs", "products": ["SKU-1", "SKU-2"]}]
        listed = m.product_list("77001", "Chairs", "Look", sections)["interactive"]
        assert listed["action"]["sections"] == [
            {
                "title": "Chairs",
                "product_items": [
                    {"product_retailer_id": "SKU-1"},
                    {"product_retailer_id": "SKU-2"},
                ],
            }
        ]
        assert listed["header"] == {"type": "text", "text": "Chairs"}
        broken("header_missing", m.product_list, "77001", "", "Look", sections)
        many = [{"title": "C", "products": ["x"] * 31}]
        broken("products_count", m.product_list, "77001", "C", "Look", many)
        for wrong in ([{"title": "C", "products": []}], [{"title": "C"}], [sections[0], {"title": "D", "products": []}]):
            broken("products_count", m.product_list, "77001", "C", "Look", wrong)
        halves = [{"title": str(n), "products": ["x"] * 16} for n in range(2)]
        broken("products_count", m.product_list, "77001", "C", "Look", halves)
        broken("sections_count", m.product_list, "77001", "C", "Look", [])
        broken("sections_count", m.product_list, "77001", "C", "Look", sections * 11)
        broken("section_title_too_long", m.product_list, "77001", "C", "Look", [{"title": "x" * 25, "products": ["a"]}])
        thumbnail = m.catalog("Look", thumbnail="SKU-1")["interactive"]["action"]
        assert thumbnail["parameters"] == {"thumbnail_product_retailer_id": "SKU-1"}
        assert "parameters" not in m.catalog("Look")["interactive"]["action"]

    def test_flow(self):
        message = m.flow("Book", "Open", flow_id="555001", screen="START", token="tok-1")
        assert message["interactive"]["action"]["parameters"] == {
            "flow_message_version": "3",
            "flow_id": "555001",
            "flow_cta": "Open",
            "flow_token": "tok-1",
            "flow_action": "navigate",
            "flow_action_payload": {"screen": "START"},
        }
        by_name = m.flow("Book", "Open", flow_name="booking", draft=True)
        parameters = by_name["interactive"]["action"]["parameters"]
        assert (parameters["flow_name"], parameters["mode"]) == ("booking", "draft")
        filled = m.flow("Book", "Open", flow_id="1", screen="START", data={"a": 1})
        payload = filled["interactive"]["action"]["parameters"]["flow_action_payload"]
        assert payload == {"screen": "START", "data": {"a": 1}}
        unnamed = m.flow("Book", "Open", flow_id="1", data={"a": 1})["interactive"]["action"]["parameters"]
        assert unnamed["flow_action_payload"] == {"data": {"a": 1}}
        broken("label_emoji", m.flow, "Book", "Open 🎉", flow_id="1")
        broken("label_too_long", m.flow, "Book", "x" * 31, flow_id="1")
        broken("flow_missing", m.flow, "Book", "Open")
        broken("flow_missing", m.flow, "Book", "Open", flow_id="1", flow_name="x")

    def test_flow_without_a_screen_opens_at_its_own_first_one(self):
        message = m.flow("Book", "Open", flow_id="1")
        assert message["interactive"]["action"]["parameters"] == {
            "flow_message_version": "3",
            "flow_cta": "Open",
            "flow_id": "1",
        }

    def test_flow_asks_its_endpoint_only_when_told_to(self):
        message = m.flow("Book", "Open", flow_id="1", exchange=True)
        assert message["interactive"]["action"]["parameters"] == {
            "flow_message_version": "3",
            "flow_cta": "Open",
            "flow_id": "1",
            "flow_action": "data_exchange",
        }
        broken("flow_exchange", m.flow, "Book", "Open", flow_id="1", exchange=True, screen="START")
        broken("flow_exchange", m.flow, "Book", "Open", flow_id="1", exchange=True, data={"a": 1})

    def test_carousel(self):
        card = m.url_card(m.image("7"), "Buy", "https://example.com/1", "Chair")
        message = m.carousel("Look", [card, card])["interactive"]
        assert [c["card_index"] for c in message["action"]["cards"]] == [0, 1]
        assert message["action"]["cards"][0]["header"] == {
            "type": "image",
            "image": {"id": "7"},
        }
        broken("cards_count", m.carousel, "Look", [card])
        broken("cards_count", m.carousel, "Look", [card] * 11)
        replies = m.reply_card(m.image("7"), [("b", "More")])
        broken("cards_differ", m.carousel, "Look", [card, replies])
        others = m.reply_card(m.image("7"), [("c", "More")])
        assert m.carousel("Look", [replies, others])
        broken("button_id_duplicate", m.carousel, "Look", [replies, others, replies])
        bare = m.url_card(m.image("7"), "Buy", "https://example.com/1")
        broken("cards_differ", m.carousel, "Look", [card, bare])
        products = [m.product_card("77001", sku) for sku in ("SKU-1", "SKU-2")]
        assert m.carousel("Look", products)["interactive"]["action"]["cards"][1] == {
            "card_index": 1,
            "type": "product",
            "action": {"product_retailer_id": "SKU-2", "catalog_id": "77001"},
        }
        broken("cards_differ", m.carousel, "Look", [products[0], m.product_card("77002", "SKU-2")])
        broken("cards_differ", m.carousel, "Look", [products[0], card])
        lines = "a\nb\nc\nd"
        broken("carousel_card_lines", m.url_card, m.image("7"), "B", "https://e.example", lines)
        broken("header_not_allowed", m.url_card, m.audio("7"), "B", "https://e.example")
        long = "x" * 161
        broken(
            "carousel_card_body_too_long",
            m.url_card,
            *(m.image("7"), "B", "https://e.example", long),
        )


class TestTemplate:
    def test_without_variables(self):
        assert m.template("hello", "en_GB") == {
            "type": "template",
            "template": {"name": "hello", "language": {"code": "en_GB"}},
        }
        broken("template_name_missing", m.template, "", "en_GB")
        broken("template_language_missing", m.template, "hello", False)

    def test_with_components(self):
        components = [t.body(t.text_parameter("Ada", "first_name"))]
        assert m.template("hello", "en_GB", components)["template"]["components"] == [
            {
                "type": "body",
                "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Ada"}],
            }
        ]

    @pytest.mark.parametrize(
        ("value", "clean"),
        [
            ("Ada", "Ada"),
            ("a\nb", "a b"),
            ("a \r\n\t b", "a b"),
            ("a\u2028b", "a b"),
            ("a    b", "a b"),
            ("a   b", "a   b"),
            ("a\u00a0\u00a0\u00a0\u00a0b", "a b"),
            ("  a  ", "a"),
            (7, "7"),
            (0, "0"),
            (12.5, "12.5"),
            (None, ""),
            (False, ""),
        ],
    )
    def test_values_are_cleaned(self, value, clean):
        assert m.clean_parameter(value) == clean

    @given(st.text())
    def test_clean_values_hold_nothing_meta_refuses(self, value):
        clean = m.clean_parameter(value)
        assert not re.search(r"[\n\r\t]| {4,}", clean)
        assert m.clean_parameter(clean) == clean

    def test_every_component(self):
        assert t.header(t.media_parameter("image", "7")) == {
            "type": "header",
            "parameters": [{"type": "image", "image": {"id": "7"}}],
        }
        document = t.media_parameter("document", "7", filename="a.pdf")
        assert document["document"] == {"id": "7", "filename": "a.pdf"}
        assert t.location_parameter(51.5, -0.12, "Depot", "")["location"] == {
            "latitude": "51.5",
            "longitude": "-0.12",
            "name": "Depot",
        }
        assert t.quick_reply(1, "track:S00042") == {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "1",
            "parameters": [{"type": "payload", "payload": "track:S00042"}],
        }
        assert t.url_suffix(0, "S00042")["parameters"] == [{"type": "text", "text": "S00042"}]
        assert t.copy_code(0, "SAVE20")["parameters"] == [{"type": "coupon_code", "coupon_code": "SAVE20"}]
        assert t.action("flow", 0, flow_token="tok-1")["parameters"] == [{"type": "action", "action": {"flow_token": "tok-1"}}]
        assert t.limited_time_offer(4102444800000)["parameters"] == [
            {
                "type": "limited_time_offer",
                "limited_time_offer": {"expiration_time_ms": 4102444800000},
            }
        ]
        assert t.voice_call(0, 100, "ref")["parameters"] == [
            {"type": "ttl_minutes", "ttl_minutes": 100},
            {"type": "payload", "payload": "ref"},
        ]
        assert "parameters" not in t.voice_call(0)
        assert t.tap_target("https://e.example", "Shop")["parameters"] == [
            {
                "type": "tap_target_configuration",
                "tap_target_configuration": [{"url": "https://e.example", "title": "Shop"}],
            }
        ]
        assert t.carousel([[t.header()], []])["cards"][1] == {
            "card_index": 1,
            "components": [],
        }

    def test_limits(self):
        broken("parameter_missing", t.text_parameter, " \n ")
        broken("parameter_too_long", t.text_parameter, "x" * 1025)
        broken("payload_too_long", t.quick_reply, 0, "x" * 129)
        broken("payload_missing", t.quick_reply, 0, "")
        broken("coupon_code_too_long", t.copy_code, 0, "x" * 21)
        broken("coupon_code_too_long", t.one_time_password, 0, "1" * 16)
        broken("expiration_invalid", t.limited_time_offer, 1798761600)
        broken("expiration_invalid", t.limited_time_offer, "soon")
        broken("expiration_invalid", t.limited_time_offer, 1700000000000)
        broken("expiration_invalid", t.limited_time_offer, True)
        broken("media_type_unsupported", t.media_parameter, "audio", "7")
        broken("product_missing", t.product_parameter, "", "77001")


def test_every_rule_that_can_be_broken_is_listed():
    """The catalogue of sentences is built from RULES: none may be missing there."""
    named = set()
    for path in (Path(m.__file__).parent).glob("*.py"):
        source = path.read_text(encoding="utf-8")
        named |= set(re.findall(r"InvalidMessage\(\s*\"(\w+)\"", source))
        for part in re.findall(r"\bwords\(\s*\"(\w+)\"", source):
            named |= {f"{part}_missing", f"{part}_too_long"}
        for part in re.findall(r"\bcount\(\s*\"(\w+)\"", source):
            named.add(f"{part}_count")
        for part in re.findall(r"\bunique\(\s*\"(\w+)\"", source):
            named.add(f"{part}_duplicate")
    assert len(named) > 40
    assert named <= RULES
    by_name = {"url_too_long", "template_body_too_long", "template_header_too_long"}
    assert RULES - named <= {"url_invalid", "media_link_invalid"} | by_name
