"""Templates and media through the real socket."""

import asyncio
import io

import aiohttp
from sandbox_site import NUMBER, TOKEN, WABA, story, template

PNG = bytes.fromhex("89504e470d0a1a0a") + b"\0" * 100


def definition(name="order_ready", **more):
    return {
        "name": name,
        "language": "en",
        "category": "UTILITY",
        "components": [
            {
                "type": "BODY",
                "text": "Hello {{1}}, order {{2}} is ready to collect.",
                "example": {"body_text": [["Ada", "S1"]]},
            }
        ],
        **more,
    }


@story
async def test_lists_show_every_state(play):
    _, answer = await play.graph("GET", f"{WABA}/message_templates?limit=100")
    states = {one["name"]: one["status"] for one in answer["data"]}
    assert states == {
        "proposal_ready": "APPROVED",
        "follow_up_reminder": "APPROVED",
        "hello_world": "APPROVED",
        "autumn_offer": "PENDING",
        "card_check": "REJECTED",
    }


@story
async def test_140_templates_come_in_pages(play):
    for number in range(140):
        status, answer = await play.graph("POST", f"{WABA}/message_templates", definition(f"bulk_{number}"))
        assert status == 200, answer
    names, path, pages = [], f"{WABA}/message_templates?limit=50&fields=name", 0
    while path:
        _, answer = await play.graph("GET", path)
        names += [one["name"] for one in answer["data"]]
        pages += 1
        following = answer["paging"].get("next")
        path = following and following.split("/v26.0/")[1]
    assert (len(names), len(set(names)), pages) == (145, 145, 3)
    status, answer = await play.graph("GET", f"{WABA}/message_templates?after=from-another-version")
    assert (status, answer["error"]["code"]) == (400, 131059)


@story
async def test_filters(play):
    async def names(query):
        _, answer = await play.graph("GET", f"{WABA}/message_templates?{query}")
        return [one["name"] for one in answer["data"]]

    assert await names("status=REJECTED") == ["card_check"]
    assert await names("language=en_US") == ["hello_world"]
    assert await names("name=proposal") == ["proposal_ready"]
    assert await names("category=MARKETING") == ["autumn_offer"]
    assert await names("name_or_content=not heard from you") == ["follow_up_reminder"]


@story
async def test_review_approves_after_a_moment_and_says_so(play):
    await play.person()
    status, answer = await play.graph("POST", f"{WABA}/message_templates", definition())
    assert (status, answer["status"], answer["category"]) == (200, "PENDING", "UTILITY")
    send = {"to": "+447700900123", **template("order_ready", "Ada", "S1")}
    assert (await play.refused(send))["code"] == 132001
    [value] = await play.until(lambda: play.changes("message_template_status_update"))
    assert value["event"] == "APPROVED"
    assert value["message_template_id"] == int(answer["id"])
    assert (value["message_template_name"], value["message_template_language"]) == ("order_ready", "en")
    assert isinstance(play.hooks[-1]["body"]["entry"][0]["time"], int)
    assert (await play.send(send))[0] == 200


@story
async def test_review_can_be_told_to_reject_or_to_wait(play):
    await play.switch(review="reject", reject_reason="INVALID_FORMAT")
    _, answer = await play.graph("POST", f"{WABA}/message_templates", definition())
    [value] = await play.until(lambda: play.changes("message_template_status_update"))
    assert (value["event"], value["reason"]) == ("REJECTED", "INVALID_FORMAT")
    assert value["rejection_info"]["recommendation"]
    _, read = await play.graph("GET", f"{answer['id']}?fields=status,rejected_reason")
    assert read == {"status": "REJECTED", "rejected_reason": "INVALID_FORMAT", "id": answer["id"]}
    await play.switch(review="hold")
    _, other = await play.graph("POST", f"{WABA}/message_templates", definition("held"))
    await asyncio.sleep(0.1)
    assert (await play.graph("GET", f"{other['id']}?fields=status"))[1]["status"] == "PENDING"


@story
async def test_meta_may_file_it_elsewhere(play):
    await play.switch(recategorise="MARKETING")
    _, answer = await play.graph("POST", f"{WABA}/message_templates", definition())
    assert answer["category"] == "MARKETING"


@story
async def test_definitions_that_are_refused_tell_people_why(play):
    cases = [(definition(name="No Good"), None), (definition("proposal_ready"), 2388024)]
    for body, subcode in cases:
        status, answer = await play.graph("POST", f"{WABA}/message_templates", body)
        error = answer["error"]
        assert (status, error["code"], error.get("error_subcode")) == (400, 100, subcode)
        assert error["error_user_msg"]


@story
async def test_a_rejected_template_is_edited_until_it_pleases(play):
    """U5: as often as one likes, with another category, but not under another name; all or nothing."""
    await play.switch(review="reject", reject_reason="TAG_CONTENT_MISMATCH", review_delay_s=0)
    _, made = await play.graph("POST", f"{WABA}/message_templates", definition())
    await play.until(lambda: play.changes("message_template_status_update"))
    path = f"{made['id']}?fields=status,category,rejected_reason,components"
    for _ in range(3):
        before = len(play.changes("message_template_status_update"))
        changed = [{**definition()["components"][0], "text": "Dear {{1}}, order {{2}} is ready to collect."}]
        assert (await play.graph("POST", made["id"], {"components": changed}))[0] == 200
        await play.until(lambda n=before: play.changes("message_template_status_update")[n:])
        assert (await play.graph("GET", path))[1]["rejected_reason"] == "TAG_CONTENT_MISMATCH"
    for wrong in (
        {"name": "another", "components": changed},
        {"category": "GOSSIP"},
        {"category": "MARKETING", "components": [{"type": "BODY", "text": ""}]},
    ):
        assert (await play.graph("POST", made["id"], wrong))[0] == 400
    read = (await play.graph("GET", path))[1]
    assert (read["category"], read["components"][0]["text"][:4]) == ("UTILITY", "Dear")
    await play.switch(review="approve", review_delay_s=0)
    before = len(play.changes("message_template_status_update"))
    await play.graph("POST", made["id"], {"category": "MARKETING", "components": changed})
    await play.until(lambda: play.changes("message_template_status_update")[before:])
    read = (await play.graph("GET", path))[1]
    assert (read["status"], read["category"], read["rejected_reason"]) == ("APPROVED", "MARKETING", "NONE")


@story
async def test_a_rejected_template_that_is_to_send_codes_gets_their_parts(play):
    """Its former parts have no place there, nor those of codes anywhere else."""
    await play.switch(review="reject", review_delay_s=0)
    _, made = await play.graph("POST", f"{WABA}/message_templates", definition())
    await play.until(lambda: play.changes("message_template_status_update"))
    status, answer = await play.graph("POST", made["id"], {"category": "AUTHENTICATION"})
    assert (status, "needs components" in answer["error"]["error_user_msg"]) == (400, True)
    assert (await play.graph("POST", made["id"], {**definition(), "category": "AUTHENTICATION"}))[0] == 400
    path = f"{made['id']}?fields=status,category,components"
    assert (await play.graph("GET", path))[1]["category"] == "UTILITY"
    parts = [{"type": "BODY"}, {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}]
    before = len(play.changes("message_template_status_update"))
    assert (await play.graph("POST", made["id"], {"category": "AUTHENTICATION", "components": parts}))[0] == 200
    await play.until(lambda: play.changes("message_template_status_update")[before:])
    read = (await play.graph("GET", path))[1]
    assert (read["category"], read["components"][0]["text"]) == ("AUTHENTICATION", "*{{1}}* is your verification code.")
    status, answer = await play.graph("POST", made["id"], {"category": "UTILITY"})
    assert (status, "needs components" in answer["error"]["error_user_msg"]) == (400, True)


@story
async def test_a_rejected_template_with_parts_for_marketing_alone_stays_there(play):
    await play.switch(review="reject", review_delay_s=0)
    offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Soon over", "has_expiration": False}}
    link = {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Look", "url": "https://example.com"}]}
    parts = [{"type": "BODY", "text": "Half the price."}, offer, link]
    _, made = await play.graph(
        "POST", f"{WABA}/message_templates", {**definition(), "category": "MARKETING", "components": parts}
    )
    await play.until(lambda: play.changes("message_template_status_update"))
    assert (await play.graph("POST", made["id"], {"category": "UTILITY"}))[0] == 400


@story
async def test_an_approved_template_is_edited_once_a_day(play):
    _, made = await play.graph("POST", f"{WABA}/message_templates", definition())
    await play.until(lambda: play.changes("message_template_status_update"))
    body = {"components": definition()["components"]}
    assert (await play.graph("POST", made["id"], body))[0] == 200
    await play.until(lambda: len(play.changes("message_template_status_update")) > 1)
    status, answer = await play.graph("POST", made["id"], body)
    assert (status, "once in 24 hours" in answer["error"]["error_user_msg"]) == (400, True)


@story
async def test_editing_and_deleting(play):
    _, made = await play.graph("POST", f"{WABA}/message_templates", definition())
    status, _ = await play.graph("POST", made["id"], {"components": definition()["components"]})
    assert status == 400
    await play.until(lambda: play.changes("message_template_status_update"))
    changed = [{**definition()["components"][0], "text": "Dear {{1}}, order {{2}} is ready to collect."}]
    _, edited = await play.graph("POST", made["id"], {"components": changed})
    assert edited == {"success": True, "id": made["id"], "name": "order_ready", "category": made["category"]}
    _, read = await play.graph("GET", made["id"])
    assert read["status"] == "PENDING"
    assert read["components"][0]["text"].startswith("Dear")
    status, _ = await play.graph("DELETE", f"{WABA}/message_templates?name=order_ready")
    assert status == 200
    assert (await play.graph("GET", made["id"]))[0] == 400
    assert (await play.graph("DELETE", f"{WABA}/message_templates?name=order_ready"))[0] == 400
    events = await play.until(
        lambda: [one["event"] for one in play.changes("message_template_status_update") if one["event"] == "DELETED"]
    )
    assert events == ["DELETED"]


@story
async def test_pause_and_unpause_with_webhooks(play):
    row = next(one for one in (await play.control("GET", "templates"))["templates"] if one["name"] == "proposal_ready")
    paused = {"status": "PAUSED", "other_info": {"title": "FIRST_PAUSE", "description": "Paused for three hours"}}
    await play.control("POST", f"templates/{row['id']}", {**paused, "quality": "RED", "category": "MARKETING"})
    [value] = await play.until(lambda: play.changes("message_template_status_update"))
    assert (value["event"], value["other_info"]["title"]) == ("PAUSED", "FIRST_PAUSE")
    [quality] = await play.until(lambda: play.changes("message_template_quality_update"))
    assert (quality["previous_quality_score"], quality["new_quality_score"]) == ("GREEN", "RED")
    [category] = await play.until(lambda: play.changes("template_category_update"))
    assert (category["previous_category"], category["new_category"]) == ("UTILITY", "MARKETING")
    assert (await play.graph("POST", f"{row['id']}/unpause"))[1] == {"success": True}
    assert (await play.graph("POST", f"{row['id']}/unpause"))[1]["success"] is False


async def approve(play, body):
    """Hand a template in and wait for its approval; returns its id."""
    status, made = await play.graph("POST", f"{WABA}/message_templates", body)
    assert status == 200, made
    await play.control("POST", f"templates/{made['id']}", {"status": "APPROVED"})
    return made["id"]


async def refusal(play, body):
    """Hand a template in that must be refused; returns ``(subcode, title, sentence)``."""
    status, answer = await play.graph("POST", f"{WABA}/message_templates", body)
    error = answer["error"]
    assert (status, error["code"], error["message"]) == (400, 100, "Invalid parameter"), answer
    return error["error_subcode"], error["error_user_title"], error["error_user_msg"]


@story
async def test_the_name_of_what_was_deleted_stays_taken(play):
    """T4: an approved one for 30 days, in that language; for another category 2388025; by the stand-in's clock."""
    made = await approve(play, definition("spring_sale", language="en_US"))
    assert (await play.graph("DELETE", f"{WABA}/message_templates?name=spring_sale&hsm_id={made}"))[0] == 200
    again = definition("spring_sale", language="en_US")
    subcode, title, sentence = await refusal(play, again)
    assert (subcode, title) == (2388023, "Message Template Language Is Being Deleted")
    assert sentence == (
        "New English (US) content can't be added while the existing English (US) content is being deleted. "
        "Try again in 4 weeks or consider creating a new message template."
    )
    subcode, _, sentence = await refusal(play, {**again, "category": "MARKETING"})
    assert (subcode, "4 weeks" in sentence) == (2388025, True)
    assert (await refusal(play, definition("spring_sale", language="es", category="MARKETING")))[0] == 2388025
    assert (await play.graph("POST", f"{WABA}/message_templates", definition("spring_sale", language="es")))[0] == 200
    await play.control("POST", "clock", {"forward_s": 29 * 24 * 3600})
    assert "Try again in 23 hours" in (await refusal(play, again))[2]
    await play.control("POST", "clock", {"forward_s": 24 * 3600})
    assert (await play.graph("POST", f"{WABA}/message_templates", again))[0] == 200


@story
async def test_the_name_of_what_was_never_approved_is_free_in_a_minute(play):
    await play.switch(review="hold")
    _, made = await play.graph("POST", f"{WABA}/message_templates", definition())
    await play.graph("DELETE", made["id"])
    assert "in less than 1 minute" in (await refusal(play, definition()))[2]
    await play.control("POST", "clock", {"forward_s": 61})
    assert (await play.graph("POST", f"{WABA}/message_templates", definition()))[0] == 200


@story
async def test_edits_of_an_approved_template_are_counted_by_the_clock(play):
    """T5: one in 24 hours and ten in 30 days, said in a sentence; rejected and paused ones are free."""
    made = await approve(play, definition())
    body = {"components": definition()["components"]}
    for number in range(10):
        status, answer = await play.graph("POST", made, body)
        assert status == 200, (number, answer)
        await play.control("POST", f"templates/{made}", {"status": "APPROVED"})
        status, answer = await play.graph("POST", made, body)
        assert (status, "once in 24 hours" in answer["error"]["error_user_msg"]) == (400, True)
        await play.control("POST", "clock", {"forward_s": 24 * 3600})
    status, answer = await play.graph("POST", made, body)
    assert (status, "10 times in 30 days" in answer["error"]["error_user_msg"]) == (400, True)
    for state in ("REJECTED", "PAUSED"):
        await play.control("POST", f"templates/{made}", {"status": state})
        assert (await play.graph("POST", made, body))[0] == 200
    await play.control("POST", f"templates/{made}", {"status": "APPROVED"})
    await play.control("POST", "clock", {"forward_s": 20 * 24 * 3600})
    assert (await play.graph("POST", made, body))[0] == 200


@story
async def test_edits_keep_to_the_lifetimes_of_the_category(play):
    await play.switch(review="reject", review_delay_s=0)
    _, made = await play.graph("POST", f"{WABA}/message_templates", definition(message_send_ttl_seconds=60))
    await play.until(lambda: play.changes("message_template_status_update"))
    status, _ = await play.graph("POST", made["id"], {"message_send_ttl_seconds": 5})
    assert status == 400
    assert (await play.graph("GET", f"{made['id']}?fields=message_send_ttl_seconds"))[1]["message_send_ttl_seconds"] == 60


async def upload(play, data=PNG, mime_type="image/png", name="a.png"):
    form = aiohttp.FormData()
    form.add_field("messaging_product", "whatsapp")
    form.add_field("type", mime_type)
    form.add_field("file", io.BytesIO(data), filename=name, content_type=mime_type)
    async with play.session.post(
        f"{play.url}/v26.0/{NUMBER}/media", data=form, headers={"Authorization": f"Bearer {TOKEN}"}
    ) as answer:
        return answer.status, await answer.json()


async def fetch(play, url, token=TOKEN):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with play.session.get(url, headers=headers) as answer:
        return answer.status, await answer.read()


@story
async def test_media_is_uploaded_sent_fetched_and_deleted(play):
    customer = await play.writer()
    status, made = await upload(play)
    assert status == 200
    image = {"type": "image", "image": {"id": made["id"], "caption": "Look"}}
    assert (await play.send({"to": customer["phone"], **image}))[0] == 200
    _, read = await play.graph("GET", made["id"])
    assert (read["mime_type"], read["file_size"]) == ("image/png", len(PNG))
    assert await fetch(play, read["url"]) == (200, PNG)
    assert (await fetch(play, read["url"], token=None))[0] == 401
    assert (await fetch(play, read["url"][:-1] + "x"))[0] == 404
    await play.control("POST", "clock", {"forward_s": 301})
    assert (await fetch(play, read["url"]))[0] == 404
    _, again = await play.graph("GET", made["id"])
    assert (await fetch(play, again["url"]))[0] == 200
    assert (await play.graph("DELETE", made["id"]))[1] == {"success": True}
    assert (await play.graph("GET", made["id"]))[1]["error"]["error_subcode"] == 33


@story
async def test_media_meta_refuses(play):
    customer = await play.writer()
    status, answer = await upload(play, mime_type="image/heic")
    assert (status, answer["error"]["code"]) == (400, 100)
    status, answer = await upload(play, data=b"x" * (5 * 1024 * 1024 + 1))
    assert (status, answer["error"]["code"]) == (400, 131053)
    _, made = await upload(play)
    video = {"type": "video", "video": {"id": made["id"]}}
    assert (await play.failure({"to": customer["phone"], **video}))["code"] == 131053


@story
async def test_media_ids_expire(play):
    _, made = await upload(play)
    await play.control("POST", "clock", {"forward_s": 30 * 24 * 3600})
    assert (await play.graph("GET", made["id"]))[0] == 400


@story
async def test_a_customers_picture_comes_with_a_fresh_address(play):
    customer = await play.person()
    async with play.session.post(
        f"{play.url}/sandbox/customers/{customer['id']}/media?filename=a.png",
        data=PNG,
        headers={"Content-Type": "image/png"},
    ) as answer:
        media = await answer.json()
    image = {"type": "image", "image": {"id": media["id"], "caption": "Broken"}}
    await play.control("POST", f"customers/{customer['id']}/messages", image)
    [message] = await play.until(play.arrived)
    assert message["image"]["caption"] == "Broken"
    assert message["image"]["sha256"] == media["sha256"]
    assert await fetch(play, message["image"]["url"]) == (200, PNG)
    echo = {"type": "image", "image": {"id": media["id"]}}
    assert (await play.refused({"to": customer["phone"], **echo}))["code"] == 100


@story
async def test_files_come_empty_or_by_half_on_demand(play):
    """R18: faults of the file host; they strike downloads and nothing else."""
    _, made = await upload(play)
    faults = [{"kind": "empty", "times": 2}, {"kind": "truncated"}]
    await play.control("POST", "switches", {"fault": faults})
    for expected in (b"", b"", PNG[: len(PNG) // 2], PNG):
        status, info = await play.graph("GET", made["id"])
        assert (status, info["file_size"]) == (200, len(PNG))
        assert await fetch(play, info["url"]) == (200, expected)


@story
async def test_a_customers_text_file_is_a_document_with_its_name(play):
    customer = await play.person()
    for mime_type in ("text/plain", "application/json"):
        async with play.session.post(
            f"{play.url}/sandbox/customers/{customer['id']}/media?filename=notes.txt",
            data=b"not {json",
            headers={"Content-Type": mime_type},
        ) as answer:
            media = await answer.json()
        body = {"type": "document", "document": {"id": media["id"]}}
        await play.control("POST", f"customers/{customer['id']}/messages", body)
    await play.until(lambda: len(play.arrived()) == 2)
    assert play.arrived()[0]["document"]["filename"] == "notes.txt"
    assert play.arrived()[0]["document"]["mime_type"] == "text/plain"
