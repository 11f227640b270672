"""Samples of files for templates, through the real socket: uploaded in steps, checked, read back as addresses that end."""

import asyncio

from sandbox_site import APP, WABA, TestSite, story, wamid_of
from test_graph_templates import definition
from test_graph_templates import upload as upload_media
from test_keep import again

PNG = bytes.fromhex("89504e470d0a1a0a") + b"\0" * 100
DAY = 24 * 3600


async def upload(play, data=PNG, mime_type="image/png", parts=1):
    """Upload a sample in some steps; returns its handle."""
    query = f"file_name=a&file_length={len(data)}&file_type={mime_type}"
    status, session = await play.graph("POST", f"{APP}/uploads?{query}")
    assert status == 200, session
    size, done = -(-len(data) // parts), None
    for at in range(0, len(data), size):
        headers = {"file_offset": str(at), "Content-Type": "application/octet-stream"}
        status, done = await play.graph("POST", session["id"], data=data[at : at + size], headers=headers)
        assert status == 200, done
    return done["h"]


def with_header(handle, file_format="IMAGE", name="order_ready", category="MARKETING"):
    header = {"type": "HEADER", "format": file_format, "example": {"header_handle": [handle]}}
    return definition(name, category=category, components=[header, *definition()["components"]])


async def hand_in(play, body):
    return await play.graph("POST", f"{WABA}/message_templates", body)


async def read_sample(play, template_id):
    _, read = await play.graph("GET", f"{template_id}?fields=components")
    return read["components"][0]["example"]["header_handle"][0]


@story
async def test_an_upload_goes_on_where_it_stopped(play):
    _, session = await play.graph("POST", f"{APP}/uploads?file_name=a.png&file_length=108&file_type=image/png")

    async def more(data, offset):
        headers = {"file_offset": str(offset), "Content-Type": "application/octet-stream"}
        return await play.graph("POST", session["id"], data=data, headers=headers)

    assert (await more(PNG[:50], 0))[1] == {"id": session["id"]}
    assert (await more(PNG[:50], 0))[0] == 400, "not twice"
    assert (await play.graph("GET", session["id"]))[1]["file_offset"] == 50
    assert (await more(PNG, 50))[0] == 400, "not more than was announced"
    status, done = await more(PNG[50:], 50)
    assert (status, done["h"].startswith("4::")) == (200, True)
    assert (await more(b"", 108))[0] == 400, "one handle per upload"
    for wrong in (session["id"].partition("?")[0], session["id"] + "x", session["id"].replace("?", "%3F")):
        assert (await play.graph("GET", wrong))[1]["error"]["error_subcode"] == 33, "its id goes on behind the ?"
    assert (await play.graph("POST", f"{APP}/uploads?file_length=9&file_type=image/webp"))[0] == 400
    assert (await hand_in(play, with_header(done["h"])))[0] == 200


@story
async def test_only_a_handle_of_a_fitting_file_is_a_sample(play):
    """T2: a media id, an address, an invention, another kind of file: "Invalid parameter", and nothing else is said."""
    picture, film = await upload(play), await upload(play, b"film", "video/mp4")
    _, media = await upload_media(play)
    unfinished = (await play.graph("POST", f"{APP}/uploads?file_length=9&file_type=image/png"))[1]["id"]
    for wrong in (media["id"], "https://a.example/a.png", "4::aW52ZW50ZWQ=", unfinished, film, 7):
        status, answer = await hand_in(play, with_header(wrong))
        assert (status, answer["error"]["code"], answer["error"]["message"]) == (400, 100, "Invalid parameter")
        assert "error_user_msg" not in answer["error"]
    for file_format, handle, taken in (
        ("IMAGE", picture, 200),
        ("VIDEO", picture, 400),
        ("DOCUMENT", picture, 400),
        ("VIDEO", film, 200),
        ("GIF", film, 200),
        ("DOCUMENT", await upload(play, b"%PDF-", "application/pdf"), 200),
        ("GIF", await upload(play, b"x" * (3584 * 1024 + 1), "video/mp4", parts=8), 400),
    ):
        status, answer = await hand_in(play, with_header(handle, file_format, f"as_{file_format.lower()}"))
        assert (status, file_format) == (taken, file_format), answer


@story
async def test_samples_in_cards_are_checked_too(play):
    handle = await upload(play)

    def carousel(*handles):
        cards = [
            {
                "components": [
                    {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [one]}},
                    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "This one"}]},
                ]
            }
            for one in handles
        ]
        return definition(
            category="MARKETING", components=[{"type": "BODY", "text": "Our chairs"}, {"type": "CAROUSEL", "cards": cards}]
        )

    assert (await hand_in(play, carousel(handle, "4::bm8=")))[0] == 400
    status, made = await hand_in(play, carousel(handle, handle))
    assert status == 200
    _, read = await play.graph("GET", made["id"])
    for card in read["components"][1]["cards"]:
        assert card["components"][0]["example"]["header_handle"][0].startswith(f"{play.url}/scontent/")


@story
async def test_a_sample_is_read_back_as_an_address_that_ends(play):
    """T2: whoever has it fetches the file without a token; it is no handle to hand in."""
    _, made = await hand_in(play, with_header(await upload(play)))
    address = await read_sample(play, made["id"])
    assert "&oe=" in address
    async with play.session.get(address) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", PNG)
    other = address[:-1] + ("1" if address.endswith("0") else "0")
    for wrong in (address.replace("oh=", "oh=0"), other, address.split("?")[0], address + "é"):
        async with play.session.get(wrong) as answer:
            assert answer.status == 403
    assert (await hand_in(play, with_header(address, name="again")))[1]["error"]["code"] == 100
    await play.until(lambda: play.changes("message_template_status_update"))
    parts = (await play.graph("GET", made["id"]))[1]["components"]
    assert (await play.graph("POST", made["id"], {"components": parts}))[0] == 400, "what was read cannot be handed in"
    await play.control("POST", "clock", {"forward_s": 15 * DAY})
    async with play.session.get(address) as answer:
        assert answer.status == 403
    async with play.session.get(await read_sample(play, made["id"])) as answer:
        assert answer.status == 200


@story
async def test_meta_itself_cannot_fetch_the_address(play):
    """T2: sent as a link it would fail with 131053, because Meta's file host refuses Meta's fetcher."""
    _, made = await hand_in(play, with_header(await upload(play)))
    address = await read_sample(play, made["id"])
    async with play.session.get(address, headers={"User-Agent": "facebookexternalua"}) as answer:
        assert answer.status == 403


def test_a_template_with_a_sample_is_found_again(tmp_path):
    async def scene():
        play = TestSite({"state_file": str(tmp_path / "world.json")})
        await play.open(subscribe=True)
        try:
            handle = await upload(play)
            _, made = await hand_in(play, with_header(handle))
            await play.graph("DELETE", f"{WABA}/message_templates?name=hello_world")
            await again(play, tmp_path / "world.json")
            async with play.session.get(await read_sample(play, made["id"])) as answer:
                assert answer.status == 404, "files are not kept, templates are"
            assert (await hand_in(play, with_header(handle, name="another")))[0] == 200
            body = definition("hello_world", language="en_US")
            assert (await hand_in(play, body))[1]["error"]["error_subcode"] == 2388023
        finally:
            await play.close()

    asyncio.run(scene())


@story
async def test_a_handle_is_no_media_id(play):
    """What is uploaded for messages and what is uploaded for reviewers are two stores."""
    customer = await play.writer()
    image = {"type": "image", "image": {"id": await upload(play)}}
    assert (await play.refused({"to": customer["phone"], **image}))["code"] == 100


@story
async def test_a_sample_sent_as_a_link_cannot_be_fetched(play):
    """T2, T3: Meta's own fetcher does not get its own samples: accepted, then 131053 (three measurements)."""
    await play.writer()
    _, made = await hand_in(play, with_header(await upload(play)))
    for link in (await read_sample(play, made["id"]), "https://scontent.whatsapp.net/v/t61/1_n.jpg?oh=1&oe=6A"):
        wamid = wamid_of(await play.send({"to": "+447700900123", "type": "image", "image": {"link": link}}))
        [failed] = await play.until(lambda one=wamid: play.statuses(one))
        assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131053)


@story
async def test_what_looks_like_a_sample_and_is_none_breaks_no_list(play):
    """A handle beside a text, and one that an older version kept: reading goes on."""
    text_header = {"type": "HEADER", "format": "TEXT", "text": "News", "example": {"header_handle": ["zz"]}}
    body = {**definition()["components"][0], "example": {"header_handle": ["zz"], **definition()["components"][0]["example"]}}
    for number, components in enumerate(([text_header, *definition()["components"]], [body])):
        assert (await hand_in(play, definition(f"odd_{number}", components=components)))[0] == 200
    _, made = await hand_in(play, with_header(await upload(play)))
    play.server.world.samples.clear()
    status, listed = await play.graph("GET", f"{WABA}/message_templates?limit=100")
    assert (status, {"odd_0", "odd_1", "order_ready"} <= {one["name"] for one in listed["data"]}) == (200, True)
    assert (await read_sample(play, made["id"])).startswith("4::")
