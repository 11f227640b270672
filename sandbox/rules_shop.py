"""Catalogues and flows in messages: what must exist before it may be sent.

Source: Meta, ``messages/interactive-product-*``, ``messages/interactive-carousel``, ``flows/guides/sendingaflow``,
``support/error-codes`` (132068, 132069). Where Meta's pages name no code, a refusal is 131009 with the reason.
"""

from .errors import GraphError, invalid, missing
from .rules_lengths import length
from .shapes import rows, table

PRODUCTS_MAX, SECTIONS_MAX, SECTION_TITLE_MAX = 30, 10, 24
FLOW_VERSION = "3"
FIRST_SCREEN = "FIRST_ENTRY_SCREEN"
FLOW_LABEL_MAX = 30
THROTTLED_PER_HOUR = 10

# --------------------------------------------------------------------------- products


def check_catalog(shop, catalog_id=None):
    """Raise unless a catalogue is connected, and is the one that was named."""
    if shop.catalog_id is None:
        raise invalid("No catalog is connected to this WhatsApp Business account.")
    if catalog_id is not None and str(catalog_id) != shop.catalog_id:
        raise invalid(f"The catalog {str(catalog_id)[:40]} is not connected to this WhatsApp Business account.")


def check_product(shop, retailer_id, where="product_retailer_id"):
    """Raise unless the catalogue has this article."""
    if not isinstance(retailer_id, str) or not retailer_id:
        raise missing(where)
    if retailer_id not in shop.products:
        raise invalid(f"Product not found for product_retailer_id {retailer_id[:80]} in catalog {shop.catalog_id}.")


def check_sections(shop, sections):
    """Check sections of products; return the article numbers in their order."""
    if not isinstance(sections, list) or not 1 <= len(sections) <= SECTIONS_MAX:
        raise invalid(f"Invalid sections count. Min allowed sections: 1, Max allowed sections: {SECTIONS_MAX}")
    found = []
    for section in map(table, sections):
        length("Section title", section.get("title"), SECTION_TITLE_MAX, low=1 if len(sections) > 1 else 0)
        items = [table(item).get("product_retailer_id") for item in rows(section.get("product_items"))]
        if not items:
            raise invalid("Each section needs at least one product.")
        found += items
    if len(found) > PRODUCTS_MAX:
        raise invalid(f"Total product count exceed max allowed count: {PRODUCTS_MAX}")
    for retailer_id in found:
        check_product(shop, retailer_id)
    return found


def check_thumbnail(shop, parameters):
    """Check the optional article whose picture stands for the catalogue; return its number or None."""
    thumbnail = table(parameters).get("thumbnail_product_retailer_id")
    check_catalog(shop)
    if thumbnail is not None:
        check_product(shop, thumbnail, "thumbnail_product_retailer_id")
    return thumbnail


# ------------------------------------------------------------------------------ flows


def find_flow(shop, flow_id=None, flow_name=None):
    """Return the flow of the account with that id or name, exactly one of which is given."""
    if bool(flow_id) == bool(flow_name):
        raise invalid("Exactly one of flow_id and flow_name is required.")
    flow = shop.flows.get(str(flow_id)) if flow_id else next((f for f in shop.flows.values() if f.name == flow_name), None)
    if flow is None:
        raise invalid(f"The flow {str(flow_id or flow_name)[:60]} does not exist in this WhatsApp Business account.")
    return flow


def check_sendable(flow, draft, now):
    """Raise unless a flow may be sent in this mode now; count it.

    Whether ``mode: draft`` is refused for a published flow no source says: here it is (decision 0081).

    :param draft: the message says ``mode: draft``.
    """
    if flow.status == "BLOCKED":
        raise GraphError(132068, f"The flow {flow.id} is blocked.")
    if draft != (flow.status == "DRAFT"):
        raise invalid(f"The flow {flow.id} is in status {flow.status}; mode draft is for drafts alone.")
    if flow.status not in ("DRAFT", "PUBLISHED", "THROTTLED"):
        raise invalid(f"The flow {flow.id} is in status {flow.status} and cannot be sent.")
    flow.sent[:] = [at for at in flow.sent if now - at < 3600]
    if flow.status == "THROTTLED" and len(flow.sent) >= THROTTLED_PER_HOUR:
        raise GraphError(132069, f"The flow {flow.id} is throttled: {THROTTLED_PER_HOUR} were sent within the last hour.")
    flow.sent.append(now)


def check_screen(flow, screen):
    """Raise unless a flow has this screen."""
    if screen not in [one["id"] for one in flow.screens]:
        raise invalid(f"The flow {flow.id} has no screen {str(screen)[:60]}.")


def check_flow_message(content, action, shop, now):
    """Check an interactive message that opens a flow."""
    params = action.get("parameters")
    if action.get("name") != "flow" or not isinstance(params, dict):
        raise missing("interactive['action']['parameters']")
    if str(params.get("flow_message_version")) != FLOW_VERSION:
        raise invalid(f"flow_message_version must be {FLOW_VERSION}.")
    length("Flow CTA", params.get("flow_cta"), FLOW_LABEL_MAX)
    flow = find_flow(shop, params.get("flow_id"), params.get("flow_name"))
    mode = params.get("mode", "published")
    if mode not in ("draft", "published"):
        raise invalid("mode must be draft or published.")
    how = params.get("flow_action", "navigate")
    if how == "navigate":
        # Without a screen the form opens at its first one (M, openapi: FIRST_ENTRY_SCREEN).
        payload = table(params.get("flow_action_payload"))
        if payload.get("screen", FIRST_SCREEN) != FIRST_SCREEN:
            check_screen(flow, payload["screen"])
        if "data" in payload and (not isinstance(payload["data"], dict) or not payload["data"]):
            raise invalid("flow_action_payload['data'] must be a non-empty object.")
    elif how != "data_exchange":
        raise invalid("flow_action must be navigate or data_exchange.")
    elif not flow.endpoint_uri:
        raise invalid(f"The flow {flow.id} has no endpoint to exchange data with.")
    elif "flow_action_payload" in params:
        raise invalid("flow_action_payload is only for flow_action navigate.")
    check_sendable(flow, mode == "draft", now)
