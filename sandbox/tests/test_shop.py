"""Catalogue and flows through the real socket: sent by the business, answered by the customer."""

import json

from sandbox_site import NUMBER, WABA, story, wamid_of

CATALOG = "970000000000001"
VISIT = "960000000000101"


def interactive(person, kind, action, **more):
    content = {"type": kind, "body": {"text": "Look"}, "action": action, **more}
    return {"to": person["phone"], "type": "interactive", "interactive": content}


async def tap(play, person, wamid, status=200, **given):
    body = {"tap": {"message_id": wamid, **given}}
    return await play.control("POST", f"customers/{person['id']}/messages", body, status=status)


@story
async def test_a_product_becomes_a_cart(play):
    ada = await play.writer()
    action = {"catalog_id": CATALOG, "product_retailer_id": "SKU-CHAIR"}
    wamid = wamid_of(await play.send(interactive(ada, "product", action)))
    await tap(play, ada, wamid, index=0, items=[{"product_retailer_id": "SKU-CHAIR", "quantity": 2}], text="In oak")
    order = (await play.until(lambda: [one for one in play.arrived() if one["type"] == "order"]))[0]
    assert order["order"] == {
        "catalog_id": CATALOG,
        "text": "In oak",
        "product_items": [{"product_retailer_id": "SKU-CHAIR", "quantity": 2, "item_price": 120.0, "currency": "USD"}],
    }
    assert order["context"]["id"] == wamid
    for items in ([{"product_retailer_id": "SKU-LAMP"}], [{"product_retailer_id": "SKU-CHAIR", "quantity": 0}], []):
        await tap(play, ada, wamid, status=400, index=0, items=items)


@story
async def test_a_list_of_products_and_the_whole_catalogue(play):
    ada = await play.writer()
    items = [{"product_retailer_id": sku} for sku in ("SKU-CHAIR", "SKU-LAMP")]
    action = {"catalog_id": CATALOG, "sections": [{"title": "New", "product_items": items}]}
    head = {"header": {"type": "text", "text": "New in"}}
    wamid = wamid_of(await play.send(interactive(ada, "product_list", action, **head)))
    answer = await tap(play, ada, wamid, index=0)
    assert [one["product_retailer_id"] for one in answer["content"]["product_items"]] == ["SKU-CHAIR", "SKU-LAMP"]
    wamid = wamid_of(await play.send(interactive(ada, "catalog_message", {"name": "catalog_message"})))
    answer = await tap(play, ada, wamid, index=0, items=[{"product_retailer_id": "SKU-SOFA"}])
    assert answer["text"] == "1 × SKU-SOFA"


@story
async def test_a_form_comes_back_filled_in(play):
    ada = await play.writer()
    parameters = {
        "flow_message_version": "3",
        "flow_id": VISIT,
        "flow_cta": "Book",
        "flow_token": "tok-7",
        "flow_action_payload": {"screen": "START"},
    }
    wamid = wamid_of(await play.send(interactive(ada, "flow", {"name": "flow", "parameters": parameters})))
    await tap(play, ada, wamid, index=0, answers={"day": "Friday"})
    reply = (await play.until(lambda: [one for one in play.arrived() if one["type"] == "interactive"]))[0]["interactive"]
    assert reply["type"] == "nfm_reply"
    answers = json.loads(reply["nfm_reply"]["response_json"])
    assert answers == {"day": "Friday", "remarks": "Yes", "flow_token": "tok-7"}
    await tap(play, ada, wamid, status=400, index=0, answers={"shoe_size": 43})


@story
async def test_quick_replies_of_a_carousel_message(play):
    ada = await play.writer()
    media = {"type": "image", "image": {"link": "https://example.com/a.jpg"}}

    def card(index):
        reply = {"type": "quick_reply", "quick_reply": {"id": f"chair-{index}", "title": "This one"}}
        return {"card_index": index, "type": "cta_url", "header": media, "action": {"buttons": [reply]}}

    wamid = wamid_of(await play.send(interactive(ada, "carousel", {"cards": [card(0), card(1)]})))
    answer = await tap(play, ada, wamid, index="1:0")
    assert answer["content"]["button_reply"] == {"id": "chair-1", "title": "This one"}


@story
async def test_the_shop_is_kept_by_the_control_api(play):
    ada = await play.writer()
    await play.control("POST", "products", {"retailer_id": "SKU-NEW", "name": "Bench", "price": "80"})
    action = {"catalog_id": CATALOG, "product_retailer_id": "SKU-NEW"}
    wamid_of(await play.send(interactive(ada, "product", action)))
    await play.control("POST", "products", {"retailer_id": "SKU-NEW", "remove": True})
    error = await play.refused(interactive(ada, "product", action))
    assert (error["code"], "SKU-NEW" in error["error_data"]["details"]) == (131009, True)
    await play.control("POST", "catalog", {"catalog_id": None})
    assert (await play.refused(interactive(ada, "catalog_message", {"name": "catalog_message"})))["code"] == 131009
    flow = await play.control("POST", "flows", {"name": "new_form", "screens": [{"id": "A", "title": "A"}]})
    assert flow["status"] == "DRAFT"
    assert (await play.control("POST", f"flows/{flow['id']}", {"status": "SLEEPING"}, status=400))["error"]
    assert (await play.control("GET", f"shop?phone_number_id={NUMBER}"))["catalog_id"] is None


@story
async def test_flows_over_the_graph_api(play):
    _, answer = await play.graph("GET", f"{WABA}/flows")
    assert {one["name"]: one["status"] for one in answer["data"]} == {
        "book_a_visit": "PUBLISHED",
        "survey_in_the_making": "DRAFT",
        "last_years_survey": "DEPRECATED",
    }
    draft = next(one["id"] for one in answer["data"] if one["status"] == "DRAFT")
    assert await play.graph("POST", f"{draft}/publish") == (200, {"success": True})
    assert (await play.graph("POST", f"{draft}/publish"))[1]["error"]["code"] == 139002
    assert await play.graph("POST", f"{draft}/deprecate") == (200, {"success": True})
    assert (await play.graph("GET", draft))[1]["status"] == "DEPRECATED"
    _, answer = await play.graph("GET", f"{WABA}/product_catalogs")
    assert [one["id"] for one in answer["data"]] == [CATALOG]


@story
async def test_the_articles_of_a_catalogue_can_be_read(play):
    _, answer = await play.graph("GET", f"{CATALOG}/products?fields=retailer_id&limit=2")
    assert [one["retailer_id"] for one in answer["data"]] == ["SKU-CHAIR", "SKU-TABLE"]
    assert "after=" in answer["paging"]["next"]
    status, _ = await play.graph("GET", "970000000009999/products")
    assert status == 400
