"""kapso's client sends every kind of message it knows."""

import known
import pytest
from ground import PHONE
from node_client import Bound, NodeError, blob
from samples import FILES
from sandbox_site import NUMBER
from test_sending import CATALOG, FLOW, LINK

BUTTONS = [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]
SECTIONS = [
    {"title": "Days", "rows": [{"id": "mon", "title": "Monday", "description": "Morning"}, {"id": "fri", "title": "Friday"}]}
]

#: What is sent -> (method, what it takes, type of the message in the customer's chat). ``GOT`` is a message of the customer.
GOT = "<a message of the customer>"
SENDS = {
    "text": ("sendText", {"body": "Good morning", "previewUrl": True, "bizOpaqueCallbackData": "t-1"}, "text"),
    "text as a reply": ("sendText", {"body": "Good morning", "contextMessageId": GOT}, "text"),
    **{
        f"{kind} by link": (f"send{kind.title()}", {kind: {"link": LINK}}, kind)
        for kind in ("image", "video", "audio", "document", "sticker")
    },
    "location": (
        "sendLocation",
        {"location": {"latitude": 51.5, "longitude": -0.12, "name": "Shop", "address": "London"}},
        "location",
    ),
    "contacts": (
        "sendContacts",
        {
            "contacts": [
                {
                    "name": {"formattedName": "Grace Hopper", "firstName": "Grace"},
                    "phones": [{"phone": "+12025550173", "type": "WORK", "waId": "12025550173"}],
                }
            ]
        },
        "contacts",
    ),
    "reaction": ("sendReaction", {"reaction": {"messageId": GOT, "emoji": "👍"}}, "reaction"),
    "template": (
        "sendTemplate",
        {
            "template": {
                "name": "proposal_ready",
                "language": {"code": "en"},
                "components": [
                    {"type": "body", "parameters": [{"type": "text", "text": "Ada"}, {"type": "text", "text": "$ 5"}]}
                ],
            }
        },
        "template",
    ),
    "buttons": (
        "sendInteractiveButtons",
        {"bodyText": "Shall we?", "buttons": BUTTONS, "header": {"type": "text", "text": "Visit"}, "footerText": "Shop"},
        "interactive",
    ),
    "list": (
        "sendInteractiveList",
        {"bodyText": "When?", "buttonText": "Choose", "sections": SECTIONS, "footerText": "Shop"},
        "interactive",
    ),
    "product": (
        "sendInteractiveProduct",
        {"bodyText": "Oak", "catalogId": CATALOG, "productRetailerId": "SKU-CHAIR"},
        "interactive",
    ),
    "product list": (
        "sendInteractiveProductList",
        {
            "bodyText": "Choose",
            "header": {"type": "text", "text": "Ours"},
            "catalogId": CATALOG,
            "sections": [{"title": "Seats", "productItems": [{"productRetailerId": "SKU-CHAIR"}]}],
        },
        "interactive",
    ),
    "catalogue": (
        "sendInteractiveCatalogMessage",
        {"bodyText": "All we have", "parameters": {"thumbnailProductRetailerId": "SKU-LAMP"}},
        "interactive",
    ),
    "flow": (
        "sendInteractiveFlow",
        {
            "bodyText": "Book a visit",
            "parameters": {
                "flowId": FLOW,
                "flowCta": "Book",
                "flowToken": "f-1",
                "flowMessageVersion": "3",
                "flowAction": "navigate",
                "flowActionPayload": {"screen": "START"},
            },
        },
        "interactive",
    ),
    "location request": (
        "sendInteractiveLocationRequest",
        {"bodyText": "Where are you?", "parameters": {"requestMessage": "Where are you?"}},
        "interactive",
    ),
    "call permission": (
        "sendInteractiveCallPermission",
        {"bodyText": "May we call?", "parameters": {"phoneNumber": PHONE}},
        "interactive",
    ),
    "link button": (
        "sendInteractiveCtaUrl",
        {"bodyText": "Look", "parameters": {"displayText": "Shop", "url": "https://shop.example.com"}},
        "interactive",
    ),
    "carousel": (
        "sendInteractiveCarousel",
        {
            "bodyText": "Our best",
            "cards": [
                {
                    "cardIndex": index,
                    "header": {"type": "image", "image": {"link": LINK}},
                    "bodyText": f"Number {index}",
                    "action": {"displayText": "See", "url": "https://shop.example.com"},
                }
                for index in (0, 1)
            ],
        },
        "interactive",
    ),
}


def filled(value, got):
    """Put the id of the customer's message in."""
    if isinstance(value, dict):
        return {key: filled(one, got) for key, one in value.items()}
    return got if value == GOT else value


@pytest.mark.parametrize("by", ["to", "recipient"])
@pytest.mark.parametrize("what", SENDS)
def test_kapso_sends(ground, kapso, what, by):
    customer = ground.writer()
    if what == "call permission":
        ground.allow_calls()
    method, body, kind = SENDS[what]
    body = filled(body, ground.newest(customer)["id"])
    with known.judged("kapso", f"send {what}"):
        sent = kapso(
            f"messages.{method}",
            {"phoneNumberId": NUMBER, by: PHONE if by == "to" else customer["bsuid"], **body},
        )
        message = ground.world.messages[sent["messages"][0]["id"]]
        assert (message.direction, message.type) == ("out", kind)
        known_as = sent["contacts"][0]
        assert known_as["waId" if by == "to" else "userId"] == (PHONE[1:] if by == "to" else customer["bsuid"])


def test_kapso_reads_that_addresses_are_asked_of_indians_alone(ground, kapso):
    ground.writer()
    given = {"bodyText": "Where to?", "parameters": {"country": "IN", "values": {"name": "Ada"}}}
    with pytest.raises(NodeError) as caught:
        kapso("messages.sendInteractiveAddress", {"phoneNumberId": NUMBER, "to": PHONE, **given})
    assert "India" in caught.value.fields["details"]


def test_kapso_asks_for_an_address_in_india(ground, node):
    made = ground.control("POST", "accounts", {"numbers": [{"display": "+91 00000 00101"}]})
    number = made["numbers"][0]["phone_number_id"]
    customer = ground.person("Ravi", "+910000000102")
    ground.says(customer, "Hello", phone_number_id=number)
    kapso = Bound(node, "kapso", base=ground.url, token=made["token"])
    given = {"bodyText": "Where to?", "parameters": {"country": "IN", "values": {"name": "Ravi"}}}
    sent = kapso("messages.sendInteractiveAddress", {"phoneNumberId": number, "to": "+910000000102", **given})
    assert sent["messages"][0]["id"] in ground.world.messages


def uploaded(kapso, kind):
    """Return the id of a file that kapso's client uploaded."""
    data, mime_type, name = FILES[kind]
    given = {"phoneNumberId": NUMBER, "type": mime_type, "file": blob(data, mime_type), "fileName": name}
    return kapso("media.upload", given)["id"]


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
def test_kapso_sends_a_file_by_its_id(ground, kapso, kind):
    ground.writer()
    media_id = uploaded(kapso, kind)
    sent = kapso(f"messages.send{kind.title()}", {"phoneNumberId": NUMBER, "to": PHONE, kind: {"id": media_id}})
    assert ground.world.messages[sent["messages"][0]["id"]].content["id"] == media_id


def test_kapso_marks_as_read_and_shows_typing(ground, kapso):
    got = ground.newest(ground.writer())["id"]
    assert kapso("messages.markRead", {"phoneNumberId": NUMBER, "messageId": got, "typingIndicator": {"type": "text"}})[
        "success"
    ]
