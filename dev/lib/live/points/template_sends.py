"""Sending the templates that were handed in: each kind and component, and what Meta refuses about them."""

from __future__ import annotations

from typing import Any

from tools.graph import messages as m
from tools.graph import template as t
from tools.graph.template_definition import parse_template

from .. import templates
from ..check import Check
from ..expectations import Accepted, Answer, Has, Refused
from ..point import AUTHENTICATION, CONTESTED, LIKELY, MARKETING, SURE, UTILITY, Points
from .access import NOBODY

POINTS = Points("template-sends", "Templates that are sent")

FILLED = "sandbox/tests/test_rules_templates.py::test_a_full_card_is_filled_as_the_customer_sees_it"
BUTTONS = "sandbox/tests/test_rules_templates.py::test_buttons_of_every_kind"
WRONG = "sandbox/tests/test_rules_templates.py::test_sends_that_do_not_match_the_template"
UTIL: dict[str, Any] = {"costs": (UTILITY,), "makes": ("template",)}
MARKET: dict[str, Any] = {"costs": (MARKETING,), "makes": ("template",)}
NOT_SENT: dict[str, Any] = {"makes": ("template",)}


def filled(check: Check, kind: str) -> dict[str, Any]:
    """Return a template message built by the addon from the definition as Meta gives it back."""
    read = check.approved(str(check.shared(kind).body["id"]))
    definition = parse_template(read)
    return m.template(read["name"], read["language"], m.template_components(definition, templates.values(check, definition)))


def sent(check: Check, kind: str) -> Answer:
    """Send one of the kinds and see it go out."""
    answer = check.send(filled(check, kind), Accepted(), Has("messages.0.id", r"wamid\..+", private=True))
    check.arrives(answer)
    return answer


@POINTS.add(
    "full",
    "Header, body, quick reply and link filled from the definition as it is read back; the answer has message_status.",
    source="Meta, templates/components",
    dated="2026-03",
    sure=SURE,
    tests=FILLED,
    **UTIL,
)
def full(check: Check) -> None:
    check.judge(sent(check, "full"), Has("messages.0.message_status", str))


@POINTS.add(
    "message-status",
    "message_status is accepted, held_for_quality_assessment or paused; anything but the first means that it waits.",
    source="Meta, openapi file",
    dated="2025-11",
    sure=LIKELY,
    holds="W8",
    tests="sandbox/tests/test_graph_uncommon.py::test_a_template_may_be_answered_with_any_status_and_waits "
    "tests/outbox/test_held_back.py::TestHeldBack.test_any_word_but_accepted_waits_until_a_status_tells",
    **UTIL,
)
def message_status(check: Check) -> None:
    answer = check.send(filled(check, "place"))
    known = ("accepted", "held_for_quality_assessment", "paused")
    check.judge(answer, Has("messages.0.message_status", known))


@POINTS.add(
    "named", "Named values.", source="Meta, templates/utility-templates", dated="2026-03", sure=SURE, tests=FILLED, **UTIL
)
def named(check: Check) -> None:
    sent(check, "named")


@POINTS.add(
    "picture",
    "A picture above the text, by uploaded id.",
    source="Meta, templates/components",
    dated="2026-03",
    sure=SURE,
    tests=FILLED,
    **UTIL,
)
def picture(check: Check) -> None:
    sent(check, "picture")


@POINTS.add(
    "film",
    "A film above the text, by uploaded id.",
    source="Meta, templates/components",
    dated="2026-03",
    sure=SURE,
    tests=FILLED,
    **UTIL,
)
def film(check: Check) -> None:
    sent(check, "film")


@POINTS.add(
    "page",
    "A document above the text, by uploaded id.",
    source="Meta, templates/components",
    dated="2026-03",
    sure=SURE,
    tests=FILLED,
    **UTIL,
)
def page(check: Check) -> None:
    sent(check, "page")


@POINTS.add(
    "code",
    "A code goes into the body and into a button of sub_type url.",
    source="Meta, templates/authentication-templates",
    dated="2026-03",
    sure=SURE,
    holds="T1",
    tests="sandbox/tests/test_rules_authentication.py::test_the_code_is_sent_twice_and_refused_in_the_words_for_a_link",
    costs=(AUTHENTICATION,),
    makes=("template",),
)
def code(check: Check) -> None:
    sent(check, "code")


@POINTS.add(
    "code-without-button",
    "A code that is not given to the button too is refused, and the sentence says of type Url.",
    source="three recorded answers (whatomate#63)",
    dated="2026-11",
    sure=SURE,
    holds="T1",
    tests="sandbox/tests/test_rules_authentication.py::test_the_code_is_sent_twice_and_refused_in_the_words_for_a_link",
    **NOT_SENT,
)
def code_without_button(check: Check) -> None:
    content = filled(check, "code")
    content["template"]["components"] = [one for one in content["template"]["components"] if one["type"] == "body"]
    check.send(content, Refused(131008, says="of type Url requires a parameter"))


@POINTS.add(
    "coupon", "A coupon to copy.", source="Meta, templates/components", dated="2026-03", sure=SURE, tests=BUTTONS, **MARKET
)
def coupon(check: Check) -> None:
    sent(check, "coupon")


@POINTS.add(
    "offer",
    "The end of an offer is given in milliseconds since 1970.",
    source="Meta, templates/limited-time-offer-templates; pywa sends seconds",
    dated="2026-03",
    sure=CONTESTED,
    tests="sandbox/tests/test_rules_templates.py::test_a_limited_offer_needs_its_end",
    **MARKET,
)
def offer(check: Check) -> None:
    sent(check, "offer")


@POINTS.add(
    "cards",
    "A carousel, card by card.",
    source="Meta, templates/media-card-carousel-templates",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_rules_templates.py::test_a_carousel_is_filled_card_by_card",
    **MARKET,
)
def cards(check: Check) -> None:
    sent(check, "cards")


@POINTS.add(
    "flow",
    "A flow's button is named even when nothing is given to it.",
    source="juspay/clairvoyance#1128 measured; chatwoot/chatwoot#14714; megaapp977/stack#93; "
    "Bindambc/whatsapp-business-java-api#221",
    dated="2026-11",
    sure=SURE,
    holds="W1",
    tests="tests/tools/graph/test_template_definition.py::test_buttons_that_are_named_without_a_value",
    **UTIL,
)
def flow(check: Check) -> None:
    sent(check, "flow")


def _without_buttons(check: Check, kind: str) -> dict[str, Any]:
    content = filled(check, kind)
    left = [one for one in content["template"].get("components", ()) if one["type"] != "button"]
    content["template"]["components"] = left
    return content


@POINTS.add(
    "flow-unnamed",
    "A flow's button that is not named is 131009.",
    source="juspay/clairvoyance#1128 measured; chatwoot/chatwoot#14714",
    dated="2026-11",
    sure=SURE,
    holds="W1",
    tests="sandbox/tests/test_rules_shop.py::test_a_button_of_a_card_is_named_like_any_other",
    **NOT_SENT,
)
def flow_unnamed(check: Check) -> None:
    check.send(_without_buttons(check, "flow"), Refused(131009))


@POINTS.add(
    "catalog",
    "The catalogue's button is named even without a picture.",
    source="openapi, Postman and Meta's page always name it; pywa does",
    dated="2026-11",
    sure=LIKELY,
    holds="W4",
    tests="tests/tools/graph/test_template_definition.py::test_buttons_that_are_named_without_a_value",
    **MARKET,
)
def catalog(check: Check) -> None:
    sent(check, "catalog")


@POINTS.add(
    "catalog-unnamed",
    "The catalogue's button that is not named is 131008.",
    source="Azure-Samples/communication-services-dotnet-quickstarts#169",
    dated="2026-11",
    sure=LIKELY,
    holds="W4",
    tests="sandbox/tests/test_rules_shop.py::test_a_button_of_a_card_is_named_like_any_other",
    **NOT_SENT,
)
def catalog_unnamed(check: Check) -> None:
    check.send(_without_buttons(check, "catalog"), Refused(131008))


@POINTS.add(
    "products",
    "Chosen products.",
    source="Meta, templates/mpm-templates",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_rules_shop.py::test_buttons_of_the_shop",
    **MARKET,
)
def products(check: Check) -> None:
    sent(check, "products")


@POINTS.add(
    "phone-named",
    "Naming a phone button is refused.",
    source="shridarpatil/frappe_whatsapp#188; the code is unverified",
    dated="2026-11",
    sure=LIKELY,
    holds="W4",
    tests="sandbox/tests/test_rules_templates.py::test_buttons_that_do_not_match",
    **NOT_SENT,
)
def phone_named(check: Check) -> None:
    content = filled(check, "full")
    content["template"]["components"].append(t.button("phone_number", 2))
    check.send(content, Refused((100, 131009, 132000, 132012, 132018)))


@POINTS.add(
    "count",
    "One value too many is 132000.",
    source="Meta, support/error-codes",
    dated="2025-12",
    sure=SURE,
    tests="sandbox/tests/test_rules_templates.py::test_details_of_a_wrong_count_say_both_numbers",
    **NOT_SENT,
)
def count(check: Check) -> None:
    content = filled(check, "full")
    next(one for one in content["template"]["components"] if one["type"] == "body")["parameters"].append(
        t.text_parameter("more")
    )
    check.send(content, Refused(132000))


@POINTS.add(
    "line-break",
    "A value with a line break is 132018 (132012 before v23.0).",
    source="Meta, changelog v23.0; recorded answers",
    dated="2026-03",
    sure=LIKELY,
    tests="sandbox/tests/test_rules_templates.py::test_whitespace_had_another_code_before_v23",
    **NOT_SENT,
)
def line_break(check: Check) -> None:
    content = filled(check, "full")
    next(one for one in content["template"]["components"] if one["type"] == "body")["parameters"][0]["text"] = "two\nlines"
    check.send(content, Refused((132012, 132018)))


@POINTS.add(
    "too-long",
    "A text that gets too long by its values is 132005.",
    source="Meta, support/error-codes",
    dated="2025-12",
    sure=SURE,
    tests=WRONG,
    **NOT_SENT,
)
def too_long(check: Check) -> None:
    content = filled(check, "full")
    next(one for one in content["template"]["components"] if one["type"] == "body")["parameters"][0]["text"] = "x" * 1025
    check.send(content, Refused(132005))


@POINTS.add(
    "other-language",
    "A language in which it was not handed in is 132001.",
    source="Meta, support/error-codes",
    dated="2025-12",
    sure=SURE,
    tests="sandbox/tests/test_graph_sending.py::test_templates_that_cannot_be_sent",
    **NOT_SENT,
)
def other_language(check: Check) -> None:
    content = filled(check, "full")
    content["template"]["language"]["code"] = "en_GB"
    check.send(content, Refused(132001))


@POINTS.add(
    "unknown-file",
    "A file id in a header that does not exist is 100, and the words name its place in the template.",
    source="one exact answer; n8n and five more branch on these words",
    dated="2026-11",
    sure=LIKELY,
    holds="T9",
    tests="sandbox/tests/test_graph_files.py::test_an_unknown_id_is_named_with_its_place_and_without_details "
    "tests/tools/test_failures.py::test_a_file_that_meta_does_not_have",
    **NOT_SENT,
)
def unknown_file(check: Check) -> None:
    content = filled(check, "picture")
    content["template"]["components"][0]["parameters"][0]["image"] = {"id": NOBODY}
    check.send(
        content, Refused(100, says="template['components'][0]['parameters'][0]['image']['id']", bare=True, slug="media_unknown")
    )


@POINTS.add(
    "tap-target",
    "A tap target for the picture (tap_target_configuration) goes, or is refused by a rule of its own, but is never unknown.",
    source="Meta, changelog; pywa",
    dated="2026-08",
    sure=CONTESTED,
    holds="T17",
    tests=FILLED,
    **UTIL,
)
def tap_target(check: Check) -> None:
    content = filled(check, "picture")
    content["template"]["components"].append(t.tap_target("https://www.whatsapp.com/", "WhatsApp"))
    check.send(content, Accepted())
