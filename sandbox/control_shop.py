"""Control API, the shop: the catalogue and the flows of an account, as a business keeps them in Meta's own tools."""

from .control_errors import ControlError
from .graph_shop import set_flow_status
from .views import shop_view

FLOW_STATUSES = ("DRAFT", "PUBLISHED", "DEPRECATED", "BLOCKED", "THROTTLED")


def account_of(server, waba_id=None, phone_number_id=None):
    """Return an account, by itself or by one of its numbers; the first one when none is named."""
    world = server.world
    if phone_number_id in world.numbers:
        waba_id = world.numbers[phone_number_id].waba_id
    waba_id = waba_id or next(iter(world.accounts))
    if waba_id not in world.accounts:
        raise ControlError(f"There is no account {waba_id}.", 404)
    return world.accounts[waba_id]


def read_shop(server, request, body):
    """Catalogue and flows of an account (``waba_id`` or ``phone_number_id``)."""
    account = account_of(server, request.query.get("waba_id"), request.query.get("phone_number_id"))
    return shop_view(server.world.shop(account.waba_id))


def set_catalog(server, request, body):
    """Connect a catalogue to an account, or none with ``catalog_id: null``."""
    account = account_of(server, body.get("waba_id"))
    if "catalog_id" not in body:
        raise ControlError("Give catalog_id.")
    account.catalog_id = None if body["catalog_id"] is None else str(body["catalog_id"])
    return shop_view(server.world.shop(account.waba_id))


def set_product(server, request, body):
    """Add or change an article: ``retailer_id``, ``name``, ``price``, ``currency``; ``remove: true`` takes it out."""
    account = account_of(server, body.get("waba_id"))
    retailer_id = body.get("retailer_id")
    if not isinstance(retailer_id, str) or not retailer_id:
        raise ControlError("Give retailer_id.")
    if account.catalog_id is None:
        raise ControlError("No catalogue is connected to the account.")
    world = server.world
    known = world.products.pop(f"{account.catalog_id}/{retailer_id}", None)
    if not body.get("remove"):
        try:
            price = float(body.get("price", known.price if known else 1))
        except (TypeError, ValueError):
            raise ControlError("price must be a number.") from None
        world.add_product(
            account.catalog_id,
            retailer_id,
            name=str(body.get("name") or (known.name if known else retailer_id)),
            price=price,
            currency=str(body.get("currency") or (known.currency if known else "USD")),
            description=str(body.get("description") or (known.description if known else "")),
        )
    return shop_view(world.shop(account.waba_id))


def add_flow(server, request, body):
    """Add a form: ``name``, ``screens``, ``status`` (DRAFT unless given), ``endpoint_uri``."""
    account = account_of(server, body.get("waba_id"))
    if not str(body.get("name") or "").strip():
        raise ControlError("A flow needs a name.")
    check_flow(body)
    flow = server.world.add_flow(account.waba_id, name=str(body["name"]), status=body.get("status", "DRAFT"))
    return change(server, flow, body)


def change_flow(server, request, body):
    """Change a form: ``status``, ``name``, ``screens``, ``endpoint_uri``."""
    flow = server.world.flows.get(request.match_info["id"])
    if flow is None:
        raise ControlError("There is no such flow.", 404)
    return change(server, flow, body)


def change(server, flow, body):
    """Take over what a call says about a form; another status is reported."""
    check_flow(body)
    for name in ("name", "screens", "endpoint_uri"):
        if name in body:
            setattr(flow, name, body[name])
            flow.json = None if name == "screens" else flow.json
    set_flow_status(server, flow, body.get("status", flow.status))
    [out] = [one for one in shop_view(server.world.shop(flow.waba_id))["flows"] if one["id"] == flow.id]
    return out


def check_flow(body):
    """Raise unless what a call says about a form makes sense."""
    if body.get("status", "DRAFT") not in FLOW_STATUSES:
        raise ControlError(f"status must be one of {', '.join(FLOW_STATUSES)}.")
    screens = body.get("screens", [])
    if not isinstance(screens, list) or not all(isinstance(one, dict) and one.get("id") for one in screens):
        raise ControlError('screens is a list of {"id", "title", "fields": [{"name", "label"}]}.')


ROUTES = (
    ("GET", "/sandbox/shop", read_shop),
    ("POST", "/sandbox/catalog", set_catalog),
    ("POST", "/sandbox/products", set_product),
    ("POST", "/sandbox/flows", add_flow),
    ("POST", "/sandbox/flows/{id}", change_flow),
)
