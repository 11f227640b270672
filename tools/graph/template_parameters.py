"""What has to be filled in before a template can be sent.

Source: developers.facebook.com, WhatsApp "Templates – components".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .template_definition import (
    Body,
    Button,
    Header,
    TemplateDefinition,
    variables,
)

MEDIA_FORMATS = frozenset({"image", "video", "document", "gif"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value somebody has to give, or may give."""

    component: str
    """``header``, ``body``, ``button`` or ``limited_time_offer``."""
    index: int
    """Buttons: position among all buttons. Others: order among the parameters of
    the component, from zero."""
    name: str
    """The variable (``1``, ``first_name``), or the sort of value for the rest
    (``media``, ``location``, ``payload``, ``coupon_code``…)."""
    kind: str
    """``text``; ``image``, ``video``, ``document``, ``gif``, ``location``,
    ``product``; ``url_suffix``, ``code``, ``payload``, ``coupon_code``, ``flow``,
    ``catalog``, ``mpm``, ``voice_call``, ``order_details``; ``expiration``."""
    example: str = ""
    required: bool = True
    card: int | None = None
    """Which card of a carousel; None outside of one."""

    @property
    def key(self) -> str:
        """The name of this parameter among the values of ``template_components``:
        ``body.1``, ``header.media``, ``button.0``, ``card.1.button.0``."""
        head = f"card.{self.card}." if self.card is not None else ""
        tail = self.index if self.component == "button" else self.name
        return f"{head}{self.component}.{tail}"


# Button type -> (kind, required). Others, such as phone numbers, take nothing.
_BUTTONS: dict[str, tuple[str, bool]] = {
    "quick_reply": ("payload", False),
    "copy_code": ("coupon_code", True),
    "otp": ("code", True),
    "flow": ("flow", False),
    "catalog": ("catalog", False),
    "mpm": ("mpm", True),
    "voice_call": ("voice_call", False),
    "order_details": ("order_details", True),
}

# Buttons that a message has to name also when there is nothing to fill in: without it
# Meta refuses a flow (131009) and, by fewer reports, a catalogue (131008). Naming a
# phone number is refused in turn.
NAMED_ALWAYS = frozenset({"flow", "catalog"})


def parameters(definition: TemplateDefinition) -> list[Parameter]:
    """Return everything a template asks for, in the order of its components."""
    found = [*_header(definition.header), *_body(definition.body)]
    if definition.offer_text is not None and definition.offer_expires:
        found.append(Parameter("limited_time_offer", 0, "expiration", "expiration"))
    found += _buttons(definition.buttons, definition.category)
    for card in definition.cards:
        inside = [*_header(card.header), *_body(card.body), *_buttons(card.buttons)]
        found += [replace(parameter, card=card.index) for parameter in inside]
    return found


def _header(header: Header | None) -> Iterator[Parameter]:
    if header is None:
        return
    if header.format == "text":
        for index, name in enumerate(variables(header.text)):
            yield Parameter("header", index, name, "text", header.examples.get(name, ""))
    elif header.format in MEDIA_FORMATS:
        example = header.examples.get("media", "")
        yield Parameter("header", 0, "media", header.format, example)
    elif header.format in ("location", "product"):
        yield Parameter("header", 0, header.format, header.format)


def _body(body: Body | None) -> Iterator[Parameter]:
    if body is not None:
        for index, name in enumerate(variables(body.text)):
            yield Parameter("body", index, name, "text", body.examples.get(name, ""))


def _buttons(buttons: tuple[Button, ...], category: str = "") -> Iterator[Parameter]:
    for button in buttons:
        if button.type == "url":
            if variables(button.url):
                # Meta shows a published one-time-password button as a link.
                kind = "code" if category == "AUTHENTICATION" else "url_suffix"
                example = button.example
                if kind == "code":
                    example = example.removeprefix(button.url.partition("{{")[0])
                name = variables(button.url)[0]
                yield Parameter("button", button.index, name, kind, example)
        elif button.type in _BUTTONS:
            kind, required = _BUTTONS[button.type]
            yield Parameter("button", button.index, kind, kind, button.example, required)
