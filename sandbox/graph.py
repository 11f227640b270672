"""The Graph API's front door: version, token, node and edge, error envelope, request log.

Source: Meta, ``docs/graph-api/overview`` (nodes, edges), ``access-tokens``, ``guides/secure-requests``.
"""

import asyncio
import hashlib
import hmac
import re
import time

from aiohttp import web

from . import graph_account, graph_media, graph_messages, graph_parameters, graph_shop, graph_templates
from .errors import GraphError, unknown_node
from .faults import strike

VERSION = re.compile(r"^v(\d+)\.(\d+)$")
BODY_KEPT = 20_000

MESSAGING = "whatsapp_business_messaging"
MANAGEMENT = "whatsapp_business_management"

#: (kind of node, edge, method) -> (handler, scope the token needs).
ROUTES = {
    ("number", "messages", "POST"): (graph_messages.send, MESSAGING),
    ("number", "media", "POST"): (graph_media.upload, MESSAGING),
    ("number", "", "GET"): (graph_account.read_number, MANAGEMENT),
    ("number", "", "POST"): (graph_account.write_number, MANAGEMENT),
    ("account", "", "GET"): (graph_account.read_account, MANAGEMENT),
    ("account", "phone_numbers", "GET"): (graph_account.list_numbers, MANAGEMENT),
    ("account", "subscribed_apps", "GET"): (graph_account.list_subscribed, MANAGEMENT),
    ("account", "subscribed_apps", "POST"): (graph_account.subscribe, MANAGEMENT),
    ("account", "subscribed_apps", "DELETE"): (graph_account.unsubscribe, MANAGEMENT),
    ("account", "message_templates", "GET"): (graph_templates.list_templates, MANAGEMENT),
    ("account", "message_templates", "POST"): (graph_templates.create, MANAGEMENT),
    ("account", "message_templates", "DELETE"): (graph_templates.delete_by_name, MANAGEMENT),
    ("account", "product_catalogs", "GET"): (graph_shop.list_catalogs, MANAGEMENT),
    ("account", "flows", "GET"): (graph_shop.list_flows, MANAGEMENT),
    ("flow", "", "GET"): (graph_shop.read_flow, MANAGEMENT),
    ("flow", "publish", "POST"): (graph_shop.publish, MANAGEMENT),
    ("flow", "deprecate", "POST"): (graph_shop.deprecate, MANAGEMENT),
    ("template", "", "GET"): (graph_templates.read, MANAGEMENT),
    ("template", "", "POST"): (graph_templates.edit, MANAGEMENT),
    ("template", "", "DELETE"): (graph_templates.delete, MANAGEMENT),
    ("template", "unpause", "POST"): (graph_templates.unpause, MANAGEMENT),
    ("media", "", "GET"): (graph_media.read, MESSAGING),
    ("media", "", "DELETE"): (graph_media.delete, MESSAGING),
    ("portfolio", "", "GET"): (graph_account.read_portfolio, None),
    ("portfolio", "owned_whatsapp_business_accounts", "GET"): (graph_account.list_accounts, None),
    ("app", "", "GET"): (graph_account.read_app, None),
    ("app", "subscriptions", "POST"): (graph_account.set_app_callback, None),
    ("app", "subscriptions", "GET"): (graph_account.read_app_callback, None),
    ("app", "uploads", "POST"): (graph_media.start_upload, None),
    ("upload", "", "POST"): (graph_media.continue_upload, None),
    ("upload", "", "GET"): (graph_media.read_upload, None),
    ("me", "", "GET"): (graph_account.read_me, None),
    ("debug_token", "", "GET"): (graph_account.debug_token, None),
}


class Call:
    """One Graph request on its way through the server."""

    __slots__ = (
        "body",
        "edge",
        "files",
        "label",
        "node",
        "params",
        "raw",
        "record",
        "request",
        "sent",
        "server",
        "token",
        "version",
    )

    def __init__(self, server, request):
        self.server, self.request = server, request
        self.version, self.node, self.edge = split_path(request.path)
        #: What stands in the address, what stands in the body, and (``body``) all parameters of the call.
        self.params, self.sent = request.query, {}
        self.body, self.files, self.raw = {}, {}, b""
        self.token = self.record = None
        self.label = f"{request.method} {request.path}"

    @property
    def world(self):
        return self.server.world

    async def read(self):
        """Read the request and join its parameters in ``body``, wherever they stood."""
        self.sent, self.files, self.raw = await graph_parameters.read(self.request, self.node.startswith("upload:"))
        self.body = graph_parameters.joined(self.params, self.sent)
        if self.request.method == "POST":
            self.label = f"{self.label} {self.body.get('type', '')}"

    def get(self, name, default=None):
        """Return a parameter of the call."""
        return self.body.get(name, default)


def split_path(path):
    """Return ``(version as a number, node, edge)`` of a path; without a version the newest counts."""
    parts = [part for part in path.split("/") if part]
    version = 26
    match = VERSION.match(parts[0]) if parts else None
    if match:
        version = int(match.group(1))
        parts = parts[1:]
    return version, parts[0] if parts else "", "/".join(parts[1:])


async def handle(server, request):
    """Answer one Graph request."""
    started = time.monotonic()
    call = Call(server, request)
    latency = server.switches.latency_ms / 2000
    error = None
    answer = None
    if latency:
        await asyncio.sleep(latency)
    try:
        await call.read()
        fault = server.faults.take(call.label) if server.faults.waiting else None
        if fault is None or fault.works_first():
            answer = await respond(call)
        if fault is not None:
            log(call, started, 0, fault=fault.kind)
            return await strike(fault, request, answer)
        status = 200
    except GraphError as problem:
        error = problem
        server.journal.refused[problem.code] += 1
        status = problem.http
        answer = web.json_response(problem.envelope(), status=status)
    if latency:
        await asyncio.sleep(latency)
    log(call, started, status, error)
    return answer


async def respond(call):
    """Check token and node, run the handler and return its answer."""
    authorise(call)
    kind, call.record = find_node(call)
    route = ROUTES.get((kind, call.edge, call.request.method))
    if route is None:
        raise unknown_node(call.node or "/", call.request.method)
    handler, scope = route
    if scope and scope not in call.token.scopes:
        raise missing_permission(scope)
    result = handler(call)
    if asyncio.iscoroutine(result):
        result = await result
    return result if isinstance(result, web.StreamResponse) else web.json_response(result)


def missing_permission(scope):
    """Return the refusal for a token without the needed scope."""
    if scope == MESSAGING:
        return GraphError(10, f"The token does not have the permission {scope}.")
    return GraphError(200, message=f"(#200) Requires {scope} permission")


def authorise(call):
    """Find the token and check it; an app token ``APP_ID|APP_SECRET`` counts for the app's own edges.

    Missing: code 0. Unknown or malformed: 190. Expired: 190 with subcode 463. Both with HTTP 401.
    """
    world = call.world
    header = call.request.headers.get("Authorization", "")
    scheme, _, value = header.partition(" ")
    if header and scheme.lower() not in ("bearer", "oauth"):
        raise GraphError(190)
    value = value.strip() or call.params.get("access_token") or call.sent.get("access_token")
    if not value:
        raise GraphError(0, message="An access token is required to request this resource.")
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
        raise GraphError(
            101, message="Error validating application. Cannot get application info due to a system error."
        )
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
    elif node in ("debug_token", "me"):
        kind, record = node, None
    else:
        raise unknown_node(node, call.request.method)
    waba_id = getattr(record, "waba_id", None)
    if waba_id and call.token.wabas is not None and waba_id not in call.token.wabas:
        raise GraphError(200) if call.edge == "messages" else unknown_node(node, call.request.method)
    return kind, record


def log(call, started, status, error=None, fault=None):
    """Put the request into the journal, without its token."""
    call.server.journal.request(
        (
            time.time(),
            call.request.method,
            call.request.path,
            call.version,
            call.params,
            call.sent,
            status,
            error.code if error else None,
            error.details or error.message if error else None,
            fault,
            (time.monotonic() - started) * 1000,
        )
    )


def log_view(entry):
    """Return one line of the request log as JSON-ready data."""
    at, method, path, version, params, body, status, code, problem, fault, took = entry
    hidden = {"access_token", "appsecret_proof", "input_token"}
    return {
        "at": at,
        "method": method,
        "path": path,
        "version": version,
        "query": {key: "***" if key in hidden else value for key, value in params.items()},
        "token_in_url": "access_token" in params,
        "body": {key: "***" if key in hidden | {"verify_token"} else value for key, value in body.items()},
        "status": status,
        "error_code": code,
        "error": problem,
        "fault": fault,
        "ms": round(took, 1),
    }
