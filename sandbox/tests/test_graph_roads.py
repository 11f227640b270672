"""Refusals about a person come by status, or in the answer where the world is told so; calls, identity, bare numbers."""

import pytest
from sandbox_site import NUMBER, story, template, text, wamid_of

from sandbox.__main__ import parse
from sandbox.config import ConfigError, load
from sandbox.switches import BY_STATUS

TO = {"to": "+447700900123"}
HELLO = template("hello_world", language="en_US")


def test_the_road_is_chosen_once_by_option_file_or_environment():
    assert load(environ={})["switches"].get("async_errors") is None
    assert load(environ={"WA_SANDBOX_ERRORS": "answer"})["switches"]["async_errors"] == []
    assert load(environ={"WA_SANDBOX_ERRORS": "answer"}, errors="status")["switches"] == {}
    assert load(environ={}, errors="answer", switches={"async_errors": [131026]})["switches"]["async_errors"] == [131026]
    assert parse(["--errors", "answer"]).errors == "answer"
    with pytest.raises(ConfigError):
        load(environ={"WA_SANDBOX_ERRORS": "later"})


async def every_refusal(play):
    """Meet each refusal about a person in its own way; returns ``{code: road}``."""
    blocked = await play.writer(name="Bo", phone="+447700900124")
    await play.control("POST", f"customers/{blocked['id']}", {"blocked": True})
    await play.person()
    stopped = await play.person(name="Cy", phone="+447700900125")
    await play.control("POST", f"customers/{stopped['id']}", {"marketing": "stop"})
    await play.person(name="Sam", phone="+12125550199")
    play.server.world.by_template["900000000000001", "hello_world", "en_US"].category = "MARKETING"
    cases = (
        (131047, {**TO, **text()}),
        (131026, {"to": "+447700900999", **HELLO}),
        (131026, {"to": blocked["phone"], **text()}),
        (131050, {"to": stopped["phone"], **HELLO}),
        (131049, {"to": "+12125550199", **HELLO}),
        (130472, {**TO, **HELLO}),
    )
    roads = set()
    for code, body in cases:
        if code == 130472:
            await play.switch(fault={"kind": "refused", "code": 130472})
        status, answer = await play.send(body)
        if status == 200:
            wamid = wamid_of((status, answer))
            [failed] = await play.until(lambda wamid=wamid: play.statuses(wamid))
            assert (failed["status"], failed["errors"][0]["code"]) == ("failed", code)
        else:
            assert answer["error"]["code"] == code
        roads.add("status" if status == 200 else "answer")
    return roads


@story(errors="status")
async def test_every_refusal_about_a_person_comes_by_status(play):
    assert set((await play.control("GET", "switches"))["async_errors"]) == set(BY_STATUS)
    assert await every_refusal(play) == {"status"}


@story(errors="answer")
async def test_every_refusal_about_a_person_comes_in_the_answer(play):
    assert await every_refusal(play) == {"answer"}
    await play.control("POST", "reset")
    assert (await play.control("GET", "switches"))["async_errors"] == []


@story
async def test_other_refusals_stay_in_the_answer(play):
    await play.writer()
    await play.switch(fault={"kind": "refused", "code": 131056})
    assert (await play.refused({**TO, **text()}))["code"] == 131056
    assert (await play.refused({"to": "+1 202-555-0142", **HELLO}))["code"] == 131021


@story
async def test_digits_without_a_plus_sign(play):
    """Our own tests keep to Meta's page; other people's clients send a bare wa_id and can be let."""
    await play.writer()
    assert (await play.failure({"to": "447700900123", **text()}))["code"] == 131026
    await play.switch(bare_wa_id=True)
    for spelling in ("447700900123", 447700900123):
        _, answer = await play.send({"to": spelling, **text()})
        assert answer["contacts"] == [{"input": "447700900123", "wa_id": "447700900123"}]
    # Nobody's id: read as Meta's page says.
    await play.person(name="Sam", phone="+12025550143")
    _, answer = await play.send({"to": "2025550143", **HELLO})
    assert answer["contacts"][0]["wa_id"] == "12025550143"


# ------------------------------------------------------------------ identity


@story
async def test_identity_key_is_checked(play):
    customer = await play.person()
    await play.graph("POST", f"{NUMBER}/settings", {"user_identity_change": {"enable_identity_key_check": True}})
    await play.says(customer, "Hello")
    await play.until(play.arrived)
    [contact] = play.changes()[0]["contacts"]
    known = contact["identity_key_hash"]
    right = wamid_of(await play.send({**TO, **text(), "recipient_identity_key_hash": known}))
    await play.until(lambda: "delivered" in play.states(right))
    assert play.statuses(right)[0]["recipient_identity_key_hash"] == known
    await play.control("POST", f"customers/{customer['id']}", {"new_device": True})
    wrong = wamid_of(await play.send({**TO, **text(), "recipient_identity_key_hash": known}))
    [failed] = await play.until(lambda: play.statuses(wrong))
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 137000)


@story
async def test_identity_key_is_shown_only_where_it_is_checked(play):
    await play.writer()
    await play.until(play.arrived)
    assert "identity_key_hash" not in play.changes()[0]["contacts"][0]


# ------------------------------------------------------------------ calls, addresses, taps


def interactive(kind, **parameters):
    action = {"name": kind, **({"parameters": parameters} if parameters else {})}
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": "May we?"}, "action": action}}


@story
async def test_calls_need_a_number_that_takes_calls(play):
    customer = await play.writer()
    button, request = interactive("voice_call", display_text="Call now", payload="q-42"), interactive("call_permission_request")
    for body in (button, request):
        error = await play.refused({**TO, **body})
        assert error["code"] == 138000
    await play.graph("POST", f"{NUMBER}/settings", {"calling": {"status": "ENABLED"}})
    path = f"customers/{customer['id']}/messages"
    call = wamid_of(await play.send({**TO, **button}))
    assert (await play.control("POST", path, {"tap": {"message_id": call, "index": 0}}))["opens"]["payload"] == "q-42"
    asked = wamid_of(await play.send({**TO, **request}))
    await play.control("POST", path, {"tap": {"message_id": asked, "id": "once"}})
    reply = (await play.until(lambda: [one for one in play.arrived() if one["type"] == "interactive"]))[0]
    assert reply["context"]["id"] == asked
    assert reply["interactive"]["type"] == "call_permission_reply"
    answer = reply["interactive"]["call_permission_reply"]
    assert (answer["response"], answer["is_permanent"], answer["response_source"]) == ("accept", False, "user_action")


@story
async def test_a_template_may_ask_for_a_call(play):
    customer = await play.person()
    world = play.server.world
    parts = [{"type": "BODY", "text": "About your order"}, {"type": "CALL_PERMISSION_REQUEST"}]
    world.add_template("900000000000001", "ask", "en", "UTILITY", parts).status = "APPROVED"
    assert (await play.refused({**TO, **template("ask")}))["code"] == 138000
    await play.graph("POST", f"{NUMBER}/settings", {"calling": {"status": "ENABLED"}})
    asked = wamid_of(await play.send({**TO, **template("ask")}))
    path = f"customers/{customer['id']}/messages"
    await play.control("POST", path, {"tap": {"message_id": asked, "id": "no"}})
    [reply] = await play.until(play.arrived)
    assert reply["interactive"]["call_permission_reply"] == {"response": "reject", "response_source": "user_action"}


@story
async def test_addresses_are_asked_within_india(play):
    await play.writer()
    ask = interactive("address_message", country="IN")
    assert (await play.refused({**TO, **ask}))["code"] == 131009
    indian = await play.control("POST", "accounts", {"numbers": [{"display": "+91 00000 00101"}]})
    number = indian["numbers"][0]["phone_number_id"]
    customer = await play.person(name="Ravi", phone="+910000000102")
    for one in (customer, {"id": (await play.person())["id"]}):
        await play.control("POST", f"customers/{one['id']}/messages", {"text": "Hi", "phone_number_id": number})
    more = {"number": number, "token": indian["token"]}
    asked = wamid_of(await play.send({"to": customer["phone"], **ask}, **more))
    tap = {"message_id": asked, "index": 0, "answers": {"city": "Mumbai"}}
    written = await play.control("POST", f"customers/{customer['id']}/messages", {"tap": tap})
    assert written["content"]["nfm_reply"]["name"] == "address_message"
    assert written["content"]["nfm_reply"]["response_json"] == '{"values": {"city": "Mumbai"}}'


@story
async def test_tap_target_of_a_template(play):
    customer = await play.person()
    target = {"url": "https://example.com/spring", "title": "Spring"}

    def sent(**values):
        inner = {"type": "tap_target_configuration", "tap_target_configuration": [values]}
        components = [{"type": "tap_target_configuration", "parameters": [inner]}]
        return {"type": "template", "template": {**HELLO["template"], "components": components}}

    assert (await play.refused({**TO, **sent(url="https://example.com")}))["code"] == 131008
    assert (await play.refused({**TO, **sent(url="example", title="x")}))["code"] == 131009
    wamid = wamid_of(await play.send({**TO, **sent(**target)}))
    [message] = await play.thread(customer)
    assert message["card"]["tap_target"] == target
    tap = {"tap": {"message_id": wamid, "index": "target"}}
    opened = await play.control("POST", f"customers/{customer['id']}/messages", tap)
    assert opened["opens"] == {"url": target["url"]}
