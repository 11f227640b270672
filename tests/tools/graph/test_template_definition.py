"""Templates as Meta defines them: read, asked for, filled, previewed."""

import pytest
from anything import anything
from conftest import PAYLOADS
from hypothesis import given
from hypothesis import strategies as st

from tools.graph.errors import InvalidMessage
from tools.graph.messages import missing, parameters, parse_template, render
from tools.graph.messages import template_components as fill

NAMES = sorted(path.stem for path in (PAYLOADS / "templates").glob("*.json"))

# Template -> key, kind, required, example of everything it asks for.
ASKED = {
    "order_ready": [
        ("header.media", "document", True, "https://scontent.example/sample.pdf"),
        ("body.first_name", "text", True, "Ada"),
        ("body.order_no", "text", True, "S00042"),
        ("button.0", "url_suffix", True, "https://shop.example.com/t/S00042"),
        ("button.1", "payload", False, ""),
    ],
    "spring_offer": [
        ("header.1", "text", True, "Ada"),
        ("body.1", "text", True, "Ada"),
        ("body.2", "text", True, "SAVE20"),
        ("body.3", "text", True, "Friday"),
        ("button.0", "coupon_code", True, "SAVE20"),
    ],
    "flash_sale": [
        ("header.media", "image", True, "https://scontent.example/sample.jpg"),
        ("body.1", "text", True, "Ada"),
        ("limited_time_offer.expiration", "expiration", True, ""),
        ("button.0", "coupon_code", True, "SALE"),
        ("button.1", "url_suffix", True, "https://shop.example.com/sale"),
    ],
    "chair_carousel": [
        ("body.1", "text", True, "Ada"),
        *(
            (f"card.{card}.{key}", kind, required, example)
            for card in (0, 1)
            for key, kind, required, example in (
                ("header.media", "image", True, "https://scontent.example/1.jpg"),
                ("body.1", "text", True, "Chair"),
                ("body.2", "text", True, "oak"),
                ("button.0", "payload", False, ""),
                ("button.1", "url_suffix", True, "https://shop.example.com/p/1"),
            )
        ),
    ],
    "sign_in_code": [
        ("body.1", "text", True, "123456"),
        (
            "button.0",
            "code",
            True,
            "123456",
        ),
    ],
    "visit_us": [
        ("header.location", "location", True, ""),
        ("button.0", "flow", False, ""),
    ],
    "catalogue": [("button.0", "mpm", True, "")],
    "whole_catalogue": [("button.0", "catalog", False, "")],
    "product_of_the_week": [("header.product", "product", True, "")],
    "from_the_future": [
        ("body.1", "text", True, "Ada"),
        ("button.1", "payload", False, ""),
    ],
}


@pytest.fixture
def definition(payload):
    return lambda name: parse_template(payload(f"templates/{name}"))


def button(sub_type, index, *parameters):
    return {
        "type": "button",
        "sub_type": sub_type,
        "index": str(index),
        "parameters": list(parameters),
    }


def texts(*values):
    return [{"type": "text", "text": value} for value in values]


def test_every_recorded_template_is_expected():
    assert set(ASKED) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_asked_for(name, definition):
    asked = [(p.key, p.kind, p.required, p.example) for p in parameters(definition(name))]
    assert asked == ASKED[name]
    assert len({p[0] for p in asked}) == len(asked)


def test_reading(definition):
    found = definition("order_ready")
    assert (found.template_id, found.name, found.language) == (
        "1234567890123",
        "order_ready",
        "en_GB",
    )
    assert (found.status, found.category) == ("APPROVED", "UTILITY")
    assert found.parameter_format == "named"
    assert found.header.format == "document"
    assert found.footer == "Example Ltd"
    assert [b.type for b in found.buttons] == ["url", "quick_reply", "phone_number"]
    assert found.buttons[2].phone_number == "+12025550142"


def test_named_parameters(definition):
    values = {
        "header.media": {"id": "7", "filename": "S00042.pdf"},
        "body.first_name": "Ada\nExample",
        "body.order_no": "S00042",
        "button.0": "S00042?token=abc",
        "button.1": "track:S00042",
    }
    assert fill(definition("order_ready"), values) == [
        {
            "type": "header",
            "parameters": [{"type": "document", "document": {"id": "7", "filename": "S00042.pdf"}}],
        },
        {
            "type": "body",
            "parameters": [
                {"type": "text", "parameter_name": "first_name", "text": "Ada Example"},
                {"type": "text", "parameter_name": "order_no", "text": "S00042"},
            ],
        },
        button("url", 0, *texts("S00042?token=abc")),
        button("quick_reply", 1, {"type": "payload", "payload": "track:S00042"}),
    ]
    del values["button.1"]  # the label comes back then
    assert len(fill(definition("order_ready"), values)) == 3


def test_positional_parameters_and_a_coupon(definition):
    values = {
        "header.1": "Ada",
        "body.3": "Friday",
        "body.1": "Ada",
        "body.2": "SAVE20",
        "button.0": "SAVE20",
    }
    assert fill(definition("spring_offer"), values) == [
        {"type": "header", "parameters": texts("Ada")},
        {"type": "body", "parameters": texts("Ada", "SAVE20", "Friday")},
        button("copy_code", 0, {"type": "coupon_code", "coupon_code": "SAVE20"}),
    ]


def test_limited_time_offer(definition):
    values = {
        "header.media": {"link": "https://example.com/a.jpg"},
        "body.1": "Ada",
        "limited_time_offer.expiration": 4102444800000,
        "button.0": "SALE",
        "button.1": "sale",
    }
    kinds = [part["type"] for part in fill(definition("flash_sale"), values)]
    assert kinds == ["header", "body", "limited_time_offer", "button", "button"]


def test_carousel(definition):
    values = {"body.1": "Ada"}
    for card in (0, 1):
        values |= {
            f"card.{card}.header.media": {"id": str(card)},
            f"card.{card}.body.1": "Chair",
            f"card.{card}.body.2": "oak",
            f"card.{card}.button.1": f"p{card}",
        }
    body, carousel = fill(definition("chair_carousel"), values)
    assert body == {"type": "body", "parameters": texts("Ada")}
    assert carousel["type"] == "carousel"
    assert carousel["cards"][1] == {
        "card_index": 1,
        "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"id": "1"}}]},
            {"type": "body", "parameters": texts("Chair", "oak")},
            button("url", 1, *texts("p1")),
        ],
    }


def test_a_code_is_given_once_and_sent_twice(definition):
    assert fill(definition("sign_in_code"), {"body.1": "123456"}) == [
        {"type": "body", "parameters": texts("123456")},
        button("url", 0, *texts("123456")),
    ]


def test_location_flow_products(definition):
    place = {"latitude": 51.5, "longitude": -0.12, "name": "Depot", "address": "1 St"}
    filled = fill(
        definition("visit_us"),
        {"header.location": place, "button.0": {"flow_token": "tok-1"}},
    )
    assert filled[0]["parameters"][0]["location"]["latitude"] == "51.5"
    action = {"type": "action", "action": {"flow_token": "tok-1"}}
    assert filled[1] == button("flow", 0, action)
    sections = [{"title": "Chairs", "products": ["SKU-1"]}]
    value = {"thumbnail_product_retailer_id": "SKU-1", "sections": sections}
    [mpm] = fill(definition("catalogue"), {"button.0": value})
    [parameter] = mpm["parameters"]
    assert parameter["action"]["sections"][0]["product_items"] == [{"product_retailer_id": "SKU-1"}]
    [catalog] = fill(definition("whole_catalogue"), {"button.0": "SKU-1"})
    assert catalog["parameters"][0]["action"] == {"thumbnail_product_retailer_id": "SKU-1"}
    product = {"product_retailer_id": "SKU-1", "catalog_id": "77001"}
    [header] = fill(definition("product_of_the_week"), {"header.product": product})
    assert header["parameters"] == [{"type": "product", "product": product}]


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("FLOW", True),
        ("CATALOG", True),
        ("PHONE_NUMBER", False),
        ("SPM", False),
        ("VOICE_CALL", False),
        ("URL", False),
        ("QUICK_REPLY", False),
    ],
)
@pytest.mark.parametrize("in_card", [False, True])
def test_buttons_that_are_named_without_a_value(kind, named, in_card):
    """R23, W4: a flow and a catalogue are named always, also in cards; the others are not."""
    first = {"type": "QUICK_REPLY", "text": "Later"}
    item = {"type": kind, "text": "Open", "url": "https://shop.example/", "phone_number": "+12025550142"}
    buttons = {"type": "BUTTONS", "buttons": [first, item]}
    expected = [{"type": "button", "sub_type": kind.lower(), "index": "1"}] if named else []
    if not in_card:
        assert fill(with_parts(buttons, body="Hello there."), {}) == expected
        return
    cards = {"type": "CAROUSEL", "cards": [{"components": [buttons]}] * 2}
    [carousel] = fill(with_parts(cards, body="Hello there."), {})
    assert [card["components"] for card in carousel["cards"]] == [expected, expected]


def test_the_first_product_is_the_picture_unless_another_is_chosen(definition):
    sections = [{"title": "Chairs", "products": ["SKU-1", "SKU-2"]}]
    for chosen, shown in ((None, "SKU-1"), ("SKU-2", "SKU-2")):
        value = {"thumbnail_product_retailer_id": chosen, "sections": sections}
        [mpm] = fill(definition("catalogue"), {"button.0": value})
        action = mpm["parameters"][0]["action"]
        assert action["thumbnail_product_retailer_id"] == shown


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("sections_count", {}),
        ("sections_count", {"sections": [{"title": "A", "products": ["x"]}] * 11}),
        ("products_count", {"sections": [{"title": "A", "products": []}]}),
        ("products_count", {"sections": [{"title": "A", "products": ["x"] * 31}]}),
        ("section_title_too_long", {"sections": [{"title": "x" * 25, "products": ["x"]}]}),
        ("product_missing", {"sections": [{"title": "A", "products": [""]}]}),
    ],
)
def test_limits_of_products(definition, rule, value):
    with pytest.raises(InvalidMessage) as caught:
        fill(definition("catalogue"), {"button.0": {"thumbnail_product_retailer_id": "x", **value}})
    assert caught.value.rule == rule


BODY_OF = "Hello {{1}}, this is it."
FIXED = len(BODY_OF) - len("{{1}}")


def with_parts(*more, body=BODY_OF):
    return parse_template({"components": [{"type": "BODY", "text": body}, *more]})


def in_cards(card):
    return with_parts({"type": "CAROUSEL", "cards": [card, card]}, body="Look here.")


@pytest.mark.parametrize(
    ("rule", "template", "key", "most"),
    [
        ("template_body", with_parts(), "body.1", 1024 - FIXED),
        (
            "template_body",
            with_parts({"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Now"}}),
            "body.1",
            600 - FIXED,
        ),
        (
            "template_header",
            with_parts({"type": "HEADER", "format": "TEXT", "text": "For {{1}}"}, body="Look here."),
            "header.1",
            56,
        ),
        (
            "url",
            with_parts(
                {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "x", "url": "https://e.example/{{1}}"}]},
                body="Look here.",
            ),
            "button.0",
            1000,
        ),
        ("template_body", in_cards({"components": [{"type": "BODY", "text": BODY_OF}]}), "card.1.body.1", 160 - FIXED),
    ],
)
def test_lengths_with_the_values_in(rule, template, key, most):
    values = {p.key: "x" for p in parameters(template)}
    assert fill(template, {**values, key: "x" * most})
    too_much = most + 1 if rule != "url" else 1990
    with pytest.raises(InvalidMessage) as caught:
        fill(template, {**values, key: "x" * too_much})
    assert caught.value.rule == f"{rule}_too_long"
    assert ">" in caught.value.detail


def with_button(**button):
    return parse_template({"components": [{"type": "buttons", "buttons": [button]}]})


@pytest.mark.parametrize(
    ("kind", "value", "sub_type", "parameters_"),
    [
        (
            "voice_call",
            {"ttl_minutes": 100, "payload": "ref"},
            "voice_call",
            [
                {"type": "ttl_minutes", "ttl_minutes": 100},
                {"type": "payload", "payload": "ref"},
            ],
        ),
        (
            "order_details",
            {"reference_id": "SO0042"},
            "order_details",
            [
                {
                    "type": "action",
                    "action": {"order_details": {"reference_id": "SO0042"}},
                }
            ],
        ),
        (
            "order_details",
            {"order_details": {"reference_id": "SO0042"}},
            "order_details",
            [
                {
                    "type": "action",
                    "action": {"order_details": {"reference_id": "SO0042"}},
                }
            ],
        ),
        ("otp", "123456", "url", [{"type": "text", "text": "123456"}]),
    ],
)
def test_rarer_buttons(kind, value, sub_type, parameters_):
    [part] = fill(with_button(type=kind.upper(), text="x"), {"button.0": value})
    assert (part["sub_type"], part["parameters"]) == (sub_type, parameters_)


def test_buttons_that_take_nothing():
    for kind in ("PHONE_NUMBER", "SPM", "REQUEST_CONTACT_INFO"):
        template = with_button(type=kind, text="x")
        assert parameters(template) == []
        assert fill(template, {"button.0": "x"}) == []
    plain = with_button(type="URL", text="Shop", url="https://example.com")
    assert parameters(plain) == []


def test_other_header_formats_ask_for_nothing():
    template = parse_template({"components": [{"type": "HEADER", "format": "HOLOGRAM"}]})
    assert template.header.format == "hologram"
    assert parameters(template) == []


@pytest.mark.parametrize("kind", ["MPM", "FLOW", "VOICE_CALL", "ORDER_DETAILS"])
def test_a_button_of_the_wrong_shape_is_named(kind):
    with pytest.raises(InvalidMessage) as caught:
        fill(with_button(type=kind, text="x"), {"button.0": "text"})
    assert (caught.value.rule, caught.value.detail) == ("parameter_invalid", "button.0")


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_value_is_named(name, definition):
    template = definition(name)
    needed = [p.key for p in parameters(template) if p.required]
    assert [p.key for p in missing(template, {})] == needed
    if needed:
        with pytest.raises(InvalidMessage) as caught:
            fill(template, {})
        assert (caught.value.rule, caught.value.detail) == ("parameter_missing", needed[0])
    else:
        assert all("parameters" not in part for part in fill(template, {}))


def test_blank_values_are_missing(definition):
    with pytest.raises(InvalidMessage) as caught:
        fill(definition("from_the_future"), {"body.1": " \n "})
    assert caught.value.detail == "body.1"


def test_a_value_of_the_wrong_shape_is_named(definition):
    with pytest.raises(InvalidMessage) as caught:
        fill(definition("product_of_the_week"), {"header.product": "SKU-1"})
    assert caught.value.rule == "parameter_invalid"


def test_unknown_parts_are_kept_and_stop_nothing(definition):
    template = definition("from_the_future")
    assert [c["type"] for c in template.unknown] == ["HOLOGRAM", "CALL_PERMISSION_REQUEST"]
    assert [b.type for b in template.buttons] == ["teleport", "quick_reply"]
    filled = fill(template, {"body.1": "Ada", "button.1": "no"})
    assert [part.get("index") for part in filled] == [None, "1"]


def test_preview(definition):
    preview = render(
        definition("order_ready"),
        {"body.first_name": "Ada", "button.0": "S00042", "body.order_no": "{{first_name}}"},
    )
    assert preview.header_format == "document"
    assert preview.body == "Hello Ada, order {{first_name}} is ready to collect."
    assert preview.footer == "Example Ltd"
    assert preview.text == f"{preview.body}\n\nExample Ltd"
    assert [(b.type, b.text, b.url) for b in preview.buttons] == [
        ("url", "Track", "https://shop.example.com/t/S00042"),
        ("quick_reply", "Talk to us", ""),
        ("phone_number", "Call", ""),
    ]


def test_preview_without_values_shows_what_is_missing(definition):
    preview = render(definition("spring_offer"), {})
    assert preview.header == "For {{1}}"
    assert preview.body == "Dear {{1}}, use {{2}} until {{3}} at our shop."


def test_preview_of_cards_and_offers(definition):
    preview = render(definition("chair_carousel"), {"card.1.body.1": "Table"})
    assert [card.body for card in preview.cards] == [
        "{{1}} in {{2}} for you",
        "Table in {{2}} for you",
    ]
    assert render(definition("flash_sale"), {}).offer == "Only today"


@pytest.mark.parametrize(
    ("text", "format_", "names"),
    [
        ("{{2}} {{1}} {{10}} {{1}}", "positional", ["1", "2", "10"]),
        ("{{ b }} {{a}}", "named", ["b", "a"]),
        ("none", "positional", []),
        ("{{1", "positional", []),
    ],
)
def test_variables_when_meta_does_not_name_the_format(text, format_, names):
    found = parse_template({"components": [{"type": "body", "text": text}]})
    assert found.parameter_format == format_
    assert [p.name for p in parameters(found)] == names


part = st.fixed_dictionaries(
    {
        "type": st.one_of(
            st.sampled_from(["HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER"]),
            anything,
        )
    },
    optional={
        "format": st.one_of(st.sampled_from(["TEXT", "IMAGE", "LOCATION"]), anything),
        "text": st.one_of(st.just("Hi {{1}} {{x}}"), anything),
        "example": anything,
        "buttons": anything,
        "cards": anything,
        "limited_time_offer": anything,
    },
)


@given(st.one_of(anything, st.lists(part, max_size=5)), anything)
def test_any_definition_is_read(components, value):
    raw = {"components": components, "name": value, "id": value, "status": value}
    template = parse_template(raw)
    for parameter in parameters(template):
        assert parameter.key
    render(template, {"body.1": value})
    try:
        fill(template, {p.key: "x" for p in parameters(template)})
    except InvalidMessage:
        pass
