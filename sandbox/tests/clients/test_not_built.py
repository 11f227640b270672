"""What Meta has and the stand-in has not is refused in words that no client takes for Meta's."""

import datetime

import known
import pytest
from pywa.errors import WhatsAppError
from pywa.types import templates
from pywa_client import PORTFOLIO
from sandbox_site import APP, NUMBER, SECRET, WABA

from sandbox.graph_routes import NOT_BUILT

TODAY = datetime.datetime(2026, 11, 30, tzinfo=datetime.timezone.utc)

#: (kind of node, edge, method) -> how pywa asks for it.
CALLS = {
    ("account", "", "POST"): lambda wa: wa.update_business_account_settings(disable_marketing_messages_on_cloud_api=True),
    ("account", "message_templates/archive", "POST"): lambda wa: wa.archive_templates(["1"]),
    ("account", "message_templates/unarchive", "POST"): lambda wa: wa.unarchive_templates(["1"]),
    ("account", "migrate_flows", "POST"): lambda wa: wa.migrate_flows("1", ["visit"]),
    ("account", "migrate_message_templates", "POST"): lambda wa: wa.migrate_templates("1"),
    ("account", "phone_numbers", "POST"): lambda wa: wa.create_phone_number(
        country_calling_code="1", phone_number="2025550190", verified_name="Shop"
    ),
    ("account", "signups", "GET"): lambda wa: wa.get_signups(),
    ("number", "calls", "POST"): lambda wa: wa.terminate_call("wacid.1"),
    ("number", "conversational_automation", "POST"): lambda wa: wa.update_conversational_automation(ice_breakers=["Hi"]),
    ("number", "groups", "GET"): lambda wa: wa.get_groups(),
    ("number", "groups", "POST"): lambda wa: wa.create_group(subject="Shop"),
    ("number", "marketing_messages", "POST"): lambda wa: wa.send_template(
        "+12025550171", "hello_world", templates.TemplateLanguage.ENGLISH_US, [], use_mm_lite_api=True
    ),
    ("number", "message_qrdls", "GET"): lambda wa: wa.get_qr_codes(),
    ("number", "message_qrdls", "POST"): lambda wa: wa.create_qr_code("Hello"),
    ("number", "message_qrdls", "DELETE"): lambda wa: wa.delete_qr_code("ABC"),
    ("number", "request_code", "POST"): lambda wa: wa.request_verification_code(code_method="SMS", language_code="en_US"),
    ("number", "username", "GET"): lambda wa: wa.get_current_username(),
    ("number", "username", "POST"): lambda wa: wa.set_username("shop"),
    ("number", "username", "DELETE"): lambda wa: wa.delete_username(),
    ("number", "username_suggestions", "GET"): lambda wa: wa.get_reserved_usernames(),
    ("number", "verify_code", "POST"): lambda wa: wa.verify_phone_number("123456"),
    ("number", "whatsapp_business_encryption", "POST"): lambda wa: wa.set_business_public_key("key"),
    ("number", "whatsapp_commerce_settings", "GET"): lambda wa: wa.get_commerce_settings(),
    ("number", "whatsapp_commerce_settings", "POST"): lambda wa: wa.update_commerce_settings(is_cart_enabled=True),
    ("template", "compare", "GET"): lambda wa: wa.compare_templates(wa.get_templates()[0].id, ["2"], start=TODAY, end=TODAY),
    ("flow", "", "POST"): lambda wa: wa.update_flow_metadata("960000000000102", name="Visit"),
    ("portfolio", "client_whatsapp_business_accounts", "GET"): lambda wa: wa.get_shared_business_accounts(),
    ("oauth", "access_token", "GET"): lambda wa: wa.get_app_access_token(int(APP), SECRET),
}


@pytest.mark.parametrize("key", CALLS, ids=lambda key: " ".join(filter(None, key)))
def test_pywa_is_told_what_is_not_built(ground, wa, key):
    kind, edge, method = key
    assert method in NOT_BUILT.get(kind, {}).get(edge, ()), "It is built now: try it in the test of its subject"
    with pytest.raises(WhatsAppError) as caught:
        CALLS[key](wa)
    assert (type(caught.value), caught.value.code, caught.value.status_code) == (WhatsAppError, 501, 501)
    assert "stand-in" in caught.value.message


def test_nothing_of_the_list_looks_like_metas_answer(ground, wa):
    nodes = {
        "account": WABA,
        "number": NUMBER,
        "template": next(iter(ground.world.templates)),
        "flow": "960000000000102",
        "portfolio": PORTFOLIO,
        "app": APP,
    }
    for kind, edges in NOT_BUILT.items():
        for edge, methods in edges.items():
            for method in methods:
                path = "/".join(filter(None, ("", nodes.get(kind, kind), edge)))
                with pytest.raises(WhatsAppError) as caught:
                    wa.api.send_raw_request(method, path)
                assert caught.value.code == 501, f"{method} {path}: {caught.value}"


def test_pywa_asks_for_call_permissions(wa):
    with known.judged("pywa", "call permissions"):
        wa.get_call_permissions("12025550171")


def test_pywa_writes_codes_in_many_languages(wa):
    with known.judged("pywa", "upsert of templates"):
        wa.upsert_authentication_template(
            name="code",
            languages=[templates.TemplateLanguage.ENGLISH_US],
            otp_button=templates.CopyCodeOTPButton(),
        )
