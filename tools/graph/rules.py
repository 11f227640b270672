"""Small checks that every builder uses, and the list of rules they can find broken.

Lengths are counted in characters (Unicode code points); Meta does not say what it
counts.

Source: developers.facebook.com, WhatsApp "Messages" (one page per kind).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .errors import InvalidMessage

_PARTS = (
    "body",
    "button_id",
    "button_title",
    "caption",
    "carousel_card_body",
    "coupon_code",
    "emoji",
    "footer",
    "header",
    "label",
    "list_button",
    "parameter",
    "payload",
    "product",
    "row_description",
    "row_id",
    "row_title",
    "section_title",
    "template_language",
    "template_name",
    "uuid",
    "wamid",
)
_COUNTED = ("buttons", "cards", "contacts", "products", "rows", "sections")

RULES: frozenset[str] = frozenset(
    {f"{part}_missing" for part in _PARTS}
    | {f"{part}_too_long" for part in _PARTS}
    | {f"{part}_count" for part in _COUNTED}
    | {
        "button_id_duplicate",
        "button_title_duplicate",
        "carousel_card_lines",
        "cards_differ",
        "contact_name_missing",
        "expiration_invalid",
        "flow_exchange",
        "flow_missing",
        "header_not_allowed",
        "label_emoji",
        "location_invalid",
        "media_empty",
        "media_link_invalid",
        "media_source",
        "media_too_large",
        "media_type_unsupported",
        "parameter_invalid",
        "recipient_missing",
        "row_id_duplicate",
        "template_body_too_long",
        "template_header_too_long",
        "ttl_invalid",
        "url_invalid",
        "url_too_long",
    }
)
"""Every rule an :class:`InvalidMessage` can name."""


def words(part: str, value: Any, limit: int, *, required: bool = True) -> str:
    """Return ``value`` as text after checking its length.

    :param part: which part of the message it is, for the rule's name.
    :raise InvalidMessage: ``<part>_missing`` or ``<part>_too_long``.
    """
    text = "" if value is None or value is False else str(value)
    if required and not text.strip():
        raise InvalidMessage(f"{part}_missing")
    if len(text) > limit:
        raise InvalidMessage(f"{part}_too_long", f"{len(text)} > {limit}")
    return text


def count(part: str, items: Sequence[Any], least: int, most: int) -> None:
    """Check how many there are.

    :raise InvalidMessage: ``<part>_count``.
    """
    if not least <= len(items) <= most:
        raise InvalidMessage(f"{part}_count", f"{len(items)}: {least}–{most}")


def unique(part: str, values: Sequence[str]) -> None:
    """Check that no value comes twice.

    :raise InvalidMessage: ``<part>_duplicate``.
    """
    for value in values:
        if values.count(value) > 1:
            raise InvalidMessage(f"{part}_duplicate", value)


def web_address(value: str, rule: str = "url_invalid") -> str:
    """Return an ``http(s)`` address without blanks around it.

    :raise InvalidMessage: for anything else.
    """
    address = value.strip() if isinstance(value, str) else ""
    scheme, separator, rest = address.partition("://")
    if scheme.lower() not in ("http", "https") or not separator or not rest:
        raise InvalidMessage(rule, address[:80])
    if any(c.isspace() for c in address):
        raise InvalidMessage(rule, address[:80])
    return address
