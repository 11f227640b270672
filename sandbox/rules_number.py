"""What may be set of a business number: profile, settings, PIN, and how often it may be registered.

Source: Meta, ``business-profiles``, ``business-phone-numbers/registration``, ``business-phone-numbers/two-step-verification``,
``reference/whatsapp-business-phone-number/settings-api``.
"""

import re
from urllib.parse import urlsplit

from .errors import GraphError

#: Text fields of a profile and their longest length; ``about`` must not be empty.
TEXTS = {"about": 139, "address": 256, "description": 512, "email": 128}
WEBSITES, WEBSITE_MAX = 2, 256
VERTICALS = (
    "UNDEFINED",
    "OTHER",
    "AUTO",
    "BEAUTY",
    "APPAREL",
    "EDU",
    "ENTERTAIN",
    "EVENT_PLAN",
    "FINANCE",
    "GROCERY",
    "GOVT",
    "HOTEL",
    "HEALTH",
    "NONPROFIT",
    "PROF_SERVICES",
    "RETAIL",
    "TRAVEL",
    "RESTAURANT",
    "NOT_A_BIZ",
)
FIELDS = (*TEXTS, "profile_picture_url", "websites", "vertical")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PIN = re.compile(r"[0-9]{6}")
REGISTRATIONS, REGISTRATION_HOURS = 10, 72
#: What ``settings`` takes, one at a time, and its value's keys that are known here.
SETTINGS = {
    "calling": None,
    "payload_encryption": ("status", "client_encryption_key"),
    "storage_configuration": ("status", "data_localization_region", "retention_minutes"),
    "user_identity_change": ("enable_identity_key_check",),
}
STORAGE = ("DEFAULT", "IN_COUNTRY_STORAGE_ENABLED", "NO_STORAGE_ENABLED")


def wrong(name, why):
    """Return the refusal for one parameter."""
    return GraphError(100, message=f"(#100) Param {name} {why}")


def check_profile(given):
    """Return the parts of a profile that are to be set, each as Meta accepts it."""
    out = {}
    for name, limit in TEXTS.items():
        if name not in given:
            continue
        value = given[name]
        if not isinstance(value, str) or len(value) > limit or (name == "about" and not value.strip()):
            raise wrong(name, f"must be a text of {1 if name == 'about' else 0} to {limit} characters.")
        out[name] = value
    if out.get("email") and not EMAIL.fullmatch(out["email"]):
        raise wrong("email", "must be a valid email address.")
    if "websites" in given:
        out["websites"] = check_websites(given["websites"])
    if "vertical" in given:
        if given["vertical"] not in VERTICALS:
            raise wrong("vertical", "must be one of {" + ", ".join(VERTICALS) + "}")
        out["vertical"] = given["vertical"]
    return out


def check_websites(value):
    """Return the websites of a profile: at most two addresses with a scheme."""
    if not isinstance(value, list) or len(value) > WEBSITES:
        raise wrong("websites", f"must be a list of at most {WEBSITES} addresses.")
    for address in value:
        if not isinstance(address, str) or len(address) > WEBSITE_MAX or not is_website(address):
            raise wrong("websites", f"must have addresses of at most {WEBSITE_MAX} characters with http:// or https://.")
    return value


def is_website(address):
    """Tell whether a text is a web address with scheme and host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def check_pin(pin):
    """Return a PIN of six digits."""
    if not PIN.fullmatch(str(pin or "")):
        raise wrong("pin", "must be 6 characters long and made of digits.")
    return str(pin)


def check_often(registrations, now):
    """Raise 133016 when a number was registered or deregistered ten times within 72 hours."""
    lately = [at for at in registrations if now - at < REGISTRATION_HOURS * 3600]
    if len(lately) >= REGISTRATIONS:
        raise GraphError(
            133016, f"The number was registered or deregistered {len(lately)} times in {REGISTRATION_HOURS} hours."
        )


def check_register(number, pin, now):
    """Raise unless a number can be registered with this PIN; where none is set, the PIN becomes its own."""
    check_often(number.registrations, now)
    if number.status == "UNVERIFIED":
        raise GraphError(133006, "The phone number has to be verified before it is registered.")
    if number.pin is not None and number.pin != pin:
        raise GraphError(133005, "The two-step verification PIN does not match.")


def check_settings(given):
    """Return ``(name, value)`` of the one setting a call is about."""
    named = [name for name in SETTINGS if name in given]
    if len(named) != 1:
        raise GraphError(100, message="(#100) Exactly one of {" + ", ".join(SETTINGS) + "} is required.")
    [name] = named
    value, known = given[name], SETTINGS[name]
    if not isinstance(value, dict) or (known and set(value) - set(known)):
        raise wrong(name, "must be an object of {" + ", ".join(known or ()) + "}" if known else "must be an object.")
    if name == "user_identity_change" and not isinstance(value.get("enable_identity_key_check"), bool):
        raise wrong("user_identity_change['enable_identity_key_check']", "must be true or false.")
    if name == "storage_configuration" and value.get("status") not in STORAGE:
        raise wrong("storage_configuration['status']", "must be one of {" + ", ".join(STORAGE) + "}")
    return name, value
