"""Refusals about a person come after the answer, as a status; clients take the answer for good and read the status."""

import pytest
from ground import SECOND_PHONE
from pywa.errors import WhatsAppError


def failed(ground, node, wamid):
    """Return the code of the status `failed` of a message, as kapso reads it (pywa cannot, see known.py)."""
    hook = ground.hooks(
        lambda field, value: any(one["id"] == wamid and one["status"] == "failed" for one in value.get("statuses", ()))
    )[0]
    (status,) = node.call("kapsoServer", "normalizeWebhook", hook["body"])["statuses"]
    return status["errors"][0]["code"]


def test_outside_the_24_hours(ground, node, wa):
    customer = ground.person()
    assert failed(ground, node, wa.send_text(customer["bsuid"], "Hello").id) == 131047


def test_to_a_phone_without_whatsapp(ground, node, wa):
    ground.writer()
    assert failed(ground, node, wa.send_text(SECOND_PHONE, "Hello").id) == 131026


def test_a_picture_that_cannot_be_fetched(ground, node, wa):
    customer = ground.writer()
    ground.switch(fault={"kind": "link", "match": "image"})
    sent = wa.send_image(customer["bsuid"], "https://shop.example.com/gone.png")
    assert failed(ground, node, sent.id) == 131053


def test_to_somebody_whose_key_has_changed(ground, node, wa):
    customer = ground.writer()
    sent = wa.send_text(customer["bsuid"], "Hello", identity_key_hash="another")
    assert failed(ground, node, sent.id) == 137000


def test_where_the_stand_in_is_told_to_answer_at_once(ground, wa):
    # Meta documents both roads; clients have a class for this one.
    customer = ground.person()
    ground.switch(async_errors=[])
    with pytest.raises(WhatsAppError) as caught:
        wa.send_text(customer["bsuid"], "Hello")
    assert type(caught.value).__name__ == "ReEngagementMessage"
