"""Tables of the pure rules about catalogues, flows, carousels and offers."""

import pytest

from sandbox import rules_interactive, rules_parameters, rules_template, rules_template_buttons
from sandbox.errors import GraphError
from sandbox.records import Flow, Product, Shop

NOW = 1_795_000_000.0
SKUS = [f"SKU-{number}" for number in range(40)]


@pytest.fixture
def shop():
    products = {sku: Product(f"77001/{sku}", "77001", sku, sku, 10.0) for sku in SKUS}
    screens = [{"id": "START", "fields": [{"name": "day", "label": "Day"}]}]
    flows = [
        Flow(str(555000 + n), "1", f"form_{status.lower()}", status, screens=screens)
        for n, status in enumerate(("PUBLISHED", "DRAFT", "DEPRECATED", "BLOCKED", "THROTTLED"), 1)
    ]
    return Shop("77001", products, {flow.id: flow for flow in flows})


def refused(code, words, function, *args, **kwargs):
    with pytest.raises(GraphError) as caught:
        function(*args, **kwargs)
    assert caught.value.code == code, caught.value.details
    said = caught.value.details or caught.value.user[1]
    assert words in said, said


# ------------------------------------------------------------------ interactive messages


def message(kind, action, **more):
    return {"type": kind, "body": {"text": "Look"}, "action": action, **more}


def section(count, title="Chairs"):
    return {"title": title, "product_items": [{"product_retailer_id": sku} for sku in SKUS[:count]]}


def product(**more):
    return message("product", {"catalog_id": "77001", "product_retailer_id": "SKU-1", **more})


def listed(*sections, header=True, **more):
    head = {"header": {"type": "text", "text": "Our chairs"}} if header else {}
    return message("product_list", {"catalog_id": "77001", "sections": list(sections), **more}, **head)


def flow(number=1, **more):
    params = {
        "flow_message_version": "3",
        "flow_id": str(555000 + number),
        "flow_cta": "Open",
        "flow_action_payload": {"screen": "START"},
        **more,
    }
    params = {key: value for key, value in params.items() if value is not None}
    return message("flow", {"name": "flow", "parameters": params})


def card(index, **more):
    return {
        "card_index": index,
        "type": "cta_url",
        "header": {"type": "image", "image": {"id": "5"}},
        "body": {"text": "One"},
        "action": {"name": "cta_url", "parameters": {"display_text": "Buy", "url": "https://example.com"}},
        **more,
    }


def cards(*items, **more):
    return message("carousel", {"cards": list(items)}, **more)


def replies(index, *ids):
    action = {"buttons": [{"type": "quick_reply", "quick_reply": {"id": one, "title": f"No. {one}"[:20]}} for one in ids]}
    return card(index, action=action)


def shown(index, sku="SKU-1"):
    return {"card_index": index, "type": "product", "action": {"product_retailer_id": sku, "catalog_id": "77001"}}


def catalogue(sku):
    return message("catalog_message", {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": sku}})


TAKEN = {
    "product": product(),
    "product without a body": {k: v for k, v in product().items() if k != "body"},
    "thirty products": listed(section(30)),
    "catalogue": message("catalog_message", {"name": "catalog_message"}),
    "catalogue with a picture": catalogue("SKU-3"),
    "flow": flow(),
    "flow without a screen": flow(flow_action_payload=None),
    "flow with its first screen": flow(flow_action_payload={"screen": "FIRST_ENTRY_SCREEN"}),
    "flow without an action": flow(flow_action=None, flow_action_payload=None),
    "flow by name": flow(flow_id=None, flow_name="form_published"),
    "draft": flow(2, mode="draft"),
    "throttled flow": flow(5),
    "product cards": cards(shown(0), shown(1, "SKU-2")),
}


@pytest.mark.parametrize("name", TAKEN)
def test_taken(shop, name):
    assert rules_interactive.check_interactive(TAKEN[name], shop, NOW) == ()


def test_files_of_cards_are_named_to_the_caller(shop):
    found = rules_interactive.check_interactive(cards(card(0), card(1)), shop, NOW)
    at = [f"interactive['action']['cards'][{index}]['header']['image']" for index in range(2)]
    assert found == tuple(("image", "5", None, where) for where in at)


def test_ids_of_quick_replies_are_unique_over_all_cards(shop):
    rules_interactive.check_interactive(cards(replies(0, "a"), replies(1, "b")), shop, NOW)
    with pytest.raises(GraphError) as caught:
        rules_interactive.check_interactive(cards(replies(0, "a"), replies(1, "a")), shop, NOW)
    assert (caught.value.code, caught.value.details) == (131009, "Duplicated id in buttons of the cards.")


REFUSED = [
    ("is not connected", product(catalog_id="1")),
    ("Product not found for product_retailer_id SKU-99", product(product_retailer_id="SKU-99")),
    ("cannot have a header", {**product(), "header": {"type": "text", "text": "x"}}),
    ("needs a text header", listed(section(1), header=False)),
    ("product count", listed(section(16), section(15, "More"))),
    ("sections count", listed(*(section(1, str(n)) for n in range(11)))),
    ("at least one product", listed({"title": "Empty", "product_items": []})),
    ("Section title", listed(section(1, "x" * 25))),
    ("Product not found", catalogue("?")),
    ("does not exist", flow(9)),
    ("Exactly one", flow(flow_name="form_published")),
    ("has no screen END", flow(flow_action_payload={"screen": "END"})),
    ("non-empty", flow(flow_action_payload={"screen": "START", "data": {}})),
    ("no endpoint", flow(flow_action="data_exchange")),
    ("flow_message_version", flow(flow_message_version="2")),
    ("Flow CTA", flow(flow_cta="x" * 31)),
    ("status DRAFT", flow(2)),
    ("status PUBLISHED", flow(1, mode="draft")),
    ("status DEPRECATED", flow(3)),
    ("cards count", cards(card(0))),
    ("cards count", cards(*(card(n) for n in range(11)))),
    ("card_index", cards(card(0), card(0))),
    ("same kind", cards(card(0), shown(1))),
    ("Card body", cards(card(0), card(1, body={"text": "x" * 161}))),
    ("line breaks", cards(card(0), card(1, body={"text": "a\nb\nc\nd"}))),
    ("header or a footer", cards(card(0), card(1), footer={"text": "x"})),
]


@pytest.mark.parametrize(("words", "content"), REFUSED)
def test_refused(shop, words, content):
    refused(131009, words, rules_interactive.check_interactive, content, shop, NOW)


def test_blocked_and_throttled_flows_have_codes_of_their_own(shop):
    refused(132068, "blocked", rules_interactive.check_interactive, flow(4), shop, NOW)
    for _ in range(10):
        rules_interactive.check_interactive(flow(5), shop, NOW)
    refused(132069, "throttled", rules_interactive.check_interactive, flow(5), shop, NOW)
    assert rules_interactive.check_interactive(flow(5), shop, NOW + 3600) == ()


def test_an_account_without_catalogue(shop):
    shop.catalog_id = None
    refused(131009, "No catalog", rules_interactive.check_interactive, product(), shop, NOW)


# --------------------------------------------------------------------------- templates

BODY = {"type": "BODY", "text": "Hi there"}


def press(shop, kind, sub_type=None, action=None, **button):
    definition = [BODY, {"type": "BUTTONS", "buttons": [{"type": kind, "text": "Go", **button}]}]
    parameters = {"parameters": [{"type": "action", "action": action}]} if action is not None else {}
    sent = [{"type": "button", "sub_type": sub_type, "index": "0", **parameters}] if sub_type else []
    return rules_parameters.fill(definition, sent, False, 26, NOW, shop)[0]["buttons"][0]


MPM = {"thumbnail_product_retailer_id": "SKU-1", "sections": [section(2)]}


def test_buttons_of_the_shop(shop):
    assert press(shop, "FLOW", "flow", flow_id="555001")["flow_token"] == "unused"
    assert press(shop, "FLOW", "flow", {"flow_token": "tok-1"}, flow_id="555001")["flow_token"] == "tok-1"
    assert press(shop, "CATALOG", "catalog")["type"] == "catalog"
    assert press(shop, "MPM", "mpm", MPM)["products"] == ["SKU-0", "SKU-1"]


@pytest.mark.parametrize(("code", "kind"), [(131009, "FLOW"), (131008, "CATALOG")])
def test_a_button_of_a_card_is_named_like_any_other(shop, code, kind):
    """R23: Meta refuses a message that leaves out a form's or the catalogue's button, also in a card."""
    inside = {"type": "BUTTONS", "buttons": [{"type": kind, "text": "Go", "flow_id": "555001"}]}
    definition = [BODY, {"type": "CAROUSEL", "cards": [{"components": [inside]}] * 2}]
    named = [{"type": "button", "sub_type": kind.lower(), "index": "0"}]

    def send(*components):
        cards = [{"card_index": index, "components": list(part)} for index, part in enumerate(components)]
        return rules_parameters.fill(definition, [{"type": "carousel", "cards": cards}], False, 26, NOW, shop)

    assert len(send(named, named)[0]["cards"]) == 2
    refused(code, "index 0", send, named, ())


@pytest.mark.parametrize(
    ("code", "kind", "sub_type", "action", "flow_id"),
    [
        (131008, "MPM", None, None, None),
        (131008, "MPM", "mpm", {"thumbnail_product_retailer_id": "SKU-1"}, None),
        (131008, "MPM", "mpm", {"sections": [section(1)]}, None),
        (132018, "MPM", "mpm", {**MPM, "sections": [section(1, "x" * 25)]}, None),
        (132018, "MPM", "mpm", {**MPM, "sections": [section(31)]}, None),
        (132018, "MPM", "mpm", {**MPM, "sections": [section(1)] * 11}, None),
        (131009, "MPM", "mpm", {**MPM, "thumbnail_product_retailer_id": "SKU-99"}, None),
        (131009, "MPM", "mpm", {**MPM, "sections": [{"title": "A", "product_items": [{"product_retailer_id": "?"}]}]}, None),
        (131009, "CATALOG", "catalog", {"thumbnail_product_retailer_id": "SKU-99"}, None),
        (132018, "FLOW", "flow", {"flow_action_data": {}}, "555001"),
        (131009, "FLOW", "flow", None, "555003"),
        (132068, "FLOW", "flow", None, "555004"),
        (131009, "FLOW", None, None, "555001"),
        (131008, "CATALOG", None, None, None),
    ],
)
def test_buttons_of_the_shop_that_do_not_match(shop, code, kind, sub_type, action, flow_id):
    refused(code, "", press, shop, kind, sub_type, action, flow_id=flow_id)


def header(shop, **value):
    parameter = {"type": "product", "product": {"product_retailer_id": "SKU-1", "catalog_id": "77001", **value}}
    sent = [{"type": "header", "parameters": [parameter]}]
    return rules_parameters.fill([{"type": "HEADER", "format": "PRODUCT"}, BODY], sent, False, 26, NOW, shop)[0]["header"]


def test_a_product_above_the_text(shop):
    assert header(shop)["product"]["product_retailer_id"] == "SKU-1"
    refused(131009, "Product not found", header, shop, product_retailer_id="SKU-99")
    refused(131009, "not connected", header, shop, catalog_id="1")


def test_an_offer_that_is_over(shop):
    offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Today", "has_expiration": True}}

    def fill(ms):
        end = {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": ms}}
        sent = [{"type": "limited_time_offer", "parameters": [end]}]
        return rules_parameters.fill([BODY, offer], sent, False, 26, NOW, shop)[0]["offer"]["expires_ms"]

    assert fill(int(NOW * 1000) + 1) == int(NOW * 1000) + 1
    refused(131009, "in the future", fill, int(NOW * 1000))


@pytest.mark.parametrize(
    ("words", "components", "category"),
    [
        ("marketing", [BODY, {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Now"}}], "UTILITY"),
        (
            "footer",
            [BODY, {"type": "FOOTER", "text": "x"}, {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Now"}}],
            "MARKETING",
        ),
        (
            "600",
            [{"type": "BODY", "text": "x" * 601}, {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Now"}}],
            "MARKETING",
        ),
    ],
)
def test_offers_that_are_not_approved(words, components, category):
    refused(100, words, rules_template.check_components, components, False, category)


@pytest.mark.parametrize(
    ("words", "button"),
    [
        ("does not exist", {"type": "FLOW", "text": "Go", "flow_id": "1"}),
        ("not published", {"type": "FLOW", "text": "Go", "flow_id": "555002"}),
        ("no screen", {"type": "FLOW", "text": "Go", "flow_id": "555001", "navigate_screen": "END"}),
        ("No catalog", {"type": "CATALOG", "text": "Go"}),
    ],
)
def test_templates_that_name_what_is_not_there(shop, words, button):
    if words == "No catalog":
        shop.catalog_id = None
    components = rules_template.check_components([BODY, {"type": "BUTTONS", "buttons": [button]}], False, "MARKETING")
    refused(100, words, rules_template_buttons.check_references, components, shop)
