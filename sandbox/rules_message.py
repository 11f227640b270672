"""What ``POST /{phone_number_id}/messages`` accepts, for every type but template and interactive.

Source: Meta, ``messages/send-messages`` and the page of each type below ``messages/``.
"""

import re

from .errors import GraphError, invalid, missing
from .rules_interactive import check_interactive
from .rules_media import used

TEXT_MAX = 4096
CAPTION_MAX = 1024
CALLBACK_DATA_MAX = 512
CONTACTS_MAX = 257

MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")
CAPTIONED = ("image", "video", "document")
TYPES = ("text", *MEDIA_TYPES, "location", "contacts", "reaction", "interactive", "template")


#: One emoji: a flag of two letters, a key, or pictographs that are joined to one, each with its colour of skin or its tags.
#: Several at once are refused; with which code is not known, 131009 is what a wrong value gets (decision 0081).
_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_DRESS = "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\u20e3\U000e0020-\U000e007f]*"
ONE_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    f"|(?![\U0001f1e6-\U0001f1ff]){_PICTURE}{_DRESS}(?:\u200d{_PICTURE}{_DRESS})*"
)


def too_long(name, limit):
    """Return Meta's refusal for a text parameter over its limit."""
    return GraphError(100, message=f"(#100) Param {name} must be at most {limit} characters long.")


def check_envelope(body):
    """Check what all messages share and return the type (``text`` when none is given)."""
    if body.get("messaging_product") != "whatsapp":
        if body.get("messaging_product") in (None, ""):
            raise missing("messaging_product")
        raise GraphError(100, message="(#100) Param messaging_product must be one of {WHATSAPP}.")
    if body.get("recipient_type", "individual") not in ("individual", "group"):
        raise GraphError(100, message="(#100) Param recipient_type must be one of {individual, group}.")
    data = body.get("biz_opaque_callback_data")
    if data is not None:
        if not isinstance(data, str):
            raise invalid("Param biz_opaque_callback_data must be a string.")
        if len(data) > CALLBACK_DATA_MAX:
            raise too_long("biz_opaque_callback_data", CALLBACK_DATA_MAX)
    identity = body.get("recipient_identity_key_hash")
    if identity is not None and not isinstance(identity, str):
        raise invalid("Param recipient_identity_key_hash must be a string.")
    context = body.get("context")
    if context is not None and not (isinstance(context, dict) and isinstance(context.get("message_id"), str)):
        raise missing("context['message_id']")
    kind = body.get("type", "text")
    if kind not in TYPES:
        raise GraphError(131051, f"Message type {str(kind)[:40]} is not supported.")
    if kind not in body:
        raise missing(kind)
    return kind


def check_content(kind, content, shop=None, now=0.0):
    """Check the object of one type.

    :param shop: the account's catalogue and flows, for interactive messages.
    :param now: epoch seconds.
    :return: the files it refers to (:class:`~.rules_media.Used`); the caller checks that they exist.
    """
    if kind == "text":
        return check_text(content)
    if kind in MEDIA_TYPES:
        return check_media(kind, content)
    if kind == "interactive":
        return check_interactive(content, shop, now)
    return {
        "location": check_location,
        "contacts": check_contacts,
        "reaction": check_reaction,
    }[kind](content)


def check_text(content):
    """Check a text message: a body of 1 to 4,096 characters."""
    body = isinstance(content, dict) and content.get("body")
    if not isinstance(body, str) or not body.strip():
        raise missing("text['body']")
    if len(body) > TEXT_MAX:
        raise too_long("text['body']", TEXT_MAX)
    return ()


def check_media(kind, content):
    """Check a media message: exactly one of id and link, captions only where they exist."""
    if not isinstance(content, dict):
        raise missing(kind)
    media_id, link = content.get("id"), content.get("link")
    if bool(media_id) == bool(link):
        raise GraphError(100, message=f"(#100) Exactly one of {kind}['id'] and {kind}['link'] is required.")
    caption = content.get("caption")
    if caption is not None:
        if kind not in CAPTIONED:
            raise GraphError(100, message=f"(#100) Param caption is not supported for {kind} messages.")
        if len(str(caption)) > CAPTION_MAX:
            raise too_long(f"{kind}['caption']", CAPTION_MAX)
    return used("voice" if kind == "audio" and content.get("voice") else kind, content, kind)


def check_location(content):
    """Check a location: both coordinates, as numbers or numeric strings, on this planet."""
    if not isinstance(content, dict):
        raise missing("location")
    for name, limit in (("latitude", 90), ("longitude", 180)):
        if content.get(name) in (None, ""):
            raise missing(f"location['{name}']")
        try:
            value = float(content[name])
        except (TypeError, ValueError):
            raise invalid(f"location['{name}'] must be a number.") from None
        if not -limit <= value <= limit:
            raise invalid(f"location['{name}'] is out of range.")
    return ()


def check_contacts(content):
    """Check contact cards: 1 to 257, each with a formatted name and one more part of a name.

    Meta's page wants that other part; a sample of a well-used client does without. The stricter of the two (decision 0081).
    """
    if not isinstance(content, list) or not content:
        raise missing("contacts")
    if len(content) > CONTACTS_MAX:
        raise invalid(f"contacts: at most {CONTACTS_MAX} contacts can be sent.")
    for card in content:
        name = card.get("name") if isinstance(card, dict) else None
        if not isinstance(name, dict) or not name.get("formatted_name"):
            raise missing("contacts['name']['formatted_name']")
        if not any(name.get(part) for part in ("first_name", "last_name", "middle_name", "prefix", "suffix")):
            raise invalid("contacts['name']: at least one more part of the name is required.")
    return ()


def check_reaction(content):
    """Check a reaction; an empty emoji takes the reaction back. The target is checked by the caller."""
    if not isinstance(content, dict) or not isinstance(content.get("message_id"), str):
        raise missing("reaction['message_id']")
    if not isinstance(content.get("emoji"), str):
        raise missing("reaction['emoji']")
    if content["emoji"] and not ONE_EMOJI.fullmatch(content["emoji"]):
        raise invalid("reaction['emoji'] is not an emoji.")
    return ()
