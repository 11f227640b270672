"""Templates of every kind and component: handed in and read back."""

from __future__ import annotations

from ..check import Check
from ..expectations import Accepted, Has, Refused
from ..point import CONTESTED, LIKELY, SURE, Points
from ..templates import COPY_CODE, PLAIN, buttons, request

POINTS = Points("templates", "Templates: handed in and read")

MADE = ("template",)
READING = "sandbox/tests/test_rules_templates.py::test_definitions_meta_takes"


@POINTS.add(
    "full",
    "Text header, body, footer, quick reply, link with a variable and phone button are taken, and read back as handed in.",
    source="Meta, templates/components",
    dated="2026-03",
    sure=SURE,
    holds="W3",
    tests=READING,
    makes=MADE,
)
def full(check: Check) -> None:
    read = check.shared("full", Accepted(), Has("id", str, private=True), Has("category", ("UTILITY", "MARKETING")))
    check.judge(
        read,
        Has("status", ("PENDING", "APPROVED", "REJECTED")),
        Has("parameter_format", ("POSITIONAL",)),
        Has("components.0.type", ("HEADER",)),
        Has("components.0.example.header_text.0", ("S00042",)),
        Has("components.1.type", ("BODY",)),
        Has("components.1.example.body_text.0.1", (r"$ 1,250.00",)),
        Has("components.2.type", ("FOOTER",)),
        Has("components.3.buttons.0.type", ("QUICK_REPLY",)),
        Has("components.3.buttons.1.type", ("URL",)),
        Has("components.3.buttons.1.example", list),
        Has("components.3.buttons.2.type", ("PHONE_NUMBER",)),
    )


@POINTS.add(
    "named",
    "Named variables are taken with their samples, and the template says NAMED.",
    source="Meta, templates/utility-templates",
    dated="2026-03",
    sure=SURE,
    tests=READING,
    makes=MADE,
)
def named(check: Check) -> None:
    read = check.shared("named")
    check.judge(
        read,
        Has("parameter_format", ("NAMED",)),
        Has("components.0.example.body_text_named_params.0.param_name", ("first_name", "day")),
    )


@POINTS.add(
    "picture",
    "A picture above the text is handed in with the handle of an upload; read back it is an address, no handle.",
    source="four recorded answers: header_handle is an address on scontent.whatsapp.net",
    dated="2026-11",
    sure=SURE,
    holds="T2",
    tests="sandbox/tests/test_graph_samples.py::test_a_sample_is_read_back_as_an_address_that_ends",
    makes=MADE,
)
def picture(check: Check) -> None:
    read = check.shared("picture")
    check.judge(
        read, Has("components.0.format", ("IMAGE",)), Has("components.0.example.header_handle.0", r"https?://.+", private=True)
    )


@POINTS.add(
    "picture-handed-in-as-read",
    "The address of a sample that was read back is no handle: a template is edited with a new upload or not at all.",
    source="follows from wacrm#562 and the recorded addresses; not measured by itself",
    dated="2026-11",
    sure=CONTESTED,
    holds="T2",
    tests="sandbox/tests/test_graph_samples.py::test_a_sample_is_read_back_as_an_address_that_ends",
    makes=MADE,
)
def picture_handed_in_as_read(check: Check) -> None:
    header = check.shared("picture").body["components"][0]
    given = {**request(check, "place"), "components": [header, PLAIN]}
    check.hand_in(given, Refused(100, says="Invalid parameter"))


@POINTS.add(
    "moving-picture",
    "A header of format GIF, with a film of at most 3.5 MB as its sample, can be made for marketing.",
    source="Meta, marketing-messages (GIF headers); whether an account without that API may make one is not said",
    dated="2026-03",
    sure=CONTESTED,
    holds="T17",
    tests="sandbox/tests/test_graph_samples.py::test_only_a_handle_of_a_fitting_file_is_a_sample",
    makes=MADE,
)
def moving_picture(check: Check) -> None:
    header = {"type": "HEADER", "format": "GIF", "example": {"header_handle": [check.handle("film.mp4")]}}
    given = {**request(check, "place"), "category": "MARKETING", "components": [header, PLAIN]}
    check.judge(check.read_back(check.hand_in(given)), Has("components.0.format", ("GIF",)))


@POINTS.add(
    "call-permission",
    "A component call_permission_request asks for the permission to call; nothing is handed in for it.",
    source="Meta, calling/user-call-permissions (a component); pywa writes a button",
    dated="2026-03",
    sure=CONTESTED,
    holds="T17",
    tests="sandbox/tests/test_graph_template_kinds.py::test_a_template_may_ask_for_the_permission_to_call",
    makes=MADE,
)
def call_permission(check: Check) -> None:
    given = {**request(check, "place"), "components": [PLAIN, {"type": "CALL_PERMISSION_REQUEST"}]}
    check.judge(check.read_back(check.hand_in(given)), Has("components.1.type", ("CALL_PERMISSION_REQUEST",)))


@POINTS.add(
    "film",
    "A film above the text.",
    source="Meta, templates/components",
    dated="2026-03",
    sure=SURE,
    tests=READING,
    makes=MADE,
)
def film(check: Check) -> None:
    check.judge(check.shared("film"), Has("components.0.format", ("VIDEO",)))


@POINTS.add(
    "page",
    "A document above the text.",
    source="Meta, templates/components",
    dated="2026-03",
    sure=SURE,
    tests=READING,
    makes=MADE,
)
def page(check: Check) -> None:
    check.judge(check.shared("page"), Has("components.0.format", ("DOCUMENT",)))


@POINTS.add(
    "place",
    "A place above the text; nothing is handed in for it.",
    source="Meta, templates/components",
    dated="2026-03",
    sure=SURE,
    tests=READING,
    makes=MADE,
)
def place(check: Check) -> None:
    check.judge(check.shared("place"), Has("components.0.format", ("LOCATION",)))


@POINTS.add(
    "code",
    "A copy-code button is handed in as OTP and read back as a link to whatsapp.com/otp with the variable in it; the body has "
    "a sample, the footer text and minutes.",
    source="three recorded answers (whatomate#63); pywa cannot read the body without a sample",
    dated="2026-11",
    sure=SURE,
    holds="T1",
    tests="sandbox/tests/test_rules_authentication.py::test_a_code_to_copy_is_read_back_as_a_link",
    makes=MADE,
)
def code(check: Check) -> None:
    read = check.shared("code")
    check.judge(
        read,
        Has("category", ("AUTHENTICATION",)),
        Has("components.0.text", r".*\{\{1\}\}.*"),
        Has("components.0.add_security_recommendation", (True,)),
        Has("components.0.example.body_text.0.0", str),
        Has("components.1.code_expiration_minutes", (5,)),
        Has("components.1.text", str),
        Has("components.2.buttons.0.type", ("URL",)),
        Has("components.2.buttons.0.url", r"https://www\.whatsapp\.com/otp/code/\?otp_type=COPY_CODE.*code=otp\{\{1\}\}"),
        Has("components.2.buttons.0.example.0", r"https://www\.whatsapp\.com/otp/.+"),
    )


@POINTS.add(
    "code-without-label",
    "A copy-code button without a label gets Meta's own.",
    source="Meta, templates/authentication-templates",
    dated="2026-03",
    sure=LIKELY,
    holds="T1",
    tests="sandbox/tests/test_rules_authentication.py::test_words_left_out_are_metas_own_in_the_templates_language",
    makes=MADE,
)
def code_without_label(check: Check) -> None:
    bare = {key: value for key, value in COPY_CODE.items() if key != "text"}
    given = {**request(check, "code"), "components": [{"type": "BODY"}, buttons(bare)]}
    read = check.read_back(check.hand_in(given))
    check.judge(read, Has("components.1.buttons.0.text", r".{2,}"))


@POINTS.add(
    "coupon",
    "A coupon to copy is handed in with an example and without a label.",
    source="Meta, templates/components; openapi and Postman",
    dated="2026-03",
    sure=SURE,
    holds="W3",
    tests=READING,
    makes=MADE,
)
def coupon(check: Check) -> None:
    check.judge(
        check.shared("coupon"), Has("components.1.buttons.0.type", ("COPY_CODE",)), Has("components.1.buttons.0.example")
    )


@POINTS.add(
    "offer",
    "A limited-time offer stands with a picture, a code and a link.",
    source="Meta, templates/limited-time-offer-templates",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_rules_shop.py::test_offers_that_are_not_approved",
    makes=MADE,
)
def offer(check: Check) -> None:
    read = check.shared("offer")
    check.judge(
        read, Has("components.1.type", ("LIMITED_TIME_OFFER",)), Has("components.1.limited_time_offer.has_expiration", (True,))
    )


@POINTS.add(
    "cards",
    "A carousel has two to ten cards built alike, each with a picture and buttons.",
    source="Meta, templates/media-card-carousel-templates",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_rules_templates.py::test_carousels_have_two_to_ten_cards_built_alike",
    makes=MADE,
)
def cards(check: Check) -> None:
    read = check.shared("cards")
    check.judge(
        read,
        Has("components.1.type", ("CAROUSEL",)),
        Has("components.1.cards.1.components.0.format", ("IMAGE",)),
        Has("components.1.cards.1.components.2.buttons.1.type", ("URL",)),
    )


@POINTS.add(
    "flow",
    "A button opens a flow that is published.",
    source="Meta, flows/guides/sendingaflow",
    dated="2026-03",
    sure=SURE,
    holds="W3",
    tests="sandbox/tests/test_rules_shop.py::test_templates_that_name_what_is_not_there",
    makes=MADE,
)
def flow(check: Check) -> None:
    check.judge(check.shared("flow"), Has("components.1.buttons.0.type", ("FLOW",)), Has("components.1.buttons.0.flow_id"))


@POINTS.add(
    "catalog",
    "A button opens the catalogue.",
    source="Meta, templates/catalog-templates",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_rules_shop.py::test_templates_that_name_what_is_not_there",
    makes=MADE,
)
def catalog(check: Check) -> None:
    check.judge(check.shared("catalog"), Has("components.1.buttons.0.type", ("CATALOG",)))


@POINTS.add(
    "products",
    "A button opens chosen products.",
    source="Meta, templates/mpm-templates",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_rules_shop.py::test_templates_that_name_what_is_not_there",
    makes=MADE,
)
def products(check: Check) -> None:
    check.judge(check.shared("products"), Has("components.2.buttons.0.type", ("MPM",)))


@POINTS.add(
    "call",
    "A button by which the customer calls the business.",
    source="Meta, calling/call-button-messages-deep-links",
    dated="2026-03",
    sure=LIKELY,
    tests=READING,
    makes=MADE,
)
def call(check: Check) -> None:
    check.judge(check.shared("call"), Has("components.1.buttons.0.type", ("VOICE_CALL",)))
