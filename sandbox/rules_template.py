"""What a template may look like when it is handed in for review.

Source: Meta, ``templates/overview``, ``templates/components``. Refusals are code 100 with Meta's 2388xxx number as
subcode and a sentence for people in ``error_user_msg``.
"""

import re

from .errors import GraphError
from .rules_authentication import written
from .rules_languages import LANGUAGES
from .rules_refusals import (
    AT_THE_EDGE,
    BODY_FORMAT,
    FOOTER_FORMAT,
    HEADER_FORMAT,
    TOO_LONG,
    TOO_MANY_VARIABLES,
    fields_missing,
    refuse,
)
from .rules_template_buttons import check_buttons
from .rules_values import variables
from .shapes import rows, table

NAME = re.compile(r"^[a-z0-9_]{1,512}$")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
COMPONENTS = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "CALL_PERMISSION_REQUEST")
HEADER_FORMATS = ("TEXT", "IMAGE", "VIDEO", "DOCUMENT", "GIF", "LOCATION", "PRODUCT")
FILE_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT", "GIF")
#: Seconds after which a message is no longer delivered, from and to, by category. Source: Meta, ``templates/time-to-live``.
LIFETIMES = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43_200), "MARKETING": (43_200, 2_592_000)}
THIRTY_DAYS = -1
#: In English in every language here (unverified).
COUPON_LABEL = "Copy offer code"
OFFER_MAX, OFFER_BODY_MAX, CARD_BODY_MAX = 16, 600, 160
BODY_MAX, HEADER_MAX, FOOTER_MAX = 1024, 60, 60


def check_definition(body):
    """Check a creation request; return ``(name, language, category, components, format)`` made uniform."""
    name, language, category = check_identity(body)
    form = str(body.get("parameter_format", "positional")).upper()
    if form not in ("NAMED", "POSITIONAL"):
        raise GraphError(100, message="(#100) Param parameter_format must be one of {NAMED, POSITIONAL}")
    return name, language, category, check_components(body.get("components"), form == "NAMED", category, language), form


def check_identity(body):
    """Check what every creation request has, and its lifetime; return ``(name, language, category)``."""
    name, language = body.get("name"), body.get("language")
    if not isinstance(name, str) or not NAME.match(name):
        raise refuse("The name may only have lower-case letters, digits and underscores, at most 512.")
    if not isinstance(language, str) or language not in LANGUAGES:
        # Meta's own words are not recorded; this is how Graph refuses a value outside of a closed list.
        raise GraphError(100, message="(#100) Param language must be one of {" + ", ".join(LANGUAGES) + "}")
    category = category_of(body.get("category", ""))
    check_lifetime(category, body.get("message_send_ttl_seconds"))
    return name, language, category


def category_of(value):
    """Return a category in capitals."""
    category = str(value).upper()
    if category not in CATEGORIES:
        raise GraphError(100, message="(#100) Param category must be one of {" + ", ".join(CATEGORIES) + "}")
    return category


def check_lifetime(category, seconds):
    """Check ``message_send_ttl_seconds``: each category has its limits, -1 stands for 30 days but in marketing."""
    if seconds is None:
        return
    low, high = LIFETIMES[category]
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise GraphError(100, message="(#100) Param message_send_ttl_seconds must be an integer")
    if not low <= seconds <= high and (seconds != THIRTY_DAYS or category == "MARKETING"):
        raise refuse(f"message_send_ttl_seconds of {category} must be between {low} and {high} seconds.")


def check_components(components, named, category, language="en"):
    """Check all components and return them as they are read back: types in capitals, Meta's own words written in.

    :param category: in capitals, or ``CARD`` for those of one card.
    """
    if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
        raise GraphError(100, message="(#100) The parameter components is required.")
    out = [uniform(part) for part in components]
    kinds = [part["type"] for part in out]
    if len(set(kinds)) != len(kinds):
        raise refuse("Each component may occur once.")
    if "BODY" not in kinds and category != "CARD":
        raise refuse("A template needs a body.", BODY_FORMAT)
    if category == "AUTHENTICATION":
        return written(out, language)
    for part in out:
        check = CHECKS.get(part["type"])
        if check:
            check(part, named)
    parts = {part["type"]: part for part in out}
    if "LIMITED_TIME_OFFER" in kinds:
        check_beside_offer(parts, category)
    if parts.get("HEADER", {}).get("format") == "GIF" and category != "MARKETING":
        raise refuse("A header of format GIF is for marketing.", HEADER_FORMAT)
    return out


def uniform(part):
    """Return a component with type, format and types of buttons in capitals."""
    part = {**part, "type": str(part.get("type", "")).upper()}
    if part["type"] not in COMPONENTS:
        raise refuse(f"Component type {part['type'][:40]} is not known.")
    if part["type"] == "HEADER":
        part["format"] = str(part.get("format", "")).upper()
    if part["type"] == "BUTTONS":
        part["buttons"] = [uniform_button(table(button)) for button in rows(part.get("buttons"))]
    return part


def uniform_button(button):
    """Return a button with its type in capitals; one that copies a coupon has Meta's label, whatever was handed in."""
    kind = str(button.get("type", "")).upper()
    return {**button, "type": kind, "text": COUPON_LABEL} if kind == "COPY_CODE" else {**button, "type": kind}


def check_beside_offer(parts, category):
    """Check what may stand beside a limited-time offer."""
    if category != "MARKETING":
        raise refuse("A limited-time offer is marketing.")
    if "FOOTER" in parts:
        raise refuse("A template with an offer has no footer.", FOOTER_FORMAT)
    if parts.get("HEADER", {}).get("format", "IMAGE") not in ("IMAGE", "VIDEO"):
        raise refuse("Above an offer stands a picture or a video.", HEADER_FORMAT)
    if len(parts["BODY"]["text"]) > OFFER_BODY_MAX:
        raise refuse(f"The body of an offer may have {OFFER_BODY_MAX} characters.", TOO_LONG)


def check_offer(part, named):
    """Check a limited-time offer: 16 characters, perhaps with an end."""
    offer = part.get("limited_time_offer")
    if not isinstance(offer, dict) or not 1 <= len(str(offer.get("text") or "")) <= OFFER_MAX:
        raise refuse(f"The text of an offer may have {OFFER_MAX} characters.")


def check_carousel(part, named):
    """Check a carousel: two to ten cards, all built alike, bodies of 160 characters, at most two buttons."""
    cards = part.get("cards")
    if not isinstance(cards, list) or not 2 <= len(cards) <= 10 or not all(isinstance(card, dict) for card in cards):
        raise refuse("A carousel has two to ten cards.")
    shapes = set()
    for card in cards:
        card["components"] = check_components(card.get("components"), named, "CARD")
        parts = {one["type"]: one for one in card["components"]}
        if len(parts.get("BODY", {}).get("text", "")) > CARD_BODY_MAX:
            raise refuse(f"The body of a card may have {CARD_BODY_MAX} characters.", TOO_LONG)
        buttons = [button["type"] for button in parts.get("BUTTONS", {}).get("buttons", [])]
        if parts.get("HEADER", {}).get("format") not in ("IMAGE", "VIDEO", "PRODUCT") or len(buttons) > 2:
            raise refuse("A card has a picture, a video or a product, and at most two buttons.")
        shapes.add((parts["HEADER"]["format"], "BODY" in parts, *buttons))
    if len(shapes) != 1:
        raise refuse("All cards of a carousel must be built alike.")


def check_header(part, named):
    """Check a header: a text of 60 characters with one variable, or a sample of a file."""
    if part["format"] not in HEADER_FORMATS:
        raise refuse(f"The header must be one of {', '.join(HEADER_FORMATS)}.", HEADER_FORMAT)
    example = table(part.get("example"))
    if part["format"] in FILE_FORMATS:
        if not rows(example.get("header_handle")):
            raise fields_missing("HEADER", "example")
        return
    if part["format"] in ("LOCATION", "PRODUCT"):
        return
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        raise refuse("The header has no text.", HEADER_FORMAT)
    if len(text) > HEADER_MAX:
        raise refuse(f"The header may have {HEADER_MAX} characters.", TOO_LONG)
    if "\n" in text or re.search(r"[*_~`]", re.sub(r"{{.*?}}", "", text)):
        raise refuse("The header may not have line breaks or formatting.", HEADER_FORMAT)
    wanted = check_variables(text, named, HEADER_FORMAT)
    if len(wanted) > 1:
        raise refuse("The header may have one variable.", HEADER_FORMAT)
    key = "header_text_named_params" if named else "header_text"
    if wanted and not example.get(key):
        raise fields_missing("HEADER", "example")


def check_body(part, named):
    """Check a body: 1,024 characters, proper variables with an example each."""
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        raise refuse("The body has no text.", BODY_FORMAT)
    if len(text) > BODY_MAX:
        raise refuse(f"The body may have {BODY_MAX} characters.", TOO_LONG)
    wanted = check_variables(text, named, BODY_FORMAT)
    if not wanted:
        return
    stripped = text.strip()
    if stripped.startswith("{{") or stripped.endswith("}}"):
        raise refuse("Variables can't be at the start or end of the template.", AT_THE_EDGE)
    words = len(re.sub(r"{{.*?}}", " ", text).split())
    if words < 2 * len(wanted) + 1:
        raise refuse("This template has too many variables for its length.", TOO_MANY_VARIABLES)
    check_body_example(table(part.get("example")), wanted, named)


def check_body_example(example, wanted, named):
    """Check that every variable of the body has an example value; the code for too few or too many is unverified."""
    samples = rows(example.get("body_text_named_params" if named else "body_text"))
    if not samples:
        raise fields_missing("BODY", "example")
    if named:
        complete = {str(table(item).get("param_name")) for item in samples} >= set(wanted)
    else:
        complete = len(rows(samples[0])) == len(wanted)
    if not complete:
        raise refuse("Each variable of the body needs an example.", BODY_FORMAT)


def check_variables(text, named, subcode):
    """Return the variables of a text, or raise when they are malformed."""
    wanted = variables(text)
    rest = re.sub(r"{{\s*[A-Za-z0-9_]+\s*}}", "", text)
    if "{{" in rest or "}}" in rest:
        raise refuse("A variable is written {{1}} or {{name}}.", subcode)
    if re.search(r"}}\s*{{", text):
        raise refuse("Two variables may not stand next to each other.", subcode)
    if named:
        if not all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in wanted):
            raise refuse("Names of variables have lower-case letters, digits and underscores.", subcode)
    elif wanted != [str(number) for number in range(1, len(wanted) + 1)]:
        raise refuse("Variables must be numbered {{1}}, {{2}}, … without gaps.", subcode)
    return wanted


def check_footer(part, named):
    """Check a footer: 60 characters, no variables."""
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        raise refuse("The footer has no text.", FOOTER_FORMAT)
    if len(text) > FOOTER_MAX:
        raise refuse(f"The footer may have {FOOTER_MAX} characters.", TOO_LONG)
    if "{{" in text:
        raise refuse("The footer may not have variables.", FOOTER_FORMAT)


CHECKS = {
    "HEADER": check_header,
    "BODY": check_body,
    "FOOTER": check_footer,
    "BUTTONS": check_buttons,
    "CAROUSEL": check_carousel,
    "LIMITED_TIME_OFFER": check_offer,
}
