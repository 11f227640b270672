"""The life of a form (flow) over the Graph API: its JSON, its states, and what is refused in which of them."""

import json

import aiohttp
from sandbox_site import WABA, story

PUBLISHED, DRAFT, DEPRECATED = "960000000000101", "960000000000102", "960000000000103"


async def refused(play, method, path, body=None, **more):
    status, answer = await play.graph(method, path, body, **more)
    assert status == 400, answer
    return answer["error"]["code"]


def file_form(text, kind="FLOW_JSON"):
    form = aiohttp.FormData()
    form.add_field("file", text, filename="flow.json", content_type="application/json")
    form.add_field("name", "flow.json")
    form.add_field("asset_type", kind)
    return form


def flow_json(*screens):
    return json.dumps({"version": "7.1", "screens": list(screens)})


def screen(name, *children):
    return {"id": name, "title": name.title(), "layout": {"type": "SingleColumnLayout", "children": list(children)}}


@story
async def test_each_step_is_refused_with_its_own_code(play):
    assert await refused(play, "POST", f"{PUBLISHED}/publish") == 139002
    assert await refused(play, "POST", f"{DEPRECATED}/publish") == 139002
    assert await refused(play, "POST", f"{DRAFT}/deprecate") == 139003
    assert await refused(play, "POST", f"{DEPRECATED}/deprecate") == 139003
    assert await refused(play, "DELETE", PUBLISHED) == 139004
    assert await refused(play, "DELETE", DEPRECATED) == 139004
    assert (await play.graph("GET", PUBLISHED))[1]["status"] == "PUBLISHED"


@story
async def test_a_draft_is_made(play):
    """Its name is nobody else's in the account; it can be deprecated no more than any draft, and deleted."""
    status, made = await play.graph("POST", f"{WABA}/flows", {"name": "enquiry", "categories": ["LEAD_GENERATION"]})
    assert (status, made["success"], made["validation_errors"]) == (200, True, [])
    _, flow = await play.graph("GET", f"{made['id']}?fields=name,status,categories")
    assert (flow["name"], flow["status"], flow["categories"]) == ("enquiry", "DRAFT", ["LEAD_GENERATION"])
    for wrong in ({"name": "enquiry"}, {"name": " "}, {}):
        status, answer = await play.graph("POST", f"{WABA}/flows", wrong)
        assert (status, answer["error"]["code"]) == (400, 100)
    assert (await play.graph("DELETE", made["id"])) == (200, {"success": True})


@story
async def test_a_flow_brings_its_json_or_copies_one(play):
    """Faults are told and leave a draft; ``publish`` publishes what has none, and nothing that has no JSON at all."""
    good = json.dumps({"version": "7.3", "screens": [{"id": "HELLO", "title": "Hello", "layout": {"children": []}}]})
    for name, more, state, faulty in (
        ("brought", {"flow_json": good, "publish": True}, "PUBLISHED", False),
        ("broken", {"flow_json": "{", "publish": True}, "DRAFT", True),
        ("empty", {"publish": True}, "DRAFT", False),
        ("copied", {"clone_flow_id": PUBLISHED}, "DRAFT", False),
    ):
        status, made = await play.graph("POST", f"{WABA}/flows", {"name": name, "categories": ["OTHER"], **more})
        assert (status, bool(made["validation_errors"])) == (200, faulty), name
        assert (await play.graph("GET", made["id"]))[1]["status"] == state, name
    assert await text_of(play, made["id"]) == await text_of(play, PUBLISHED)
    status, answer = await play.graph("POST", f"{WABA}/flows", {"name": "of_nothing", "clone_flow_id": "1"})
    assert (status, answer["error"]["code"]) == (400, 100)


async def text_of(play, flow_id):
    """Return the JSON of a flow, fetched as a business fetches it."""
    _, assets = await play.graph("GET", f"{flow_id}/assets")
    async with play.session.get(assets["data"][0]["download_url"]) as answer:
        return await answer.text()


@story
async def test_a_draft_is_deleted(play):
    assert await play.graph("DELETE", DRAFT) == (200, {"success": True})
    status, answer = await play.graph("GET", DRAFT)
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)
    _, listed = await play.graph("GET", f"{WABA}/flows?fields=id")
    assert DRAFT not in [one["id"] for one in listed["data"]]


@story
async def test_another_state_is_reported(play):
    assert (await play.graph("POST", f"{DRAFT}/publish"))[0] == 200
    assert (await play.graph("POST", f"{DRAFT}/deprecate"))[0] == 200
    await play.control("POST", f"flows/{PUBLISHED}", {"status": "BLOCKED"})
    await play.control("POST", f"flows/{PUBLISHED}", {"status": "BLOCKED"})
    await play.until(lambda: len(play.changes("flows")) >= 3)
    told = [(one["flow_id"], one["old_status"], one["new_status"]) for one in play.changes("flows")]
    assert sorted(told) == [
        (PUBLISHED, "PUBLISHED", "BLOCKED"),
        (DRAFT, "DRAFT", "PUBLISHED"),
        (DRAFT, "PUBLISHED", "DEPRECATED"),
    ]
    assert {one["event"] for one in play.changes("flows")} == {"FLOW_STATUS_CHANGE"}


@story
async def test_the_json_is_fetched_at_the_address_that_is_given(play):
    _, assets = await play.graph("GET", f"{PUBLISHED}/assets")
    [asset] = assets["data"]
    assert (asset["name"], asset["asset_type"]) == ("flow.json", "FLOW_JSON")
    async with play.session.get(asset["download_url"]) as answer:
        data = json.loads(await answer.text())
    assert [one["id"] for one in data["screens"]] == ["START", "SUMMARY"]
    assert data["screens"][0]["layout"]["children"][0]["name"] == "day"
    async with play.session.get(asset["download_url"][:-1] + "x") as answer:
        assert answer.status == 404


@story
async def test_an_uploaded_json_is_what_the_flow_is(play):
    field = {"type": "TextInput", "name": "colour", "label": "Which colour?"}
    choice = {"type": "Dropdown", "name": "size", "label": "Size", "data-source": [{"id": "1", "title": "Small"}]}
    text = flow_json(screen("ORDER", {"type": "Form", "children": [field, choice]}))
    answer = await play.graph("POST", f"{DRAFT}/assets", data=file_form(text))
    assert answer == (200, {"success": True, "validation_errors": []})
    shop = await play.control("GET", "shop")
    [screens] = [one["screens"] for one in shop["flows"] if one["id"] == DRAFT]
    assert screens == [
        {
            "id": "ORDER",
            "title": "Order",
            "fields": [
                {"name": "colour", "label": "Which colour?"},
                {"name": "size", "label": "Size", "options": ["Small"]},
            ],
        }
    ]
    _, read = await play.graph("GET", f"{DRAFT}?fields=json_version,validation_errors")
    assert (read["json_version"], read["validation_errors"]) == ("7.1", [])


@story
async def test_faults_of_a_json_are_told_and_forbid_to_publish(play):
    for text, path in (("{", None), ("[]", "version"), (flow_json(), "screens"), (flow_json({"id": "A"}), "screens[0].title")):
        status, answer = await play.graph("POST", f"{DRAFT}/assets", data=file_form(text))
        assert (status, answer["success"]) == (200, True)
        found = [pointer["path"] for one in answer["validation_errors"] for pointer in one["pointers"]]
        assert (path in found) if path else answer["validation_errors"]
    assert await refused(play, "POST", f"{DRAFT}/publish") == 139002


@story
async def test_uploads_that_are_refused(play):
    text = flow_json(screen("A"))
    assert await refused(play, "POST", f"{PUBLISHED}/assets", data=file_form(text)) == 139001
    assert await refused(play, "POST", f"{DRAFT}/assets", data=file_form(text, "PICTURE")) == 100
    assert await refused(play, "POST", f"{DRAFT}/assets", {"asset_type": "FLOW_JSON"}) == 100


@story
async def test_everything_a_reader_knows_can_be_asked_for(play):
    names = (
        "id,name,status,categories,validation_errors,json_version,data_api_version,data_channel_uri,endpoint_uri,updated_at,"
        "preview.invalidate(false),health_status,application,whatsapp_business_account,"
        "metric.name(ENDPOINT_REQUEST_COUNT).granularity(DAY).since(2026-01-01).until(2026-02-01)"
    )
    status, read = await play.graph("GET", f"{PUBLISHED}?fields={names}")
    assert status == 200, read
    assert read["whatsapp_business_account"]["id"] == WABA
    assert read["updated_at"].endswith("+0000")
    assert set(read["application"]) == {"id", "name", "link"}
