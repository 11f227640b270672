"""Sending through the real socket: what is accepted, what is refused, and with which of Meta's codes."""

from sandbox_site import NUMBER, story, template, text, wamid_of

TO = {"to": "+447700900123"}


@story
async def test_a_text_inside_the_window_is_accepted(play):
    await play.writer()
    status, answer = await play.send({**TO, **text()})
    assert status == 200
    assert answer["messaging_product"] == "whatsapp"
    assert answer["contacts"] == [{"input": "+447700900123", "wa_id": "447700900123"}]
    assert answer["messages"][0]["id"].startswith("wamid.")
    assert "message_status" not in answer["messages"][0]


@story(errors="answer")
async def test_free_text_is_refused_when_nobody_wrote(play):
    await play.person()
    error = await play.refused({**TO, **text()})
    assert error["code"] == 131047
    assert error["type"] == "OAuthException"
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert error["fbtrace_id"]


@story
async def test_the_window_closes_24_hours_after_the_customers_message(play):
    customer = await play.person()
    await play.says(customer, "Yesterday", ago_s=24 * 3600 - 5)
    assert (await play.send({**TO, **text()}))[0] == 200
    await play.control("POST", "clock", {"forward_s": 10})
    assert (await play.failure({**TO, **text()}))["code"] == 131047
    assert (await play.send({**TO, **template("proposal_ready", "Ada", "$ 5")}))[0] == 200


@story
async def test_our_own_template_does_not_open_the_window(play):
    await play.person()
    await play.send({**TO, **template("proposal_ready", "Ada", "$ 5")})
    assert (await play.failure({**TO, **text()}))["code"] == 131047


@story(errors="status")
async def test_refusals_about_a_person_come_later_by_status(play):
    await play.person()
    wamid = wamid_of(await play.send({**TO, **text(), "biz_opaque_callback_data": "row-1"}))
    failed = (await play.until(lambda: play.statuses(wamid)))[0]
    assert failed["status"] == "failed"
    assert failed["errors"][0]["code"] == 131047
    assert failed["biz_opaque_callback_data"] == "row-1"
    assert failed["recipient_id"] == "447700900123"
    assert "recipient_user_id" not in failed
    nobody = wamid_of(await play.send({"to": "+12025550199", **template("hello_world", language="en_US")}))
    failed = (await play.until(lambda: play.statuses(nobody)))[0]
    assert (failed["status"], failed["errors"][0]["code"], failed["recipient_id"]) == ("failed", 131026, "12025550199")


@story
async def test_people_who_cannot_be_reached(play):
    customer = await play.writer()
    hello = template("hello_world", language="en_US")
    cases = [
        ({"to": "+12025550199"}, 131026),
        ({"to": "+1 202-555-0142"}, 131021),
        ({"to": "447700900123"}, 131026),
        ({"recipient": "GB.11111111111111"}, 131009),
        ({"recipient": "no bsuid"}, 131009),
        ({}, 131008),
        ({"to": "12345", "recipient_type": "group"}, 131041),
    ]
    for person, code in cases:
        assert (await play.failure({**person, **hello}))["code"] == code, person
    status, answer = await play.send({"to": "+44 (7700) 900-123", "recipient": customer["bsuid"], **hello})
    assert status == 200
    assert answer["contacts"] == [{"input": "+44 (7700) 900-123", "wa_id": "447700900123", "user_id": customer["bsuid"]}]


@story
async def test_variants_of_a_brazilian_number_reach_one_person(play):
    await play.person(phone="+551187654321")
    status, answer = await play.send({"to": "+5511987654321", **template("hello_world", language="en_US")})
    assert status == 200
    assert answer["contacts"][0]["wa_id"] == "551187654321"


@story
async def test_templates_that_cannot_be_sent(play):
    await play.person()
    rows = {one["name"]: one for one in (await play.control("GET", "templates"))["templates"]}
    cases = [
        (template("unknown", "x"), 132001),
        (template("proposal_ready", "a", "b", language="en_GB"), 132001),
        (template("proposal_ready"), 132000),
        (template("proposal_ready", "only one"), 132000),
        (template("proposal_ready", "a", "two\nlines"), 132018),
        (template("card_check", "Ada"), 132001),
        (template("autumn_offer"), 132001),
        ({"type": "template", "template": {"name": "proposal_ready"}}, 131008),
    ]
    for body, code in cases:
        assert (await play.refused({**TO, **body}))["code"] == code, body
    error = await play.refused({**TO, **template("unknown", "x")})
    assert error["error_data"]["details"] == "template name (unknown) does not exist in en"
    for status, code in (("PAUSED", 132015), ("DISABLED", 132016)):
        await play.control("POST", f"templates/{rows['proposal_ready']['id']}", {"status": status})
        assert (await play.refused({**TO, **template("proposal_ready", "a", "b")}))["code"] == code


@story
async def test_whitespace_in_values_had_another_code_before_v23(play):
    await play.person()
    error = await play.refused({**TO, **template("proposal_ready", "a", "b\tc")}, version="v22.0")
    assert error["code"] == 132012


@story
async def test_accepted_templates_say_so_and_become_a_card(play):
    customer = await play.person()
    status, answer = await play.send({**TO, **template("proposal_ready", "Ada", "$ 1,250.00")})
    assert (status, answer["messages"][0]["message_status"]) == (200, "accepted")
    [message] = await play.thread(customer)
    assert message["card"]["body"] == "Hello Ada, your proposal over $ 1,250.00 is ready. Shall we talk it through?"
    assert message["card"]["footer"] == "Example Shop"
    assert [one["text"] for one in message["card"]["buttons"]] == ["Yes, call me", "Not now"]


@story
async def test_throughput_of_a_number(play):
    await play.control("POST", "customers/bulk", {"count": 30})
    people = (await play.control("GET", "customers"))["customers"]
    await play.switch(throttle_mps=20)
    codes = []
    for one in people:
        status, answer = await play.send({"to": one["phone"], **template("hello_world", language="en_US")})
        codes.append(answer["error"]["code"] if status != 200 else 200)
    assert codes[:20] == [200] * 20
    assert 130429 in codes[20:]


@story
async def test_pair_rate_of_a_person(play):
    await play.writer()
    answers = [await play.send({**TO, **text(str(number))}) for number in range(47)]
    assert [status for status, _ in answers[:45]] == [200] * 45
    assert answers[45][1]["error"]["code"] == 131056
    await play.switch(pair_rate=False)
    assert (await play.send({**TO, **text()}))[0] == 200


@story
async def test_unknown_and_incomplete_messages(play):
    await play.writer()
    cases = [
        ({**TO, "type": "poll", "poll": {}}, 131051),
        ({**TO, "type": "text"}, 131008),
        ({**TO, "type": "text", "text": {"body": "x" * 4097}}, 100),
        ({**TO, "type": "image", "image": {"id": "12345"}}, 100),
        ({**TO, **text(), "recipient_identity_key_hash": 7}, 131009),
        ({**TO, **text(), "messaging_product": ""}, 131008),
    ]
    for body, code in cases:
        assert (await play.refused(body))["code"] == code, body


@story
async def test_interactive_and_other_kinds_arrive(play):
    customer = await play.writer()
    kinds = [
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "Deliver tomorrow?"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]},
            },
        },
        {"type": "location", "location": {"latitude": "51.5", "longitude": "-0.1", "name": "Office"}},
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ada Example", "first_name": "Ada"}}]},
        {"type": "image", "image": {"link": "https://example.com/a.jpg", "caption": "Look"}},
    ]
    for body in kinds:
        wamid_of(await play.send({**TO, **body}))
    messages = await play.thread(customer)
    assert [one["type"] for one in messages] == ["text", "interactive", "location", "contacts", "image"]


@story
async def test_reactions_show_on_the_message_and_only_report_sent(play):
    customer = await play.writer()
    [hello] = await play.thread(customer)
    wamid = wamid_of(await play.send({**TO, "type": "reaction", "reaction": {"message_id": hello["id"], "emoji": "👍"}}))
    await play.until(lambda: play.states(wamid))
    assert (await play.thread(customer))[0]["reactions"] == {"out": "👍"}
    again = wamid_of(await play.send({**TO, "type": "reaction", "reaction": {"message_id": hello["id"], "emoji": ""}}))
    await play.until(lambda: play.states(again))
    assert (await play.thread(customer))[0]["reactions"] == {}
    lost = wamid_of(await play.send({**TO, "type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": "👍"}}))
    await play.until(lambda: play.states(lost))
    assert (play.states(wamid), play.states(again), play.states(lost)) == (["sent"], ["sent"], ["failed"])
    assert play.statuses(lost)[0]["errors"][0]["code"] == 131009


@story
async def test_marking_as_read_turns_the_customers_ticks_blue(play):
    customer = await play.person()
    for word in ("one", "two", "three"):
        await play.says(customer, word)
    one, two, _ = await play.thread(customer)
    status, answer = await play.graph(
        "POST",
        f"{NUMBER}/messages",
        {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": two["id"],
            "typing_indicator": {"type": "text"},
        },
    )
    assert (status, answer) == (200, {"success": True})
    states = [message["status"] for message in await play.thread(customer)]
    assert states[:2] == ["read", "read"]
    assert states[2] in ("sent", "delivered")
    assert (await play.control("GET", f"customers/{customer['id']}/messages"))["typing"] is True
    read = {"messaging_product": "whatsapp", "status": "read"}
    for body, code in (
        ({**read, "message_id": "wamid.unknown"}, 131009),
        (read, 131008),
        ({**read, "status": "unread", "message_id": one["id"]}, 100),
        ({**read, "message_id": one["id"], "typing_indicator": {"type": "voice"}}, 131009),
    ):
        status, answer = await play.graph("POST", f"{NUMBER}/messages", body)
        assert answer["error"]["code"] == code


@story
async def test_quoting_shows_the_quoted_message(play):
    customer = await play.writer()
    [hello] = await play.thread(customer)
    await play.send({**TO, **text("Good morning"), "context": {"message_id": hello["id"]}})
    assert (await play.thread(customer))[1]["context"] == {"id": hello["id"], "author": "customer"}
    await play.send({**TO, **text("No bubble"), "context": {"message_id": "wamid.gone"}})
    assert (await play.thread(customer))[2]["context"] is None


@story
async def test_marketing_meets_its_own_refusals(play):
    customer = await play.person()
    rows = {one["name"]: one for one in (await play.control("GET", "templates"))["templates"]}
    offer = rows["autumn_offer"]["id"]
    await play.control("POST", f"templates/{offer}", {"status": "APPROVED"})
    named = [{"type": "text", "parameter_name": name, "text": "x"} for name in ("first_name", "last_day")]
    body = {
        "type": "template",
        "template": {
            "name": "autumn_offer",
            "language": {"code": "en"},
            "components": [{"type": "body", "parameters": named}],
        },
    }
    await play.control("POST", f"customers/{customer['id']}", {"marketing": "stop"})
    assert (await play.failure({**TO, **body}))["code"] == 131050
    american = await play.person(name="Sam", phone="+12125550199")
    assert (await play.failure({"to": american["phone"], **body}))["code"] == 131049
    await play.control("POST", f"customers/{customer['id']}", {"marketing": "resume"})
    await play.switch(pacing=True)
    _, answer = await play.send({**TO, **body})
    assert answer["messages"][0]["message_status"] == "held_for_quality_assessment"
    held = answer["messages"][0]["id"]
    await play.switch(pacing=False)
    await play.until(lambda: "delivered" in play.states(held))
    [preference, _] = play.changes("user_preferences")
    assert preference["user_preferences"][0]["value"] == "stop"
    assert isinstance(preference["user_preferences"][0]["timestamp"], int)
