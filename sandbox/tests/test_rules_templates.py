"""Tables of the pure rules about templates and media."""

import pytest

from sandbox import rules_languages, rules_media, rules_parameters, rules_review, rules_template
from sandbox.errors import GraphError
from sandbox.payloads import encode, signature
from sandbox.starter import starter_templates

BODY = {"type": "BODY", "text": "Hello {{1}}, your proposal over {{2}} is ready. Shall we talk?"}
NAMED = {"type": "BODY", "text": "Hello {{first_name}}, order {{order_no}} is ready."}
FULL = [
    {"type": "HEADER", "format": "TEXT", "text": "News for {{1}}"},
    BODY,
    {"type": "FOOTER", "text": "Example Shop"},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "QUICK_REPLY", "text": "Yes"},
            {"type": "URL", "text": "Track", "url": "https://shop.example.com/t/{{1}}"},
            {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+12025550142"},
            {"type": "COPY_CODE", "example": "SAVE20"},
        ],
    },
]


def texts(*values):
    return [{"type": "text", "text": value} for value in values]


def body(*values):
    return {"type": "body", "parameters": texts(*values)}


def fill(definition, sent, named=False, version=26):
    return rules_parameters.fill(definition, sent, named, version)


def test_a_full_card_is_filled_as_the_customer_sees_it():
    card, media = fill(
        FULL,
        [
            {"type": "header", "parameters": texts("Ada")},
            body("Ada", "$ 5"),
            {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "y"}]},
            {"type": "button", "sub_type": "url", "index": 1, "parameters": texts("S00042?a=1")},
            {
                "type": "button",
                "sub_type": "copy_code",
                "index": 3,
                "parameters": [{"type": "coupon_code", "coupon_code": "SAVE20"}],
            },
        ],
    )
    assert card["header"] == {"type": "text", "text": "News for Ada"}
    assert card["body"] == "Hello Ada, your proposal over $ 5 is ready. Shall we talk?"
    assert card["footer"] == "Example Shop"
    assert [one.get("payload") or one.get("url") or one.get("phone_number") or one.get("code") for one in card["buttons"]] == [
        "y",
        "https://shop.example.com/t/S00042?a=1",
        "+12025550142",
        "SAVE20",
    ]
    assert media == ()


def test_a_quick_reply_without_payload_gives_its_label():
    card, _ = fill([BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}]}], [body("a", "b")])
    assert card["buttons"][0]["payload"] == "Yes"


def test_named_parameters_come_in_any_order():
    sent = [
        {"type": "text", "parameter_name": "order_no", "text": "S1"},
        {"type": "text", "parameter_name": "first_name", "text": "Ada"},
    ]
    card, _ = fill([NAMED], [{"type": "body", "parameters": sent}], named=True)
    assert card["body"] == "Hello Ada, order S1 is ready."


def test_values_are_not_filled_twice():
    card, _ = fill([BODY], [body("{{2}}", "$ 5")])
    assert card["body"].startswith("Hello {{2}}, your proposal over $ 5")


@pytest.mark.parametrize(
    ("definition", "sent", "named", "code"),
    [
        ([BODY], [], False, 132000),
        ([BODY], [body("one")], False, 132000),
        ([BODY], [body("one", "two", "three")], False, 132000),
        ([{"type": "BODY", "text": "Plain"}], [body("one")], False, 132000),
        ([BODY], [body("one", "")], False, 131008),
        ([BODY], [{"type": "body", "parameters": [{"type": "text"}, {"type": "text", "text": "x"}]}], False, 131008),
        ([BODY], [body("one", "two\nlines")], False, 132018),
        ([BODY], [body("one", "a\tb")], False, 132018),
        ([BODY], [body("one", "a    b")], False, 132018),
        ([BODY], [body("one", "x" * 1024)], False, 132005),
        ([NAMED], [body("Ada", "S1")], True, 100),
        (
            [NAMED],
            [{"type": "body", "parameters": [{"type": "text", "parameter_name": "first_name", "text": "A"}]}],
            True,
            132000,
        ),
        (
            [NAMED],
            [
                {
                    "type": "body",
                    "parameters": [
                        {"type": "text", "parameter_name": "first_name", "text": "A"},
                        {"type": "text", "parameter_name": "wrong", "text": "B"},
                    ],
                }
            ],
            True,
            132000,
        ),
        ([BODY], [{"type": "body", "parameters": [{"type": "text", "parameter_name": "1", "text": "A"}] * 2}], False, 132012),
        ([BODY], [body("a", "b"), {"type": "header", "parameters": texts("x")}], False, 132000),
        ([{"type": "HEADER", "format": "IMAGE"}, BODY], [body("a", "b")], False, 132012),
        (
            [{"type": "HEADER", "format": "IMAGE"}, BODY],
            [{"type": "header", "parameters": [{"type": "video", "video": {"id": "1"}}]}, body("a", "b")],
            False,
            132012,
        ),
        (FULL, [{"type": "header", "parameters": texts("Ada")}, body("a", "b")], False, 131008),
        ([BODY], [body("a", "b"), {"type": "button", "sub_type": "url", "index": 0, "parameters": texts("x")}], False, 132018),
        ([BODY], "text", False, 131009),
        ([BODY], [body("a", "b"), {"type": "carousel", "cards": []}], False, 132018),
    ],
)
def test_sends_that_do_not_match_the_template(definition, sent, named, code):
    with pytest.raises(GraphError) as caught:
        fill(definition, sent, named)
    assert caught.value.code == code


CAROUSEL = [
    {"type": "BODY", "text": "Our chairs"},
    {
        "type": "CAROUSEL",
        "cards": [
            {
                "components": [
                    {"type": "HEADER", "format": "IMAGE"},
                    {"type": "BODY", "text": "Chair {{1}}"},
                    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "More"}]},
                ]
            }
        ]
        * 2,
    },
]


def chair(index, **more):
    picture = {"type": "header", "parameters": [{"type": "image", "image": {"id": f"7{index}"}}]}
    return {"card_index": index, "components": [picture, body(f"No. {index}")], **more}


def test_a_carousel_is_filled_card_by_card():
    card, media = fill(CAROUSEL, [{"type": "carousel", "cards": [chair(1), chair(0)]}])
    assert [one["body"] for one in card["cards"]] == ["Chair No. 0", "Chair No. 1"]
    assert [one["buttons"][0]["index"] for one in card["cards"]] == ["0:0", "1:0"]
    at = "template['components'][0]['cards'][{}]['components'][0]['parameters'][0]['image']"
    assert media == (("image", "70", None, at.format(1)), ("image", "71", None, at.format(0)))


@pytest.mark.parametrize(
    ("cards", "code"),
    [
        ([chair(0)], 132000),
        ([chair(0), chair(0)], 132018),
        ([chair(0), chair(1, components=[])], 132012),
        ("cards", 131009),
        (None, 131009),
    ],
)
def test_carousels_that_do_not_match(cards, code):
    with pytest.raises(GraphError) as caught:
        fill(CAROUSEL, [{"type": "carousel", "cards": cards}])
    assert caught.value.code == code


def test_a_limited_offer_needs_its_end():
    part = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Today only", "has_expiration": True}}
    end = {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1798761600000}}
    card, _ = fill([{"type": "BODY", "text": "Hi"}, part], [{"type": "limited_time_offer", "parameters": [end]}])
    assert card["offer"] == {"text": "Today only", "expires_ms": 1798761600000}
    with pytest.raises(GraphError) as caught:
        fill([{"type": "BODY", "text": "Hi"}, part], [])
    assert caught.value.code == 131008
    with pytest.raises(GraphError) as caught:
        fill([{"type": "BODY", "text": "Hi"}], [{"type": "limited_time_offer", "parameters": [end]}])
    assert caught.value.code == 132018


def press(kind, sub_type, *parameters, **button):
    definition = [{"type": "BODY", "text": "Hi"}, {"type": "BUTTONS", "buttons": [{"type": kind, "text": "Go", **button}]}]
    sent = [{"type": "button", "sub_type": sub_type, "index": "0", "parameters": list(parameters)}] if sub_type else []
    return fill(definition, sent)[0]["buttons"][0]


def test_buttons_of_every_kind():
    link = {"url": "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"}
    assert press("URL", "url", *texts("123456"), **link) == {"index": 0, "type": "otp", "text": "Go", "code": "123456"}
    assert press("PHONE_NUMBER", None, phone_number="+12025550142")["phone_number"] == "+12025550142"
    assert press("REQUEST_CONTACT_INFO", None)["type"] == "request_contact_info"


@pytest.mark.parametrize(
    ("kind", "sub_type", "parameters", "code"),
    [
        ("COPY_CODE", None, (), 131008),
        ("COPY_CODE", "copy_code", [{"type": "coupon_code", "coupon_code": "x" * 21}], 132018),
        ("FLOW", "flow", texts("x"), 132018),
        ("QUICK_REPLY", "quick_reply", [{"type": "payload", "payload": "x" * 129}], 131009),
        ("QUICK_REPLY", "url", texts("x"), 132018),
        ("PHONE_NUMBER", "phone_number", (), 132018),
    ],
)
def test_buttons_that_do_not_match(kind, sub_type, parameters, code):
    with pytest.raises(GraphError) as caught:
        press(kind, sub_type, *parameters)
    assert caught.value.code == code


def test_whitespace_had_another_code_before_v23():
    with pytest.raises(GraphError) as caught:
        fill([BODY], [body("one", "two\nlines")], version=22)
    assert caught.value.code == 132012


def test_details_of_a_wrong_count_say_both_numbers():
    with pytest.raises(GraphError) as caught:
        fill([BODY], [body("one")])
    assert caught.value.details == ("body: number of localizable_params (1) does not match the expected number of params (2)")


def request(**more):
    return {
        "name": "order_ready",
        "language": "en_GB",
        "category": "utility",
        "components": [
            {"type": "body", "text": "Hello {{1}}, order {{2}} is ready to collect.", "example": {"body_text": [["A", "B"]]}}
        ],
        **more,
    }


def with_body(text, values=1, **more):
    return request(components=[{"type": "BODY", "text": text, "example": {"body_text": [["x"] * values]}}], **more)


def with_part(part):
    return request(components=[*request()["components"], part])


def test_definitions_are_made_uniform():
    name, language, category, components, form = rules_template.check_definition(request())
    assert (name, language, category, form) == ("order_ready", "en_GB", "UTILITY", "POSITIONAL")
    assert components[0]["type"] == "BODY"


@pytest.mark.parametrize(
    "body",
    [
        with_part({"type": "header", "format": "text", "text": "Ready"}),
        with_part({"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["4::aW"]}}),
        with_part({"type": "FOOTER", "text": "Example Shop"}),
        with_part(
            {"type": "BUTTONS", "buttons": [{"type": "quick_reply", "text": "Yes"}, {"type": "quick_reply", "text": "No"}]}
        ),
        with_part(
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Go", "url": "https://a.example/{{1}}", "example": ["x"]}]}
        ),
        request(
            parameter_format="named",
            components=[
                {
                    "type": "BODY",
                    "text": "Hello {{first_name}}, it is ready.",
                    "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Ada"}]},
                }
            ],
        ),
    ],
)
def test_definitions_meta_takes(body):
    assert rules_template.check_definition(body)


@pytest.mark.parametrize(
    ("body", "subcode"),
    [
        (request(name="Order Ready"), None),
        (request(language="english"), None),
        (request(category="NEWS"), None),
        (request(components=[]), 2388072),
        (with_body("x" * 1025), 2388040),
        (with_body("{{1}} is your code for today"), 2388299),
        (with_body("Your code for today is {{1}}"), 2388299),
        (with_body("Hi {{1}}{{2}} you there my good friend", 2), 2388072),
        (with_body("Hi {{2}} you there", 1), 2388072),
        (with_body("Hi {{1} you there", 1), 2388072),
        (with_body("a {{1}} b {{2}} c", 2), 2388293),
        (with_body("Hello {{1}}, order {{2}} is ready to collect.", 1), 2388072),
        (with_part({"type": "HEADER", "format": "TEXT", "text": "x" * 61}), 2388040),
        (with_part({"type": "HEADER", "format": "TEXT", "text": "*Bold*"}), 2388047),
        (with_part({"type": "HEADER", "format": "HOLOGRAM"}), 2388047),
        (with_part({"type": "HEADER", "format": "GIF", "example": {"header_handle": ["4::aW"]}}), 2388047),
        (with_part({"type": "FOOTER", "text": "Bye {{1}}"}), 2388073),
        (with_part({"type": "FOOTER", "text": "x" * 61}), 2388040),
        (with_part({"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Go", "url": "https://a.example"}] * 3}), None),
        (with_part({"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]}), None),
        (
            with_part(
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "QUICK_REPLY", "text": "A"},
                        {"type": "URL", "text": "Go", "url": "https://a.example"},
                        {"type": "QUICK_REPLY", "text": "B"},
                    ],
                }
            ),
            None,
        ),
    ],
)
def test_definitions_meta_refuses(body, subcode):
    with pytest.raises(GraphError) as caught:
        rules_template.check_definition(body)
    assert caught.value.code == 100
    assert caught.value.subcode == subcode


def test_the_starter_templates_are_what_meta_would_take():
    for values in starter_templates():
        assert rules_template.check_definition({**values, "parameter_format": values.get("parameter_format", "positional")})


def carousel(*cards):
    return request(components=[{"type": "BODY", "text": "Our chairs"}, {"type": "CAROUSEL", "cards": list(cards)}])


def card_with(label="More", body_text="A chair"):
    return {
        "components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
            {"type": "BODY", "text": body_text},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": label}]},
        ]
    }


def test_carousels_have_two_to_ten_cards_built_alike():
    assert rules_template.check_definition(carousel(card_with(), card_with("Other")))
    plain = {"components": card_with()["components"][:2]}
    for body in (
        carousel(card_with()),
        carousel(*[card_with()] * 11),
        carousel(card_with(), plain),
        carousel(card_with(body_text="x" * 161), card_with(body_text="x" * 161)),
    ):
        with pytest.raises(GraphError):
            rules_template.check_definition(body)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("BODY", request(components=[{"type": "BODY", "text": "Hello {{1}}, your order is ready."}])),
        (
            "BODY",
            request(parameter_format="named", components=[{"type": "BODY", "text": "Hello {{who}}, your order is ready."}]),
        ),
        ("HEADER", with_part({"type": "HEADER", "format": "TEXT", "text": "For {{1}}"})),
        ("HEADER", with_part({"type": "HEADER", "format": "IMAGE"})),
        ("HEADER", with_part({"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": []}})),
        (
            "BUTTONS",
            with_part({"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Go", "url": "https://a.example/{{1}}"}]}),
        ),
        ("BUTTONS", with_part({"type": "BUTTONS", "buttons": [{"type": "COPY_CODE"}]})),
    ],
)
def test_a_missing_sample_is_told_by_its_component(kind, body):
    """T6: one code and one sentence for all of them, as seven people recorded it."""
    with pytest.raises(GraphError) as caught:
        rules_template.check_definition(body)
    assert (caught.value.code, caught.value.subcode) == (100, 2388043)
    assert caught.value.user == (
        "Message template 'components' param is missing expected field(s)",
        f"component of type {kind} is missing expected field(s) (example)",
    )


@pytest.mark.parametrize("language", ["xx", "xq_QQ", "english", "en-US", "es_419", "zh", None, 7])
def test_languages_are_a_closed_list(language):
    with pytest.raises(GraphError, match=r".*") as caught:
        rules_template.check_definition(request(language=language))
    assert "Param language must be one of {af, ar, " in caught.value.message


def test_every_language_of_the_list_is_taken():
    for language in rules_languages.LANGUAGES:
        assert rules_template.check_definition(request(language=language))[1] == language


@pytest.mark.parametrize(
    ("category", "seconds", "taken"),
    [
        ("UTILITY", 30, True),
        ("UTILITY", 43_200, True),
        ("UTILITY", -1, True),
        ("UTILITY", 5, False),
        ("UTILITY", 43_201, False),
        ("UTILITY", "60", False),
        ("UTILITY", True, False),
        ("AUTHENTICATION", 900, True),
        ("AUTHENTICATION", -1, True),
        ("AUTHENTICATION", 901, False),
        ("MARKETING", 43_200, True),
        ("MARKETING", 2_592_000, True),
        ("MARKETING", 43_199, False),
        ("MARKETING", -1, False),
    ],
)
def test_lifetimes_have_limits_by_category(category, seconds, taken):
    """T7."""
    if taken:
        rules_template.check_lifetime(category, seconds)
        return
    with pytest.raises(GraphError) as caught:
        rules_template.check_lifetime(category, seconds)
    assert caught.value.code == 100


@pytest.mark.parametrize(
    ("mode", "text", "expected"),
    [
        ("approve", "Your order is ready.", ("APPROVED", "NONE")),
        ("approve", "Send us your password.", ("REJECTED", "TAG_CONTENT_MISMATCH")),
        ("reject", "Your order is ready.", ("REJECTED", "PROMOTIONAL")),
        ("hold", "Your order is ready.", None),
    ],
)
def test_verdicts(mode, text, expected):
    assert rules_review.verdict(mode, "PROMOTIONAL", [{"type": "BODY", "text": text}]) == expected


@pytest.mark.parametrize(
    ("mime_type", "size", "code"),
    [
        ("image/webp", 500 * 1024, None),
        ("image/webp", 500 * 1024 + 1, 131053),
        ("image/jpeg", 5 * 1024 * 1024, None),
        ("image/jpeg", 5 * 1024 * 1024 + 1, 131053),
        ("audio/ogg; codecs=opus", 1000, None),
        ("audio/opus", 1000, None),
        ("image/heic", 1000, 100),
        ("image/svg+xml", 1000, 100),
        ("application/pdf", 0, 131053),
    ],
)
def test_uploads(mime_type, size, code):
    if code is None:
        rules_media.check_upload(mime_type, size)
        return
    with pytest.raises(GraphError) as caught:
        rules_media.check_upload(mime_type, size)
    assert caught.value.code == code


def test_the_refusal_of_an_upload_lists_the_types_in_metas_order():
    with pytest.raises(GraphError) as caught:
        rules_media.check_upload("application/zip", 1)
    assert "audio/ogg, audio/opus, application/vnd.ms-powerpoint, application/msword, " in caught.value.message
    assert caught.value.message.endswith("video/mp4, video/3gpp. Received file of type 'application/zip'.")


def test_a_webp_is_no_image():
    with pytest.raises(GraphError):
        rules_media.check_use("image", "image/webp")


def ogg(channels, *, pages=3):
    """The beginning of a recording: the header of Opus, its comments, sound."""
    head = b"OggS" + bytes(24) + b"OpusHead\x01" + bytes([channels]) + bytes(9)
    return head + (b"OggS" + bytes(40)) * (pages - 1)


@pytest.mark.parametrize(
    ("kind", "mime_type", "data", "taken"),
    [
        ("voice", "audio/ogg; codecs=opus", ogg(1), True),
        ("audio", "audio/ogg", ogg(1), True),
        ("voice", "audio/opus", ogg(1), True),
        ("audio", "audio/opus", ogg(2), False),
        ("audio", "audio/mpeg", b"ID3", True),
        ("gif", "video/mp4", b"mp4", True),
        ("gif", "video/mp4", bytes(3584 * 1024 + 1), False),
        ("document", "image/png", b"png", False),
        ("voice", "audio/mpeg", b"ID3", False),
        ("voice", "audio/ogg", ogg(2), False),
        ("audio", "audio/ogg", ogg(2), False),
        ("voice", "audio/ogg", ogg(1, pages=2), False),
        ("audio", "audio/ogg", b"OggS" + bytes(24) + b"\x01vorbis" + bytes(90), False),
    ],
)
def test_ogg_is_opus_with_one_channel(kind, mime_type, data, taken):
    if taken:
        rules_media.check_use(kind, mime_type, data)
        return
    with pytest.raises(GraphError) as caught:
        rules_media.check_use(kind, mime_type, data)
    assert caught.value.code == 131053


def test_media_ids_live_30_days_and_customers_ones_7():
    day = 24 * 3600
    assert not rules_media.is_expired(0, False, 30 * day - 1)
    assert rules_media.is_expired(0, False, 30 * day)
    assert rules_media.is_expired(0, True, 7 * day)


def test_bytes_are_spelled_as_meta_spells_them():
    assert encode({"t": "café / x"}) == rb'{"t":"caf\u00e9 \/ x"}'


@pytest.mark.parametrize(
    ("body", "digest"),
    [
        (
            b'{"object":"whatsapp_business_account","entry":[]}',
            "d6003bedf605fdf46943662e7d2065e132f4b26764d6ec946ba3fae527acafc2",
        ),
        (rb'{"t":"caf\u00e9 \/ x"}', "ff037a12d138058f08eab6ffc4fd6b7b6bda4f6a1210c81153e9f4ab71629b8d"),
    ],
)
def test_signatures_against_known_vectors(body, digest):
    assert signature("demo-app-secret", body) == f"sha256={digest}"
