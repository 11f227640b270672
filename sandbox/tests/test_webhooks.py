"""Webhooks through the real socket: signatures, order of statuses, retries, duplicates, disorder, who is named how."""

import asyncio

from sandbox_site import NUMBER, WABA, story, template, text, wamid_of

HELLO = template("hello_world", language="en_US")


@story
async def test_every_webhook_is_signed_over_its_raw_bytes(play):
    customer = await play.writer(name="Zoë / Example")
    wamid = wamid_of(await play.send({"to": customer["phone"], **text("Grüße 👋")}))
    await play.until(lambda: "delivered" in play.states(wamid))
    assert play.hooks
    for hook in play.hooks:
        assert play.signed(hook)
        assert not play.signed(hook, "another-secret")
        assert hook["raw"].isascii()
        assert b"Zo\\u00eb \\/ Example" in hook["raw"]
    await play.control("POST", "app_secret", {"app_secret": "rotated"})
    await play.says(customer, "After the change")
    await play.until(lambda: play.signed(play.hooks[-1], "rotated"))


@story
async def test_statuses_go_from_sent_to_read_with_a_price_once(play):
    customer = await play.writer()
    body = {"to": customer["phone"], **text(), "biz_opaque_callback_data": "odoo:1"}
    wamid = wamid_of(await play.send(body))
    await play.until(lambda: play.states(wamid) == ["sent", "delivered"])
    await play.control("POST", f"customers/{customer['id']}/read", {})
    await play.until(lambda: len(play.states(wamid)) == 3)
    assert play.states(wamid) == ["sent", "delivered", "read"]
    rows = play.statuses(wamid)
    assert {row["biz_opaque_callback_data"] for row in rows} == {"odoo:1"}
    assert {row["recipient_id"] for row in rows} == {"447700900123"}
    assert {row["recipient_user_id"] for row in rows} == {customer["bsuid"]}
    assert ["pricing" in row for row in rows] == [True, False, False]
    assert rows[0]["pricing"] == {
        "billable": False,
        "pricing_model": "PMP",
        "type": "free_customer_service",
        "category": "service",
    }
    assert all(isinstance(row["timestamp"], str) for row in rows)
    [value] = [one for one in play.changes() if one.get("statuses", [{}])[0].get("status") == "sent"]
    assert value["metadata"] == {"display_phone_number": "12025550142", "phone_number_id": NUMBER}
    assert value["contacts"][0]["profile"]["name"] == "Ada"


@story
async def test_utility_templates_are_billed(play):
    customer = await play.person()
    wamid = wamid_of(await play.send({"to": customer["phone"], **HELLO}))
    await play.until(lambda: play.statuses(wamid))
    assert play.statuses(wamid)[0]["pricing"]["type"] == "regular"
    assert play.statuses(wamid)[0]["pricing"]["category"] == "utility"


@story
async def test_entry_through_an_ad_is_free(play):
    customer = await play.person()
    referral = {"source_url": "https://ad.example", "source_id": "1", "source_type": "ad", "ctwa_clid": "abc"}
    await play.says(customer, "I saw your ad", referral=referral)
    wamid = wamid_of(await play.send({"to": customer["phone"], **HELLO}))
    await play.until(lambda: play.statuses(wamid))
    assert play.statuses(wamid)[0]["pricing"]["type"] == "free_entry_point"
    assert play.arrived()[0]["referral"] == referral


@story
async def test_a_customer_without_a_visible_phone_has_no_phone_fields_at_all(play):
    customer = await play.person(name="Noor", phone=None, username="@noor.sample", hidden_phone=True)
    await play.says(customer, "Hello")
    wamid = wamid_of(await play.send({"recipient": customer["bsuid"], **text()}))
    await play.until(lambda: "delivered" in play.states(wamid))
    assert customer["wa_id"].encode() not in b"".join(hook["raw"] for hook in play.hooks)
    [message] = play.arrived()
    assert "from" not in message
    assert message["from_user_id"] == customer["bsuid"]
    incoming = next(value for value in play.changes() if "messages" in value)
    assert incoming["contacts"] == [{"profile": {"name": "Noor", "username": "@noor.sample"}, "user_id": customer["bsuid"]}]
    sent, delivered = play.statuses(wamid)
    assert "recipient_id" not in sent
    assert sent["recipient_user_id"] == customer["bsuid"]
    names = [value["contacts"][0]["profile"] for value in play.changes() if "statuses" in value]
    assert ["username" in profile for profile in names] == [False, True]
    assert delivered["status"] == "delivered"


@story
async def test_writing_to_the_phone_itself_makes_it_visible_for_30_days(play):
    customer = await play.person(phone="+447700900124", username="sam.sample", hidden_phone=True)
    await play.says(customer, "one")
    wamid_of(await play.send({"to": "+447700900124", **text()}))
    await play.says(customer, "two")
    await play.control("POST", "clock", {"forward_s": 31 * 24 * 3600})
    await play.says(customer, "three")
    rows = await play.until(lambda: len(play.arrived()) == 3 and play.arrived())
    assert ["from" in row for row in rows] == [False, True, False]


@story(errors="status")
async def test_failed_messages_come_without_contacts(play):
    customer = await play.writer()
    await play.control("POST", f"customers/{customer['id']}", {"blocked": True})
    wamid = wamid_of(await play.send({"recipient": customer["bsuid"], **HELLO}))
    await play.until(lambda: play.statuses(wamid))
    value = next(one for one in play.changes() if "statuses" in one)
    assert "contacts" not in value
    [row] = value["statuses"]
    assert row["status"] == "failed"
    assert row["recipient_user_id"] == customer["bsuid"]
    error = row["errors"][0]
    assert (error["code"], error["title"]) == (131026, "Message undeliverable")
    assert error["error_data"]["details"]
    assert error["href"].startswith("https://")


@story
async def test_a_phone_that_is_off_gets_its_messages_later(play):
    customer = await play.writer()
    await play.control("POST", f"customers/{customer['id']}", {"online": False})
    wamid = wamid_of(await play.send({"to": customer["phone"], **text()}))
    await play.until(lambda: play.states(wamid) == ["sent"])
    await asyncio.sleep(0.05)
    assert play.states(wamid) == ["sent"]
    await play.control("POST", f"customers/{customer['id']}", {"online": True})
    await play.until(lambda: play.states(wamid) == ["sent", "delivered"])


@story
async def test_read_receipts_may_be_off_and_delivered_may_be_skipped(play):
    customer = await play.writer()
    await play.control("POST", f"customers/{customer['id']}", {"read_receipts": False})
    quiet = wamid_of(await play.send({"to": customer["phone"], **text()}))
    await play.until(lambda: play.states(quiet) == ["sent", "delivered"])
    await play.control("POST", f"customers/{customer['id']}/read", {})
    await play.control("POST", f"customers/{customer['id']}", {"read_receipts": True})
    await play.switch(skip_delivered=True, auto_read_ms=1)
    loud = wamid_of(await play.send({"to": customer["phone"], **text()}))
    await play.until(lambda: "read" in play.states(loud))
    assert play.states(loud) == ["sent", "read"]


@story
async def test_what_is_not_answered_200_comes_again_until_it_is(play):
    play.answers = [500, 302, 204, "cut", 401]
    customer = await play.writer()
    await play.until(lambda: len(play.hooks) == 6)
    await asyncio.sleep(0.05)
    assert len({hook["raw"] for hook in play.hooks}) == 1
    log = (await play.control("GET", "webhooks"))["webhooks"]
    assert [one["status"] for one in log] == [500, 302, 204, None, 401, 200]
    assert [one["attempt"] for one in log] == [1, 2, 3, 4, 5, 6]
    assert len({one["id"] for one in log}) == 1
    [message] = await play.thread(customer)
    assert message["status"] == "delivered"


@story
async def test_the_customers_ticks_wait_for_the_200(play):
    play.answers = [500] * 1000
    customer = await play.writer()
    await play.until(lambda: len(play.hooks) >= 3)
    assert (await play.thread(customer))[0]["status"] == "sent"
    play.answers.clear()
    await play.until(lambda: not play.server.dispatcher.waiting())
    assert (await play.thread(customer))[0]["status"] == "delivered"


@story
async def test_duplicates_are_the_same_bytes(play):
    await play.switch(duplicates=4)
    await play.writer()
    await play.until(lambda: len(play.hooks) == 5)
    assert len({hook["raw"] for hook in play.hooks}) == 1


@story
async def test_duplicates_may_come_in_other_batches(play):
    await play.switch(duplicates=2, duplicate_rebatch=True, paused=True)
    customer = await play.person()
    await play.switch(batch_max=4, webhook_concurrency=1)
    for word in ("one", "two", "three", "four"):
        await play.says(customer, word)
    await play.switch(paused=False)
    await play.until(lambda: len(play.arrived()) == 12)
    ids = [row["id"] for row in play.arrived()]
    assert {ids.count(one) for one in ids} == {3}
    assert len(play.hooks) == 3
    assert len({hook["raw"] for hook in play.hooks}) == 3


@story
async def test_disorder_loses_nothing(play):
    await play.switch(disorder=True, disorder_ms=80, batch_max=1)
    customer = await play.person()
    for number in range(30):
        await play.says(customer, str(number))
    await play.until(lambda: len(play.arrived()) == 30)
    texts = [row["text"]["body"] for row in play.arrived()]
    assert sorted(texts, key=int) == [str(number) for number in range(30)]
    assert texts != sorted(texts, key=int)


@story
async def test_batches_in_every_style_hold_everything(play):
    customer = await play.person()
    other = await play.person(name="Ben", phone="+447700900125")
    for style, entries, changes in (("changes", 1, 4), ("entries", 4, 4), ("values", 1, 1)):
        await play.switch(paused=True, batch_style=style)
        play.hooks.clear()
        for number in range(2):
            await play.says(customer, f"a{number}")
            await play.says(other, f"b{number}")
        await play.switch(paused=False)
        await play.until(lambda: len(play.arrived()) == 4)
        [hook] = play.hooks
        assert len(hook["body"]["entry"]) == entries
        assert len(play.changes()) == changes
        assert [row["text"]["body"] for row in play.arrived()] == ["a0", "b0", "a1", "b1"]
        names = {one["profile"]["name"] for value in play.changes() for one in value["contacts"]}
        assert names == {"Ada", "Ben"}


@story(subscribe=False)
async def test_nothing_arrives_without_a_subscription(play):
    customer = await play.person()
    await play.says(customer, "Is anybody there?")
    [entry] = (await play.control("GET", "webhooks"))["webhooks"]
    assert (entry["ok"], entry["url"], entry["status"]) == (False, None, None)
    assert "not subscribed" in entry["error"]
    await play.subscribe()
    await play.says(customer, "Now?")
    await play.until(lambda: len(play.arrived()) == 1)


@story(subscribe=False)
async def test_an_override_does_not_cover_templates(play):
    await play.graph("POST", f"{WABA}/subscribed_apps")
    override = {"override_callback_uri": play.hook_url, "verify_token": "verify-me"}
    await play.graph("POST", f"{WABA}/subscribed_apps", override)
    row = (await play.control("GET", "templates"))["templates"][0]
    await play.control("POST", f"templates/{row['id']}", {"status": "PAUSED"})
    await play.writer()
    await play.until(play.arrived)
    assert not play.changes("message_template_status_update")
    dropped = [one for one in (await play.control("GET", "webhooks"))["webhooks"] if one["url"] is None]
    assert "override does not cover this field" in dropped[0]["error"]


@story
async def test_a_new_phone_number_and_a_new_bsuid_are_system_messages(play):
    customer = await play.writer()
    changed = await play.control("POST", f"customers/{customer['id']}/identity", {"phone": "+447700900999"})
    await play.until(lambda: len(play.arrived()) == 2)
    message = play.arrived()[1]
    assert message["type"] == "system"
    assert message["from"] == "447700900123"
    assert message["system"]["type"] == "user_changed_number"
    assert message["system"]["wa_id"] == "447700900999"
    assert message["system"]["previous_user_id"] == customer["bsuid"]
    assert message["system"]["user_id"] == changed["bsuid"] != customer["bsuid"]
    assert "contacts" not in play.changes()[1]
    assert (await play.refused({"recipient": customer["bsuid"], **HELLO}))["code"] == 131009
    assert (await play.send({"recipient": changed["bsuid"], **HELLO}))[0] == 200
    await play.control("POST", f"customers/{customer['id']}/identity", {})
    await play.until(lambda: len(play.arrived()) == 3)
    assert play.arrived()[2]["system"]["type"] == "user_changed_user_id"
    assert "from" not in play.arrived()[2]


@story
async def test_any_webhook_can_be_sent(play):
    await play.control("POST", "emit", {"field": "account_alerts", "value": {"entity_type": "BUSINESS"}})
    await play.control("POST", "emit", {"field": "messages", "value": {"metadata": {"phone_number_id": NUMBER}}})
    await play.until(lambda: len(play.hooks) == 2)
    assert all(play.signed(hook) for hook in play.hooks)
    assert "time" in play.hooks[0]["body"]["entry"][0]
    assert "time" not in play.hooks[1]["body"]["entry"][0]


@story
async def test_a_status_can_be_forced(play):
    customer = await play.writer()
    wamid = wamid_of(await play.send({"to": customer["phone"], **text()}))
    await play.until(lambda: play.states(wamid) == ["sent", "delivered"])
    await play.control("POST", f"messages/{wamid.replace('/', '%2F')}/status", {"status": "failed", "code": 131026})
    await play.control("POST", f"messages/{wamid.replace('/', '%2F')}/status", {"status": "sent"})
    await play.until(lambda: len(play.states(wamid)) == 4)
    assert play.states(wamid) == ["sent", "delivered", "failed", "sent"]
