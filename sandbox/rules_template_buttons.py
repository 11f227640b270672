"""The buttons of a template that is handed in for review.

Source: Meta, ``templates/components`` (buttons) and the pages of the single kinds below ``templates/``.
"""

import itertools

from .errors import GraphError
from .flow_json import screens_of
from .rules_refusals import fields_missing, refuse
from .rules_shop import check_screen, find_flow
from .rules_values import variables
from .shapes import rows

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
LABEL_MAX, URL_MAX = 25, 2000


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
    if kind == "OTP":
        raise refuse("A button of type OTP belongs into an authentication template.")
    if kind == "COPY_CODE" and not button.get("example"):
        raise fields_missing("BUTTONS", "example")
    if kind != "URL":
        return
    url = str(button.get("url", ""))
    if not url.startswith(("http://", "https://")) or len(url) > URL_MAX:
        raise refuse(f"A URL button needs an address of at most {URL_MAX} characters.")
    wanted = variables(url)
    if wanted and (wanted != ["1"] or not url.endswith("{{1}}")):
        raise refuse("The address of a button may have one variable {{1}} at its end.")
    if wanted and not button.get("example"):
        raise fields_missing("BUTTONS", "example")


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
    """Check that a flow button names a published flow, or brings one along, and one of its screens."""
    if button.get("flow_json") is not None:
        if button.get("flow_id") or button.get("flow_name"):
            raise refuse("Exactly one of flow_id, flow_name and flow_json is required.")
        screens = [one["id"] for one in screens_of(button["flow_json"])]
        if button.get("navigate_screen", screens[0]) not in screens:
            raise refuse(f"The flow has no screen {str(button['navigate_screen'])[:60]}.")
        return
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


def adopt_flows(components, add_flow):
    """Turn forms that came along as Flow JSON into flows of the account; the button then names the flow.

    :param add_flow: called with the screens; returns the id.
    """
    for part in components:
        for card in rows(part.get("cards")):
            adopt_flows(card["components"], add_flow)
        for button in part.get("buttons", ()):
            if "flow_json" in button:
                button["flow_id"] = add_flow(screens_of(button.pop("flow_json")))
