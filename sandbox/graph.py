"""The Graph API's front door: version, token, node and edge, error envelope, request log.

Source: Meta, ``docs/graph-api/overview`` (nodes, edges).
"""

import asyncio
import time

from aiohttp import web

from . import graph_parameters, rules_version
from .errors import GraphError, unknown_node, unknown_path
from .faults import strike
from .graph_access import authorise, find_node, missing_permission
from .graph_routes import ROUTES, NotBuilt, has_edge, not_built


class Call:
    """One Graph request on its way through the server."""

    __slots__ = (
        "body",
        "edge",
        "files",
        "label",
        "node",
        "params",
        "part",
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
        self.part, self.node, self.edge = split_path(request.path)
        self.version = None
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
    """Return ``(what stands for the version, node, edge)`` of a path; the first is None where none stands."""
    parts = [part for part in path.split("/") if part]
    version = parts.pop(0) if parts and rules_version.LIKE_VERSION.fullmatch(parts[0]) else None
    return version, parts[0] if parts else "", "/".join(parts[1:])


def choose_version(call):
    """Set the version that serves a call; without one in the path it is the newest.

    :raise GraphError: 2500 for a version that never was.
    """
    switches = call.server.switches
    first = switches.oldest_version or rules_version.oldest(call.world.now())
    last = max(first, switches.newest_version)
    call.version = last if call.part is None else rules_version.served(call.part, first, last)
    if call.version is None:
        raise unknown_path("/".join(filter(None, (call.node, call.edge))) or call.part)


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
    except NotBuilt as problem:
        status = 501
        answer = web.json_response(problem.body(), status=status)
    if call.version is not None:
        answer.headers["facebook-api-version"] = f"v{call.version}.0"
    if latency:
        await asyncio.sleep(latency)
    log(call, started, status, error)
    return answer


async def respond(call):
    """Check version, token and node, run the handler and return its answer."""
    choose_version(call)
    method = call.request.method
    if not_built(call.node, call.edge, method):  # what asks for a token bears none
        raise NotBuilt(call.node, call.edge, method)
    authorise(call)
    kind, call.record = find_node(call)
    route = ROUTES.get((kind, call.edge, method))
    if route is None:
        if not_built(kind, call.edge, method):
            raise NotBuilt(kind, call.edge, method)
        if method == "GET" and call.edge and not has_edge(kind, call.edge):
            raise unknown_path(call.edge)
        raise unknown_node(call.node or "/", method)
    handler, scope = route
    if scope and scope not in call.token.scopes:
        raise missing_permission(scope)
    result = handler(call)
    if asyncio.iscoroutine(result):
        result = await result
    return result if isinstance(result, web.StreamResponse) else web.json_response(result)


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
