"""Catalogue and flows over the Graph API: what a business may refer to in its messages.

Source: Meta, ``flows/reference/flowsapi``; products are kept through Meta's commerce tools, here through the control API.
"""

from .errors import GraphError
from .graph_fields import page, pick, with_links

DEFAULT = ("id", "name", "status", "categories", "validation_errors")
KNOWN = frozenset({"json_version", "data_api_version", "endpoint_uri", "preview", "health_status", "whatsapp_business_account"})


def record(flow):
    """Return every field of a flow that has a value."""
    out = {
        "id": flow.id,
        "name": flow.name,
        "status": flow.status,
        "categories": flow.categories,
        "validation_errors": [],
        "json_version": "7.3",
    }
    if flow.endpoint_uri:
        out["endpoint_uri"] = flow.endpoint_uri
    return out


def list_catalogs(call):
    """``GET /{WABA_ID}/product_catalogs``: the one that is connected, if any."""
    catalog_id = call.record.catalog_id
    return {"data": [{"id": catalog_id, "name": call.record.name}] if catalog_id else []}


def list_flows(call):
    """``GET /{WABA_ID}/flows``."""
    flows = list(call.world.shop(call.record.waba_id).flows.values())
    part, paging = page(flows, call.body, lambda flow: f"MAZDZD{flow.id}")
    data = [pick(record(one), call.get("fields"), DEFAULT, KNOWN, "Flow") for one in part]
    return {"data": data, **with_links(call, paging)}


def read_flow(call):
    """``GET /{FLOW_ID}``."""
    return pick(record(call.record), call.get("fields"), DEFAULT, KNOWN, "Flow")


def publish(call):
    """``POST /{FLOW_ID}/publish``: a draft becomes sendable, for good."""
    if call.record.status != "DRAFT":
        raise GraphError(139000, f"The flow is {call.record.status}; only drafts can be published.")
    call.record.status = "PUBLISHED"
    return {"success": True}


def deprecate(call):
    """``POST /{FLOW_ID}/deprecate``: what was published is not sent any more."""
    if call.record.status not in ("PUBLISHED", "THROTTLED", "BLOCKED"):
        raise GraphError(139000, f"The flow is {call.record.status} and cannot be deprecated.")
    call.record.status = "DEPRECATED"
    return {"success": True}
