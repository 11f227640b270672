"""Accounts, numbers, the app and its webhooks: everything that is neither a message nor a template.

Source: Meta, ``business-phone-numbers``, ``webhooks/override``, ``solution-providers/manage-webhooks`` and
``docs/graph-api/webhooks/subscriptions-edge``.
"""

from urllib.parse import urlsplit

from .errors import GraphError
from .graph_fields import page, pick, with_links

APP_NAME = "Example Shop CRM"
CALLBACK_MAX = 200
#: The version that brought ``whatsapp_business_manager_messaging_limit``. Source: Meta, changelog.
LIMIT_SINCE = 24

ACCOUNT_KNOWN = frozenset(
    {
        "on_behalf_of_business_info",
        "is_enabled_for_insights",
        "marketing_messages_onboarding_status",
        "disable_marketing_messages_on_cloud_api",
        "purchase_order_number",
        "primary_funding_id",
        "subscribed_apps",
    }
)
NUMBER_DEFAULT = (
    "id",
    "display_phone_number",
    "verified_name",
    "code_verification_status",
    "quality_rating",
    "platform_type",
    "throughput",
    "last_onboarded_time",
    "webhook_configuration",
)
NUMBER_KNOWN = frozenset(
    {
        "certificate",
        "new_certificate",
        "conversational_automation",
        "username",
        "search_visibility",
        "eligibility_for_api_business_global_search",
        "new_display_name",
    }
)


def read_account(call):
    """``GET /{WABA_ID}``."""
    account, world = call.record, call.world
    record = {
        "id": account.waba_id,
        "name": account.name,
        "currency": account.currency,
        "timezone_id": account.timezone_id,
        "country": account.country,
        "status": "ACTIVE",
        "message_template_namespace": f"ns_{account.waba_id}",
        "account_review_status": account.review_status,
        "business_verification_status": "verified",
        "ownership_type": "SELF",
        "owner_business_info": {"id": account.portfolio_id, "name": account.name},
        "whatsapp_business_manager_messaging_limit": next(
            (number.limit for number in world.numbers.values() if number.waba_id == account.waba_id), "TIER_250"
        ),
        "health_status": health(world, account.waba_id),
    }
    if call.version < LIMIT_SINCE:
        del record["whatsapp_business_manager_messaging_limit"]
    return pick(
        record,
        call.get("fields"),
        ("id", "name", "currency", "timezone_id", "message_template_namespace"),
        ACCOUNT_KNOWN,
        "WhatsAppBusinessAccount",
    )


def health(world, waba_id, number=None):
    """Return ``health_status`` of an account or of one number."""
    entities = []
    if number is not None:
        blocked = number.status not in ("CONNECTED", "FLAGGED", "RATE_LIMITED")
        entity = {
            "entity_type": "PHONE_NUMBER",
            "id": number.phone_number_id,
            "can_send_message": "BLOCKED" if blocked else "AVAILABLE",
        }
        if blocked:
            entity["errors"] = [
                {
                    "error_code": 141000,
                    "error_description": f"The number is {number.status}.",
                    "possible_solution": "Register the number again.",
                }
            ]
        entities.append(entity)
    entities += [
        {"entity_type": "WABA", "id": waba_id, "can_send_message": "AVAILABLE"},
        {"entity_type": "BUSINESS", "id": world.accounts[waba_id].portfolio_id, "can_send_message": "AVAILABLE"},
        {"entity_type": "APP", "id": world.app_id, "can_send_message": "AVAILABLE"},
    ]
    overall = "BLOCKED" if any(item["can_send_message"] == "BLOCKED" for item in entities) else "AVAILABLE"
    return {"can_send_message": overall, "entities": entities}


def number_record(call, number):
    """Return every field of a business number."""
    configuration = {}
    if number.webhook.get("override_callback_uri"):
        configuration["phone_number"] = number.webhook["override_callback_uri"]
    app = call.world.app_of(call.token)
    subscription = call.world.accounts[number.waba_id].subscribed.get(app.app_id) or {}
    if subscription.get("override_callback_uri"):
        configuration["whatsapp_business_account"] = subscription["override_callback_uri"]
    if app.callback["callback_url"]:
        configuration["application"] = app.callback["callback_url"]
    record = {
        "id": number.phone_number_id,
        "display_phone_number": number.display,
        "verified_name": number.verified_name,
        "name_status": "APPROVED",
        "new_name_status": "NONE",
        "status": number.status,
        "quality_rating": number.quality,
        "quality_score": {"score": number.quality},
        "throughput": {"level": number.level if number.level in ("STANDARD", "HIGH") else "NOT_APPLICABLE"},
        "whatsapp_business_manager_messaging_limit": number.limit,
        "messaging_limit_tier": number.limit,
        "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API",
        "account_mode": "LIVE" if number.test_recipients is None else "SANDBOX",
        "is_on_biz_app": number.level == "COEXISTENCE",
        "is_official_business_account": False,
        "is_pin_enabled": True,
        "webhook_configuration": configuration,
        "health_status": health(call.world, number.waba_id, number),
        "last_onboarded_time": "2026-01-15T09:00:00+0000",
    }
    if call.version < LIMIT_SINCE:
        del record["whatsapp_business_manager_messaging_limit"]
    return record


def read_number(call):
    """``GET /{phone_number_id}``."""
    return pick(
        number_record(call, call.record),
        call.get("fields"),
        NUMBER_DEFAULT,
        NUMBER_KNOWN,
        "WhatsAppBusinessPhoneNumber",
    )


def list_numbers(call):
    """``GET /{WABA_ID}/phone_numbers``."""
    numbers = [one for one in call.world.numbers.values() if one.waba_id == call.record.waba_id]
    part, paging = page(numbers, call.body, lambda one: f"QVF{one.phone_number_id}")
    data = [
        pick(number_record(call, one), call.get("fields"), NUMBER_DEFAULT, NUMBER_KNOWN, "WhatsAppBusinessPhoneNumber")
        for one in part
    ]
    return {"data": data, **with_links(call, paging)}


async def write_number(call):
    """``POST /{phone_number_id}``: set or remove the number's own callback."""
    given = call.body.get("webhook_configuration")
    if not isinstance(given, dict):
        raise GraphError(100, message="(#100) Invalid parameter")
    url = given.get("override_callback_uri", "")
    if not url:
        call.record.webhook = {}
        return {"success": True}
    await prove(call, url, given.get("verify_token"))
    call.record.webhook = {
        "override_callback_uri": url,
        "verify_token": given.get("verify_token"),
        "app_id": call.world.app_of(call.token).app_id,
    }
    return {"success": True}


async def prove(call, url, verify_token):
    """Check a callback address and do Meta's handshake with it; raise 100 or 2200."""
    if not isinstance(url, str) or not is_secure(url):
        raise GraphError(100, message="(#100) Param override_callback_uri must be a valid URI with https.")
    if len(url) > CALLBACK_MAX:
        raise GraphError(100, message=f"(#100) Param override_callback_uri must be at most {CALLBACK_MAX} characters.")
    if not verify_token:
        raise GraphError(100, message="(#100) The parameter verify_token is required.")
    problem = await call.server.postman.handshake(url, verify_token)
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


def read_app(call):
    """``GET /{APP_ID}``."""
    app_id = call.record.app_id
    return {"id": app_id, "name": app_name(call.world, app_id), "link": "https://shop.example.com"}


def app_name(world, app_id):
    """Return the name of an app."""
    return APP_NAME if app_id == world.app_id else f"App {app_id}"


def read_portfolio(call):
    """``GET /{business portfolio id}``."""
    owned = (one.name for one in call.world.accounts.values() if one.portfolio_id == call.record)
    return {"id": call.record, "name": next(owned, "Example Shop")}


def list_accounts(call):
    """``GET /{business portfolio id}/owned_whatsapp_business_accounts``."""
    owned = [one for one in call.world.accounts.values() if one.portfolio_id == call.record]
    accounts = [one for one in owned if call.token.wabas is None or one.waba_id in call.token.wabas]
    part, paging = page(accounts, call.body, lambda one: f"QVF{one.waba_id}")
    return {
        "data": [
            {
                "id": one.waba_id,
                "name": one.name,
                "currency": one.currency,
                "timezone_id": one.timezone_id,
                "message_template_namespace": f"ns_{one.waba_id}",
            }
            for one in part
        ],
        **with_links(call, paging),
    }


def read_me(call):
    """``GET /me``: the system user behind the token."""
    return {"id": f"1{call.world.portfolio_id[1:]}", "name": "CRM"}


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
