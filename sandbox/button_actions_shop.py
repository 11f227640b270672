"""What a customer sends from a catalogue or a form: a cart (``order``) or filled in answers (``nfm_reply``).

Source: Meta, ``webhooks/reference/messages/order``, ``…/interactive`` (nfm_reply).
"""

import json

from .control_errors import ControlError
from .shapes import table

QUANTITY_MAX = 99


def cart(shop, choice, given):
    """Return the content of an ``order`` message.

    :param choice: what was tapped; ``offered`` are the article numbers it shows, None for the whole catalogue.
    :param given: the tap: ``items`` (``{"product_retailer_id", "quantity"}``; default: one of each that is shown, of a
        catalogue the first) and ``text``.
    """
    offered = choice["offered"] if choice["offered"] is not None else list(shop.products)
    wanted = given.get("items")
    if wanted is None:
        shown = offered if choice["offered"] is not None else offered[:1]
        wanted = [{"product_retailer_id": retailer_id} for retailer_id in shown]
    if not isinstance(wanted, list) or not wanted:
        raise ControlError("A cart needs items: [{product_retailer_id, quantity}].")
    return {
        "catalog_id": shop.catalog_id,
        "text": str(given.get("text") or ""),
        "product_items": [cart_line(shop, offered, table(item)) for item in wanted],
    }


def cart_line(shop, offered, item):
    """Return one line of a cart with the catalogue's price of this moment."""
    retailer_id = item.get("product_retailer_id")
    if retailer_id not in offered or retailer_id not in shop.products:
        raise ControlError(f"{retailer_id} is not shown there; choices: {offered}.")
    quantity = item.get("quantity", 1)
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= QUANTITY_MAX:
        raise ControlError(f"quantity must be 1 to {QUANTITY_MAX}.")
    product = shop.products[retailer_id]
    return {
        "product_retailer_id": retailer_id,
        "quantity": quantity,
        "item_price": product.price,
        "currency": product.currency,
    }


def form(shop, choice, given):
    """Return the content of the ``nfm_reply`` that a completed flow sends.

    :param choice: what was tapped; names the flow and its token.
    :param given: the tap: ``answers`` by the name of a field; fields that are left out are answered "Yes" or with the
        first option.
    """
    known_as = (choice.get("flow_id"), choice.get("flow_name"))
    flow = next((one for one in shop.flows.values() if one.id in known_as or one.name in known_as), None)
    if flow is None:
        raise ControlError("This form does not exist any more.")
    fields = {one["name"]: one for screen in flow.screens for one in screen.get("fields", ())}
    answers = given.get("answers") or {}
    if not isinstance(answers, dict) or set(answers) - set(fields):
        raise ControlError(f"answers has to be an object with some of: {sorted(fields)}.")
    filled = {name: answers.get(name, (one.get("options") or ["Yes"])[0]) for name, one in fields.items()}
    response = {**filled, "flow_token": choice["flow_token"]}
    reply = {"name": "flow", "body": "Sent", "response_json": json.dumps(response, ensure_ascii=False)}
    return {"type": "nfm_reply", "nfm_reply": reply}


def template_choices(card):
    """Return what of the shop can be tapped on a template's card, by the index of its button."""
    out = {}
    header = table(card.get("header"))
    for button in card["buttons"]:
        kind = button["type"]
        if kind == "flow":
            choice = {"kind": "flow", "flow_id": button["flow_id"], "flow_token": button["flow_token"]}
        elif kind == "catalog":
            choice = {"kind": "order", "offered": None}
        elif kind == "mpm":
            choice = {"kind": "order", "offered": button["products"]}
        elif kind == "spm":
            choice = {"kind": "order", "offered": [table(header.get("product")).get("product_retailer_id")]}
        else:
            continue
        out[button["index"]] = {"index": button["index"], "text": button["text"] or "View", "key": None, **choice}
    return out


def interactive_choices(content):
    """Return what of the shop can be tapped on an interactive message, or None when it is none of these."""
    kind, action = content["type"], content["action"]
    base = {"index": 0, "key": None}
    if kind == "product":
        return [{**base, "text": "View", "kind": "order", "offered": [action["product_retailer_id"]]}]
    if kind == "product_list":
        items = [item["product_retailer_id"] for section in action["sections"] for item in section["product_items"]]
        return [{**base, "text": "View items", "kind": "order", "offered": items}]
    if kind == "catalog_message":
        return [{**base, "text": "View catalog", "kind": "order", "offered": None}]
    if kind == "flow":
        params = action["parameters"]
        flow = {"flow_id": params.get("flow_id"), "flow_name": params.get("flow_name")}
        return [{**base, "text": params["flow_cta"], "kind": "flow", "flow_token": params.get("flow_token", "unused"), **flow}]
    if kind == "carousel":
        return [choice for card in action["cards"] for choice in card_choices(card)]
    return None


def card_choices(card):
    """Return what can be tapped on one card of a carousel message."""
    number, action = card["card_index"], card["action"]
    if card["type"] == "product":
        offered = [action["product_retailer_id"]]
        return [{"index": f"{number}:0", "text": "View", "key": offered[0], "kind": "order", "offered": offered}]
    if "buttons" not in action:
        params = action["parameters"]
        return [{"index": f"{number}:0", "text": params["display_text"], "open": {"url": params["url"]}}]
    return [
        {
            "index": f"{number}:{index}",
            "text": one["quick_reply"]["title"],
            "key": one["quick_reply"]["id"],
            "kind": "interactive",
            "content": {"type": "button_reply", "button_reply": dict(one["quick_reply"])},
        }
        for index, one in enumerate(action["buttons"])
    ]
