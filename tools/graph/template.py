"""Sending a template: the envelope of its components and their parameters.

Only components that have something variable need to be sent. Whoever has the
template's definition at hand uses ``template_fill`` instead of these builders.

Source: developers.facebook.com, WhatsApp "Templates – components" and one page per
component.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from . import cards
from .errors import InvalidMessage
from .media import short_name, source
from .rules import words

NAME_LIMIT = 512
LANGUAGE_LIMIT = 16
PAYLOAD_LIMIT = 128
COUPON_LIMIT = 20
CODE_LIMIT = 15
PARAMETER_LIMIT = 1024

MEDIA_KINDS = ("image", "video", "document", "gif")

# Meta refuses line breaks, tabs and more than four blanks (132012, 132018); four
# themselves are reported both ways.
_NOT_ACCEPTED = re.compile(r"[ \u00a0]*[\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029][\s\u00a0]*|[ \u00a0]{4,}")


def template(name: str, language: str, components: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Return a template message's content.

    :param language: exactly as approved (``en`` is not ``en_GB``).
    :raise InvalidMessage: ``template_name_missing``, ``template_language_missing``.
    """
    inner: dict[str, Any] = {
        "name": words("template_name", name, NAME_LIMIT),
        "language": {"code": words("template_language", language, LANGUAGE_LIMIT)},
    }
    if components:
        inner["components"] = [dict(item) for item in components]
    return {"type": "template", "template": inner}


def clean_parameter(value: object) -> str:
    """Return a value as Meta accepts it: line breaks, tabs and wide gaps become one
    blank, and there are none at the ends."""
    text = "" if value is None or value is False else str(value)
    return _NOT_ACCEPTED.sub(" ", text).strip()


def text_parameter(value: object, name: str | None = None) -> dict[str, Any]:
    """Return a text parameter, cleaned.

    :param name: for templates with named parameters; None for positional ones.
    :raise InvalidMessage: ``parameter_missing`` for an empty value, which Meta
        refuses.
    """
    text = words("parameter", clean_parameter(value), PARAMETER_LIMIT)
    if name is None:
        return {"type": "text", "text": text}
    return {"type": "text", "parameter_name": name, "text": text}


def media_parameter(
    kind: str,
    media_id: str | None = None,
    *,
    link: str | None = None,
    filename: str = "",
) -> dict[str, Any]:
    """Return a header's picture, film, document or gif."""
    if kind not in MEDIA_KINDS:
        raise InvalidMessage("media_type_unsupported", kind)
    inner = source(media_id, link)
    if filename and kind == "document":
        inner["filename"] = short_name(filename)
    return {"type": kind, kind: inner}


def location_parameter(latitude: float | str, longitude: float | str, name: str, address: str) -> dict[str, Any]:
    """Return a header's place."""
    place = cards.place(latitude, longitude, name, address)
    return {"type": "location", "location": place}


def product_parameter(retailer_id: str, catalog_id: str) -> dict[str, Any]:
    """Return a header's product."""
    product = {
        "product_retailer_id": words("product", retailer_id, 256),
        "catalog_id": words("product", catalog_id, 256),
    }
    return {"type": "product", "product": product}


def header(*parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the header component."""
    return {"type": "header", "parameters": list(parameters)}


def body(*parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body component; positional parameters in their order."""
    return {"type": "body", "parameters": list(parameters)}


def button(sub_type: str, index: int, *parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return one button's component.

    :param index: position among *all* buttons of the template, from zero.
    :param parameters: none for a button that is only named.
    """
    component: dict[str, Any] = {
        "type": "button",
        "sub_type": sub_type,
        "index": str(index),
    }
    return component | ({"parameters": list(parameters)} if parameters else {})


def quick_reply(index: int, payload: str) -> dict[str, Any]:
    """Return what a tap on a quick reply sends back (else it is the label)."""
    checked = words("payload", payload, PAYLOAD_LIMIT)
    return button("quick_reply", index, {"type": "payload", "payload": checked})


def url_suffix(index: int, suffix: str) -> dict[str, Any]:
    """Return the part that replaces the variable of a link button."""
    return button("url", index, text_parameter(suffix))


def copy_code(index: int, coupon_code: str) -> dict[str, Any]:
    """Return the code that a tap copies."""
    code = words("coupon_code", clean_parameter(coupon_code), COUPON_LIMIT)
    return button("copy_code", index, {"type": "coupon_code", "coupon_code": code})


def one_time_password(index: int, code: str) -> dict[str, Any]:
    """Return the code of an authentication template's button; the body needs the
    same one."""
    checked = words("coupon_code", clean_parameter(code), CODE_LIMIT)
    return button("url", index, {"type": "text", "text": checked})


def action(sub_type: str, index: int, **values: Any) -> dict[str, Any]:
    """Return a flow, catalogue, mpm or order button with the values it needs.

    :param values: ``flow_token``, ``flow_action_data``,
        ``thumbnail_product_retailer_id``, ``sections`` (in Meta's shape),
        ``order_details``.
    """
    return button(sub_type, index, {"type": "action", "action": values})


def voice_call(index: int, ttl_minutes: int | None = None, payload: str = "") -> dict[str, Any]:
    """Return a call button's time to live and payload."""
    parameters: list[dict[str, Any]] = []
    if ttl_minutes is not None:
        parameters.append({"type": "ttl_minutes", "ttl_minutes": ttl_minutes})
    if payload:
        parameters.append({"type": "payload", "payload": words("payload", payload, 512)})
    return button("voice_call", index, *parameters)


def limited_time_offer(expires_at_ms: int) -> dict[str, Any]:
    """Return when an offer ends.

    :param expires_at_ms: epoch **milliseconds**.
    :raise InvalidMessage: ``expiration_invalid`` when it cannot be that, or is over.
    """
    is_number = isinstance(expires_at_ms, int) and not isinstance(expires_at_ms, bool)
    if not is_number or expires_at_ms <= time.time() * 1000:
        raise InvalidMessage("expiration_invalid", str(expires_at_ms)[:40])
    offer = {"expiration_time_ms": expires_at_ms}
    parameter = {"type": "limited_time_offer", "limited_time_offer": offer}
    return {"type": "limited_time_offer", "parameters": [parameter]}


def tap_target(url: str, title: str) -> dict[str, Any]:
    """Return where a tap on the picture leads."""
    target = {"type": "tap_target_configuration"}
    values = [{"url": url, "title": title}]
    return {**target, "parameters": [{**target, "tap_target_configuration": values}]}


def carousel(filled_cards: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """Return the carousel component.

    :param filled_cards: the components of each card, for all cards of the template.
    """
    items = [{"card_index": index, "components": list(components)} for index, components in enumerate(filled_cards)]
    return {"type": "carousel", "cards": items}
