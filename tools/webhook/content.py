"""What did the customer say? One small reader per kind of message.

A reader gets the object named after the type and returns :class:`Words`. A new
kind is one function and one line in :data:`READERS`; a kind without a line still
arrives, with its content and without words.

Source: developers.facebook.com, WhatsApp webhook reference "messages", one page
per type.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from . import reading, vcard
from .events import Json, Media


@dataclass(frozen=True, slots=True)
class Words:
    """The part of a message that differs from kind to kind."""

    text: str = ""
    payload: str | None = None
    target_wamid: str | None = None
    media: Media | None = None
    contact_request: bool = False


def read(kind: str, content: Json) -> Words:
    """Return the words of a message's content; empty ones for unknown kinds."""
    reader = READERS.get(kind)
    return reader(content) if reader else Words()


def _text(content: Json) -> Words:
    return Words(text=reading.text(content.get("body")))


def _media(content: Json) -> Words:
    media_id = reading.identifier(content.get("id"))
    media = None
    if media_id:
        media = Media(
            id=media_id,
            mime_type=reading.text(content.get("mime_type")),
            sha256=reading.text(content.get("sha256")),
            url=reading.text(content.get("url")),
            filename=reading.text(content.get("filename")),
            voice=reading.flag(content.get("voice")),
            animated=reading.flag(content.get("animated")),
        )
    return Words(text=reading.text(content.get("caption")), media=media)


def _location(content: Json) -> Words:
    parts = [reading.text(content.get(key)) for key in ("name", "address")]
    if not any(parts):
        parts = [reading.text(content.get(key)) for key in ("latitude", "longitude")]
    place = ", ".join(part for part in parts if part)
    return Words(text=f"📍 {place}" if place else "")


def _contacts(content: Json) -> Words:
    cards = cards_of(content)
    origins = [content.get("origin"), *(card.get("origin") for card in cards)]
    names = (_card_name(card) for card in cards)
    return Words(
        text=", ".join(name for name in names if name),
        contact_request="contact_request" in origins,
    )


def cards_of(content: Json) -> list[Json]:
    """Return the cards of a ``contacts`` message, each with what its vCard adds."""
    items = reading.mappings(content.get("contacts"))
    return [vcard.complete(card) for _index, card in items]


def _card_name(card: Json) -> str:
    name = reading.mapping(card.get("name"))
    parts = (reading.text(name.get(key)) for key in ("first_name", "last_name"))
    phones = reading.mappings(card.get("phones"))
    return (
        reading.text(name.get("formatted_name"))
        or " ".join(part for part in parts if part)
        or reading.text(reading.mapping(card.get("org")).get("company"))
        or next((reading.text(phone.get("phone")) for _index, phone in phones), "")
    )


def _button(content: Json) -> Words:
    return Words(
        text=reading.text(content.get("text")),
        payload=reading.text(content.get("payload")) or None,
    )


def _interactive(content: Json) -> Words:
    kind = reading.text(content.get("type"))
    reply = reading.mapping(content.get(kind))
    if kind == "nfm_reply":
        return Words(
            text=reading.text(reply.get("body")),
            payload=_json_text(reply.get("response_json")),
        )
    if kind == "call_permission_reply":
        return Words(payload=reading.text(reply.get("response")) or None)
    return Words(
        text=reading.text(reply.get("title")),
        payload=reading.text(reply.get("id")) or None,
    )


def _json_text(value: object) -> str | None:
    """Return a flow's answers as JSON text; Meta sends them as text already."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return reading.text(value) or None


def _reaction(content: Json) -> Words:
    return Words(
        text=reading.text(content.get("emoji")),
        target_wamid=reading.identifier(content.get("message_id")),
    )


def _order(content: Json) -> Words:
    items = reading.mappings(content.get("product_items"))
    lines = [reading.text(content.get("text")), *(_order_line(i) for _n, i in items)]
    return Words(text="\n".join(line for line in lines if line))


def _order_line(item: Json) -> str:
    quantity = reading.text(item.get("quantity")) or "1"
    price = [reading.text(item.get(key)) for key in ("item_price", "currency")]
    product = reading.text(item.get("product_retailer_id"))
    cost = " ".join(part for part in price if part)
    return f"{quantity} × {product}" + (f" · {cost}" if cost else "")


def _system(content: Json) -> Words:
    return Words(text=reading.text(content.get("body")))


def _edit(content: Json) -> Words:
    new = reading.mapping(content.get("message"))
    kind = reading.text(new.get("type"))
    words = read(kind, reading.mapping(new.get(kind))) if kind != "edit" else Words()
    return Words(
        text=words.text,
        media=words.media,
        target_wamid=reading.identifier(content.get("original_message_id")),
    )


def _revoke(content: Json) -> Words:
    return Words(target_wamid=reading.identifier(content.get("original_message_id")))


READERS: dict[str, Callable[[Json], Words]] = {
    "text": _text,
    "image": _media,
    "video": _media,
    "audio": _media,
    "voice": _media,
    "document": _media,
    "sticker": _media,
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "reaction": _reaction,
    "order": _order,
    "system": _system,
    "edit": _edit,
    "revoke": _revoke,
}
