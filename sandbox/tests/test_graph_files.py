"""Files in messages through the real socket: ids nobody has, other numbers' files, links that lead nowhere."""

import aiohttp
from aiohttp import web
from sandbox_site import NUMBER, TOKEN, WABA, story, wamid_of

TO = {"to": "+447700900123"}
OTHER = "900000000000102"
PNG = b"\x89PNG\r\n\x1a\n"


async def upload(play, number=NUMBER, data=PNG, mime_type="image/png", token=TOKEN):
    form = aiohttp.FormData()
    form.add_field("messaging_product", "whatsapp")
    form.add_field("file", data, filename="a", content_type=mime_type)
    headers = {"Authorization": f"Bearer {token}"}
    async with play.session.post(f"{play.url}/v26.0/{number}/media", data=form, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return (await answer.json())["id"]


def picture(**source):
    return {"type": "image", "image": source}


def carded(media_id):
    """A carousel of two cards, the second with that picture."""
    cards = [
        {
            "card_index": index,
            "type": "cta_url",
            "header": {"type": "image", "image": {"id": media_id} if index else {"link": "https://example.com/a.jpg"}},
            "action": {"name": "cta_url", "parameters": {"display_text": "Buy", "url": "https://example.com"}},
        }
        for index in range(2)
    ]
    return {"type": "interactive", "interactive": {"type": "carousel", "body": {"text": "Look"}, "action": {"cards": cards}}}


def templated(**source):
    components = [{"type": "header", "parameters": [{"type": "image", "image": source}]}]
    return {"type": "template", "template": {"name": "look", "language": {"code": "en"}, "components": components}}


async def add_template(play):
    """An approved template with a picture."""
    template = play.server.world.add_template(
        WABA,
        "look",
        "en",
        "UTILITY",
        [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Look at this"}],
    )
    template.status = "APPROVED"


@story
async def test_an_unknown_id_is_named_with_its_place_and_without_details(play):
    await play.writer()
    await add_template(play)
    cases = (
        (picture(id="12345"), "image['id']"),
        (carded("12345"), "interactive['action']['cards'][1]['header']['image']['id']"),
        (templated(id="12345"), "template['components'][0]['parameters'][0]['image']['id']"),
    )
    for body, where in cases:
        error = await play.refused({**TO, **body})
        assert error["message"] == f"(#100) Param {where} is not a valid whatsapp business account media attachment ID"
        assert error["code"] == 100
        assert "error_data" not in error


@story
async def test_a_link_that_is_no_address_is_named_with_its_place(play):
    await play.writer()
    await add_template(play)
    cases = (
        (picture(link="offer.jpg"), "image['link']"),
        (templated(link="ftp://example.com/a.jpg"), "template['components'][0]['parameters'][0]['image']['link']"),
    )
    for body, where in cases:
        error = await play.refused({**TO, **body})
        assert (error["code"], error["message"]) == (100, f"(#100) Param {where} is not a valid URI.")


@story
async def test_a_file_belongs_to_the_number_it_was_uploaded_for(play):
    await play.control("POST", "numbers", {"phone_number_id": OTHER, "display": "+1 202-555-0143"})
    await play.writer()
    media_id = await upload(play)
    for method in ("GET", "DELETE"):
        status, answer = await play.graph(method, f"{media_id}?phone_number_id={OTHER}")
        assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33), method
    assert (await play.graph("GET", f"{media_id}?phone_number_id={NUMBER}"))[0] == 200
    theirs = await upload(play, number=OTHER)
    assert (await play.refused({**TO, **picture(id=theirs)}))["code"] == 100
    wamid_of(await play.send({**TO, **picture(id=media_id)}))
    assert (await play.graph("DELETE", f"{media_id}?phone_number_id={NUMBER}"))[1] == {"success": True}


@story
async def test_a_customers_file_belongs_to_the_number_it_was_sent_to(play):
    customer = await play.person()
    url = f"{play.url}/sandbox/customers/{customer['id']}/media"
    async with play.session.post(url, data=PNG, headers={"Content-Type": "image/png"}) as answer:
        media_id = (await answer.json())["id"]
    await play.control("POST", f"customers/{customer['id']}/messages", picture(id=media_id))
    assert (await play.graph("GET", f"{media_id}?phone_number_id={NUMBER}"))[0] == 200
    assert (await play.graph("GET", f"{media_id}?phone_number_id=1"))[0] == 400


@story
async def test_a_token_that_does_not_reach_the_account_does_not_see_its_files(play):
    media_id = await upload(play)
    made = await play.control("POST", "accounts", {})
    assert (await play.graph("GET", media_id, token=made["token"]))[1]["error"]["code"] == 100
    assert (await play.graph("GET", media_id))[0] == 200


async def file_host(answers):
    """A web server on this machine that answers paths with (status, type, bytes); returns it and its address."""

    async def handle(request):
        status, mime_type, data = answers[request.path]
        headers = {"Location": data.decode()} if status == 302 else {}
        return web.Response(status=status, body=data, content_type=mime_type, headers=headers)

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"


async def links_are_looked_at(play):
    await play.writer()
    await play.switch(pair_rate=False)
    await add_template(play)
    runner, host = await file_host(
        {
            "/good": (200, "image/png", PNG),
            "/moved": (302, "text/plain", b"/good"),
            "/gone": (404, "text/plain", b"no"),
            "/page": (200, "text/html", b"<html>"),
            "/empty": (200, "image/png", b""),
        }
    )
    try:
        for path in ("/good", "/moved"):
            wamid = wamid_of(await play.send({**TO, **picture(link=host + path)}))
            assert (await play.until(lambda wamid=wamid: play.states(wamid)))[0] == "sent", path
        for path in ("/gone", "/page", "/empty"):
            for body in (picture(link=host + path), templated(link=host + path)):
                wamid = wamid_of(await play.send({**TO, **body}))
                [failed] = await play.until(lambda wamid=wamid: play.statuses(wamid))
                assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131053), path
    finally:
        await runner.cleanup()
    # Nobody listens there any more.
    wamid = wamid_of(await play.send({**TO, **picture(link=host + "/good")}))
    assert (await play.until(lambda: play.statuses(wamid)))[0]["errors"][0]["code"] == 131053


@story(errors="status")
async def test_links_are_looked_at_after_the_answer(play):
    await links_are_looked_at(play)


@story(errors="answer")
async def test_links_are_looked_at_after_the_answer_also_where_other_refusals_come_with_it(play):
    await links_are_looked_at(play)


@story
async def test_a_link_that_cannot_be_fetched_can_be_ordered(play):
    await play.writer()
    await play.switch(fault={"kind": "link", "match": "image"})
    media_id = await upload(play)
    for body in ({"type": "text", "text": {"body": "Hi"}}, picture(id=media_id)):
        wamid = wamid_of(await play.send({**TO, **body}))
        await play.until(lambda wamid=wamid: "delivered" in play.states(wamid))
    lost = wamid_of(await play.send({**TO, **picture(link="https://example.com/a.jpg")}))
    assert (await play.until(lambda: play.statuses(lost)))[0]["errors"][0]["code"] == 131053
    found = wamid_of(await play.send({**TO, **picture(link="https://example.com/a.jpg")}))
    await play.until(lambda: "delivered" in play.states(found))


@story
async def test_a_name_that_nobody_has_cannot_be_fetched(play):
    """RFC 2606 keeps ``.invalid`` free; what lies elsewhere counts as there."""
    await play.writer()
    lost = wamid_of(await play.send({**TO, **picture(link="https://shop.invalid/a.jpg")}))
    assert (await play.until(lambda: play.statuses(lost)))[0]["errors"][0]["code"] == 131053
    found = wamid_of(await play.send({**TO, **picture(link="https://invalid.example.com/a.jpg")}))
    await play.until(lambda: "delivered" in play.states(found))


async def file_of_another_kind(play):
    await play.writer()
    media_id = await upload(play)
    return await play.send({**TO, "type": "document", "document": {"id": media_id}})


@story(errors="status")
async def test_a_file_of_another_kind_fails_later(play):
    wamid = wamid_of(await file_of_another_kind(play))
    assert (await play.until(lambda: play.statuses(wamid)))[0]["errors"][0]["code"] == 131053


@story(errors="answer")
async def test_a_file_of_another_kind_fails_at_once(play):
    status, answer = await file_of_another_kind(play)
    assert (status, answer["error"]["code"]) == (400, 131053)
