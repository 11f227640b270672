"""Business phone numbers: what can be read of them and what is set.

Source: Meta, ``business-phone-numbers``, ``webhooks/override``.
"""

from .errors import GraphError
from .graph_callbacks import prove
from .graph_fields import page, pick, with_links
from .graph_health import health
from .rules_recipient import calling_code, country_of
from .rules_version import LIMIT_SINCE

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
        "host_platform",
        "search_visibility",
        "unified_cert_status",
        "eligibility_for_api_business_global_search",
        "new_display_name",
        "official_business_account",
    }
)


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
        "is_preverified_number": False,
        "country_code": country_of(number.digits),
        "country_dial_code": calling_code(number.digits),
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
