"""Interactive messages and their many small limits.

Source: Meta, the pages ``messages/interactive-*``. A refusal is always 131009 with the rule in its details.
"""

from .errors import invalid, missing
from .records import Shop
from .rules_lengths import length
from .rules_media import used
from .rules_shop import check_catalog, check_flow_message, check_product, check_sections, check_thumbnail
from .shapes import rows, table

BODY_MAX = 1024
LIST_BODY_MAX = 4096
FOOTER_MAX = 60
HEADER_MAX = 60
HEADER_MEDIA = ("image", "video", "document")
CALL_MINUTES_MAX = 43_200
CARDS_MIN, CARDS_MAX, CARD_BODY_MAX, CARD_LINES_MAX = 2, 10, 160, 2


def check_interactive(content, shop=None, now=0.0):
    """Check an interactive message; return the files it uses (:class:`~.rules_media.Used`).

    :param shop: the account's catalogue and flows.
    :param now: epoch seconds.
    """
    if not isinstance(content, dict):
        raise missing("interactive")
    kind = str(content.get("type"))
    rule = KINDS.get(kind)
    if rule is None:
        raise invalid(f"interactive['type'] {kind[:40]} is not a supported interactive message.")
    action = content.get("action")
    if not isinstance(action, dict):
        raise missing("interactive['action']")
    body = content.get("body")
    if body is not None or kind not in WITHOUT_BODY:
        if not isinstance(body, dict):
            raise missing("interactive['body']")
        length("Body text", body.get("text"), LIST_BODY_MAX if kind == "list" else BODY_MAX)
    if content.get("footer") is not None:
        length("Footer text", table(content["footer"]).get("text"), FOOTER_MAX)
    files = rule(content, action, shop or Shop(), now)
    return (*check_header(content.get("header")), *(files or ()))


def check_header(header, where="interactive"):
    """Check an optional header and return the file in it (:class:`~.rules_media.Used`), if any."""
    if header is None:
        return ()
    kind = header.get("type") if isinstance(header, dict) else None
    if kind == "text":
        length("Header text", header.get("text"), HEADER_MAX)
        return ()
    if kind not in HEADER_MEDIA:
        raise invalid(f"{where}['header']['type'] must be one of text, image, video, document.")
    media = header.get(kind)
    if not isinstance(media, dict) or bool(media.get("id")) == bool(media.get("link")):
        raise invalid(f"{where}['header']['{kind}'] needs exactly one of id and link.")
    return used(kind, media, f"{where}['header']['{kind}']")


def check_buttons(content, action, shop, now):
    """One to three reply buttons with unique ids and titles."""
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise invalid("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [table(table(button).get("reply")) for button in buttons]
    if any(table(button).get("type") != "reply" for button in buttons):
        raise invalid("Button type must be reply.")
    for reply in replies:
        length("Button title", reply.get("title"), 20)
        length("Button id", reply.get("id"), 256)
    for key in ("id", "title"):
        if len({reply[key] for reply in replies}) != len(replies):
            raise invalid(f"Duplicated {key} in buttons.")


def check_list(content, action, shop, now):
    """At most ten rows over at most ten sections, behind one button."""
    header = content.get("header")
    if header is not None and (not isinstance(header, dict) or header.get("type") != "text"):
        raise invalid("A list message can only have a text header.")
    length("Button label", action.get("button"), 20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise invalid("Invalid sections count. Min allowed sections: 1, Max allowed sections: 10")
    ids = []
    for section in sections:
        rows = section.get("rows") if isinstance(section, dict) else None
        if not isinstance(rows, list) or not rows:
            raise invalid("Each section needs at least one row.")
        if len(sections) > 1 or section.get("title"):
            length("Section title", section.get("title"), 24)
        for row in map(table, rows):
            length("Row id", row.get("id"), 200)
            length("Row title", row.get("title"), 24)
            if row.get("description") is not None:
                length("Row description", row["description"], 72, low=0)
            ids.append(row["id"])
    if len(ids) > 10:
        raise invalid("Total row count exceed max allowed count: 10")
    if len(set(ids)) != len(ids):
        raise invalid("Duplicated row id.")


def check_cta_url(content, action, shop, now):
    """One button that opens a web page."""
    params = named_action(action, "cta_url")
    length("Button label", params.get("display_text"), 20)
    url = params.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise invalid("The url of the button must start with http:// or https://.")


def check_send_location(content, action, shop, now):
    """Ask for the customer's location: nothing but a body."""
    named_action(action, "send_location", parameters=False)
    body_only(content)


def check_contact_info(content, action, shop, now):
    """Ask for the customer's phone number (since July 2026)."""
    named_action(action, "request_contact_info", parameters=False)
    body_only(content)


def named_action(action, name, parameters=True):
    """Raise unless the action bears its name; return its parameters."""
    if action.get("name") != name:
        raise invalid(f"interactive['action']['name'] must be {name}.")
    params = action.get("parameters")
    if parameters and not isinstance(params, dict):
        raise missing("interactive['action']['parameters']")
    return params or {}


def body_only(content):
    """Raise when a message that may only have a body has more."""
    if content.get("header") is not None or content.get("footer") is not None:
        raise invalid("This interactive message can only have a body.")


def check_single_product(content, action, shop, now):
    """One product of the catalogue, without a header."""
    if content.get("header") is not None:
        raise invalid("A product message cannot have a header.")
    check_catalog(shop, action.get("catalog_id", ""))
    check_product(shop, action.get("product_retailer_id"))


def check_product_list(content, action, shop, now):
    """Up to thirty products in up to ten sections, under a text header."""
    if table(content.get("header")).get("type") != "text":
        raise invalid("A product list message needs a text header.")
    check_catalog(shop, action.get("catalog_id", ""))
    check_sections(shop, action.get("sections"))


def check_catalog_message(content, action, shop, now):
    """The whole catalogue."""
    named_action(action, "catalog_message", parameters=False)
    check_thumbnail(shop, action.get("parameters"))


def check_voice_call(content, action, shop, now):
    """One button by which the customer calls the business; whether it may be called is the caller's to check.

    Source: Meta, ``calling/call-button-messages-deep-links``.
    """
    params = named_action(action, "voice_call", parameters=False)
    length("Button label", params.get("display_text"), 20, low=0)
    ttl = params.get("ttl_minutes", 1)
    if isinstance(ttl, bool) or not isinstance(ttl, int) or not 1 <= ttl <= CALL_MINUTES_MAX:
        raise invalid(f"ttl_minutes must be 1 to {CALL_MINUTES_MAX}.")
    length("payload", params.get("payload"), 512, low=0)


def check_call_permission(content, action, shop, now):
    """Ask whether the business may call; a body is optional. Source: Meta, ``calling/user-call-permissions``."""
    named_action(action, "call_permission_request", parameters=False)
    body_only(content)


def check_address(content, action, shop, now):
    """Ask for an address. Source: Meta, ``messages/address-messages``: for businesses and people in India alone.

    ``validation_errors`` belongs to ``values``; for both only their kind is checked: the page lists the names of the fields,
    not what happens with another one.
    """
    params = named_action(action, "address_message")
    if params.get("country") != "IN":
        raise invalid("Address messages are supported for country IN only.")
    for name in ("values", "validation_errors"):
        if not isinstance(params.get(name, {}), dict):
            raise invalid(f"interactive['action']['parameters']['{name}'] must be an object.")
    saved = params.get("saved_addresses", [])
    if not isinstance(saved, list) or any(not table(one).get("id") or not table(table(one).get("value")) for one in saved):
        raise invalid("saved_addresses must be an array of objects with id and value.")


def check_carousel(content, action, shop, now):
    """Two to ten cards of the same build, without a header or footer of the message; return their files.

    Meta's page wants the ids of quick replies unique within a card, others have seen them refused when two cards share one:
    the stricter of the two (decision 0081).
    """
    if content.get("header") is not None or content.get("footer") is not None:
        raise invalid("A carousel message cannot have a header or a footer.")
    cards = [table(card) for card in rows(action.get("cards"))]
    if not CARDS_MIN <= len(cards) <= CARDS_MAX:
        raise invalid(f"Invalid cards count. Min allowed cards: {CARDS_MIN}, Max allowed cards: {CARDS_MAX}")
    if [card.get("card_index") for card in cards] != list(range(len(cards))):
        raise invalid("card_index must count the cards from 0.")
    built = [check_card(card, shop, f"interactive['action']['cards'][{index}]") for index, card in enumerate(cards)]
    if len({shape for shape, _file in built}) != 1:
        raise invalid("All cards of a carousel must have the same kind of header and buttons.")
    ids = [reply["id"] for card in cards for reply in quick_replies(card)]
    if len(set(ids)) != len(ids):
        raise invalid("Duplicated id in buttons of the cards.")
    return [file for _shape, files in built for file in files]


def quick_replies(card):
    """Return the quick replies of a card."""
    return [table(button.get("quick_reply")) for button in map(table, rows(table(card.get("action")).get("buttons")))]


def check_card(card, shop, where):
    """Check one card; return ``(shape, files)``: cards of one message must have the same shape."""
    action = table(card.get("action"))
    if card.get("type") == "product":
        check_catalog(shop, action.get("catalog_id", ""))
        check_product(shop, action.get("product_retailer_id"))
        return "product", ()
    if card.get("type") != "cta_url":
        raise invalid("The type of a card must be cta_url or product.")
    header = table(card.get("header"))
    if header.get("type") not in ("image", "video"):
        raise invalid("The header of a card must be an image or a video.")
    text = table(card.get("body")).get("text")
    if card.get("body") is not None:
        length("Card body", text, CARD_BODY_MAX)
        if text.count("\n") > CARD_LINES_MAX:
            raise invalid(f"The body of a card may have {CARD_LINES_MAX} line breaks.")
    if "buttons" not in action:
        check_cta_url(card, action, shop, 0.0)
        return (header["type"], text is None, "cta_url"), check_header(header, where)
    buttons = [table(button) for button in rows(action["buttons"])]
    if not 1 <= len(buttons) <= 3 or any(button.get("type") != "quick_reply" for button in buttons):
        raise invalid("A card has one link or one to three quick replies.")
    for reply in quick_replies(card):
        length("Button title", reply.get("title"), 20)
        length("Button id", reply.get("id"), 256)
    return (header["type"], text is None, len(buttons)), check_header(header, where)


#: Types that may go without a body.
WITHOUT_BODY = ("product", "call_permission_request")
KINDS = {
    "button": check_buttons,
    "list": check_list,
    "cta_url": check_cta_url,
    "location_request_message": check_send_location,
    "request_contact_info": check_contact_info,
    "product": check_single_product,
    "product_list": check_product_list,
    "catalog_message": check_catalog_message,
    "flow": check_flow_message,
    "carousel": check_carousel,
    "voice_call": check_voice_call,
    "call_permission_request": check_call_permission,
    "address_message": check_address,
}
