"""Buttons of a template message: which parameters each kind needs, and what the customer can tap.

Source: Meta, ``templates/components`` (buttons) and the pages of the single kinds below ``templates/``.
"""

from .errors import GraphError, invalid
from .rules_authentication import is_code_button
from .rules_shop import PRODUCTS_MAX, check_product, check_sendable, check_thumbnail, find_flow
from .rules_values import VARIABLE, count_error, text_of, variables

PAYLOAD_MAX = 128
COUPON_MAX = 20
CODE_MAX = 15
SECTION_TITLE_MAX = 24
SECTIONS_MAX = 10

#: Buttons that must be named by a component, with or without parameters, and the code when they are not. Source: measured
#: by others for flows (131009); one report for catalogues (131008). Naming a phone number is refused instead (KINDS).
NAMED_ALWAYS = {"FLOW": 131009, "CATALOG": 131008}


def fill_buttons(buttons, given, case):
    """Return the card's buttons with addresses completed and payloads attached.

    :param given: index -> ``(sub_type, parameters)`` as they were sent.
    :param case: :class:`~.rules_values.Case`.
    """
    for index in given:
        if not 0 <= index < len(buttons):
            raise GraphError(132018, f"buttons: there is no button at index {index}")
    return [fill_button(index, button, given.get(index), case) for index, button in enumerate(buttons)]


def fill_button(index, button, sent, case):
    """Return one button of the card, or raise for a wrong or missing parameter."""
    kind = button["type"].upper()
    sub_type, params = sent or ("", [])
    wanted, fill = KINDS.get(kind, (None, nothing))
    if sent and sub_type != wanted:
        raise GraphError(
            132018, f"buttons: button at index {index} of type {kind} cannot take sub_type {sub_type[:20] or 'none'}"
        )
    if not sent and kind in NAMED_ALWAYS:
        raise GraphError(
            NAMED_ALWAYS[kind], f"buttons: Button at index {index} of type {kind.capitalize()} requires a component"
        )
    return {
        "index": index,
        "type": kind.lower(),
        "text": button.get("text", ""),
        **fill(index, button, params, case),
    }


def need(index, label, params):
    """Return the one parameter of a button that needs one, or raise Meta's 131008."""
    if len(params) != 1:
        raise GraphError(131008, f"buttons: Button at index {index} of type {label} requires a parameter")
    return params[0]


def nothing(index, button, params, case):
    """A button without anything to fill in."""
    return {"phone_number": button["phone_number"]} if "phone_number" in button else {}


def quick_reply(index, button, params, case):
    """A quick reply; its payload is its label unless another one was sent."""
    payload = params[0].get("payload") if params else None
    if params and (not isinstance(payload, str) or not 1 <= len(payload) <= PAYLOAD_MAX):
        raise invalid(f"buttons: payload at index {index} must have 1 to {PAYLOAD_MAX} characters.")
    return {"payload": payload or button.get("text", "")}


def url(index, button, params, case):
    """A link, with its one variable replaced by the suffix that was sent."""
    address = button.get("url", "")
    if not variables(address):
        if params:
            raise count_error("buttons", len(params), 0)
        return {"url": address}
    suffix = text_of("buttons", need(index, "Url", params), case.version)
    if is_code_button(address):
        return one_time_code(index, suffix)
    return {"url": VARIABLE.sub(lambda match: suffix, address)}


def one_time_code(index, code):
    """The button of an authentication template: a link by its definition, on the phone a code to copy or to fill in."""
    if len(code) > CODE_MAX:
        raise GraphError(132018, f"buttons: the code at index {index} may have {CODE_MAX} characters")
    return {"type": "otp", "code": code}


def copy_code(index, button, params, case):
    """A coupon to copy."""
    param = need(index, "CopyCode", params)
    code = param.get("coupon_code")
    if param.get("type") != "coupon_code" or not isinstance(code, str) or not 1 <= len(code) <= COUPON_MAX:
        raise GraphError(132018, f"buttons: coupon_code at index {index} must have 1 to {COUPON_MAX} characters")
    return {"code": code}


def action_of(index, params):
    """Return the ``action`` object of a button's only parameter."""
    action = params[0].get("action")
    if len(params) != 1 or params[0].get("type") != "action" or not isinstance(action, dict):
        raise GraphError(132018, f"buttons: button at index {index} takes one parameter of type action")
    return action


def flow(index, button, params, case):
    """A form to open; token and first data are optional."""
    action = action_of(index, params) if params else {}
    data = action.get("flow_action_data")
    if data is not None and (not isinstance(data, dict) or not data):
        raise GraphError(132018, f"buttons: flow_action_data at index {index} must be a non-empty object")
    form = find_flow(case.shop, button.get("flow_id"), button.get("flow_name"))
    check_sendable(form, False, case.now)
    return {"flow_id": form.id, "flow_token": action.get("flow_token", "unused"), "data": data}


def catalog(index, button, params, case):
    """The whole catalogue; a picture for it is optional."""
    return {"thumbnail": check_thumbnail(case.shop, action_of(index, params) if params else None)}


def single_product(index, button, params, case):
    """View the one product of the header; takes nothing."""
    return {}


def products(index, button, params, case):
    """Chosen products, in up to ten sections, at most thirty, and the one whose picture is shown."""
    need(index, "Mpm", params)
    action = action_of(index, params)
    sections = action.get("sections")
    if not isinstance(sections, list) or not sections:
        raise GraphError(131008, f"buttons: sections are missing at index {index}")
    if len(sections) > SECTIONS_MAX:
        raise GraphError(132018, f"buttons: 1 to {SECTIONS_MAX} sections may be sent, not {len(sections)}")
    found = []
    for section in sections:
        items = section.get("product_items") if isinstance(section, dict) else None
        if not isinstance(items, list) or not items or not 1 <= len(str(section.get("title", ""))) <= SECTION_TITLE_MAX:
            raise GraphError(132018, f"buttons: each section at index {index} needs a title and product_items")
        found += [item.get("product_retailer_id") if isinstance(item, dict) else None for item in items]
    if len(found) > PRODUCTS_MAX:
        raise GraphError(132018, f"buttons: 1 to {PRODUCTS_MAX} products may be sent, not {len(found)}")
    if not action.get("thumbnail_product_retailer_id"):
        raise GraphError(131008, f"buttons: thumbnail_product_retailer_id is missing at index {index}")
    check_thumbnail(case.shop, action)
    for retailer_id in found:
        check_product(case.shop, retailer_id)
    return {"products": found}


#: Type in the definition -> (``sub_type`` a send must use, how it is filled); all others take no parameters.
KINDS = {
    "QUICK_REPLY": ("quick_reply", quick_reply),
    "URL": ("url", url),
    "COPY_CODE": ("copy_code", copy_code),
    "FLOW": ("flow", flow),
    "CATALOG": ("catalog", catalog),
    "MPM": ("mpm", products),
    "SPM": (None, single_product),
    "VOICE_CALL": ("voice_call", nothing),
}
