"""Templates that Meta refuses when they are handed in. Nothing is made unless Meta takes one after all."""

from __future__ import annotations

from typing import Any

from ..check import Check
from ..expectations import Refused
from ..point import CONTESTED, LIKELY, SURE, UNVERIFIED, Points

POINTS = Points("template-refusals", "Templates that are refused")

MISSING = "Message template 'components' param is missing expected field(s)"
FOOTER = {"type": "FOOTER", "text": "Sent to try something out"}


def definition(check: Check, what: str, *components: dict[str, Any], category: str = "UTILITY", **more: Any) -> dict[str, Any]:
    """Return a template to hand in, with a name of its own."""
    return {
        "name": check.template_name(what),
        "language": "en_US",
        "category": category,
        "components": list(components),
        **more,
    }


def body(text: str, *examples: str) -> dict[str, Any]:
    """Return the body of a template."""
    return {"type": "BODY", "text": text, **({"example": {"body_text": [list(examples)]}} if examples else {})}


PLAIN = body("We have received your request and will be in touch.")


def buttons(*items: dict[str, Any]) -> dict[str, Any]:
    """Return the buttons of a template."""
    return {"type": "BUTTONS", "buttons": list(items)}


@POINTS.add(
    "body-without-example",
    "A variable without a sample is 100/2388043, and the sentence for people names component and field.",
    source="seven recorded answers",
    dated="2026-11",
    sure=SURE,
    holds="T6",
    tests="sandbox/tests/test_rules_templates.py::test_a_missing_sample_is_told_by_its_component",
)
def body_without_example(check: Check) -> None:
    says = "component of type BODY is missing expected field(s) (example)"
    check.hand_in(
        definition(check, "no_example", body("Hello {{1}}, your order is on its way to you.")),
        Refused(100, 2388043, title=MISSING, says=says),
    )


@POINTS.add(
    "link-without-example",
    "A variable in the address of a button without a sample is 100/2388043.",
    source="seven recorded answers",
    dated="2026-11",
    sure=SURE,
    holds="T6 W3",
    tests="sandbox/tests/test_rules_templates.py::test_a_missing_sample_is_told_by_its_component",
)
def link_without_example(check: Check) -> None:
    link = {"type": "URL", "text": "Open", "url": "https://shop.example.com/{{1}}"}
    check.hand_in(definition(check, "no_link_example", PLAIN, buttons(link)), Refused(100, 2388043, title=MISSING))


@POINTS.add(
    "header-without-sample",
    "A header with a picture and without a sample file is 100/2388043.",
    source="seven recorded answers",
    dated="2026-11",
    sure=SURE,
    holds="T6",
    tests="sandbox/tests/test_rules_templates.py::test_a_missing_sample_is_told_by_its_component",
)
def header_without_sample(check: Check) -> None:
    check.hand_in(
        definition(check, "no_sample", {"type": "HEADER", "format": "IMAGE"}, PLAIN), Refused(100, 2388043, title=MISSING)
    )


def _header(handle: str) -> dict[str, Any]:
    return {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}}


@POINTS.add(
    "invented-handle",
    "A handle that no upload gave is 100, Invalid parameter.",
    source="wacrm#562; Whatsapp-Business-Cloud-Api-Net#180",
    dated="2026-11",
    sure=LIKELY,
    holds="T2",
    tests="sandbox/tests/test_graph_samples.py::test_only_a_handle_of_a_fitting_file_is_a_sample",
)
def invented_handle(check: Check) -> None:
    check.hand_in(definition(check, "no_upload", _header("4::aW52ZW50ZWQ="), PLAIN), Refused(100, says="Invalid parameter"))


@POINTS.add(
    "address-as-handle",
    "A web address in place of a handle is 100, Invalid parameter.",
    source="wacrm#562",
    dated="2026-11",
    sure=LIKELY,
    holds="T2",
    tests="sandbox/tests/test_graph_samples.py::test_only_a_handle_of_a_fitting_file_is_a_sample",
)
def address_as_handle(check: Check) -> None:
    check.hand_in(
        definition(check, "no_handle", _header(check.settings.picture_url), PLAIN), Refused(100, says="Invalid parameter")
    )


@POINTS.add(
    "media-id-as-handle",
    "The id of an uploaded file in place of a handle is 100, Invalid parameter.",
    source="Whatsapp-Business-Cloud-Api-Net#180",
    dated="2026-11",
    sure=LIKELY,
    holds="T2",
    tests="sandbox/tests/test_graph_samples.py::test_only_a_handle_of_a_fitting_file_is_a_sample",
    makes=("file",),
)
def media_id_as_handle(check: Check) -> None:
    media_id = check.upload("picture.jpg")
    check.hand_in(definition(check, "media_id", _header(media_id), PLAIN), Refused(100, says="Invalid parameter"))


CODE_BODY = {"type": "BODY", "add_security_recommendation": True}
COPY_CODE = {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}


def _code(check: Check, what: str, *components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return definition(check, what, *components, category="AUTHENTICATION", **more)


@POINTS.add(
    "code-without-button",
    "A template for codes needs a button.",
    source="reference of the API 7.2; code unverified",
    dated="2026-03",
    sure=UNVERIFIED,
    holds="T7",
    tests="sandbox/tests/test_rules_authentication.py::test_what_meta_refuses",
)
def code_without_button(check: Check) -> None:
    check.hand_in(_code(check, "code_no_button", CODE_BODY), Refused(100))


@POINTS.add(
    "code-expires-too-late",
    "A code may be said to expire after 1 to 90 minutes.",
    source="Meta, templates/authentication-templates",
    dated="2026-03",
    sure=SURE,
    holds="T7",
    tests="sandbox/tests/test_rules_authentication.py::test_what_meta_refuses",
)
def code_expires_too_late(check: Check) -> None:
    footer = {"type": "FOOTER", "code_expiration_minutes": 500}
    check.hand_in(_code(check, "code_late", CODE_BODY, footer, buttons(COPY_CODE)), Refused(100))


@POINTS.add(
    "one-tap-without-app",
    "A one-tap button needs supported_apps with a package name and a hash of eleven characters.",
    source="Meta, templates/authentication-templates",
    dated="2026-03",
    sure=SURE,
    holds="T7",
    tests="sandbox/tests/test_rules_authentication.py::test_what_meta_refuses",
)
def one_tap_without_app(check: Check) -> None:
    tap = {"type": "OTP", "otp_type": "ONE_TAP", "text": "Copy code", "autofill_text": "Autofill"}
    check.hand_in(_code(check, "one_tap", CODE_BODY, buttons(tap)), Refused(100))


@POINTS.add(
    "zero-tap-without-terms",
    "A zero-tap button needs zero_tap_terms_accepted.",
    source="Meta, templates/authentication-templates",
    dated="2026-03",
    sure=SURE,
    holds="T7",
    tests="sandbox/tests/test_rules_authentication.py::test_what_meta_refuses",
)
def zero_tap_without_terms(check: Check) -> None:
    apps = [{"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}]
    tap = {"type": "OTP", "otp_type": "ZERO_TAP", "text": "Copy code", "autofill_text": "Autofill", "supported_apps": apps}
    check.hand_in(_code(check, "zero_tap", CODE_BODY, buttons(tap)), Refused(100))


@POINTS.add(
    "lifetime",
    "A time to live has bounds by category: for utility 30 seconds and more.",
    source="Meta, templates/time-to-live",
    dated="2026-03",
    sure=SURE,
    holds="T7",
    tests="sandbox/tests/test_rules_templates.py::test_lifetimes_have_limits_by_category",
)
def lifetime(check: Check) -> None:
    check.hand_in(definition(check, "short_life", PLAIN, message_send_ttl_seconds=5), Refused(100))


@POINTS.add(
    "unknown-language",
    "Languages are a closed list.",
    source="reference of the API 7.2; wording and code unverified",
    dated="2026-08",
    sure=UNVERIFIED,
    holds="T7",
    tests="sandbox/tests/test_rules_templates.py::test_languages_are_a_closed_list",
)
def unknown_language(check: Check) -> None:
    check.hand_in({**definition(check, "language", PLAIN), "language": "xq_QQ"}, Refused(100))


@POINTS.add(
    "variable-at-the-edge",
    "A variable at the beginning or end of a body is 100/2388299.",
    source="recorded answers",
    dated="2026-11",
    sure=LIKELY,
    tests="sandbox/tests/test_rules_templates.py::test_definitions_meta_refuses",
)
def variable_at_the_edge(check: Check) -> None:
    check.hand_in(definition(check, "edge", body("{{1}} is on its way to you today", "Your order")), Refused(100, 2388299))


@POINTS.add(
    "too-many-variables",
    "Too many variables for the length of a text are 100/2388293.",
    source="recorded answers; the ratio is unverified",
    dated="2026-11",
    sure=UNVERIFIED,
    tests="sandbox/tests/test_rules_templates.py::test_definitions_meta_refuses",
)
def too_many_variables(check: Check) -> None:
    text = body("Order {{1}} of {{2}} for {{3}} now", "7", "May", "Ada")
    check.hand_in(definition(check, "ratio", text), Refused(100, 2388293))


@POINTS.add(
    "name-with-capitals",
    "A name has small letters, digits and underscores.",
    source="Meta, templates/overview",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_rules_templates.py::test_definitions_meta_refuses",
)
def name_with_capitals(check: Check) -> None:
    given = definition(check, "capitals", PLAIN)
    check.hand_in({**given, "name": f"{given['name']}_ABC"}, Refused(100))


@POINTS.add(
    "label-too-long",
    "The label of a button has 25 characters at most.",
    source="Meta, templates/components",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_rules_templates.py::test_definitions_meta_refuses",
)
def label_too_long(check: Check) -> None:
    reply = {"type": "QUICK_REPLY", "text": "A label that is much too long"}
    check.hand_in(definition(check, "label", PLAIN, buttons(reply)), Refused(100))


@POINTS.add(
    "mixed-buttons",
    "Quick replies and other buttons have to be two groups.",
    source="Meta, templates/components",
    dated="2026-03",
    sure=LIKELY,
    tests="sandbox/tests/test_rules_templates.py::test_definitions_meta_refuses",
)
def mixed_buttons(check: Check) -> None:
    items = (
        {"type": "QUICK_REPLY", "text": "Yes"},
        {"type": "URL", "text": "Open", "url": "https://shop.example.com/"},
        {"type": "QUICK_REPLY", "text": "No"},
    )
    check.hand_in(definition(check, "mixed", PLAIN, buttons(*items)), Refused(100))


@POINTS.add(
    "offer-with-footer",
    "A limited-time offer has no footer.",
    source="Meta, templates/limited-time-offer-templates",
    dated="2026-03",
    sure=CONTESTED,
    tests="sandbox/tests/test_rules_shop.py::test_offers_that_are_not_approved",
)
def offer_with_footer(check: Check) -> None:
    offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}}
    link = {"type": "URL", "text": "Open", "url": "https://shop.example.com/"}
    code = {"type": "COPY_CODE", "example": "TRY25"}
    given = definition(check, "offer", offer, PLAIN, FOOTER, buttons(code, link), category="MARKETING")
    check.hand_in(given, Refused(100))
