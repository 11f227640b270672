"""A template as Meta defines it, read into plain values.

Meta adds component and button types without notice: what is not known is kept as
it came and never stops a synchronisation.

Source: developers.facebook.com, WhatsApp Business Management API "Templates" and
"Templates – components".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")

POSITIONAL = "positional"
NAMED = "named"


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the text."""

    format: str
    """``text``, ``image``, ``video``, ``document``, ``gif``, ``location``,
    ``product`` or a new word."""
    text: str = ""
    examples: Mapping[str, str] = field(default_factory=dict)
    """Variable to sample; for media, ``media`` to the sample's address."""


@dataclass(frozen=True, slots=True)
class Body:
    """The text."""

    text: str = ""
    examples: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Button:
    """One button; ``raw`` holds what is particular to its type."""

    index: int
    """Position among all buttons, by which a message addresses it."""
    type: str
    """In lower case: ``quick_reply``, ``url``, ``phone_number``, ``copy_code``…"""
    text: str = ""
    url: str = ""
    phone_number: str = ""
    example: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """One card of a carousel."""

    index: int
    header: Header | None = None
    body: Body | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateDefinition:
    """One template in one language."""

    template_id: str = ""
    name: str = ""
    language: str = ""
    status: str = ""
    """Meta's word in capitals; only ``APPROVED`` can be sent."""
    category: str = ""
    """``MARKETING``, ``UTILITY`` or ``AUTHENTICATION``."""
    parameter_format: str = POSITIONAL
    """``positional`` or ``named``."""
    header: Header | None = None
    body: Body | None = None
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    offer_text: str | None = None
    """The limited-time offer's text; None when there is none."""
    offer_expires: bool = False
    unknown: tuple[Mapping[str, Any], ...] = ()
    """Components nobody taught us yet."""
    raw: Mapping[str, Any] = field(default_factory=dict)


def parse_template(raw: Mapping[str, Any]) -> TemplateDefinition:
    """Read a template as ``GET …/message_templates`` returns it. Never raises.

    :param raw: the template's object; any part may be missing or of another type.
    """
    parts: dict[str, Any] = {"unknown": ()}
    for component in _objects(raw.get("components")):
        parts |= _component(component, parts)
    return TemplateDefinition(
        template_id=_text(raw.get("id")),
        name=_text(raw.get("name")),
        language=_text(raw.get("language")),
        status=_text(raw.get("status")).upper(),
        category=_text(raw.get("category")).upper(),
        parameter_format=_parameter_format(raw, parts),
        raw=raw,
        **parts,
    )


def _component(component: Mapping[str, Any], so_far: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the definition that one component fills."""
    kind = _text(component.get("type")).lower()
    if kind == "header":
        return {"header": _header(component)}
    if kind == "body":
        return {"body": _body(component)}
    if kind == "footer":
        return {"footer": _text(component.get("text"))}
    if kind == "buttons":
        return {"buttons": _buttons(component)}
    if kind == "carousel":
        cards = enumerate(_objects(component.get("cards")))
        return {"cards": tuple(_card(index, card) for index, card in cards)}
    if kind == "limited_time_offer":
        offer = component.get("limited_time_offer")
        offer = offer if isinstance(offer, Mapping) else component
        expires = offer.get("has_expiration") is True
        return {"offer_text": _text(offer.get("text")), "offer_expires": expires}
    return {"unknown": (*so_far["unknown"], component)}


def _card(index: int, card: Mapping[str, Any]) -> Card:
    parts: dict[str, Any] = {"unknown": ()}
    for component in _objects(card.get("components")):
        parts |= _component(component, parts)
    return Card(index, parts.get("header"), parts.get("body"), parts.get("buttons", ()))


def _header(component: Mapping[str, Any]) -> Header:
    example = component.get("example")
    example = example if isinstance(example, Mapping) else {}
    text = _text(component.get("text"))
    samples = _samples(text, example, "header_text")
    handles = example.get("header_handle")
    if isinstance(handles, list) and handles:
        samples["media"] = _text(handles[0])
    return Header(_text(component.get("format")).lower() or "text", text, samples)


def _body(component: Mapping[str, Any]) -> Body:
    example = component.get("example")
    example = example if isinstance(example, Mapping) else {}
    text = _text(component.get("text"))
    return Body(text, _samples(text, example, "body_text"))


def _samples(text: str, example: Mapping[str, Any], key: str) -> dict[str, str]:
    """Return variable → sample, from named or positional examples."""
    named = _objects(example.get(f"{key}_named_params"))
    if named:
        return {_text(i.get("param_name")): _text(i.get("example")) for i in named}
    values = example.get(key)
    if isinstance(values, list) and values and isinstance(values[0], list):
        values = values[0]  # the body's samples are a list of lists
    if not isinstance(values, list):
        return {}
    return dict(zip(variables(text), map(_text, values), strict=False))


def _buttons(component: Mapping[str, Any]) -> tuple[Button, ...]:
    items = enumerate(_objects(component.get("buttons")))
    return tuple(_button(index, item) for index, item in items)


def _button(index: int, item: Mapping[str, Any]) -> Button:
    example = item.get("example")
    if isinstance(example, list):
        example = example[0] if example else ""
    return Button(
        index=index,
        type=_text(item.get("type")).lower(),
        text=_text(item.get("text")),
        url=_text(item.get("url")),
        phone_number=_text(item.get("phone_number")),
        example=_text(example),
        raw=item,
    )


def _parameter_format(raw: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """Return Meta's word, or what the variables' names say when there is none."""
    stated = _text(raw.get("parameter_format")).lower()
    if stated in (POSITIONAL, NAMED):
        return stated
    texts = [part.text for part in (parts.get("header"), parts.get("body")) if part]
    names = [name for text in texts for name in variables(text)]
    return NAMED if any(not name.isdigit() for name in names) else POSITIONAL


def variables(text: str) -> list[str]:
    """Return the variables of a text, each once: numbers in their order, names as
    they stand."""
    found = list(dict.fromkeys(VARIABLE.findall(text)))
    if all(name.isdigit() and name.isascii() for name in found):
        found.sort(key=lambda name: (len(name.lstrip("0")), name.lstrip("0")))
    return found


def _objects(value: Any) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, Mapping)]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    return ""
