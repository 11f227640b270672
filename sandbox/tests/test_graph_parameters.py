"""Graph takes a parameter from the address, a form or a JSON body alike, and JSON as text inside of any of them."""

import json
from urllib.parse import urlencode

import aiohttp
import pytest
from sandbox_site import NUMBER, WABA, story

from sandbox.graph_parameters import joined, understood

BODY = {"type": "text", "text": {"body": 'Two lines\nand "quotes" {1}'}}


def as_text(parameters):
    """Return parameters with every object and list written as its JSON."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}


@story
async def test_a_message_may_come_in_any_of_these_shapes(play):
    customer = await play.writer()
    await play.switch(pair_rate=False)
    whole = {"messaging_product": "whatsapp", "to": customer["phone"], **BODY}
    rest = {name: value for name, value in whole.items() if name != "messaging_product"}
    path = f"{NUMBER}/messages"
    form = aiohttp.FormData()
    for name, value in as_text(whole).items():
        form.add_field(name, value, content_type="text/plain")
    shapes = (
        {"body": whole},
        {"body": as_text(whole)},
        {"data": urlencode(as_text(whole)), "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"data": form},
        {"path": f"{path}?messaging_product=whatsapp", "body": rest},
        {"path": f"{path}?{urlencode(as_text(whole))}"},
    )
    for shape in shapes:
        shape = dict(shape)
        answer = await play.graph("POST", shape.pop("path", path), shape.pop("body", None), **shape)
        assert answer[0] == 200, (shape, answer)
    texts = [one["text"] for one in await play.thread(customer) if one["direction"] == "out"]
    assert texts == [BODY["text"]["body"]] * len(shapes)


@story
async def test_a_form_still_refuses_what_is_missing(play):
    customer = await play.writer()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for parameters, code in (
        ({"to": customer["phone"], "text": '{"body": "Hi"}'}, 131008),
        ({"messaging_product": "whatsapp", "to": customer["phone"], "text": "no JSON"}, 131008),
    ):
        status, answer = await play.graph("POST", f"{NUMBER}/messages", data=urlencode(parameters), headers=form)
        assert (status, answer["error"]["code"]) == (400, code)


@story
async def test_a_template_is_created_and_edited_through_a_form(play):
    components = [{"type": "BODY", "text": "Your order {{1}} is ready.", "example": {"body_text": [["S00042"]]}}]
    parameters = {"name": "order_is_ready", "language": "en", "category": "UTILITY", "components": components}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, made = await play.graph(
        "POST",
        f"{WABA}/message_templates",
        data=urlencode({**as_text(parameters), "message_send_ttl_seconds": "600"}),
        headers=form,
    )
    assert status == 200, made
    _, read = await play.graph("GET", f"{made['id']}?fields=name,components,message_send_ttl_seconds")
    assert (read["name"], read["message_send_ttl_seconds"]) == ("order_is_ready", 600)
    assert [one["type"] for one in read["components"]] == ["BODY"]


@story
async def test_an_upload_may_name_the_product_in_the_address(play):
    form = aiohttp.FormData()
    form.add_field("file", b"%PDF-1.4", filename="a.pdf", content_type="application/pdf")
    status, answer = await play.graph("POST", f"{NUMBER}/media?messaging_product=whatsapp&type=application/pdf", data=form)
    assert status == 200, answer


@story
async def test_a_number_takes_its_callback_as_text(play):
    given = json.dumps({"override_callback_uri": play.hook_url, "verify_token": play.verify})
    status, answer = await play.graph("POST", f"{NUMBER}?{urlencode({'webhook_configuration': given})}")
    assert (status, answer) == (200, {"success": True})


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("text", '{"body": "x"}', {"body": "x"}),
        ("components", "[]", []),
        ("components", '"a text"', '"a text"'),
        ("text", "[1", "[1"),
        ("text", '{"a": NaN}', '{"a": NaN}'),
        ("message_send_ttl_seconds", "600", 600),
        ("message_send_ttl_seconds", "1e3", "1e3"),
        ("publish", "true", True),
        ("name", "[1]", "[1]"),
        ("verified_name", "12", "12"),
        ("to", "447700900123", "447700900123"),
    ],
)
def test_only_what_is_no_text_is_read_further(name, value, read):
    assert understood(name, value) == read


def test_the_body_goes_before_the_address_and_the_token_is_no_parameter():
    found = joined({"to": "1", "fields": "id", "access_token": "T"}, {"to": "2", "type": None, "appsecret_proof": "P"})
    assert found == {"to": "2", "fields": "id"}
