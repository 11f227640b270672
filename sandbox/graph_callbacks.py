"""Where webhooks go: the app's own callback, overrides of accounts, and the proof each address has to give.

Source: Meta, ``webhooks/override``, ``solution-providers/manage-webhooks`` and ``docs/graph-api/webhooks/subscriptions-edge``.
"""

from urllib.parse import urlsplit

from .errors import GraphError
from .graph_app import app_name

CALLBACK_MAX = 200


async def prove(call, url, verify_token):
    """Check a callback address and do Meta's handshake with it; raise 100 or 2200."""
    if not isinstance(url, str) or not is_secure(url):
        raise GraphError(100, message="(#100) Param override_callback_uri must be a valid URI with https.")
    if len(url) > CALLBACK_MAX:
        raise GraphError(100, message=f"(#100) Param override_callback_uri must be at most {CALLBACK_MAX} characters.")
    if not isinstance(verify_token, str) or not verify_token:
        raise GraphError(100, message="(#100) The parameter verify_token is required.")
    problem = await call.server.dispatcher.handshake(url, verify_token)
    if problem:
        raise GraphError(2200, message=f"(#2200) Callback verification failed with the following errors: {problem}")


def is_secure(url):
    """Tell whether Meta would call an address: https only; here also plain http on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"))
    )


async def subscribe(call):
    """``POST /{WABA_ID}/subscribed_apps``: link the app to the account, or override its callback.

    An override needs an app that is already linked: the first call must be one without a body.
    """
    account, app_id = call.record, call.world.app_of(call.token).app_id
    url = call.get("override_callback_uri")
    if not url:
        account.subscribed[app_id] = {}
        call.server.hub.tell("callback", {})
        return {"success": True}
    if app_id not in account.subscribed:
        raise GraphError(
            100,
            message="(#100) Before override the current callback uri, your app must be subscribed to "
            "receive messages for WhatsApp Business Account",
        )
    await prove(call, url, call.get("verify_token"))
    account.subscribed[app_id] = {"override_callback_uri": url, "verify_token": call.get("verify_token")}
    call.server.hub.tell("callback", {})
    return {"success": True}


def list_subscribed(call):
    """``GET /{WABA_ID}/subscribed_apps``."""
    data = []
    for app_id, override in call.record.subscribed.items():
        item = {
            "whatsapp_business_api_data": {
                "id": app_id,
                "name": app_name(call.world, app_id),
                "link": f"https://www.facebook.com/games/?app_id={app_id}",
            }
        }
        if override.get("override_callback_uri"):
            item["override_callback_uri"] = override["override_callback_uri"]
        data.append(item)
    return {"data": data}


def unsubscribe(call):
    """``DELETE /{WABA_ID}/subscribed_apps``."""
    call.record.subscribed.pop(call.world.app_of(call.token).app_id, None)
    call.server.hub.tell("callback", {})
    return {"success": True}


async def set_app_callback(call):
    """``POST /{APP_ID}/subscriptions`` with the app token: the app's own callback and its fields."""
    need_app_token(call)
    if call.get("object") != "whatsapp_business_account":
        raise GraphError(100, message="(#100) Param object must be one of {whatsapp_business_account}")
    url = call.get("callback_url")
    await prove(call, url, call.get("verify_token"))
    fields = call.get("fields")
    if isinstance(fields, str):
        fields = [name.strip() for name in fields.split(",") if name.strip()]
    call.record.callback = {"callback_url": url, "verify_token": call.get("verify_token"), "fields": fields}
    return {"success": True}


def read_app_callback(call):
    """``GET /{APP_ID}/subscriptions`` with the app token."""
    need_app_token(call)
    callback = call.record.callback
    if not callback["callback_url"]:
        return {"data": []}
    return {
        "data": [
            {
                "object": "whatsapp_business_account",
                "callback_url": callback["callback_url"],
                "active": True,
                "fields": [{"name": name, "version": "v26.0"} for name in callback["fields"] or []],
            }
        ]
    }


def need_app_token(call):
    """Raise unless the call bears the app's own token."""
    if "app" not in call.token.scopes or call.token.app_id != call.record.app_id:
        raise GraphError(15, message="(#15) This method must be called with an app access_token.")
