"""The app, the business portfolio, and whom a token belongs to.

Source: Meta, ``docs/graph-api/reference/debug_token``, ``docs/graph-api/reference/application``.
"""

from .errors import GraphError
from .graph_fields import pick

APP_NAME = "Example Shop CRM"
APP_KNOWN = frozenset({"category", "namespace", "icon_url", "logo_url", "company", "description"})
PORTFOLIO_KNOWN = frozenset({"verification_status", "created_time", "link", "vertical", "timezone_id", "primary_page"})


def read_app(call):
    """``GET /{APP_ID}``."""
    app_id = call.record.app_id
    record = {"id": app_id, "name": app_name(call.world, app_id), "link": "https://shop.example.com"}
    return pick(record, call.get("fields"), tuple(record), APP_KNOWN, "Application")


def app_name(world, app_id):
    """Return the name of an app."""
    return APP_NAME if app_id == world.app_id else f"App {app_id}"


def read_portfolio(call):
    """``GET /{business portfolio id}``."""
    owned = (one.name for one in call.world.accounts.values() if one.portfolio_id == call.record)
    record = {"id": call.record, "name": next(owned, "Example Shop")}
    return pick(record, call.get("fields"), tuple(record), PORTFOLIO_KNOWN, "Business")


def read_me(call):
    """``GET /me``: the system user behind the token."""
    record = {"id": f"1{call.world.portfolio_id[1:]}", "name": "CRM"}
    return pick(record, call.get("fields"), tuple(record), frozenset(), "User")


def debug_token(call):
    """``GET /debug_token?input_token=…``: what a token may do.

    Source: Meta, ``docs/graph-api/reference/debug_token``.
    """
    world, value = call.world, call.get("input_token")
    if not value:
        raise GraphError(100, message="(#100) The parameter input_token is required.")
    token = world.tokens.get(value)
    if token is None:
        return {
            "data": {
                "is_valid": False,
                "scopes": [],
                "error": {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"},
            }
        }
    app = world.app_of(token)
    if "app" in call.token.scopes and call.token.app_id != app.app_id:
        raise GraphError(100, message="(#100) The App_id in the input_token did not match the Viewing App")
    valid = token.valid and not (token.expires_at and token.expires_at <= world.now())
    reach = list(token.wabas) if token.wabas is not None else list(world.accounts)
    data = {
        "app_id": app.app_id,
        "type": "SYSTEM_USER",
        "application": app_name(world, app.app_id),
        "data_access_expires_at": 0,
        "expires_at": int(token.expires_at),
        "is_valid": valid,
        "issued_at": 1767225600,
        "scopes": list(token.scopes),
        "granular_scopes": [{"scope": scope, "target_ids": reach} for scope in token.scopes],
        "user_id": f"1{world.portfolio_id[1:]}",
    }
    if not valid:
        data["error"] = (
            {"code": 190, "message": "Error validating access token: Session has expired.", "subcode": 463}
            if token.valid
            else {"code": 190, "message": "The session was invalidated: the token was revoked.", "subcode": 460}
        )
    return {"data": data}
