"""Authentication templates: what is handed in, and the other form in which it is read back."""

import pytest

from sandbox import rules_parameters, rules_template
from sandbox.errors import GraphError

APP = {"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}
OTHER = {"package_name": "com.example.shop.beta", "signature_hash": "ABCDEFGHIJ1"}
OTP = {"type": "OTP", "otp_type": "COPY_CODE"}
ONE_TAP = {"type": "OTP", "otp_type": "ONE_TAP", "supported_apps": [APP]}
ZERO_TAP = {**ONE_TAP, "otp_type": "ZERO_TAP", "zero_tap_terms_accepted": True}


def request(button=OTP, language="en", minutes=None, **body):
    footer = [] if minutes is None else [{"type": "FOOTER", "code_expiration_minutes": minutes}]
    return {
        "name": "log_in",
        "language": language,
        "category": "AUTHENTICATION",
        "components": [{"type": "body", **body}, *footer, {"type": "buttons", "buttons": [button] if button else []}],
    }


def read_back(body):
    return {part["type"]: part for part in rules_template.check_definition(body)[3]}


def test_a_code_to_copy_is_read_back_as_a_link():
    """T1: the body with its hint and a sample, the footer with words and minutes, the button as a link."""
    parts = read_back(request(minutes=5, add_security_recommendation=True))
    assert parts["BODY"] == {
        "type": "BODY",
        "add_security_recommendation": True,
        "text": "*{{1}}* is your verification code. For your security, do not share this code.",
        "example": {"body_text": [["123456"]]},
    }
    assert parts["FOOTER"] == {
        "type": "FOOTER",
        "code_expiration_minutes": 5,
        "text": "This code expires in 5 minutes.",
    }
    address = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code_expiration_minutes=5&code=otp"
    assert parts["BUTTONS"]["buttons"] == [
        {"type": "URL", "text": "Copy code", "url": address + "{{1}}", "example": [address + "123456"]}
    ]


@pytest.mark.parametrize(("kind", "button"), [("ONE_TAP", ONE_TAP), ("ZERO_TAP", ZERO_TAP)])
def test_apps_that_take_the_code_stand_in_the_link(kind, button):
    [one] = read_back(request({**button, "supported_apps": [APP, OTHER], "autofill_text": "Fill in"}))["BUTTONS"]["buttons"]
    assert one["url"] == (
        f"https://www.whatsapp.com/otp/code/?otp_type={kind}&cta_display_name=Fill+in"
        "&package_name=com.example.shop%2Ccom.example.shop.beta&signature_hash=K8a%2FAINcGX7%2CABCDEFGHIJ1&code=otp{{1}}"
    )
    assert one["text"] == "Copy code"


@pytest.mark.parametrize(
    ("language", "label", "autofill", "word"),
    [
        ("es_MX", "Copiar código", "Autocompletar", "código de verificación"),
        ("de", "Code kopieren", "Automatisch+ausf%C3%BCllen", "Verifizierungscode"),
        ("pt_BR", "Copiar código", "Preencher+automaticamente", "verificação"),
        ("ar", "نسخ الرمز", "%D8%AA%D8%B9%D8%A8%D8%A6%D8%A9", "رمز التحقق"),
        ("id", "Salin Kode", "Isi+Otomatis", "kode verifikasi"),
        ("ja", "Copy code", "Autofill", "verification code"),
    ],
)
def test_words_left_out_are_metas_own_in_the_templates_language(language, label, autofill, word):
    parts = read_back(request(ONE_TAP, language=language))
    [button] = parts["BUTTONS"]["buttons"]
    assert button["text"] == label
    assert f"cta_display_name={autofill}" in button["url"]
    assert word in parts["BODY"]["text"]


def test_a_label_of_ones_own_stays():
    [button] = read_back(request({**OTP, "text": "Take it"}))["BUTTONS"]["buttons"]
    assert button["text"] == "Take it"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (request(None), "exactly one button"),
        ({**request(), "components": [{"type": "BODY"}]}, "BUTTONS is missing expected"),
        (request({"type": "QUICK_REPLY", "text": "Yes"}), "exactly one button"),
        (request({"type": "URL", "text": "Copy", "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}"}), "of type OTP"),
        (request({**OTP, "otp_type": "TWO_TAP"}), "otp_type must be"),
        (request({**OTP, "text": "x" * 26}), "25 characters"),
        (request(minutes=0), "between 1 and 90"),
        (request(minutes=500), "between 1 and 90"),
        (request(minutes=True), "between 1 and 90"),
        (request({**ONE_TAP, "supported_apps": []}), "needs one to 5 supported_apps"),
        (request({**ONE_TAP, "supported_apps": [APP] * 6}), "needs one to 5 supported_apps"),
        (request({**ONE_TAP, "supported_apps": [{**APP, "signature_hash": "short"}]}), "11 characters"),
        (request({**ONE_TAP, "supported_apps": [{"signature_hash": APP["signature_hash"]}]}), "package_name"),
        (request({**ZERO_TAP, "zero_tap_terms_accepted": False}), "zero_tap_terms_accepted"),
        # W3: taking the words silently for Meta's own hid that ours were sent.
        (request(text="Your code: {{1}}"), "no text of its own"),
        (
            {**request(), "components": [*request()["components"], {"type": "HEADER", "format": "TEXT", "text": "Hi"}]},
            "has no header",
        ),
        (
            {**request(), "components": [*request()["components"], {"type": "FOOTER", "text": "Example Shop"}]},
            "between 1 and 90",
        ),
    ],
)
def test_what_meta_refuses(body, why):
    """T7."""
    with pytest.raises(GraphError) as caught:
        rules_template.check_definition(body)
    assert (caught.value.code, why in caught.value.user[1]) == (100, True), caught.value.user


def test_a_code_button_has_no_place_elsewhere():
    body = {**request(), "category": "UTILITY"}
    body["components"][0] = {"type": "BODY", "text": "Here you are."}
    with pytest.raises(GraphError) as caught:
        rules_template.check_definition(body)
    assert "authentication" in caught.value.user[1]


def texts(value):
    return [{"type": "text", "text": value}]


def sent(code, button=True):
    parts = [{"type": "body", "parameters": texts(code)}]
    named = {"type": "button", "sub_type": "url", "index": "0", "parameters": texts(code)}
    return [*parts, named] if button else parts


def test_the_code_is_sent_twice_and_refused_in_the_words_for_a_link():
    definition = rules_template.check_definition(request(ZERO_TAP, minutes=10))[3]
    card, _ = rules_parameters.fill(definition, sent("987654"), False, 26)
    assert card["body"] == "*987654* is your verification code."
    assert card["buttons"][0] == {"index": 0, "type": "otp", "text": "Copy code", "code": "987654"}
    with pytest.raises(GraphError) as caught:
        rules_parameters.fill(definition, sent("987654", button=False), False, 26)
    assert (caught.value.code, caught.value.details) == (131008, "buttons: Button at index 0 of type Url requires a parameter")
    with pytest.raises(GraphError) as caught:
        rules_parameters.fill(definition, sent("x" * 16), False, 26)
    assert caught.value.code == 132018


def test_text_and_button_have_the_same_code():
    definition = rules_template.check_definition(request(minutes=10))[3]
    body, button = sent("987654")
    for other in ("987655", "987654 ", ""):
        with pytest.raises(GraphError) as caught:
            rules_parameters.fill(definition, [{**body, "parameters": texts(other)}, button], False, 26)
        assert caught.value.code in (132018, 131008), other
    with pytest.raises(GraphError) as caught:
        rules_parameters.fill(definition, [{**body, "parameters": texts("987655")}, button], False, 26)
    assert "differs" in caught.value.details
