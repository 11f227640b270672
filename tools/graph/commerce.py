"""Products, catalogues, forms and carousels.

Source: developers.facebook.com, WhatsApp "Sell products", "Flows – sending a flow",
"Interactive media carousel messages".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..graphemes import has_emoji
from .errors import InvalidMessage
from .interactive import LABEL_LIMIT, SECTION_TITLE_LIMIT, interactive
from .rules import count, unique, web_address, words

PRODUCTS_LIMIT = 30
SECTIONS_LIMIT = 10
CARDS_LEAST, CARDS_MOST = 2, 10
CARD_BODY_LIMIT = 160
CARD_LINES_LIMIT = 2
FLOW_LABEL_LIMIT = 30
_ID_LIMIT = 256


def product(catalog_id: str, retailer_id: str, body: str = "", *, footer: str = "") -> dict[str, Any]:
    """Return a message that shows one product; ``retailer_id`` is our article number."""
    action = {
        "catalog_id": words("product", catalog_id, _ID_LIMIT),
        "product_retailer_id": words("product", retailer_id, _ID_LIMIT),
    }
    return interactive("product", action, body or None, footer=footer)


def product_list(
    catalog_id: str,
    header: str,
    body: str,
    sections: Sequence[Mapping[str, Any]],
    *,
    footer: str = "",
) -> dict[str, Any]:
    """Return a message that shows up to thirty products.

    :param sections: ``{"title", "products": [retailer id, …]}``.
    """
    words("header", header, 60)
    action = {
        "catalog_id": words("product", catalog_id, _ID_LIMIT),
        "sections": product_sections(sections),
    }
    return interactive("product_list", action, body, header=header, footer=footer, media_header=False)


def product_sections(sections: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return sections of products in Meta's shape; templates use the same.

    :param sections: ``{"title", "products": [retailer id, …]}``.
    :raise InvalidMessage: ``sections_count``, ``products_count``,
        ``section_title_missing``, ``section_title_too_long``, ``product_missing``.
    """
    count("sections", sections, 1, SECTIONS_LIMIT)
    for section in sections:
        count("products", section.get("products") or (), 1, PRODUCTS_LIMIT)
    count("products", [p for section in sections for p in section["products"]], 1, PRODUCTS_LIMIT)
    return [
        {
            "title": words("section_title", section.get("title"), SECTION_TITLE_LIMIT),
            "product_items": [{"product_retailer_id": words("product", item, _ID_LIMIT)} for item in section["products"]],
        }
        for section in sections
    ]


def catalog(body: str, *, thumbnail: str = "", footer: str = "") -> dict[str, Any]:
    """Return a message that opens the whole catalogue.

    :param thumbnail: retailer id of the product whose picture is shown.
    """
    action: dict[str, Any] = {"name": "catalog_message"}
    if thumbnail:
        action["parameters"] = {"thumbnail_product_retailer_id": thumbnail}
    return interactive("catalog_message", action, body, footer=footer)


def flow(
    body: str,
    label: str,
    *,
    flow_id: str = "",
    flow_name: str = "",
    token: str = "",
    screen: str = "",
    data: Mapping[str, Any] | None = None,
    exchange: bool = False,
    draft: bool = False,
    header: str | Mapping[str, Any] | None = None,
    footer: str = "",
) -> dict[str, Any]:
    """Return a message that opens a form (flow).

    :param flow_id: or ``flow_name``: exactly one.
    :param token: comes back with the answers.
    :param screen: the first screen; without it the form opens at its own first one.
    :param data: values for that screen; an empty object would be refused.
    :param exchange: ask the form's endpoint for the first screen; it takes neither
        ``screen`` nor ``data``.
    :param draft: use the unpublished version, for trying.
    :raise InvalidMessage: ``flow_missing``, ``flow_exchange``, ``label_emoji``.
    """
    if bool(flow_id) == bool(flow_name):
        raise InvalidMessage("flow_missing")
    if has_emoji(label):
        raise InvalidMessage("label_emoji", label[:40])
    parameters: dict[str, Any] = {
        "flow_message_version": "3",
        "flow_cta": words("label", label, FLOW_LABEL_LIMIT),
        **({"flow_id": flow_id} if flow_id else {"flow_name": flow_name}),
    }
    if token:
        parameters["flow_token"] = token
    payload: dict[str, Any] = {"screen": screen} if screen else {}
    if data:
        payload["data"] = dict(data)
    if exchange and payload:
        raise InvalidMessage("flow_exchange")
    # "navigate" is Meta's default: only what differs from it or adds to it is named.
    if exchange:
        parameters["flow_action"] = "data_exchange"
    elif payload:
        parameters |= {"flow_action": "navigate", "flow_action_payload": payload}
    if draft:
        parameters["mode"] = "draft"
    action = {"name": "flow", "parameters": parameters}
    return interactive("flow", action, body, header=header, footer=footer)


def url_card(media: Mapping[str, Any], label: str, url: str, body: str = "") -> dict[str, Any]:
    """Return one card of :func:`carousel` with a link button.

    :param media: ``media.image(…)`` or ``media.video(…)``.
    """
    action = {
        "name": "cta_url",
        "parameters": {
            "display_text": words("label", label, LABEL_LIMIT),
            "url": web_address(url),
        },
    }
    return _card(media, action, body)


def reply_card(media: Mapping[str, Any], replies: Sequence[tuple[str, str]], body: str = "") -> dict[str, Any]:
    """Return one card of :func:`carousel` with quick reply buttons (id, label).

    Meta's page gives ``cta_url`` as the only type of a media card, whatever its
    buttons are.
    """
    count("buttons", replies, 1, 3)
    items = [
        {
            "type": "quick_reply",
            "quick_reply": {
                "id": words("button_id", button_id, _ID_LIMIT),
                "title": words("button_title", title, LABEL_LIMIT),
            },
        }
        for button_id, title in replies
    ]
    return _card(media, {"buttons": items}, body)


def _card(media: Mapping[str, Any], action: Mapping[str, Any], body: str) -> dict[str, Any]:
    kind = media.get("type")
    if kind not in ("image", "video"):
        raise InvalidMessage("header_not_allowed", str(kind))
    source = {k: v for k, v in media[kind].items() if k != "caption"}
    result: dict[str, Any] = {
        "type": "cta_url",
        "header": {"type": kind, kind: source},
        "action": dict(action),
    }
    if body:
        checked = words("carousel_card_body", body, CARD_BODY_LIMIT)
        if checked.count("\n") > CARD_LINES_LIMIT:
            raise InvalidMessage("carousel_card_lines", str(CARD_LINES_LIMIT))
        result["body"] = {"text": checked}
    return result


def product_card(catalog_id: str, retailer_id: str) -> dict[str, Any]:
    """Return one card of :func:`carousel` that shows a product; all are of one
    catalogue."""
    action = {
        "product_retailer_id": words("product", retailer_id, _ID_LIMIT),
        "catalog_id": words("product", catalog_id, _ID_LIMIT),
    }
    return {"type": "product", "action": action}


def carousel(body: str, cards: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a message of two to ten cards, all with the same sort of buttons.

    Ids of quick replies are unique over the whole message: others have seen Meta
    refuse two cards that share one, although its page speaks of one card.

    :raise InvalidMessage: ``cards_count``, ``cards_differ``, ``button_id_duplicate``.
    """
    count("cards", cards, CARDS_LEAST, CARDS_MOST)
    if len({_shape(card) for card in cards}) > 1:
        raise InvalidMessage("cards_differ")
    replies = [button["quick_reply"] for card in cards for button in card["action"].get("buttons", ())]
    unique("button_id", [reply["id"] for reply in replies])
    numbered = [{"card_index": index, **card} for index, card in enumerate(cards)]
    return interactive("carousel", {"cards": numbered}, body)


def _shape(card: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what all cards of a message must have alike."""
    if card["type"] == "product":
        return "product", card["action"]["catalog_id"]
    replies = card["action"].get("buttons", ())
    return card["header"]["type"], "body" in card, len(replies)
