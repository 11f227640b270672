"""Who calls: tokens, scopes, proofs, and which nodes a token reaches.

Source: Meta, ``access-tokens``, ``permissions``, ``docs/graph-api/guides/secure-requests``.
"""

import hashlib
import hmac

from .errors import GraphError, unknown_node, unknown_path

MESSAGING = "whatsapp_business_messaging"
MANAGEMENT = "whatsapp_business_management"


def missing_permission(scope):
    """Return the refusal for a token without the needed scope."""
    if scope == MESSAGING:
        return GraphError(10, f"The token does not have the permission {scope}.")
    return GraphError(200, message=f"(#200) Requires {scope} permission")


def authorise(call):
    """Find the token and check it; an app token ``APP_ID|APP_SECRET`` counts for the app's own edges.

    Missing: 104. Unknown or malformed: 190. Expired: 190 with subcode 463, both with HTTP 401.
    """
    world = call.world
    header = call.request.headers.get("Authorization", "")
    scheme, _, value = header.partition(" ")
    if header and scheme.lower() not in ("bearer", "oauth"):
        raise GraphError(190)
    # Named in the call it counts before the header: pywa sets the app's callback with its usual header on and the app's token.
    value = call.params.get("access_token") or call.sent.get("access_token") or value.strip()
    if not value:
        raise GraphError(104, message="An access token is required to request this resource.")
    token = world.tokens.get(value) or app_token(world, str(value))
    if token is None or not token.valid:
        raise GraphError(190, message="Invalid OAuth access token - Cannot parse access token")
    if token.expires_at and token.expires_at <= world.now():
        raise GraphError(190, message="Error validating access token: Session has expired.", subcode=463)
    call.token = token
    check_proof(call, str(value))


def app_token(world, value):
    """Return the token of the app that ``APP_ID|APP_SECRET`` speaks for, or None when it is no such text.

    An app nobody knows: 101. A secret that is not the app's: 190 about the signature.
    Source: Meta, ``docs/facebook-login/access-tokens`` (app tokens), ``docs/graph-api/guides/error-handling``.
    """
    app_id, bar, secret = value.partition("|")
    if not bar or not app_id.isdigit():
        return None
    app = world.apps.get(app_id)
    if app is None:
        raise GraphError(101, message="Error validating application. Cannot get application info due to a system error.")
    if not hmac.compare_digest(secret.encode(), app.secret.encode()):
        raise GraphError(190, message="Invalid OAuth access token signature.")
    return world.app_token(app_id)


def check_proof(call, value):
    """Check ``appsecret_proof`` when it is given or the app demands it."""
    app = call.world.app_of(call.token)
    proof = call.params.get("appsecret_proof") or call.sent.get("appsecret_proof")
    if proof is None:
        if app.require_proof:
            raise GraphError(
                100,
                message="API calls from the server require an appsecret_proof argument",
                kind="GraphMethodException",
            )
        return
    right = hmac.new(app.secret.encode(), value.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right, str(proof)):
        raise GraphError(100, message="Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")


def unknown(call):
    """Return Graph's answer for a node nobody has: a name that is no id is another matter than an id.

    A name with more behind it is a path that cannot be made out (2500, such as a piece too many in front of the version);
    alone it is an alias that does not exist (803). Source: Meta, ``docs/graph-api/guides/error-handling``;
    laravel-notification-channels/facebook#53.
    """
    node, method = call.node, call.request.method
    if method != "GET" or not node or node.isdigit():
        return unknown_node(node or "/", method)
    if call.edge:
        return unknown_path(call.edge)
    return GraphError(803, message=f"(#803) Some of the aliases you requested do not exist: {node[:60]}")


def find_node(call):
    """Return what kind of node an id is, and the record; unknown or out of the token's reach is 100/33."""
    world, node = call.world, call.node
    if node in world.numbers:
        kind, record = "number", world.numbers[node]
    elif node in world.accounts:
        kind, record = "account", world.accounts[node]
    elif node in world.templates:
        kind, record = "template", world.templates[node]
    elif node in world.flows:
        kind, record = "flow", world.flows[node]
    elif node in world.media:
        kind, record = "media", world.media[node]
    elif node == world.portfolio_id or any(node == one.portfolio_id for one in world.accounts.values()):
        kind, record = "portfolio", node
    elif node in world.apps:
        kind, record = "app", world.apps[node]
    elif node.startswith("upload:"):
        kind, record = "upload", node
    elif catalog := next((one for one in world.accounts.values() if node == one.catalog_id), None):
        kind, record = "catalog", catalog
    elif node in ("debug_token", "me", "oauth", "message_template_library"):
        kind, record = node, None
    else:
        raise unknown(call)
    waba_id = getattr(record, "waba_id", None)
    if waba_id and call.token.wabas is not None and waba_id not in call.token.wabas:
        raise GraphError(200) if call.edge == "messages" else unknown_node(node, call.request.method)
    return kind, record
