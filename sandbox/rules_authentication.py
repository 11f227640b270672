"""Authentication templates: handed in as a hint, minutes and an OTP button, read back as Meta's words and a link.

Source: Meta, ``templates/authentication-templates`` and its pages of the single buttons; the form read back is recorded by
three independent sources. Refusals are code 100; their sentences are ours, because no report names Meta's.
"""

from urllib.parse import urlencode

from .preset_words import preset
from .rules_refusals import BODY_FORMAT, FOOTER_FORMAT, fields_missing, refuse
from .shapes import rows, table

ADDRESS = "https://www.whatsapp.com/otp/code/"
SAMPLE_CODE = "123456"
COMPONENTS = ("BODY", "FOOTER", "BUTTONS")
OTP_TYPES = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")
MINUTES_MAX, APPS_MAX, HASH_LENGTH, LABEL_MAX = 90, 5, 11, 25


def is_code_button(address):
    """Tell whether the address of a link button is that of a one-time code."""
    return str(address).startswith(ADDRESS)


def written(components, language):
    """Check the components of an authentication template; return them as they are read back.

    :param components: with types in capitals.
    :param language: Meta's code; decides whose words they get.
    """
    parts = {part["type"]: part for part in components}
    for kind in parts:
        if kind not in COMPONENTS:
            raise refuse(f"An authentication template has no {kind.lower()}.")
    words, footer = preset(language), parts.get("FOOTER")
    minutes = None if footer is None else minutes_of(footer, words)
    builders = {
        "BODY": lambda part: body(part, words),
        "FOOTER": lambda part: {**part, "text": words.footer.format(minutes=minutes)},
        "BUTTONS": lambda part: {"type": "BUTTONS", "buttons": [button(only_button(part), words, minutes)]},
    }
    if "BUTTONS" not in parts:
        raise fields_missing("BUTTONS", "buttons")
    return [builders[part["type"]](part) for part in components]


def body(part, words):
    """Return the body with Meta's words; what was read may be handed in again, words of one's own may not."""
    text = words.body
    if part.get("add_security_recommendation"):
        text = f"{text} {words.warning}"
    if part.get("text") not in (None, text):
        raise refuse("The body of an authentication template has no text of its own.", BODY_FORMAT)
    return {**part, "text": text, "example": {"body_text": [[SAMPLE_CODE]]}}


def minutes_of(part, words):
    """Return after how many minutes the code expires, which the footer says."""
    minutes = part.get("code_expiration_minutes")
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= MINUTES_MAX:
        raise refuse(f"code_expiration_minutes must be between 1 and {MINUTES_MAX}.", FOOTER_FORMAT)
    if part.get("text") not in (None, words.footer.format(minutes=minutes)):
        raise refuse("The footer of an authentication template has no text of its own.", FOOTER_FORMAT)
    return minutes


def only_button(part):
    """Return the one button; the link that was read is no button to hand in (unverified, the stricter reading)."""
    buttons = [table(one) for one in rows(part.get("buttons"))]
    if len(buttons) != 1 or buttons[0].get("type") != "OTP":
        raise refuse("An authentication template has exactly one button, of type OTP.")
    return buttons[0]


def button(given, words, minutes):
    """Return an OTP button as the link it is read back as."""
    kind = str(given.get("otp_type", "")).upper()
    if kind not in OTP_TYPES:
        raise refuse(f"otp_type must be one of {', '.join(OTP_TYPES)}.")
    for name in ("text", "autofill_text"):
        label = given.get(name)
        if label is not None and (not isinstance(label, str) or not 1 <= len(label) <= LABEL_MAX):
            raise refuse(f"{name} of the button may have {LABEL_MAX} characters.")
    query = {"otp_type": kind}
    if kind != "COPY_CODE":
        packages, hashes = apps(given, kind)
        query["cta_display_name"] = given.get("autofill_text") or words.autofill
        query |= {"package_name": ",".join(packages), "signature_hash": ",".join(hashes)}
    if minutes is not None:
        query["code_expiration_minutes"] = minutes
    address = f"{ADDRESS}?{urlencode(query)}&code=otp"
    return {
        "type": "URL",
        "text": given.get("text") or words.copy,
        "url": f"{address}{{{{1}}}}",
        "example": [f"{address}{SAMPLE_CODE}"],
    }


def apps(given, kind):
    """Return the packages and the hashes of the Android apps that take the code by themselves."""
    supported = [table(one) for one in rows(given.get("supported_apps"))]
    if not 1 <= len(supported) <= APPS_MAX:
        raise refuse(f"A button of type {kind} needs one to {APPS_MAX} supported_apps.")
    packages = [str(one.get("package_name") or "") for one in supported]
    hashes = [str(one.get("signature_hash") or "") for one in supported]
    if not all("." in name for name in packages) or any(len(value) != HASH_LENGTH for value in hashes):
        raise refuse(f"Each of supported_apps needs a package_name and a signature_hash of {HASH_LENGTH} characters.")
    if kind == "ZERO_TAP" and given.get("zero_tap_terms_accepted") is not True:
        raise refuse("A button of type ZERO_TAP needs zero_tap_terms_accepted.")
    return packages, hashes
