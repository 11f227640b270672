"""What happens when a customer taps something on a card.

Source: Meta, ``webhooks/reference/messages/button`` and ``…/interactive``, ``business-scoped-user-ids``.
"""

import json
import time

from .button_actions_shop import (
    cart,
    form,
    interactive_choices,
    template_choices,
)
from .control_errors import ControlError
from .views import message_view


def tap(server, customer, given):
    """Tap a button, a list row, a product or a form of a message.

    :param given: ``message_id`` and one of ``index`` (of a button; "card:button" in a carousel; of a row counted over
        all sections), ``payload``, ``id``. Products: also ``items`` and ``text``; forms: ``answers`` (``taps_shop``).
    :return: what the control API answers: the message that left the phone, or what the phone opens instead.
    """
    message = server.world.messages.get(given.get("message_id"))
    if message is None or message.customer_id != customer.id or message.direction != "out":
        raise ControlError("This message does not exist on this phone.", 404)
    choices = choices_of(message)
    choice = next((one for one in choices if matches(one, given)), None)
    if choice is None:
        raise ControlError(f"There is nothing to tap there; choices: {[one['text'] for one in choices]}.")
    if "open" in choice:
        return {"opens": choice["open"]}
    number = server.world.numbers[message.phone_number_id]
    kind, content = choice["kind"], choice.get("content")
    if kind == "contacts":
        customer.in_contact_book = True
        content = [own_card(customer)]
    elif kind == "order":
        content = cart(server.world.shop(number.waba_id), choice, given)
    elif kind == "address":
        kind, content = "interactive", address(given)
    elif kind == "flow":
        kind, content = "interactive", form(server.world.shop(number.waba_id), choice, given)
    message.tapped.append(choice["index"])
    server.traffic.show(message)
    answer = server.traffic.write(customer, number, kind, content, {"id": message.wamid, "author": "business"})
    return message_view(answer)


def matches(choice, given):
    """Tell whether a tap names this choice."""
    if given.get("index") is not None:
        return str(given["index"]) == str(choice["index"])
    wanted = given.get("payload", given.get("id"))
    return wanted is not None and wanted == choice.get("key")


def own_card(customer):
    """Return the contact card a customer shares when asked for the phone number."""
    phone = "+" + customer.wa_id
    return {
        "name": {"formatted_name": customer.name, "first_name": customer.name.split()[0]},
        "phones": [{"phone": phone, "wa_id": customer.wa_id, "type": "CELL"}],
        "vcard": f"BEGIN:VCARD\nVERSION:3.0\nFN:{customer.name}\nTEL;type=CELL:{phone}\nEND:VCARD",
        "origin": "contact_request",
    }


def choices_of(message):
    """Return everything tappable on a message: ``index``, ``text``, and what a tap does."""
    if message.type == "template":
        cards = [message.card, *message.card.get("cards", ())]
        shop = {index: choice for card in cards for index, choice in template_choices(card).items()}
        choices = [shop.get(button["index"]) or template_choice(button) for card in cards for button in card["buttons"]]
        if "tap_target" in message.card:
            target = message.card["tap_target"]
            choices.append({"index": "target", "text": target["title"], "open": {"url": target["url"]}})
        return choices + (call_choices() if message.card.get("call_permission") else [])
    if message.type != "interactive":
        return []
    content = message.content
    action = content["action"]
    shop = interactive_choices(content)
    if shop is not None:
        return shop
    if content["type"] == "button":
        return [
            {
                "index": index,
                "text": one["reply"]["title"],
                "key": one["reply"]["id"],
                "kind": "interactive",
                "content": {"type": "button_reply", "button_reply": dict(one["reply"])},
            }
            for index, one in enumerate(action["buttons"])
        ]
    if content["type"] == "list":
        rows = [row for section in action["sections"] for row in section["rows"]]
        return [
            {
                "index": index,
                "text": row["title"],
                "key": row["id"],
                "kind": "interactive",
                "content": {"type": "list_reply", "list_reply": dict(row)},
            }
            for index, row in enumerate(rows)
        ]
    if content["type"] == "cta_url":
        params = action["parameters"]
        return [{"index": 0, "text": params["display_text"], "open": {"url": params["url"]}}]
    if content["type"] == "voice_call":
        params = action.get("parameters") or {}
        call = {"call": True, "payload": params.get("payload")}
        return [{"index": 0, "text": params.get("display_text") or "Call now", "open": call}]
    if content["type"] == "call_permission_request":
        return call_choices()
    if content["type"] == "address_message":
        return [{"index": 0, "text": "Provide address", "key": "address", "kind": "address", "content": None}]
    if content["type"] == "location_request_message":
        return [
            {
                "index": 0,
                "text": "Send location",
                "key": "location",
                "kind": "location",
                "content": {"latitude": 51.5007, "longitude": -0.1246, "name": "My place"},
            }
        ]
    return [{"index": 0, "text": "Share phone number", "key": "contact", "kind": "contacts", "content": None}]


def call_choices():
    """Return what a person may answer to the request to be called.

    Source: Meta, ``calling/user-call-permissions``: a permission once given holds seven days, or until it is taken back.
    """
    answers = (
        ("Always allow", "always", {"response": "accept", "is_permanent": True}),
        ("Allow", "once", {"response": "accept", "is_permanent": False, "expiration_timestamp": int(time.time()) + 7 * 86400}),
        ("Don't allow", "no", {"response": "reject"}),
    )
    return [
        {
            "index": f"call:{key}",
            "text": text,
            "key": key,
            "kind": "interactive",
            "content": {
                "type": "call_permission_reply",
                "call_permission_reply": {**answer, "response_source": "user_action"},
            },
        }
        for text, key, answer in answers
    ]


def address(given):
    """Return the content of the ``nfm_reply`` with a person's address; ``answers`` of the tap are its fields."""
    values = given.get("answers") or {"name": "Ada Example", "address": "1 Example Street", "city": "Mumbai"}
    if not isinstance(values, dict):
        raise ControlError("answers has to be an object.")
    body = "\n".join(str(value) for value in values.values())
    reply = {"name": "address_message", "body": body, "response_json": json.dumps({"values": values}, ensure_ascii=False)}
    return {"type": "nfm_reply", "nfm_reply": reply}


def template_choice(button):
    """Return what one button of a template card does."""
    base = {"index": button["index"], "text": button["text"], "key": button.get("payload")}
    kind = button["type"]
    if kind == "quick_reply":
        return {**base, "kind": "button", "content": {"payload": button["payload"], "text": button["text"]}}
    if kind == "request_contact_info":
        return {**base, "text": button["text"] or "Share phone number", "kind": "contacts", "content": None}
    if kind == "url":
        return {**base, "open": {"url": button["url"]}}
    if kind == "phone_number":
        return {**base, "open": {"phone_number": button["phone_number"]}}
    if kind == "voice_call":
        return {**base, "open": {"call": True}}
    return {**base, "open": {"code": button.get("code", "")}}
