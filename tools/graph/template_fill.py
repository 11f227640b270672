"""From a definition and values to the components Meta wants.

The positions, names and shapes come from the definition, so that a caller only
names values: ``{"body.first_name": "Ada", "button.1": "S00042"}``.

Source: developers.facebook.com, WhatsApp "Templates – components".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import template
from .commerce import CARD_BODY_LIMIT, product_sections
from .errors import InvalidMessage
from .template_definition import NAMED, TemplateDefinition
from .template_parameters import MEDIA_FORMATS, NAMED_ALWAYS, Parameter, parameters
from .template_preview import Preview, render

HEADER_LIMIT, BODY_LIMIT, OFFER_BODY_LIMIT, URL_LIMIT = 60, 1024, 600, 2000


def template_components(definition: TemplateDefinition, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the ``components`` of a template message.

    :param values: by :attr:`Parameter.key`. Texts, suffixes, codes and payloads are
        text; media ``{"id"}`` or ``{"link"}`` (documents also ``"filename"``);
        a location ``{"latitude", "longitude", "name", "address"}``; a product
        ``{"product_retailer_id", "catalog_id"}``; a flow ``{"flow_token",
        "flow_action_data"}``; an expiration epoch milliseconds. The code of an
        authentication template's button may be left out: it is the body's.
    :raise InvalidMessage: ``parameter_missing`` (detail: its key), or whatever
        rule a value breaks.
    """
    needed = parameters(definition)
    _check_lengths(definition, values)
    result = _level([p for p in needed if p.card is None], definition, values)
    if definition.cards:
        filled = [_level([p for p in needed if p.card == card.index], definition, values) for card in definition.cards]
        result.append(template.carousel(filled))
    return result


def _check_lengths(definition: TemplateDefinition, values: Mapping[str, Any]) -> None:
    """Check the texts the customer will see, which have limits of their own.

    :raise InvalidMessage: ``template_header_too_long``, ``template_body_too_long``,
        ``url_too_long``.
    """
    filled = render(definition, values)
    _check_level(filled, BODY_LIMIT if definition.offer_text is None else OFFER_BODY_LIMIT)
    for card in filled.cards:
        _check_level(card, CARD_BODY_LIMIT)


def _check_level(filled: Preview, body_limit: int) -> None:
    texts = [
        ("template_header", filled.header, HEADER_LIMIT),
        ("template_body", filled.body, body_limit),
        *(("url", button.url, URL_LIMIT) for button in filled.buttons),
    ]
    for part, text, limit in texts:
        if len(text) > limit:
            raise InvalidMessage(f"{part}_too_long", f"{len(text)} > {limit}")


def missing(definition: TemplateDefinition, values: Mapping[str, Any]) -> list[Parameter]:
    """Return the required parameters for which there is no value yet."""
    return [
        parameter
        for parameter in parameters(definition)
        if parameter.required and _empty(_value(parameter, definition, values))
    ]


def _level(needed: list[Parameter], definition: TemplateDefinition, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the components of the message itself, or of one card."""
    named = definition.parameter_format == NAMED
    groups: dict[str, list[dict[str, Any]]] = {"header": [], "body": []}
    rest: list[dict[str, Any]] = []
    for parameter in needed:
        value = _value(parameter, definition, values)
        if _empty(value):
            if parameter.required:
                raise InvalidMessage("parameter_missing", parameter.key)
            if parameter.kind in NAMED_ALWAYS:
                rest.append(template.button(parameter.kind, parameter.index))
        elif parameter.component in groups:
            groups[parameter.component].append(_inline(parameter, value, named))
        else:
            rest.append(_component(parameter, value))
    builders = {"header": template.header, "body": template.body}
    return [builders[kind](*items) for kind, items in groups.items() if items] + rest


def _value(parameter: Parameter, definition: TemplateDefinition, values: Mapping[str, Any]) -> Any:
    value = values.get(parameter.key)
    if parameter.kind == "code" and _empty(value):
        first = next((p for p in parameters(definition) if p.component == "body"), None)
        return values.get(first.key) if first else None
    return value


def _empty(value: Any) -> bool:
    if isinstance(value, str):
        return not template.clean_parameter(value)
    return value is None or value is False or value == {}


def _inline(parameter: Parameter, value: Any, named: bool) -> dict[str, Any]:
    """Return a parameter that stands inside of header or body."""
    if parameter.kind == "text":
        return template.text_parameter(value, parameter.name if named else None)
    if not isinstance(value, Mapping):
        raise InvalidMessage("parameter_invalid", parameter.key)
    if parameter.kind in MEDIA_FORMATS:
        return template.media_parameter(
            parameter.kind,
            value.get("id"),
            link=value.get("link"),
            filename=value.get("filename") or "",
        )
    if parameter.kind == "location":
        return template.location_parameter(
            value.get("latitude", ""),
            value.get("longitude", ""),
            value.get("name") or "",
            value.get("address") or "",
        )
    return template.product_parameter(value.get("product_retailer_id", ""), value.get("catalog_id", ""))


def _component(parameter: Parameter, value: Any) -> dict[str, Any]:
    """Return a parameter that is a component of its own."""
    if parameter.kind == "expiration":
        return template.limited_time_offer(value)
    if parameter.kind in _TEXT_BUTTONS:
        return _TEXT_BUTTONS[parameter.kind](parameter.index, str(value))
    if parameter.kind == "catalog" and isinstance(value, str):
        value = {"thumbnail_product_retailer_id": value}
    if not isinstance(value, Mapping):
        raise InvalidMessage("parameter_invalid", parameter.key)
    if parameter.kind == "voice_call":
        ttl, payload = value.get("ttl_minutes"), value.get("payload") or ""
        return template.voice_call(parameter.index, ttl, payload)
    if parameter.kind == "mpm":
        value = _products(value)
    if parameter.kind == "order_details" and "order_details" not in value:
        value = {"order_details": value}
    return template.action(parameter.kind, parameter.index, **value)


def _products(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the products of a button in Meta's shape; the picture is the first one's
    unless another was chosen."""
    sections = product_sections(value.get("sections") or ())
    first = sections[0]["product_items"][0]["product_retailer_id"]
    chosen = value.get("thumbnail_product_retailer_id") or first
    return {"thumbnail_product_retailer_id": chosen, "sections": sections}


_TEXT_BUTTONS: dict[str, Callable[[int, str], dict[str, Any]]] = {
    "payload": template.quick_reply,
    "url_suffix": template.url_suffix,
    "coupon_code": template.copy_code,
    "code": template.one_time_password,
}
