"""Messages one can tap on, of every kind. They need an open window."""

from __future__ import annotations

from typing import Any

from tools.graph import messages as m

from ..check import Check
from ..expectations import Accepted, Refused
from ..point import CONTESTED, LIKELY, OPEN, SERVICE, SURE, UNVERIFIED, Points
from .messages import FILE, ONE, goes

POINTS = Points("interactive", "Messages with buttons, lists, forms, products")

TAKEN = "sandbox/tests/test_rules_sending.py::test_interactive_messages_meta_takes"
SHOP = "sandbox/tests/test_rules_shop.py::test_taken"
REPLIES = [("yes", "Yes"), ("no", "No")]


@POINTS.add(
    "buttons",
    "Reply buttons under a text, with header and footer.",
    source="Meta, messages/interactive-reply-buttons-messages",
    dated="2026-03",
    sure=SURE,
    tests=TAKEN,
    **ONE,
)
def buttons(check: Check) -> None:
    goes(check, m.buttons("Shall we?", REPLIES, header="A question", footer="Tap one"))


@POINTS.add(
    "buttons-under-a-picture",
    "Reply buttons under an uploaded picture.",
    source="Meta, messages/interactive-reply-buttons-messages",
    dated="2026-03",
    sure=SURE,
    tests=TAKEN,
    **FILE,
)
def buttons_under_a_picture(check: Check) -> None:
    goes(check, m.buttons("Shall we?", REPLIES, header=m.image(check.upload("picture.jpg"))))


@POINTS.add(
    "buttons-under-a-film",
    "Reply buttons under an uploaded film.",
    source="Meta, messages/interactive-reply-buttons-messages",
    dated="2026-03",
    sure=SURE,
    tests=TAKEN,
    **FILE,
)
def buttons_under_a_film(check: Check) -> None:
    goes(check, m.buttons("Shall we?", REPLIES, header=m.video(check.upload("film.mp4"))))


@POINTS.add(
    "buttons-under-a-page",
    "Reply buttons under an uploaded document.",
    source="Meta, messages/interactive-reply-buttons-messages",
    dated="2026-03",
    sure=SURE,
    tests=TAKEN,
    **FILE,
)
def buttons_under_a_page(check: Check) -> None:
    goes(check, m.buttons("Shall we?", REPLIES, header=m.document(check.upload("page.pdf"), filename="A page.pdf")))


@POINTS.add(
    "list",
    "A list of ten rows in two sections.",
    source="Meta, messages/interactive-list-messages",
    dated="2026-03",
    sure=SURE,
    tests=TAKEN,
    **ONE,
)
def list_(check: Check) -> None:
    rows = [{"id": f"r{index}", "title": f"Row {index}", "description": "Something"} for index in range(10)]
    sections = [{"title": "First", "rows": rows[:5]}, {"title": "Second", "rows": rows[5:]}]
    goes(check, m.list_message("Choose one", "Choose", sections, header="Rows", footer="Ten of them"))


@POINTS.add(
    "link",
    "A button that opens a web page.",
    source="Meta, messages/interactive-cta-url-messages",
    dated="2026-03",
    sure=SURE,
    tests=TAKEN,
    **ONE,
)
def link(check: Check) -> None:
    goes(check, m.cta_url("Have a look", "Open", "https://www.whatsapp.com/", header="A page"))


@POINTS.add(
    "ask-for-place",
    "Asking for the customer's place.",
    source="Meta, messages/location-request-messages",
    dated="2026-03",
    sure=SURE,
    tests=TAKEN,
    **ONE,
)
def ask_for_place(check: Check) -> None:
    goes(check, m.location_request("Where are you?"))


@POINTS.add(
    "ask-for-phone",
    "Asking for the customer's phone number (request_contact_info).",
    source="Meta, changelog Jul 2026",
    dated="2026-07",
    sure=LIKELY,
    tests=TAKEN,
    **ONE,
)
def ask_for_phone(check: Check) -> None:
    goes(check, m.contact_info_request("May we have your number?"))


@POINTS.add(
    "ask-for-calls",
    "Asking whether we may call goes, or is refused because calling is off (138000 and neighbours), but is never unknown.",
    source="Meta, calling/user-call-permissions",
    dated="2026-09",
    sure=LIKELY,
    holds="T17",
    tests="sandbox/tests/test_graph_roads.py::test_calls_need_a_number_that_takes_calls",
    **ONE,
)
def ask_for_calls(check: Check) -> None:
    _or_calling_is_off(check, m.call_permission_request("May we call you?"))


@POINTS.add(
    "call-button",
    "A button by which the customer calls us goes, or is refused because calling is off, but is never unknown.",
    source="Meta, calling/call-button-messages-deep-links",
    dated="2026-09",
    sure=LIKELY,
    holds="T17",
    tests="sandbox/tests/test_graph_roads.py::test_calls_need_a_number_that_takes_calls",
    **ONE,
)
def call_button(check: Check) -> None:
    _or_calling_is_off(check, m.voice_call("Talk to us", "Call", ttl_minutes=60, payload="try"))


CALLING_OFF = (138000, 138006, 138009, 138013, 138014, 138015, 138018)


def _or_calling_is_off(check: Check, content: dict[str, Any]) -> None:
    answer = check.post(f"{check.number}/messages", check.body(content))
    if answer.refusal.get("code") in CALLING_OFF:
        check.notes.append(f"refused with {answer.refusal['code']}")
        check.judge(answer, Refused(CALLING_OFF))
        return
    check.judge(answer, Accepted())
    check.arrives(answer)


@POINTS.add(
    "ask-for-address",
    "Asking for an address is for India alone: elsewhere it is refused by that rule, not as unknown.",
    source="Meta, messages/address-messages; the code is unverified",
    dated="2026-03",
    sure=UNVERIFIED,
    holds="T17",
    tests=TAKEN,
    **ONE,
)
def ask_for_address(check: Check) -> None:
    if check.settings.recipient.startswith("+91"):
        check.impossible("the recipient is in India, where it goes")
    action = {"name": "address_message", "parameters": {"country": "IN"}}
    content = {"type": "address_message", "body": {"text": "Where shall it go?"}, "action": action}
    check.send({"type": "interactive", "interactive": content}, Refused((100, 131009, 131026)))


@POINTS.add(
    "product",
    "One product of the catalogue.",
    source="Meta, messages/interactive-product-messages",
    dated="2026-03",
    sure=SURE,
    tests=SHOP,
    **ONE,
)
def product(check: Check) -> None:
    goes(check, m.product(*_shop(check), "This one?"))


@POINTS.add(
    "products",
    "Chosen products in sections.",
    source="Meta, messages/interactive-product-list-messages",
    dated="2026-03",
    sure=SURE,
    tests=SHOP,
    **ONE,
)
def products(check: Check) -> None:
    catalog_id, article = _shop(check)
    goes(check, m.product_list(catalog_id, "Our choice", "One of these?", [{"title": "Chosen", "products": [article]}]))


@POINTS.add(
    "catalog",
    "The whole catalogue, without a picture of one's own.",
    source="Meta, messages/catalog-messages",
    dated="2026-03",
    sure=SURE,
    tests=SHOP,
    **ONE,
)
def catalog(check: Check) -> None:
    _shop(check)
    goes(check, m.catalog("Everything we have"))


def _shop(check: Check) -> tuple[str, str]:
    known = check.player.known
    if not known.product:
        check.impossible("no catalogue with an article is connected to the account, or the token may not read it")
    return known.catalog_id, known.product


@POINTS.add(
    "form",
    "A form needs version, label and form; without action and screen it opens at its own first screen.",
    source="api-whatsapp-docs: flows/changelog; nyaruka/courier#1134, #1135; Meta: flow_action defaults to navigate",
    dated="2026-11",
    sure=LIKELY,
    holds="W5 T11",
    tests="sandbox/tests/test_rules_shop.py::test_taken "
    "tests/tools/graph/test_messages.py::TestCommerce.test_flow_without_a_screen_opens_at_its_own_first_one",
    **ONE,
)
def form(check: Check) -> None:
    goes(check, m.flow("A form to try out", "Open", flow_id=_form(check), token="try"))


@POINTS.add(
    "draft-mode-of-what-is-published",
    "mode draft for a form that is published is refused: no source; we do not send it.",
    source="none settles it",
    dated="2026-11",
    sure=CONTESTED,
    tests="sandbox/tests/test_rules_shop.py::test_refused",
    **ONE,
)
def draft_mode(check: Check) -> None:
    check.send(m.flow("A form to try out", "Open", flow_id=_form(check), draft=True), Refused((100, 131009)))


@POINTS.add(
    "unknown-form",
    "A form that does not exist is refused.",
    source="code unverified",
    dated="2026-11",
    sure=UNVERIFIED,
    tests="sandbox/tests/test_rules_shop.py::test_refused",
    **ONE,
)
def unknown_form(check: Check) -> None:
    check.send(m.flow("A form to try out", "Open", flow_id="900000000099999"), Refused((100, 131009)))


def _form(check: Check) -> str:
    form = check.player.known.flow
    if not form:
        check.impossible("the account has no published form (flow)")
    return str(form["id"])


def _cards(picture: dict[str, Any]) -> dict[str, Any]:
    return m.carousel("Two cards", [m.url_card(picture, "Open", "https://www.whatsapp.com/", f"Card {n}") for n in (1, 2)])


@POINTS.add(
    "carousel-by-link",
    "A carousel whose pictures have a public address.",
    source="Meta, messages/interactive-media-carousel-messages",
    dated="2026-03",
    sure=SURE,
    tests=SHOP,
    **ONE,
)
def carousel_by_link(check: Check) -> None:
    goes(check, _cards(m.image(link=check.settings.picture_url)))


@POINTS.add(
    "carousel-by-id",
    "A carousel whose pictures are uploaded ids: the addon sends them so; every implementation we know, and Meta's page, use "
    "public addresses.",
    source="ids are usual for all other headers",
    dated="2026-11",
    sure=CONTESTED,
    holds="W13",
    tests="sandbox/tests/test_rules_shop.py::test_files_of_cards_are_named_to_the_caller "
    "tests/tools/graph/test_messages.py::TestCommerce.test_carousel",
    **FILE,
)
def carousel_by_id(check: Check) -> None:
    goes(check, _cards(m.image(check.upload("picture.jpg"))))


def _reply_cards(check: Check, ids: tuple[str, str]) -> dict[str, Any]:
    picture = m.image(link=check.settings.picture_url)
    return m.carousel("Two cards", [m.reply_card(picture, [(one, "More")], "A card") for one in ids])


@POINTS.add(
    "carousel-with-replies",
    "Cards with quick replies; the ids of all cards differ.",
    source="Meta, messages/interactive-media-carousel-messages",
    dated="2026-03",
    sure=LIKELY,
    holds="W12",
    tests="sandbox/tests/test_shop.py::test_quick_replies_of_a_carousel_message",
    **ONE,
)
def carousel_with_replies(check: Check) -> None:
    goes(check, _reply_cards(check, ("first", "second")))


@POINTS.add(
    "carousel-with-the-same-reply",
    "The same id of a quick reply on two cards is refused: ids are unique over the message.",
    source="botpress/botpress#15176; Meta's page says nothing",
    dated="2026-11",
    sure=CONTESTED,
    holds="W12",
    tests="sandbox/tests/test_rules_shop.py::test_ids_of_quick_replies_are_unique_over_all_cards",
    **ONE,
)
def carousel_with_the_same_reply(check: Check) -> None:
    content = _reply_cards(check, ("first", "second"))
    for card in content["interactive"]["action"]["cards"]:
        card["action"]["buttons"][0]["quick_reply"]["id"] = "same"
    check.send(content, Refused((100, 131009)))


@POINTS.add(
    "carousel-of-products",
    "A carousel of products of one catalogue.",
    source="Meta, messages/interactive-product-carousel-messages",
    dated="2026-03",
    sure=LIKELY,
    tests=SHOP,
    needs=(OPEN,),
    costs=(SERVICE,),
)
def carousel_of_products(check: Check) -> None:
    card = m.product_card(*_shop(check))
    goes(check, m.carousel("Two products", [card, card]))
