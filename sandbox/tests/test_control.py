"""The control API: customers, taps, faults, clock, logs, live events, the page itself."""

import asyncio
import json

import aiohttp
import pytest
from sandbox_site import NUMBER, WABA, story, template, text, wamid_of

PROPOSAL = template("proposal_ready", "Ada", "$ 5")


@story
async def test_customers_are_people_once(play):
    one = await play.person()
    again = await play.person(name="Ada Lovelace")
    assert (again["id"], again["bsuid"], again["created"]) == (one["id"], one["bsuid"], False)
    hidden = await play.person(name="Noor", phone=None, username="@noor.sample", hidden_phone=True)
    assert hidden["username"] == "noor.sample"
    assert hidden["bsuid"].startswith("GB.")
    rows = await play.control("GET", "customers?q=noor")
    assert [row["id"] for row in rows["customers"]] == [hidden["id"]]
    for body in ({}, {"name": " "}, {"name": "X", "phone": "0123"}, {"name": "X", "shoe_size": 3}):
        await play.control("POST", "customers", body, status=400)


@story
async def test_a_person_keeps_the_bsuid_over_a_reset(play):
    before = await play.person()
    await play.control("POST", "app_secret", {"app_secret": "rotated"})
    await play.switch(review="reject", fault={"kind": "500"})
    await play.control("POST", "clock", {"offset_s": 3600})
    await play.control("POST", "reset")
    state = await play.control("GET", "state")
    assert (state["clock_offset_s"], state["switches"]["review"], state["switches"]["fault"]) == (0, "approve", [])
    assert (await play.control("GET", "customers"))["total"] == 0
    assert (await play.person())["bsuid"] == before["bsuid"]
    await play.says(await play.person(), "The callback is still known")
    await play.until(play.arrived)
    assert play.signed(play.hooks[-1])


@story
async def test_many_customers_at_once(play):
    made = (await play.control("POST", "customers/bulk", {"count": 1500, "window": True}))["customers"]
    assert len({one["wa_id"] for one in made}) == 1500
    assert all(one["wa_id"][4:8] == "5550" for one in made)
    assert (await play.send({"to": "+" + made[-1]["wa_id"], **text()}))[0] == 200
    hidden = (await play.control("POST", "customers/bulk", {"count": 3, "hidden_phone": True}))["customers"]
    assert (await play.send({"recipient": hidden[0]["bsuid"], **PROPOSAL}))[0] == 200
    await play.control("POST", "customers/bulk", {"count": 0}, status=400)


@story
async def test_tapping_a_template_button_sends_what_it_is(play):
    customer = await play.person()
    wamid = wamid_of(await play.send({"to": customer["phone"], **PROPOSAL}))
    await play.control("POST", f"customers/{customer['id']}/messages", {"tap": {"message_id": wamid, "index": 0}})
    [message] = await play.until(play.arrived)
    assert message["type"] == "button"
    assert message["button"] == {"payload": "Yes, call me", "text": "Yes, call me"}
    assert message["context"] == {"from": "12025550142", "id": wamid}
    assert (await play.thread(customer))[0]["tapped"] == [0]
    tap = {"tap": {"message_id": wamid, "payload": "Not now"}}
    await play.control("POST", f"customers/{customer['id']}/messages", tap)
    await play.until(lambda: len(play.arrived()) == 2)
    assert play.arrived()[1]["button"]["payload"] == "Not now"
    for wrong in ({"message_id": wamid, "index": 7}, {"message_id": wamid}):
        await play.control("POST", f"customers/{customer['id']}/messages", {"tap": wrong}, status=400)
    await play.control("POST", f"customers/{customer['id']}/messages", {"tap": {"message_id": "x"}}, status=404)


def interactive(kind, action):
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": "Please"}, "action": action}}


@story
async def test_tapping_interactive_messages(play):
    customer = await play.writer(username="ada.x", hidden_phone=True)
    rows = [{"id": "r1", "title": "09:00", "description": "Room 2"}, {"id": "r2", "title": "10:00"}]
    cases = [
        (
            interactive("button", {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]}),
            0,
            ("interactive", {"type": "button_reply", "button_reply": {"id": "y", "title": "Yes"}}),
        ),
        (
            interactive("list", {"button": "Choose", "sections": [{"title": "Slots", "rows": rows}]}),
            0,
            ("interactive", {"type": "list_reply", "list_reply": rows[0]}),
        ),
        (
            interactive("location_request_message", {"name": "send_location"}),
            0,
            ("location", {"latitude": 51.5007, "longitude": -0.1246, "name": "My place"}),
        ),
    ]
    for number, (body, index, (kind, content)) in enumerate(cases, 2):
        wamid = wamid_of(await play.send({"recipient": customer["bsuid"], **body}))
        tap = {"tap": {"message_id": wamid, "index": index}}
        await play.control("POST", f"customers/{customer['id']}/messages", tap)
        await play.until(lambda number=number: len(play.arrived()) == number)
        assert (play.arrived()[-1]["type"], play.arrived()[-1][kind]) == (kind, content)
    link = interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": "Pay", "url": "https://a.example"}})
    wamid = wamid_of(await play.send({"recipient": customer["bsuid"], **link}))
    tap = {"tap": {"message_id": wamid, "index": 0}}
    opened = await play.control("POST", f"customers/{customer['id']}/messages", tap)
    assert opened == {"opens": {"url": "https://a.example"}}


@story
async def test_sharing_the_phone_number_when_asked(play):
    customer = await play.writer(username="ada.x", hidden_phone=True)
    ask = interactive("request_contact_info", {"name": "request_contact_info"})
    wamid = wamid_of(await play.send({"recipient": customer["bsuid"], **ask}))
    tap = {"tap": {"message_id": wamid, "index": 0}}
    await play.control("POST", f"customers/{customer['id']}/messages", tap)
    await play.until(lambda: len(play.arrived()) == 2)
    message = play.arrived()[1]
    assert message["type"] == "contacts"
    assert message["contacts"][0]["origin"] == "contact_request"
    assert message["contacts"][0]["phones"][0]["wa_id"] == "447700900123"
    assert message["from"] == "447700900123"


@story
async def test_customers_write_every_kind(play):
    customer = await play.person()
    kinds = [
        {"type": "location", "location": {"latitude": 51.5, "longitude": -0.1}},
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ben"}}]},
        {"type": "order", "order": {"catalog_id": "1", "product_items": []}},
        {"type": "unsupported"},
        {"text": "Forwarded", "context": {"forwarded": True}},
    ]
    for body in kinds:
        await play.control("POST", f"customers/{customer['id']}/messages", body)
    rows = await play.until(lambda: len(play.arrived()) == 5 and play.arrived())
    assert [row["type"] for row in rows] == ["location", "contacts", "order", "unsupported", "text"]
    assert rows[3]["errors"][0]["code"] == 131051
    assert rows[4]["context"] == {"forwarded": True}
    await play.control("POST", f"customers/{customer['id']}/messages", {"type": "poll"}, status=400)
    await play.control("POST", "customers/nobody/messages", {"text": "x"}, status=404)


@story
async def test_replies_and_reactions_of_customers(play):
    customer = await play.writer()
    wamid = wamid_of(await play.send({"to": customer["phone"], **text()}))
    where = f"customers/{customer['id']}/messages"
    await play.control("POST", where, {"text": "Yes", "context": {"message_id": wamid}})
    await play.control("POST", where, {"type": "reaction", "reaction": {"message_id": wamid, "emoji": "❤️"}})
    await play.until(lambda: len(play.arrived()) == 3)
    assert play.arrived()[1]["context"] == {"from": "12025550142", "id": wamid}
    assert play.arrived()[2]["reaction"] == {"message_id": wamid, "emoji": "❤️"}
    assert (await play.thread(customer))[1]["reactions"] == {"in": "❤️"}
    await play.control("POST", where, {"type": "reaction", "reaction": {"message_id": wamid, "emoji": ""}})
    await play.until(lambda: len(play.arrived()) == 4)
    assert play.arrived()[3]["reaction"] == {"message_id": wamid}


FAULTS = [
    ({"kind": "500"}, 500, 1, 0),
    ({"kind": "503"}, 503, 2, 0),
    ({"kind": "429"}, 429, 130429, 0),
    ({"kind": "error", "code": 131016}, 500, 131016, 0),
    ({"kind": "500", "processed": True}, 500, 1, 1),
]


@pytest.mark.parametrize(("fault", "http", "code", "accepted"), FAULTS)
def test_faults_that_answer(fault, http, code, accepted):
    @story
    async def scene(play):
        customer = await play.person()
        await play.switch(fault=fault)
        status, answer = await play.send({"to": customer["phone"], **PROPOSAL})
        assert (status, answer["error"]["code"]) == (http, code)
        assert (await play.control("GET", "sent"))["total"] == accepted
        assert (await play.send({"to": customer["phone"], **PROPOSAL}))[0] == 200

    scene()


@story
async def test_faults_that_leave_the_client_guessing(play):
    customer = await play.person()
    body = {"to": customer["phone"], **PROPOSAL}
    await play.switch(fault={"kind": "html"})
    async with play.session.post(
        f"{play.url}/v26.0/{NUMBER}/messages",
        json={"messaging_product": "whatsapp", **body},
        headers={"Authorization": "Bearer EAADEMO-TOKEN"},
    ) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
    await play.switch(fault=[{"kind": "cut"}, {"kind": "hang", "seconds": 0.05}, {"kind": "cut", "processed": False}])
    for _ in range(3):
        with pytest.raises(aiohttp.ClientError):
            await play.send(body)
    sent = await play.control("GET", "sent?status=1")
    assert sent["total"] == 2
    await play.until(lambda: len(play.statuses()) == 4)


@story
async def test_a_fault_may_match_count_and_wait(play):
    customer = await play.person()
    await play.switch(fault={"kind": "500", "match": "POST", "after": 1, "times": 2})
    assert (await play.graph("GET", WABA))[0] == 200
    statuses = [(await play.send({"to": customer["phone"], **PROPOSAL}))[0] for _ in range(4)]
    assert statuses == [200, 500, 500, 200]
    await play.switch(fault={"kind": "failed", "code": 131049})
    wamid = wamid_of(await play.send({"to": customer["phone"], **PROPOSAL}))
    await play.until(lambda: play.states(wamid))
    assert play.statuses(wamid)[0]["errors"][0]["code"] == 131049
    await play.switch(fault={"kind": "500", "times": 100})
    await play.switch(fault=None)
    assert (await play.send({"to": customer["phone"], **PROPOSAL}))[0] == 200
    for wrong in ({"kind": "flood"}, {"kind": "error", "code": 7}, {"kind": "500", "colour": "red"}, "500"):
        await play.control("POST", "switches", {"fault": wrong}, status=400)


@story
async def test_switches_are_checked(play):
    for wrong in ({"latency_ms": -1}, {"latency_ms": "slow"}, {"pair_rate": 1}, {"nonsense": 1}, {"review": "maybe"}):
        await play.control("POST", "switches", wrong, status=400)
    assert (await play.switch(latency_ms=50, throttle_mps=None))["latency_ms"] == 50
    loop = asyncio.get_running_loop()
    started = loop.time()
    await play.graph("GET", WABA)
    assert loop.time() - started >= 0.045


@story
async def test_the_clock_moves_everything(play):
    customer = await play.person()
    await play.control("POST", "clock", {"offset_s": -25 * 3600})
    await play.says(customer, "Yesterday")
    await play.control("POST", "clock", {"offset_s": 0})
    assert (await play.failure({"to": customer["phone"], **text()}))["code"] == 131047
    [message] = await play.until(play.arrived)
    now = (await play.control("GET", "state"))["now"]
    assert 25 * 3600 - 5 < now - int(message["timestamp"]) < 25 * 3600 + 5
    await play.control("POST", "clock", {"offset_s": "noon"}, status=400)


@story(errors="answer")
async def test_logs_and_counts(play):
    customer = await play.person()
    await play.send({"to": customer["phone"], **PROPOSAL, "biz_opaque_callback_data": "row-7"})
    await play.refused({"to": customer["phone"], **text()})
    [row] = (await play.control("GET", "sent"))["sent"]
    assert (row["biz_opaque_callback_data"], row["type"]) == ("row-7", "template")
    assert (await play.control("GET", f"sent?after={row['serial']}"))["sent"] == []
    log = (await play.control("GET", "requests?path=messages"))["requests"]
    assert [one["status"] for one in log] == [200, 400]
    assert log[0]["body"]["to"] == "+447700900123"
    assert log[1]["error_code"] == 131047
    stats = await play.control("GET", "stats")
    assert (stats["counts"]["accepted"], stats["refused"]) == (1, {"131047": 1})
    assert sum(stats["accepted_per_second"].values()) == 1


@story
async def test_it_is_said_when_no_more_webhooks_are_coming(play):
    customer = await play.person()
    await play.switch(sent_ms=80, delivered_ms=0)
    await play.send({"to": customer["phone"], **PROPOSAL})
    assert not (await play.control("GET", "webhooks"))["settled"]
    while not (answer := await play.control("GET", "webhooks"))["settled"]:
        await asyncio.sleep(0.005)
    bodies = "".join(row["body"] for row in answer["webhooks"])
    assert '"sent"' in bodies
    assert '"delivered"' in bodies
    # What is a minute away is nothing to wait for.
    await play.switch(sent_ms=60_000)
    await play.send({"to": customer["phone"], **PROPOSAL})
    assert (await play.control("GET", "webhooks"))["settled"]


@story
async def test_a_second_number_has_its_own_window(play):
    await play.control("POST", "numbers", {"phone_number_id": "900000000000102", "display": "+1 202-555-0143"})
    customer = await play.writer()
    error = await play.failure({"to": customer["phone"], **text()}, number="900000000000102")
    assert error["code"] == 131047
    await play.control("POST", f"customers/{customer['id']}/messages", {"text": "Hi", "phone_number_id": "900000000000102"})
    assert (await play.send({"to": customer["phone"], **text()}, number="900000000000102"))[0] == 200
    await play.until(lambda: len(play.arrived()) == 2)
    numbers = [value["metadata"]["phone_number_id"] for value in play.changes() if "messages" in value]
    assert numbers == [NUMBER, "900000000000102"]


@story
async def test_live_events_reach_the_phone_they_concern(play):
    customer = await play.person()
    other = await play.person(name="Ben", phone="+447700900125")

    async def listen(events):
        async with play.session.get(f"{play.url}/sandbox/live?customer={customer['id']}") as stream:
            name = None
            async for line in stream.content:
                line = line.decode().strip()
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    events.append((name, json.loads(line[6:])))

    events = []
    task = asyncio.create_task(listen(events))
    await play.until(lambda: events)
    await play.says(other, "Not for this phone")
    await play.says(customer, "Mine")
    await play.until(lambda: any(data.get("status") == "delivered" for name, data in events if name == "message"))
    texts = {data["text"] for name, data in events if name == "message"}
    assert texts == {"Mine"}
    task.cancel()


@story
async def test_the_page_is_served_whole_and_needs_nothing_from_outside(play):
    async def fetch(path):
        async with play.session.get(play.url + path) as answer:
            return answer.status, answer.headers, await answer.text()

    status, headers, page = await fetch("/")
    assert status == 200
    assert headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    names = {word.split('"')[0] for word in page.split('"/page/')[1:]}
    assert {"phone.js", "phone.css"} <= names
    for name in names:
        status, _, content = await fetch(f"/page/{name}")
        assert status == 200, name
        for line in content.splitlines():
            if "import " in line and " from " in line:
                part = line.split('"')[1]
                assert (await fetch(f"/page/{part[2:]}"))[0] == 200, part
    for missing in ("/page/phone.py", "/page/..%2fserver.py", "/page/none.js"):
        assert (await fetch(missing))[0] == 404


@story
async def test_wrong_control_calls_say_what_is_wrong(play):
    await play.control("GET", "nothing", status=404)
    async with play.session.post(
        f"{play.url}/sandbox/customers", data="{", headers={"Content-Type": "application/json"}
    ) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "The body is not valid JSON.")
