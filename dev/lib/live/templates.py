"""The templates a run hands in: each kind and component once. They are reviewed while other points are played, then sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tools.graph.template_definition import TemplateDefinition
from tools.graph.template_parameters import Parameter, parameters

if TYPE_CHECKING:
    from .check import Check

Component = dict[str, Any]
DAY_MS = 24 * 3600 * 1000


def body(text: str, *examples: str) -> Component:
    """Return the body of a template with positional variables."""
    return {"type": "BODY", "text": text, **({"example": {"body_text": [list(examples)]}} if examples else {})}


def buttons(*items: Component) -> Component:
    """Return the buttons of a template."""
    return {"type": "BUTTONS", "buttons": list(items)}


def header(format_: str, handle: str = "") -> Component:
    """Return a header with a file or a place."""
    return {"type": "HEADER", "format": format_, **({"example": {"header_handle": [handle]}} if handle else {})}


PLAIN = body("We have received your request and will be in touch.")
LINK = {
    "type": "URL",
    "text": "See it",
    "url": "https://shop.example.com/orders/{{1}}",
    "example": ["https://shop.example.com/orders/7"],
}
FIXED_LINK = {"type": "URL", "text": "Open the shop", "url": "https://shop.example.com/"}
PHONE = {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+12025550142"}
COPY_CODE = {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}


def _full(check: Check) -> list[Component]:
    return [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["S00042"]}},
        body("Hello {{1}}, your order over {{2}} has left our house today.", "Ada", "$ 1,250.00"),
        {"type": "FOOTER", "text": "Sent to try something out"},
        buttons({"type": "QUICK_REPLY", "text": "Thank you"}, LINK, PHONE),
    ]


def _named(check: Check) -> list[Component]:
    samples = [{"param_name": "first_name", "example": "Ada"}, {"param_name": "day", "example": "30 November"}]
    text = "Hello {{first_name}}, we will be with you on {{day}} as agreed."
    return [{"type": "BODY", "text": text, "example": {"body_text_named_params": samples}}]


def _file(format_: str, sample: str) -> Callable[[Check], list[Component]]:
    return lambda check: [header(format_, check.handle(sample)), PLAIN]


def _place(check: Check) -> list[Component]:
    return [header("LOCATION"), PLAIN]


def _code(check: Check) -> list[Component]:
    footer = {"type": "FOOTER", "code_expiration_minutes": 5}
    return [{"type": "BODY", "add_security_recommendation": True}, footer, buttons(COPY_CODE)]


def _coupon(check: Check) -> list[Component]:
    return [body("Here is a coupon for your next order with us."), buttons({"type": "COPY_CODE", "example": "TRY25"})]


def _offer(check: Check) -> list[Component]:
    offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}}
    return [
        header("IMAGE", check.handle()),
        offer,
        body("Something to try out, for a short time only."),
        buttons({"type": "COPY_CODE", "example": "TRY25"}, LINK),
    ]


def _cards(check: Check) -> list[Component]:
    handle = check.handle()
    card = {
        "components": [
            header("IMAGE", handle),
            body("A card to try out."),
            buttons({"type": "QUICK_REPLY", "text": "More"}, LINK),
        ]
    }
    return [body("Two cards to try something out with."), {"type": "CAROUSEL", "cards": [card, card]}]


def _flow(check: Check) -> list[Component]:
    form = check.player.known.flow or check.impossible("the account has no published flow")
    return [PLAIN, buttons({"type": "FLOW", "text": "Open", "flow_id": str(form["id"])})]


def _catalog(check: Check) -> list[Component]:
    if not check.player.known.catalog_id:
        check.impossible("no catalogue is connected to the account")
    return [body("Have a look at everything we have."), buttons({"type": "CATALOG", "text": "View catalog"})]


def _products(check: Check) -> list[Component]:
    if not check.player.known.product:
        check.impossible("no catalogue with an article is connected to the account")
    title = {"type": "HEADER", "format": "TEXT", "text": "Our choice"}
    return [title, body("Have a look at what we chose for you."), buttons({"type": "MPM", "text": "View items"})]


def _call(check: Check) -> list[Component]:
    return [PLAIN, buttons({"type": "VOICE_CALL", "text": "Call us"})]


#: Name -> (category, its components, further parts of the body).
KINDS: dict[str, tuple[str, Callable[[Check], list[Component]], dict[str, Any]]] = {
    "full": ("UTILITY", _full, {}),
    "named": ("UTILITY", _named, {"parameter_format": "NAMED"}),
    "picture": ("UTILITY", _file("IMAGE", "picture.jpg"), {}),
    "film": ("UTILITY", _file("VIDEO", "film.mp4"), {}),
    "page": ("UTILITY", _file("DOCUMENT", "page.pdf"), {}),
    "place": ("UTILITY", _place, {}),
    "code": ("AUTHENTICATION", _code, {}),
    "coupon": ("MARKETING", _coupon, {}),
    "offer": ("MARKETING", _offer, {}),
    "cards": ("MARKETING", _cards, {}),
    "flow": ("UTILITY", _flow, {}),
    "catalog": ("MARKETING", _catalog, {}),
    "products": ("MARKETING", _products, {}),
    "call": ("UTILITY", _call, {}),
}


def request(check: Check, kind: str) -> dict[str, Any]:
    """Return the body that hands in one of the kinds, under a name of its own."""
    category, components, more = KINDS[kind]
    return {
        "name": check.template_name(kind),
        "language": "en_US",
        "category": category,
        "components": components(check),
        **more,
    }


def values(check: Check, definition: TemplateDefinition) -> dict[str, Any]:
    """Return a value for everything a template asks for, by the keys of ``template_components``."""
    return {parameter.key: _value(check, parameter) for parameter in parameters(definition)}


def _value(check: Check, parameter: Parameter) -> Any:
    files: Mapping[str, str] = {"image": "picture.jpg", "video": "film.mp4", "document": "page.pdf"}
    if parameter.kind in files:
        return {"id": check.upload(files[parameter.kind])}
    fixed: dict[str, Any] = {
        "text": "123456" if parameter.example.isdigit() else "Ada",
        "code": "123456",
        "payload": f"try:{parameter.key}",
        "url_suffix": "S00042",
        "coupon_code": "TRY25",
        "location": {"latitude": "51.5007", "longitude": "-0.1246", "name": "Office", "address": "1 Example St"},
        "expiration": int(time.time() * 1000) + DAY_MS,
        "mpm": {"sections": [{"title": "Chosen", "products": [check.player.known.product]}]},
    }
    return fixed.get(parameter.kind)
