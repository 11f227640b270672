"""Which calls there are: nodes, edges and methods, and those that Meta has and the stand-in has not."""

from . import (
    graph_account,
    graph_app,
    graph_blocks,
    graph_callbacks,
    graph_media,
    graph_messages,
    graph_number,
    graph_shop,
    graph_templates,
    graph_uploads,
)
from .graph_access import MANAGEMENT, MESSAGING

#: (kind of node, edge, method) -> (handler, scope the token needs).
ROUTES = {
    ("number", "messages", "POST"): (graph_messages.send, MESSAGING),
    ("number", "media", "POST"): (graph_media.upload, MESSAGING),
    ("number", "", "GET"): (graph_number.read_number, MANAGEMENT),
    ("number", "", "POST"): (graph_number.write_number, MANAGEMENT),
    ("number", "register", "POST"): (graph_number.register, MANAGEMENT),
    ("number", "deregister", "POST"): (graph_number.deregister, MANAGEMENT),
    ("number", "whatsapp_business_profile", "GET"): (graph_number.read_profile, MESSAGING),
    ("number", "whatsapp_business_profile", "POST"): (graph_number.write_profile, MESSAGING),
    ("number", "settings", "GET"): (graph_number.read_settings, MANAGEMENT),
    ("number", "settings", "POST"): (graph_number.write_settings, MANAGEMENT),
    ("number", "block_users", "GET"): (graph_blocks.list_blocked, MESSAGING),
    ("number", "block_users", "POST"): (graph_blocks.block, MESSAGING),
    ("number", "block_users", "DELETE"): (graph_blocks.unblock, MESSAGING),
    ("account", "", "GET"): (graph_account.read_account, MANAGEMENT),
    ("account", "phone_numbers", "GET"): (graph_number.list_numbers, MANAGEMENT),
    ("account", "subscribed_apps", "GET"): (graph_callbacks.list_subscribed, MANAGEMENT),
    ("account", "subscribed_apps", "POST"): (graph_callbacks.subscribe, MANAGEMENT),
    ("account", "subscribed_apps", "DELETE"): (graph_callbacks.unsubscribe, MANAGEMENT),
    ("account", "message_templates", "GET"): (graph_templates.list_templates, MANAGEMENT),
    ("account", "message_templates", "POST"): (graph_templates.create, MANAGEMENT),
    ("account", "message_templates", "DELETE"): (graph_templates.delete_by_name, MANAGEMENT),
    ("account", "product_catalogs", "GET"): (graph_shop.list_catalogs, MANAGEMENT),
    ("account", "flows", "GET"): (graph_shop.list_flows, MANAGEMENT),
    ("account", "flows", "POST"): (graph_shop.create_flow, MANAGEMENT),
    ("flow", "", "GET"): (graph_shop.read_flow, MANAGEMENT),
    ("flow", "", "DELETE"): (graph_shop.delete_flow, MANAGEMENT),
    ("flow", "assets", "GET"): (graph_shop.list_assets, MANAGEMENT),
    ("flow", "assets", "POST"): (graph_shop.upload_asset, MANAGEMENT),
    ("flow", "publish", "POST"): (graph_shop.publish, MANAGEMENT),
    ("catalog", "products", "GET"): (graph_shop.list_products, MANAGEMENT),
    ("flow", "deprecate", "POST"): (graph_shop.deprecate, MANAGEMENT),
    ("message_template_library", "", "GET"): (graph_templates.list_library, MANAGEMENT),
    ("template", "", "GET"): (graph_templates.read, MANAGEMENT),
    ("template", "", "POST"): (graph_templates.edit, MANAGEMENT),
    ("template", "", "DELETE"): (graph_templates.delete, MANAGEMENT),
    ("template", "unpause", "POST"): (graph_templates.unpause, MANAGEMENT),
    ("media", "", "GET"): (graph_media.read, MESSAGING),
    ("media", "", "DELETE"): (graph_media.delete, MESSAGING),
    ("portfolio", "", "GET"): (graph_app.read_portfolio, None),
    ("portfolio", "owned_whatsapp_business_accounts", "GET"): (graph_account.list_accounts, None),
    ("app", "", "GET"): (graph_app.read_app, None),
    ("app", "subscriptions", "POST"): (graph_callbacks.set_app_callback, None),
    ("app", "subscriptions", "GET"): (graph_callbacks.read_app_callback, None),
    ("app", "uploads", "POST"): (graph_uploads.start, None),
    ("upload", "", "POST"): (graph_uploads.go_on, None),
    ("upload", "", "GET"): (graph_uploads.read, None),
    ("me", "", "GET"): (graph_app.read_me, None),
    ("debug_token", "", "GET"): (graph_app.debug_token, None),
}

#: Calls that Meta has and the stand-in has not: kind of node -> {edge: methods}; a shorter edge covers what is below it.
NOT_BUILT = {
    "account": {
        "": ("POST",),
        "activities": ("GET",),
        "assigned_users": ("GET", "POST", "DELETE"),
        "message_template_previews": ("GET",),
        "message_templates/archive": ("POST",),
        "message_templates/unarchive": ("POST",),
        "migrate_flows": ("POST",),
        "migrate_message_templates": ("POST",),
        "phone_numbers": ("POST",),
        "product_catalogs": ("POST", "DELETE"),
        "schedules": ("GET", "POST", "DELETE"),
        "signups": ("GET", "POST"),
        "solutions": ("GET",),
        "template_analytics": ("GET",),
        "template_group_analytics": ("GET",),
        "template_groups": ("GET", "POST", "DELETE"),
        "upsert_message_templates": ("POST",),
    },
    "number": {
        "business_compliance_info": ("GET", "POST"),
        "call_permissions": ("GET",),
        "calls": ("POST",),
        "conversational_automation": ("GET", "POST"),
        "groups": ("GET", "POST"),
        "marketing_messages": ("POST",),
        "message_history": ("GET",),
        "message_qrdls": ("GET", "POST", "DELETE"),
        "official_business_account": ("POST",),
        "request_code": ("POST",),
        "smb_app_data": ("POST",),
        "username": ("GET", "POST", "DELETE"),
        "username_suggestions": ("GET",),
        "verify_code": ("POST",),
        "whatsapp_business_encryption": ("GET", "POST"),
        "whatsapp_commerce_settings": ("GET", "POST"),
    },
    "template": {"compare": ("GET",)},
    "flow": {"": ("POST",)},
    "portfolio": {"client_whatsapp_business_accounts": ("GET",)},
    "app": {"subscriptions": ("DELETE",)},
    "oauth": {"access_token": ("GET", "POST")},
}


class NotBuilt(Exception):
    """Meta has this call, the stand-in has not. Answered with HTTP 501 in words that nobody takes for Meta's."""

    def __init__(self, kind, edge, method):
        super().__init__(f"{method} {kind}/{edge}")
        self.kind, self.edge, self.method = kind, edge, method

    def body(self):
        """Return the JSON of the answer: no ``error`` object, no code, nothing a client of Meta's would read."""
        what = f"{self.edge} of a node of the kind {self.kind}" if self.edge else f"a node of the kind {self.kind}"
        return {
            "stand_in": f"This is the stand-in, not WhatsApp: Meta has {self.method} for {what}, the stand-in does not. "
            "See sandbox/README.md for what it has."
        }


def not_built(kind, edge, method):
    """Tell whether a call exists at Meta although not here."""
    known = NOT_BUILT.get(kind, {})
    return any(method in known.get(name, ()) for name in (edge, edge.rpartition("/")[0]) if name or not edge)


def has_edge(kind, edge):
    """Tell whether a kind of node has an edge for any method."""
    return edge in NOT_BUILT.get(kind, {}) or any(route[:2] == (kind, edge) for route in ROUTES)
