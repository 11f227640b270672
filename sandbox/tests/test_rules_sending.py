"""Tables of the pure rules about sending: window, recipients, limits, kinds of message."""

import pytest

from sandbox import (
    rules_interactive,
    rules_message,
    rules_pricing,
    rules_recipient,
    rules_status,
    rules_throttle,
    rules_window,
)
from sandbox.errors import GraphError

DAY = 24 * 3600


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        (None, 0, False),
        (0, 0, True),
        (0, DAY - 1, True),
        (0, DAY, False),
        (0, DAY + 1, False),
        (1000, 1000 + DAY - 0.5, True),
    ],
)
def test_window_lasts_24_hours_from_the_last_message(last, now, expected):
    assert rules_window.is_open(last, now) is expected


@pytest.mark.parametrize("kind", ["reaction", "system", "unsupported", "edit", "revoke"])
def test_window_is_not_renewed_by(kind):
    assert not rules_window.opens_window(kind)


@pytest.mark.parametrize("kind", ["text", "image", "button", "interactive", "contacts", "location", "order"])
def test_window_is_renewed_by(kind):
    assert rules_window.opens_window(kind)


def test_free_entry_needs_a_reply_within_24_hours_and_lasts_72():
    assert rules_window.free_entry_until(0, 3600) == 3600 + 72 * 3600
    assert rules_window.free_entry_until(0, DAY) is None
    assert rules_window.free_entry_until(None, 10) is None


@pytest.mark.parametrize(
    ("raw", "digits"),
    [
        ("+44 7700 900123", "447700900123"),
        ("+44 (7700) 900-123", "447700900123"),
        ("+1 202-555-0142", "12025550142"),
        # Without the plus sign Meta puts the business number's calling code in front.
        ("2025550143", "12025550143"),
        ("447700900123", "1447700900123"),
    ],
)
def test_phone_numbers_are_read_as_meta_reads_them(raw, digits):
    assert rules_recipient.normalise(raw, "12025550142") == digits


@pytest.mark.parametrize("raw", ["", "+", "hello", "+44abc", None, True, ["+447700900123"], "+44", "+" + "1" * 17])
def test_bad_phone_numbers_are_refused(raw):
    with pytest.raises(GraphError) as caught:
        rules_recipient.normalise(raw, "12025550142")
    assert caught.value.code == 131009


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5511987654321", "551187654321"),
        ("5215512345678", "525512345678"),
        ("5491112345678", "541112345678"),
        ("2250747000001", "22547000001"),
        ("2250505000001", "22505000001"),
        ("2252120800001", "22520800001"),
        ("2290197000001", "22997000001"),
    ],
)
def test_variants_of_one_number_are_one_person(one, other):
    assert other in rules_recipient.same_person(one)
    assert one in rules_recipient.same_person(other)


def test_other_countries_have_one_spelling():
    assert rules_recipient.same_person("447700900123") == ["447700900123"]


def test_to_wins_over_recipient():
    both = {"to": "+447700900123", "recipient": "GB.70315500291844"}
    assert rules_recipient.target(both) == ("to", "+447700900123")
    assert rules_recipient.target({"recipient": "GB.70315500291844"}) == ("recipient", "GB.70315500291844")
    assert rules_recipient.target({"recipient": "GB.ENT.88120045"})[0] == "recipient"


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, 131008), ({"to": ""}, 131008), ({"recipient": "no"}, 131009), ({"recipient": "@ada.example"}, 131009)],
)
def test_recipients_that_cannot_be(body, code):
    with pytest.raises(GraphError) as caught:
        rules_recipient.target(body)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("hidden", "spoke", "book", "visible"),
    [
        (False, None, False, True),
        (True, None, False, False),
        (True, None, True, True),
        (True, 0, False, True),
        (True, -31 * DAY, False, False),
    ],
)
def test_when_a_phone_number_is_shown(hidden, spoke, book, visible):
    assert rules_recipient.phone_visible(hidden, spoke, book, 0) is visible


def test_bucket_lets_one_second_through_and_refills():
    bucket = rules_throttle.Bucket.full(80, 0)
    assert sum(bucket.take(0) for _ in range(100)) == 80
    assert sum(bucket.take(0.5) for _ in range(100)) == 40
    assert sum(bucket.take(100) for _ in range(100)) == 80


def test_bucket_works_below_one_a_second():
    bucket = rules_throttle.Bucket.full(0.5, 0)
    assert [bucket.take(at) for at in (0, 1, 2, 3, 4)] == [True, False, True, False, True]


def test_pair_allows_one_message_in_six_seconds_for_ever():
    pair = rules_throttle.Pair()
    assert all(rules_throttle.allow_pair(pair, at) for at in range(0, 600, 6))


def test_pair_burst_of_twenty_is_paid_back_in_two_minutes():
    pair = rules_throttle.Pair()
    assert all(rules_throttle.allow_pair(pair, 0.1 * number) for number in range(20))
    assert not rules_throttle.allow_pair(pair, 10)
    assert not rules_throttle.allow_pair(pair, 119)
    assert rules_throttle.allow_pair(pair, 120)


def test_pair_burst_ends_at_45():
    pair = rules_throttle.Pair()
    assert sum(rules_throttle.allow_pair(pair, 1) for _ in range(60)) == 45


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("accepted", "sent", True),
        ("sent", "delivered", True),
        ("sent", "read", True),
        ("read", "delivered", False),
        ("delivered", "sent", False),
        ("sent", "failed", True),
        ("delivered", "failed", False),
        ("failed", "delivered", False),
        ("read", "played", True),
        ("sent", "sent", False),
    ],
)
def test_statuses_only_go_forward(old, new, allowed):
    assert rules_status.may_follow(old, new) is allowed


def test_reading_reports_what_is_still_missing():
    assert rules_status.steps_to_read("sent", False) == ["delivered", "read"]
    assert rules_status.steps_to_read("sent", True) == ["read"]
    assert rules_status.steps_to_read("read", False) == []


@pytest.mark.parametrize(
    ("category", "free_entry", "count", "kind", "billable"),
    [
        ("service", False, 0, "free_customer_service", False),
        ("service", False, 999, "free_customer_service", False),
        ("service", False, 1000, "regular", True),
        ("UTILITY", False, 0, "regular", True),
        ("marketing", True, 5000, "free_entry_point", False),
    ],
)
def test_prices_since_october_2026(category, free_entry, count, kind, billable):
    price = rules_pricing.pricing(category, free_entry, count)
    assert (price["type"], price["billable"], price["pricing_model"]) == (kind, billable, "PMP")


def envelope(**more):
    return {"messaging_product": "whatsapp", "type": "text", "text": {"body": "Hi"}, **more}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 131008),
        ({"messaging_product": "telegram"}, 100),
        (envelope(recipient_type="crowd"), 100),
        (envelope(biz_opaque_callback_data="x" * 513), 100),
        (envelope(biz_opaque_callback_data=7), 131009),
        (envelope(context={}), 131008),
        (envelope(type="poll"), 131051),
        (envelope(type="image"), 131008),
    ],
)
def test_envelopes_meta_refuses(body, code):
    with pytest.raises(GraphError) as caught:
        rules_message.check_envelope(body)
    assert caught.value.code == code


def test_type_defaults_to_text_and_512_characters_of_callback_data_pass():
    body = envelope(biz_opaque_callback_data="x" * 512)
    del body["type"]
    assert rules_message.check_envelope(body) == "text"


CARD = {"name": {"formatted_name": "Ada Example", "first_name": "Ada"}}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", {"body": "x" * 4096}),
        ("location", {"latitude": "51.5", "longitude": -0.12}),
        ("contacts", [CARD] * 257),
        ("reaction", {"message_id": "wamid.X", "emoji": "👍"}),
        ("reaction", {"message_id": "wamid.X", "emoji": ""}),
        *(("reaction", {"message_id": "wamid.X", "emoji": one}) for one in ("❤️", "👍🏽", "👩‍👩‍👧‍👦", "🇩🇪", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "✅")),
    ],
)
def test_contents_meta_takes(kind, content):
    assert rules_message.check_content(kind, content) == ()


def test_a_voice_note_is_named_as_one():
    assert rules_message.check_content("audio", {"id": "123", "voice": True}) == (("voice", "123", None, "audio"),)
    assert rules_message.check_content("audio", {"id": "123"}) == (("audio", "123", None, "audio"),)


def test_uploaded_media_is_named_to_the_caller():
    found = rules_message.check_content("document", {"id": "123", "filename": "offer.pdf"})
    assert found == (("document", "123", None, "document"),)


def test_a_link_is_named_to_the_caller():
    picture = {"link": "https://example.com/a.jpg", "caption": "x" * 1024}
    assert rules_message.check_content("image", picture) == (("image", None, "https://example.com/a.jpg", "image"),)


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("text", {"body": "x" * 4097}, 100),
        ("text", {"body": " "}, 131008),
        ("text", "Hi", 131008),
        ("image", {"id": "1", "link": "https://example.com/a.jpg"}, 100),
        ("image", {}, 100),
        ("image", {"link": "ftp://example.com/a.jpg"}, 100),
        ("image", {"link": "https://"}, 100),
        ("image", {"link": "https://example.com/a b.jpg"}, 100),
        ("image", {"link": 7}, 100),
        ("image", {"id": "1", "caption": "x" * 1025}, 100),
        ("audio", {"id": "1", "caption": "No"}, 100),
        ("location", {"latitude": 91, "longitude": 0}, 131009),
        ("location", {"latitude": "north", "longitude": 0}, 131009),
        ("location", {"longitude": 0}, 131008),
        ("contacts", [], 131008),
        ("contacts", [CARD] * 258, 131009),
        ("contacts", [{"name": {"formatted_name": "Ada"}}], 131009),
        ("reaction", {"message_id": "wamid.X", "emoji": "ok"}, 131009),
        ("reaction", {"message_id": "wamid.X", "emoji": "👍👍"}, 131009),
        ("reaction", {"message_id": "wamid.X", "emoji": "😀😃😄"}, 131009),
        ("reaction", {"message_id": "wamid.X", "emoji": "👍 yes"}, 131009),
        ("reaction", {"message_id": "wamid.X", "emoji": "1"}, 131009),
        ("reaction", {"emoji": "👍"}, 131008),
    ],
)
def test_contents_meta_refuses(kind, content, code):
    with pytest.raises(GraphError) as caught:
        rules_message.check_content(kind, content)
    assert caught.value.code == code


def button(number, title=None):
    return {"type": "reply", "reply": {"id": f"b{number}", "title": title or f"Button {number}"}}


def interactive(kind, action, **more):
    return {"type": kind, "body": {"text": "Choose"}, "action": action, **more}


def call(**params):
    return {"name": "voice_call", "parameters": params}


def address(**params):
    return {"name": "address_message", "parameters": params}


def rows(count):
    return {"button": "Open", "sections": [{"title": "All", "rows": [{"id": str(n), "title": "R"} for n in range(count)]}]}


@pytest.mark.parametrize(
    "content",
    [
        interactive("button", {"buttons": [button(n) for n in range(3)]}),
        interactive("button", {"buttons": [button(1)]}, header={"type": "text", "text": "Hi"}, footer={"text": "Bye"}),
        interactive("list", rows(10), body={"text": "x" * 4096}),
        interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": "Pay", "url": "https://example.com"}}),
        interactive("location_request_message", {"name": "send_location"}),
        interactive("request_contact_info", {"name": "request_contact_info"}),
        interactive("voice_call", {"name": "voice_call"}),
        interactive("voice_call", call(display_text="Call now", ttl_minutes=43_200, payload="quote-42")),
        {"type": "call_permission_request", "action": {"name": "call_permission_request"}},
        interactive("call_permission_request", {"name": "call_permission_request"}),
        interactive("address_message", address(country="IN")),
        interactive("address_message", address(country="IN", values={"name": "Ada"}, validation_errors={"name": "Too short"})),
        interactive("address_message", address(country="IN", saved_addresses=[{"id": "a1", "value": {"city": "Mumbai"}}])),
    ],
)
def test_interactive_messages_meta_takes(content):
    assert rules_interactive.check_interactive(content) == ()


@pytest.mark.parametrize(
    "content",
    [
        interactive("button", {"buttons": [button(n) for n in range(4)]}),
        interactive("button", {"buttons": []}),
        interactive("button", {"buttons": [button(1), button(1)]}),
        interactive("button", {"buttons": [button(1, "Same"), button(2, "Same")]}),
        interactive("button", {"buttons": [button(1, "x" * 21)]}),
        interactive("button", {"buttons": [button(1)]}, body={"text": "x" * 1025}),
        interactive("button", {"buttons": [button(1)]}, footer={"text": "x" * 61}),
        interactive("button", {"buttons": [button(1)]}, header={"type": "text", "text": "x" * 61}),
        interactive("list", rows(11)),
        interactive("list", {**rows(1), "button": "x" * 21}),
        interactive("list", rows(1), header={"type": "image", "image": {"id": "1"}}),
        interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": "Pay", "url": "example.com"}}),
        interactive("contact_request", {"name": "contact_request"}),
        interactive("request_contact_info", {"name": "contact_request"}),
        interactive("location_request_message", {"name": "send_location"}, footer={"text": "no"}),
        interactive("voice_call", call(display_text="x" * 21)),
        interactive("voice_call", call(ttl_minutes=0)),
        interactive("voice_call", call(ttl_minutes=43_201)),
        interactive("voice_call", call(payload="x" * 513)),
        interactive("call_permission_request", {"name": "call_permission_request"}, footer={"text": "no"}),
        interactive("address_message", address(country="GB")),
        interactive("address_message", address(country="IN", values="here")),
        interactive("address_message", address(country="IN", saved_addresses=[{"id": "a1"}])),
    ],
)
def test_interactive_messages_meta_refuses(content):
    with pytest.raises(GraphError) as caught:
        rules_interactive.check_interactive(content)
    assert caught.value.code == 131009
