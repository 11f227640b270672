"""A bot written with pywa, as its manual shows one, talks with a customer of the stand-in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from pywa import types as t


def serve(ground, wa, condition):
    """Hand webhooks to the bot as they come, until a condition holds."""
    served = 0

    def step():
        nonlocal served
        for hook in ground.stage.hooks[served:]:
            served += 1
            assert wa.webhook_update_validator(hook["raw"], hook["headers"]["X-Hub-Signature-256"]) is None
            wa.webhook_update_handler(hook["raw"])
        return condition()

    while not step():
        ground.until(lambda: len(ground.stage.hooks) > served or condition())


def test_a_bot_takes_an_order(ground, wa):
    log = []

    @wa.on_message
    def greet(_wa, message):
        message.mark_as_read()
        message.react("👋")
        message.reply(f"Hello {message.from_user.name}", buttons=[t.Button("A chair", "chair"), t.Button("A table", "table")])

    @wa.on_callback_button
    def order(_wa, tap):
        log.append((tap.data, tap.title, tap.reply_to_message.id))
        tap.reply_text(f"One {tap.data}, then.", quote=True)

    @wa.on_message_status
    def follow(_wa, status):
        log.append(status.status.value)

    customer = ground.writer()

    def last():
        return ground.newest(customer)

    serve(ground, wa, lambda: last()["direction"] == "out" and last()["type"] == "interactive")
    offer = last()
    ground.says(customer, tap={"message_id": offer["id"], "index": 1})
    serve(ground, wa, lambda: last()["direction"] == "out" and last()["type"] == "text")
    assert ("table", "A table", offer["id"]) in log
    answer = last()
    assert answer["text"] == "One table, then."
    assert answer["context"]["id"] != offer["id"]
    ground.control("POST", f"customers/{customer['id']}/read", {})
    serve(ground, wa, lambda: log.count("read") >= 2)
    assert {"sent", "delivered", "read"} <= set(log)


@pytest.mark.filterwarnings("ignore:ReplyToMessage.message_id is deprecated")  # pywa calls what pywa deprecates
def test_a_bot_waits_for_an_answer(ground, wa):
    # pywa lets a sender wait for what the customer does next.
    customer = ground.writer()
    sent = wa.send_text(customer["bsuid"], "How many?", buttons=[t.Button("One", "1"), t.Button("Two", "2")])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sent.wait_for_click, timeout=5)
        ground.until(lambda: wa._listeners)
        ground.says(customer, tap={"message_id": sent.id, "index": 1})
        serve(ground, wa, waiting.done)
        assert waiting.result(5).data == "2"
