"""Meta's own SDK for Node sends every kind of message it knows.

It takes the recipient for a number, without a plus sign; given as text with one it sends that. See the record 0086.
"""

import known
import pytest
from ground import PHONE
from sandbox_site import NUMBER
from test_kapso_sending import SENDS as KAPSO
from test_kapso_sending import uploaded
from test_sending import CATALOG, LINK

BODY = {"text": "Shall we?"}
SENDS = {
    "text": {"body": "Good morning", "preview_url": True},
    "location": {"latitude": 51.5, "longitude": -0.12, "name": "Shop", "address": "London"},
    "contacts": [
        {
            "name": {"formatted_name": "Grace Hopper", "first_name": "Grace"},
            "phones": [{"phone": "+12025550173", "type": "WORK", "wa_id": "12025550173"}],
        }
    ],
    "template": {
        "name": "proposal_ready",
        "language": {"policy": "deterministic", "code": "en"},
        "components": KAPSO["template"][1]["template"]["components"],
    },
    "interactive button": {
        "type": "button",
        "body": BODY,
        "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]},
    },
    "interactive list": {
        "type": "list",
        "body": BODY,
        "action": {"button": "Choose", "sections": [{"title": "Days", "rows": [{"id": "mon", "title": "Monday"}]}]},
    },
    "interactive product": {
        "type": "product",
        "body": BODY,
        "action": {"catalog_id": CATALOG, "product_retailer_id": "SKU-CHAIR"},
    },
    "interactive product list": {
        "type": "product_list",
        "header": {"type": "text", "text": "Ours"},
        "body": BODY,
        "action": {
            "catalog_id": CATALOG,
            "sections": [{"title": "Seats", "product_items": [{"product_retailer_id": "SKU-CHAIR"}]}],
        },
    },
    **{kind: {"link": LINK} for kind in ("image", "video", "audio", "document", "sticker")},
}


@pytest.mark.parametrize("what", SENDS)
def test_meta_sends(ground, meta, what):
    customer = ground.writer()
    method = what.split()[0]
    reply = () if method == "template" else (ground.newest(customer)["id"],)
    with known.judged("meta", f"send {what}"):
        answer = meta(f"messages.{method}", SENDS[what], PHONE, *reply)
        assert answer["status"] == 200, answer
        message = ground.world.messages[answer["body"]["messages"][0]["id"]]
        assert (message.direction, message.type) == ("out", method)


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
def test_meta_sends_a_file_by_its_id(ground, kapso, meta, kind):
    ground.writer()
    answer = meta(f"messages.{kind}", {"id": uploaded(kapso, kind)}, PHONE)
    assert answer["status"] == 200, answer


def test_meta_writes_to_a_number_as_it_would(ground, meta):
    """Its recipient has no plus sign: it counts as a number of the business's country, unless the switch says otherwise."""
    customer = ground.writer(phone="+447700900123")
    digits = int(customer["wa_id"])
    answer = meta("messages.text", {"body": "Hello"}, digits)
    assert answer["body"].get("error", {}).get("code") == 131026 or not reached(ground, answer, customer)
    ground.switch(bare_wa_id=True)
    assert reached(ground, meta("messages.text", {"body": "Hello"}, digits), customer)


def reached(ground, answer, customer):
    """Tell whether a send went to this customer."""
    message = ground.world.messages.get(answer["body"]["messages"][0]["id"])
    return message is not None and message.customer_id == customer["id"]


def test_meta_marks_as_read(ground, meta):
    got = ground.newest(ground.writer())["id"]
    answer = meta("messages.status", {"status": "read", "message_id": got})
    assert answer == {"status": 200, "body": {"success": True}}


def test_meta_reads_a_refusal(ground, meta):
    ground.writer()
    answer = meta("messages.text", {"body": ""}, PHONE)
    assert answer["status"] == 400
    assert answer["body"]["error"]["type"] == "OAuthException"


def test_meta_sets_the_pin(ground, meta):
    answer = meta("twoStepVerification.setPin", 123456)
    assert answer == {"status": 200, "body": {"success": True}}
    assert ground.world.numbers[NUMBER].pin == "123456"
