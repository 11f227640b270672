"""What Meta answers seldom, and clients overlook: other words, other lists, numbers that are compared as they come."""

from sandbox_site import NUMBER, WABA, story, template, text, wamid_of

TO = {"to": "+447700900123"}
HELLO = template("hello_world", language="en_US")


@story
async def test_a_template_may_be_answered_with_any_status_and_waits(play):
    """``paused`` stands in Meta's openapi file; whatever it is, nothing leaves until the switch is off."""
    await play.writer()
    held = []
    for word in ("paused", "a_new_word"):
        await play.switch(template_status=word)
        sent = await play.send({**TO, **HELLO})
        assert sent[1]["messages"][0]["message_status"] == word
        held.append(wamid_of(sent))
    _, answer = await play.send({**TO, **text()})
    assert "message_status" not in answer["messages"][0]
    await play.until(lambda: "delivered" in play.states(answer["messages"][0]["id"]))
    assert not [wamid for wamid in held if play.states(wamid)]
    await play.switch(template_status=None)
    for wamid in held:
        await play.until(lambda wamid=wamid: "delivered" in play.states(wamid))
    _, answer = await play.send({**TO, **HELLO})
    assert answer["messages"][0]["message_status"] == "accepted"


@story
async def test_a_test_number_writes_to_its_list_alone(play):
    """Argentine and Mexican numbers stand in it without the extra digit, and are compared as they come."""
    for name, phone in (("Ada", "+12025550143"), ("Luz", "+5491123456789"), ("Ana", "+5215512345678")):
        await play.person(name=name, phone=phone)
    row = await play.control("POST", f"numbers/{NUMBER}", {"test_recipients": ["+5491123456789", "+52 1 55 1234 5678"]})
    assert row["test_recipients"] == ["541123456789", "525512345678"]
    _, number = await play.graph("GET", f"{NUMBER}?fields=account_mode")
    assert number["account_mode"] == "SANDBOX"
    for to, code in (
        ("+12025550143", 131030),
        ("+5491123456789", 131030),
        ("+541123456789", None),
        ("+5215512345678", 131030),
        ("+525512345678", None),
    ):
        _, answer = await play.send({"to": to, **HELLO})
        assert answer.get("error", {}).get("code") == code, (to, answer)
    await play.control("POST", f"numbers/{NUMBER}", {"test_recipients": None})
    assert (await play.send({"to": "+12025550143", **HELLO}))[0] == 200
    await play.control("POST", f"numbers/{NUMBER}", {"test_recipients": ["+12025550143"] * 6}, status=400)
    await play.control("POST", f"numbers/{NUMBER}", {"test_recipients": ["nobody"]}, status=400)


@story
async def test_a_test_number_compares_who_is_written_to_by_id(play):
    await play.control("POST", f"numbers/{NUMBER}", {"test_recipients": ["+5491123456789"]})
    luz = await play.person(name="Luz", phone="+5491123456789")
    ada = await play.person()
    assert (await play.send({"recipient": luz["bsuid"], **HELLO}))[0] == 200
    assert (await play.refused({"recipient": ada["bsuid"], **HELLO}))["code"] == 131030


@story
async def test_lists_may_give_cursors_only_inside_of_the_next_address(play):
    path = f"{WABA}/message_templates?limit=2&fields=name"
    _, usual = await play.graph("GET", path)
    assert usual["paging"]["cursors"]["after"] in usual["paging"]["next"]
    await play.switch(paging="next")
    _, answer = await play.graph("GET", path)
    assert answer["paging"] == {"next": usual["paging"]["next"]}
    await play.switch(paging="lost")
    _, answer = await play.graph("GET", path)
    assert answer["paging"] == {"next": usual["paging"]["next"].split("?")[0]}


@story
async def test_any_code_may_come_with_http_429(play):
    await play.person()
    await play.switch(fault={"kind": "error", "code": 341, "http": 429})
    status, answer = await play.send({**TO, **HELLO})
    assert (status, answer["error"]["code"]) == (429, 341)


@story
async def test_marking_nothing_as_read_tells_who_may_send(play):
    """A message nobody has is refused as such; whoever may not send hears that instead."""
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.0"}
    status, answer = await play.graph("POST", f"{NUMBER}/messages", body)
    assert (status, answer["error"]["code"]) == (400, 131009)
    await play.control("POST", "tokens", {"token": "EAAREAD", "scopes": ["whatsapp_business_management"]})
    status, answer = await play.graph("POST", f"{NUMBER}/messages", body, token="EAAREAD")
    assert answer["error"]["code"] in (10, 200)
