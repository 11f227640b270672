"""What the customer will see of a template, as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .template import clean_parameter
from .template_definition import (
    VARIABLE,
    Body,
    Button,
    Header,
    TemplateDefinition,
)


@dataclass(frozen=True, slots=True)
class PreviewButton:
    """A button with its address filled in."""

    type: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A filled template. Variables without a value stay as ``{{name}}``."""

    header: str = ""
    """The header's text; ``""`` for other formats."""
    header_format: str = ""
    """``text``, ``image``…; ``""`` without a header."""
    body: str = ""
    """WhatsApp markup."""
    footer: str = ""
    buttons: tuple[PreviewButton, ...] = ()
    cards: tuple[Preview, ...] = ()
    offer: str = ""

    @property
    def text(self) -> str:
        """Header, body and footer as one text, for a thread or a search."""
        return "\n\n".join(filter(None, (self.header, self.body, self.footer)))


def render(definition: TemplateDefinition, values: Mapping[str, Any]) -> Preview:
    """Return the template filled with values.

    :param values: as for ``template_fill.template_components``; any may be missing.
    """
    cards = tuple(_level(card.header, card.body, card.buttons, values, f"card.{card.index}.") for card in definition.cards)
    level = _level(definition.header, definition.body, definition.buttons, values, "")
    return Preview(
        header=level.header,
        header_format=level.header_format,
        body=level.body,
        footer=definition.footer,
        buttons=level.buttons,
        cards=cards,
        offer=definition.offer_text or "",
    )


def _level(
    header: Header | None,
    body: Body | None,
    buttons: tuple[Button, ...],
    values: Mapping[str, Any],
    prefix: str,
) -> Preview:
    def fill(part: str) -> Callable[[str], str]:
        return lambda name: clean_parameter(values.get(f"{prefix}{part}.{name}"))

    return Preview(
        header=_substitute(header.text, fill("header")) if header else "",
        header_format=header.format if header else "",
        body=_substitute(body.text, fill("body")) if body else "",
        buttons=tuple(
            PreviewButton(
                button.type,
                button.text,
                _substitute(button.url, _constant(values.get(_key(prefix, button)))),
            )
            for button in buttons
        ),
    )


def _key(prefix: str, button: Button) -> str:
    return f"{prefix}button.{button.index}"


def _constant(value: Any) -> Callable[[str], str]:
    return lambda _name: clean_parameter(value) if isinstance(value, str) else ""


def _substitute(text: str, value_of: Callable[[str], str]) -> str:
    """Put values where the variables are. Nothing in a value is looked at again."""
    return VARIABLE.sub(lambda found: value_of(found[1]) or found[0], text)
