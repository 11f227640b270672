"""The control API below ``/sandbox``: play customers, set switches, read logs. See ``README.md``."""

import asyncio
import json

from aiohttp import web

from . import control_accounts, control_customers, control_shop, control_world
from .control_errors import ControlError, whole
from .errors import GraphError
from .faults import FaultError
from .graph import log_view
from .live import Watcher, frame
from .switches import SwitchError
from .views import number_view, template_view

HEARTBEAT_SECONDS = 15


def add_routes(app, server):
    """Add the control API to the application."""
    parts = (control_accounts, control_customers, control_shop, control_world)
    for method, path, handler in (*ROUTES, *(route for part in parts for route in part.ROUTES)):
        app.router.add_route(method, path, wrap(server, handler))
    app.router.add_route("*", "/sandbox/{path:.*}", wrap(server, nothing_here))


def wrap(server, handler):
    """Return an aiohttp handler that reads JSON, runs ours and words problems as JSON."""

    async def serve(request):
        try:
            body = await read_json(request)
            result = handler(server, request, body)
            if asyncio.iscoroutine(result):
                result = await result
            return result if isinstance(result, web.StreamResponse) else web.json_response(result)
        except ControlError as problem:
            return web.json_response({"error": str(problem)}, status=problem.status)
        except (SwitchError, FaultError) as problem:
            return web.json_response({"error": str(problem)}, status=400)
        except GraphError as problem:
            return web.json_response({"error": problem.details or problem.message, "code": problem.code}, status=400)

    return serve


async def read_json(request):
    """Return the JSON object of a call, whatever its content type says; an upload keeps its bytes."""
    if request.method != "POST" or request.path.endswith("/media") or not request.can_read_body:
        return {}
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise ControlError("The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise ControlError("The body must be a JSON object.")
    return body


def nothing_here(server, request, body):
    """Answer any other path below ``/sandbox``."""
    raise ControlError(f"There is no {request.method} {request.path}. See sandbox/README.md.", 404)


def state(server, request, body):
    """Everything at a glance."""
    world = server.world
    return {
        "base_url": server.base_url,
        "now": world.now(),
        "clock_offset_s": world.clock_offset,
        "portfolio_id": world.portfolio_id,
        "app_id": world.app_id,
        "app_callback": {key: value for key, value in world.app_callback.items() if key != "verify_token"},
        "accounts": [
            {
                "waba_id": one.waba_id,
                "name": one.name,
                "portfolio_id": one.portfolio_id,
                "subscribed": world.app_id in one.subscribed,
                "apps": list(one.subscribed),
                "override_callback_uri": (one.subscribed.get(world.app_id) or {}).get("override_callback_uri"),
            }
            for one in world.accounts.values()
        ],
        "numbers": [number_view(one) for one in world.numbers.values()],
        "templates": [template_view(one) for one in world.templates.values()],
        "customers": len(world.customers),
        "messages": len(world.messages),
        "switches": read_switches(server, request, body),
        "webhooks_waiting": server.dispatcher.waiting(),
        "stats": {**server.journal.stats(), "accepted_per_second": None},
    }


def reset(server, request, body):
    """Forget people, chats, logs; switches and templates back to the start. Callbacks stay."""
    server.reset()
    return {"ok": True}


def read_switches(server, request, body):
    """All switches and the faults that wait to strike."""
    return {**server.switches.as_dict(), "fault": server.faults.as_list(), "paused": server.dispatcher.paused}


def set_switches(server, request, body):
    """Set some switches; ``fault`` adds faults (null removes them), ``paused`` holds webhooks back."""
    values = dict(body)
    fault_given, fault = "fault" in values, values.pop("fault", None)
    paused = values.pop("paused", None)
    held_before = server.switches.holds()
    server.switches.update(values)
    if fault_given:
        server.faults.set(fault)
    if paused is not None:
        server.dispatcher.paused = bool(paused)
        if not paused:
            server.dispatcher.resume()
    if held_before and not server.switches.holds():
        server.traffic.release_held()
    out = read_switches(server, request, body)
    server.hub.tell("switches", out)
    return out


def set_clock(server, request, body):
    """Move the world's clock: ``offset_s`` from real time, or ``forward_s`` from where it is."""
    try:
        if "forward_s" in body:
            server.world.clock_offset += float(body["forward_s"])
        else:
            server.world.clock_offset = float(body["offset_s"])
    except (KeyError, TypeError, ValueError):
        raise ControlError("Give offset_s or forward_s as a number of seconds.") from None
    server.forget_rates()
    out = {"offset_s": server.world.clock_offset, "now": server.world.now()}
    server.hub.tell("clock", out)
    return out


def tail(request, rows):
    """Return the newest ``limit`` rows (200 unless told), oldest first."""
    limit = whole(request, "limit", 200)
    rows = list(rows)
    return rows[-limit:] if limit else []


def requests(server, request, body):
    """The newest Graph requests; ``path`` filters by text in the path."""
    wanted = request.query.get("path", "")
    rows = [row for row in server.journal.requests if wanted in row[2]]
    return {"requests": [log_view(row) for row in tail(request, rows)], "total": server.journal.counts["requests"]}


def webhooks(server, request, body):
    """The newest webhook deliveries with their answers; ``bodies=0`` leaves the bodies out.

    ``settled``: no status is about to follow and no webhook is on its way, so there will be no more without somebody's doing.
    """
    rows = tail(request, server.journal.deliveries)
    if request.query.get("bodies") == "0":
        rows = [{key: value for key, value in row.items() if key != "body"} for row in rows]
    settled = not (server.traffic.is_moving() or server.dispatcher.is_moving())
    waiting = server.dispatcher.waiting()
    return {"webhooks": rows, "waiting": waiting, "settled": settled, "counts": dict(server.journal.counts)}


def stats(server, request, body):
    """Counters: accepted, refused by code, webhooks, accepted per second."""
    return {**server.journal.stats(), "webhooks_waiting": server.dispatcher.waiting()}


async def live(server, request, body):
    """A stream of events; ``customer`` narrows it to one phone."""
    customer_id = request.query.get("customer")
    customer = server.world.customers.get(customer_id)
    if customer_id and customer is None:
        raise ControlError("This customer does not exist.", 404)
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    watcher = Watcher(customer_id, deliveries=request.query.get("deliveries") == "1")
    server.hub.watchers.add(watcher)
    try:
        await response.prepare(request)
        await response.write(b"retry: 1000\n\n" + frame("hello", {"now": server.world.now()}))
        while True:
            try:
                event, data = await asyncio.wait_for(watcher.queue.get(), HEARTBEAT_SECONDS)
            except asyncio.TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event == "bye":
                break
            await response.write(frame(event, data))
    except ConnectionResetError:
        pass
    finally:
        server.hub.watchers.discard(watcher)
    return response


ROUTES = (
    ("GET", "/sandbox/state", state),
    ("POST", "/sandbox/reset", reset),
    ("GET", "/sandbox/switches", read_switches),
    ("POST", "/sandbox/switches", set_switches),
    ("POST", "/sandbox/clock", set_clock),
    ("GET", "/sandbox/requests", requests),
    ("GET", "/sandbox/webhooks", webhooks),
    ("GET", "/sandbox/stats", stats),
    ("GET", "/sandbox/live", live),
)
