"""Business phone numbers: what can be read of them and what is set.

Source: Meta, ``business-phone-numbers``, ``webhooks/override``.
"""

from . import reports, rules_number
from .errors import GraphError, missing
from .graph_app import read_me
from .graph_callbacks import prove
from .graph_fields import page, pick, with_links
from .graph_health import health
from .rules_recipient import calling_code, country_of
from .rules_version import LIMIT_SINCE

#: Source: Meta, ``display-names``; the lower bound is that of the portfolio's form.
NAME_MAX = 512
#: What a picture of the profile may be. Source: Meta, ``business-profiles``.
PICTURES = ("image/jpeg", "image/png")
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
        "new_name_status": number.name_status if number.new_name else "NONE",
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
        "is_pin_enabled": number.pin is not None,
        "webhook_configuration": configuration,
        "health_status": health(call.world, number.waba_id, number),
        "last_onboarded_time": "2026-01-15T09:00:00+0000",
        "is_preverified_number": False,
        "country_code": country_of(number.digits),
        "country_dial_code": calling_code(number.digits),
    }
    if number.new_name:
        record["new_display_name"] = number.new_name
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
    """``POST /{phone_number_id}``: the number's own callback, its PIN, or the display name it shall have."""
    number = call.record
    if call.get("webhook_configuration") is not None:
        return await set_callback(call)
    if call.get("pin") is not None:
        number.pin = rules_number.check_pin(call.get("pin"))
        reports.tell_pin(call.server, number, "PIN_CHANGED", read_me(call)["id"])
        return {"success": True}
    if call.get("new_display_name") is not None:
        name = str(call.get("new_display_name")).strip()
        if not 3 <= len(name) <= NAME_MAX:
            raise rules_number.wrong("new_display_name", f"must have 3 to {NAME_MAX} characters.")
        number.new_name, number.name_status = name, "PENDING_REVIEW"
        return {"success": True}
    raise GraphError(100, message="(#100) Invalid parameter")


async def set_callback(call):
    """Set or remove the number's own callback."""
    given = call.get("webhook_configuration")
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


def need_product(call):
    """Raise unless the call names WhatsApp as its product."""
    if call.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")


def register(call):
    """``POST /{phone_number_id}/register``: with the PIN; a display name that was approved shows from now on."""
    need_product(call)
    number, now = call.record, call.world.now()
    pin = rules_number.check_pin(call.get("pin"))
    try:
        rules_number.check_register(number, pin, now)
    finally:
        number.registrations = [*number.registrations, now][-rules_number.REGISTRATIONS :]
    number.pin = pin
    if number.new_name and number.name_status == "APPROVED":
        number.verified_name, number.new_name = number.new_name, None
    reports.set_number_status(call.server, number, "CONNECTED")
    return {"success": True}


def deregister(call):
    """``POST /{phone_number_id}/deregister``: nothing is sent or received until it is registered again."""
    number, now = call.record, call.world.now()
    if number.level == "COEXISTENCE":
        raise GraphError(100, message="(#100) A number that is used with the WhatsApp Business app cannot be deregistered.")
    rules_number.check_often(number.registrations, now)
    number.registrations = [*number.registrations, now][-rules_number.REGISTRATIONS :]
    reports.set_number_status(call.server, number, "DISCONNECTED")
    return {"success": True}


# ------------------------------------------------------------------ profile and settings


def read_profile(call):
    """``GET /{phone_number_id}/whatsapp_business_profile``; without ``fields`` only the product comes."""
    record = {"id": call.record.phone_number_id, "messaging_product": "whatsapp", **call.record.profile}
    fields = call.get("fields")
    found = pick(record, fields, (), frozenset(rules_number.FIELDS), "WhatsAppBusinessProfile")
    found.pop("id", None)
    return {"data": [{**found, "messaging_product": "whatsapp"}]}


def write_profile(call):
    """``POST /{phone_number_id}/whatsapp_business_profile``: what is given is set, the rest stays."""
    need_product(call)
    call.record.profile.update(rules_number.check_profile(call.body))
    if handle := call.get("profile_picture_handle"):
        sample = call.world.samples.get(handle) if isinstance(handle, str) else None
        if sample is None or sample.mime_type not in PICTURES:
            raise rules_number.wrong("profile_picture_handle", "is not the handle of an uploaded picture.")
        call.record.profile["profile_picture_url"] = f"https://pps.whatsapp.net/v/{call.record.phone_number_id}.jpg"
    return {"success": True}


def read_settings(call):
    """``GET /{phone_number_id}/settings``."""
    settings = call.record.settings
    key_check = settings.get("user_identity_change", {}).get("enable_identity_key_check", False)
    return {
        "calling": {"status": "DISABLED", **settings.get("calling", {})},
        "storage_configuration": {"status": "DEFAULT", **settings.get("storage_configuration", {})},
        "user_identity_change": {"enable_identity_key_check": key_check},
        **{name: settings[name] for name in ("payload_encryption",) if name in settings},
    }


def write_settings(call):
    """``POST /{phone_number_id}/settings``: one setting in a call."""
    name, value = rules_number.check_settings(call.body)
    call.record.settings[name] = {**call.record.settings.get(name, {}), **value}
    return {"success": True}
