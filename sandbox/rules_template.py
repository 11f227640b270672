"""What a template may look like when it is handed in for review.

Source: Meta, ``templates/overview``, ``templates/components``. Refusals are code 100 with Meta's 2388xxx number as
subcode and a sentence for people in ``error_user_msg``.
"""

import itertools
import re

from .errors import GraphError
from .rules_shop import check_screen, find_flow
from .rules_values import variables
from .shapes import rows, table

NAME = re.compile(r"^[a-z0-9_]{1,512}$")
LANGUAGE = re.compile(r"^[a-z]{2,3}(_[A-Z]{2})?$")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
COMPONENTS = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER")
HEADER_FORMATS = ("TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION", "PRODUCT")
BUTTON_TOP = {
    "QUICK_REPLY": 10,
    "URL": 2,
    "PHONE_NUMBER": 1,
    "COPY_CODE": 1,
    "FLOW": 1,
    "OTP": 1,
    "CATALOG": 1,
    "MPM": 1,
    "SPM": 1,
    "VOICE_CALL": 1,
    "REQUEST_CONTACT_INFO": 1,
    "CALL_PERMISSION_REQUEST": 1,
}
NO_LABEL = ("OTP", "REQUEST_CONTACT_INFO", "COPY_CODE", "CALL_PERMISSION_REQUEST")
OFFER_MAX, OFFER_BODY_MAX, CARD_BODY_MAX = 16, 600, 160
BODY_MAX, HEADER_MAX, FOOTER_MAX, LABEL_MAX, URL_MAX = 1024, 60, 60, 25, 2000

TOO_LONG, HEADER_FORMAT, BODY_FORMAT, FOOTER_FORMAT = 2388040, 2388047, 2388072, 2388073
EXISTS, TOO_MANY_VARIABLES, AT_THE_EDGE = 2388024, 2388293, 2388299


def refuse(text, subcode=None, title="Template cannot be created"):
    """Return Meta's refusal of a template definition."""
    return GraphError(100, message="Invalid parameter", subcode=subcode, user=(title, text))


def check_definition(body):
    """Check a creation request; return ``(name, language, category, components, named)`` made uniform."""
    name, language = body.get("name"), body.get("language")
    if not isinstance(name, str) or not NAME.match(name):
        raise refuse("The name may only have lower-case letters, digits and underscores, at most 512.")
    if not isinstance(language, str) or not LANGUAGE.match(language):
        raise refuse(f"Language {str(language)[:20]} is not supported.")
    category = str(body.get("category", "")).upper()
    if category not in CATEGORIES:
        raise GraphError(100, message="(#100) Param category must be one of {" + ", ".join(CATEGORIES) + "}")
    named = str(body.get("parameter_format", "positional")).upper()
    if named not in ("NAMED", "POSITIONAL"):
        raise GraphError(100, message="(#100) Param parameter_format must be one of {NAMED, POSITIONAL}")
    components = check_components(body.get("components"), named == "NAMED", category)
    return name, language, category, components, named


def check_components(components, named, category):
    """Check all components and return them with type and format in capitals."""
    if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
        raise GraphError(100, message="(#100) The parameter components is required.")
    out = [uniform(part) for part in components]
    kinds = [part["type"] for part in out]
    if len(set(kinds)) != len(kinds):
        raise refuse("Each component may occur once.")
    if category == "AUTHENTICATION":
        out = [preset_authentication(part) for part in out]
    if "BODY" not in kinds and category != "CARD":
        raise refuse("A template needs a body.", BODY_FORMAT)
    for part in out:
        check = CHECKS.get(part["type"])
        if check:
            check(part, named)
        elif part["type"] == "BODY" and category != "AUTHENTICATION":
            check_body(part, named)
    if "LIMITED_TIME_OFFER" in kinds:
        check_beside_offer({part["type"]: part for part in out}, category)
    return out


def uniform(part):
    """Return a component with type, format and types of buttons in capitals."""
    part = {**part, "type": str(part.get("type", "")).upper()}
    if part["type"] not in COMPONENTS:
        raise refuse(f"Component type {part['type'][:40]} is not known.")
    if part["type"] == "HEADER":
        part["format"] = str(part.get("format", "")).upper()
    if part["type"] == "BUTTONS":
        buttons = map(table, rows(part.get("buttons")))
        part["buttons"] = [{**button, "type": str(button.get("type", "")).upper()} for button in buttons]
    return part


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


def check_references(components, shop):
    """Check that the flows and the catalogue the buttons name exist.

    :param components: as :func:`check_components` returns them.
    """
    for part in components:
        for card in rows(part.get("cards")):
            check_references(card["components"], shop)
        for button in part.get("buttons", ()):
            kind = button["type"]
            if kind in ("CATALOG", "MPM", "SPM") and shop.catalog_id is None:
                raise refuse("No catalog is connected to the account.")
            if kind == "FLOW":
                check_flow_button(button, shop)


def check_flow_button(button, shop):
    """Check that a flow button names a published flow, and one of its screens."""
    try:
        flow = find_flow(shop, button.get("flow_id"), button.get("flow_name"))
        if flow.status == "DRAFT":
            raise refuse(f"The flow {flow.id} is not published.")
        if str(button.get("flow_action", "navigate")).lower() == "navigate":
            check_screen(flow, button.get("navigate_screen") or (flow.screens[0]["id"] if flow.screens else None))
    except GraphError as problem:
        if problem.code == 100:
            raise
        raise refuse(problem.details) from None


def preset_authentication(part):
    """Return a component of an authentication template with Meta's own words in it."""
    if part["type"] == "BODY":
        text = "*{{1}}* is your verification code."
        if part.get("add_security_recommendation"):
            text += " For your security, do not share this code."
        if part.get("text") not in (None, text):
            # What was read may be handed in again; words of one's own may not.
            raise refuse("The body of an authentication template has no text of its own.", BODY_FORMAT)
        return {**part, "text": text}
    if part["type"] == "FOOTER" and part.get("code_expiration_minutes"):
        return {**part, "text": f"This code expires in {part['code_expiration_minutes']} minutes."}
    return part


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
        raise refuse("The header must be TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION.", HEADER_FORMAT)
    example = table(part.get("example"))
    if part["format"] in ("IMAGE", "VIDEO", "DOCUMENT"):
        if not example.get("header_handle"):
            raise refuse("A header with a file needs a sample file (header_handle).", HEADER_FORMAT)
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
        raise refuse("Each variable of the header needs an example.", HEADER_FORMAT)


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
    """Check that every variable of the body has an example value."""
    if named:
        given = {str(table(item).get("param_name")) for item in rows(example.get("body_text_named_params"))}
        complete = given >= set(wanted)
    else:
        samples = rows(example.get("body_text"))
        complete = bool(samples) and len(rows(samples[0])) == len(wanted)
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
    if text is None and part.get("code_expiration_minutes"):
        return
    if not isinstance(text, str) or not text.strip():
        raise refuse("The footer has no text.", FOOTER_FORMAT)
    if len(text) > FOOTER_MAX:
        raise refuse(f"The footer may have {FOOTER_MAX} characters.", TOO_LONG)
    if "{{" in text:
        raise refuse("The footer may not have variables.", FOOTER_FORMAT)


def check_buttons(part, named):
    """Check buttons: at most ten, each kind at most so often, quick replies in one block."""
    buttons = part["buttons"]
    if not 1 <= len(buttons) <= 10:
        raise refuse("A template may have one to ten buttons.")
    kinds = [button["type"] for button in buttons]
    for kind in set(kinds):
        if kind not in BUTTON_TOP:
            raise refuse(f"Button type {kind[:40]} is not known.")
        if kinds.count(kind) > BUTTON_TOP[kind]:
            raise refuse(f"At most {BUTTON_TOP[kind]} buttons of type {kind} are allowed.")
    blocks = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(one != two for one, two in itertools.pairwise(blocks)) > 1:
        raise refuse("Quick replies and other buttons must be two groups.")
    for button in buttons:
        check_button(button)


def check_button(button):
    """Check one button."""
    kind, label = button["type"], button.get("text")
    if kind not in NO_LABEL and (not isinstance(label, str) or not 1 <= len(label) <= LABEL_MAX):
        raise refuse(f"The label of a button may have {LABEL_MAX} characters.")
    if kind == "PHONE_NUMBER" and not 1 <= len(str(button.get("phone_number", ""))) <= 20:
        raise refuse("A phone button needs a phone_number of at most 20 characters.")
    if kind == "COPY_CODE" and not button.get("example"):
        raise refuse("A copy-code button needs an example.")
    if kind != "URL":
        return
    url = str(button.get("url", ""))
    if not url.startswith(("http://", "https://")) or len(url) > URL_MAX:
        raise refuse(f"A URL button needs an address of at most {URL_MAX} characters.")
    wanted = variables(url)
    if wanted and (wanted != ["1"] or not url.endswith("{{1}}")):
        raise refuse("The address of a button may have one variable {{1}} at its end.")
    if wanted and not button.get("example"):
        raise refuse("A URL button with a variable needs an example.")


CHECKS = {
    "HEADER": check_header,
    "FOOTER": check_footer,
    "BUTTONS": check_buttons,
    "CAROUSEL": check_carousel,
    "LIMITED_TIME_OFFER": check_offer,
}
