"""Catalogue and flows over the Graph API: what a business may refer to in its messages.

Source: Meta, ``flows/reference/flowsapi``; products are kept through Meta's commerce tools, here through the control API.
"""

import copy
import hashlib
import hmac
import json
from datetime import datetime, timezone

from aiohttp import web

from . import payloads_account, rules_flow
from .errors import GraphError
from .graph_app import app_name
from .graph_fields import page, pick, with_links

DEFAULT = ("id", "name", "status", "categories", "validation_errors")
KNOWN = frozenset({"data_api_version", "endpoint_uri", "data_channel_uri", "metric", "preview"})
#: Where the JSON of a flow is fetched from, with the address that ``assets`` gives.
ASSET_PATH = "/flow_assets/{id}/flow.json"


def record(call, flow):
    """Return every field of a flow that has a value."""
    app_id = call.world.app_of(call.token).app_id
    account = call.world.accounts[flow.waba_id]
    text = rules_flow.flow_json(flow)
    out = {
        "id": flow.id,
        "name": flow.name,
        "status": flow.status,
        "categories": flow.categories,
        "validation_errors": rules_flow.faults(text),
        "json_version": rules_flow.version_of(text),
        "updated_at": datetime.fromtimestamp(flow.updated_at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "application": {"id": app_id, "name": app_name(call.world, app_id), "link": "https://shop.example.com"},
        "whatsapp_business_account": {
            "id": account.waba_id,
            "name": account.name,
            "currency": account.currency,
            "timezone_id": account.timezone_id,
            "message_template_namespace": f"ns_{account.waba_id}",
        },
        "health_status": {
            "can_send_message": "BLOCKED" if flow.status in ("BLOCKED", "DEPRECATED") else "AVAILABLE",
            "entities": [],
        },
    }
    if flow.endpoint_uri:
        out["endpoint_uri"] = out["data_channel_uri"] = flow.endpoint_uri
    return out


def list_catalogs(call):
    """``GET /{WABA_ID}/product_catalogs``: the one that is connected, if any."""
    catalog_id = call.record.catalog_id
    return {"data": [{"id": catalog_id, "name": call.record.name}] if catalog_id else []}


def list_products(call):
    """``GET /{CATALOG_ID}/products``: the articles of a catalogue. Source: Meta, ``marketing-api/catalog``."""
    products = [one for one in call.world.products.values() if one.catalog_id == call.record.catalog_id]
    part, paging = page(products, call.params, lambda one: f"QVF{number_of(one)}")
    data = [
        pick(
            {"id": number_of(one), "retailer_id": one.retailer_id, "name": one.name, "currency": one.currency},
            call.params.get("fields"),
            ("id", "name", "retailer_id"),
            frozenset(),
            "ProductItem",
        )
        for one in part
    ]
    return {"data": data, **with_links(call, paging)}


def number_of(product):
    """Return the digits by which Graph knows an article."""
    return "98" + str(int(hashlib.sha256(product.id.encode()).hexdigest(), 16))[:13]


def list_flows(call):
    """``GET /{WABA_ID}/flows``."""
    flows = list(call.world.shop(call.record.waba_id).flows.values())
    part, paging = page(flows, call.body, lambda flow: f"MAZDZD{flow.id}")
    data = [pick(record(call, one), call.get("fields"), DEFAULT, KNOWN, "Flow") for one in part]
    return {"data": data, **with_links(call, paging)}


def create_flow(call):
    """``POST /{WABA_ID}/flows``: a draft. Its name is the only one in the account. Source: Meta, ``flows/reference/flowsapi``.

    It may bring its JSON (``flow_json``) or copy a flow (``clone_flow_id``); faults are told, not refused. With ``publish`` it
    is published at once when there are none; that it stays a draft otherwise is unverified.
    """
    name, categories, text = call.get("name"), call.get("categories") or ["OTHER"], call.get("flow_json")
    if not isinstance(name, str) or not name.strip():
        raise GraphError(100, message="(#100) The parameter name is required.")
    flows = call.world.shop(call.record.waba_id).flows
    if any(flow.name == name for flow in flows.values()):
        raise GraphError(100, message="Invalid parameter", user=("Flow name is not unique", f"There is a flow {name} already."))
    values = {"name": name, "categories": list(categories), "endpoint_uri": call.get("endpoint_uri")}
    if text is None and call.get("clone_flow_id") is not None:
        source = flows.get(str(call.get("clone_flow_id")))
        if source is None:
            raise GraphError(100, message="(#100) Param clone_flow_id must be the id of a flow of this account.")
        values |= {"screens": copy.deepcopy(source.screens), "json": source.json}
    flow = call.world.add_flow(call.record.waba_id, **values)
    faults = replace_json(flow, text if isinstance(text, str) else json.dumps(text)) if text is not None else []
    if call.get("publish") in (True, "true") and not rules_flow.faults(rules_flow.flow_json(flow)):
        set_flow_status(call.server, flow, "PUBLISHED")
    return {"id": flow.id, "success": True, "validation_errors": faults}


def replace_json(flow, text):
    """Give a flow another JSON; returns its faults."""
    faults = rules_flow.faults(text)
    flow.json = text
    if not faults:
        flow.screens = rules_flow.screens_of(text)
    return faults


def read_flow(call):
    """``GET /{FLOW_ID}``."""
    return pick(record(call, call.record), call.get("fields"), DEFAULT, KNOWN, "Flow")


def publish(call):
    """``POST /{FLOW_ID}/publish``: a draft becomes sendable, for good."""
    rules_flow.check_publish(call.record)
    set_flow_status(call.server, call.record, "PUBLISHED")
    return {"success": True}


def deprecate(call):
    """``POST /{FLOW_ID}/deprecate``: what was published is not sent any more."""
    rules_flow.check_deprecate(call.record)
    set_flow_status(call.server, call.record, "DEPRECATED")
    return {"success": True}


def delete_flow(call):
    """``DELETE /{FLOW_ID}``: only a draft can be deleted."""
    rules_flow.check_delete(call.record)
    del call.world.flows[call.record.id]
    return {"success": True}


def set_flow_status(server, flow, status):
    """Give a flow a status and report it by the webhook ``flows``; the same status is no news."""
    former, flow.status, flow.updated_at = flow.status, status, server.world.now()
    if former != status:
        server.traffic.publish("flows", payloads_account.flow_status(flow, former), flow.waba_id)


# ------------------------------------------------------------------ the JSON


def list_assets(call):
    """``GET /{FLOW_ID}/assets``: where the flow's JSON can be fetched."""
    flow = call.record
    path = ASSET_PATH.format(id=flow.id)
    url = f"{call.server.base_url}{path}?hash={seal(call.world, flow.id)}"
    return {"data": [{"name": "flow.json", "asset_type": "FLOW_JSON", "download_url": url}]}


def seal(world, flow_id):
    """Return the proof that an address of a flow's JSON was made here."""
    return hmac.new(world.app_secret.encode(), flow_id.encode(), hashlib.sha256).hexdigest()[:32]


def download_asset(server, request):
    """Serve a flow's JSON to whoever has its address."""
    flow = server.world.flows.get(request.match_info["id"])
    if flow is None or not hmac.compare_digest(seal(server.world, flow.id), request.query.get("hash", "")):
        return web.Response(status=404, text="")
    return web.Response(text=rules_flow.flow_json(flow), content_type="application/json")


def upload_asset(call):
    """``POST /{FLOW_ID}/assets`` as a form with the file: replaces the flow's JSON; faults are told, not refused."""
    if call.get("asset_type") != "FLOW_JSON":
        raise GraphError(100, message="(#100) Param asset_type must be one of {FLOW_JSON}")
    if "file" not in call.files:
        raise GraphError(100, message="(#100) The parameter file is required.")
    rules_flow.check_update(call.record)
    text = call.files["file"][2].decode("utf-8", "replace")
    faults = replace_json(call.record, text)
    call.record.updated_at = call.world.now()
    return {"success": True, "validation_errors": faults}
