"""What a business sets of its numbers: profile, settings, PIN and registration, name, and whom it blocks."""

import json

import pytest
from sandbox_site import NUMBER, WABA, story, template, text
from test_graph_samples import upload

from sandbox import rules_number
from sandbox.errors import GraphError

PROFILE, SETTINGS, BLOCKS = f"{NUMBER}/whatsapp_business_profile", f"{NUMBER}/settings", f"{NUMBER}/block_users"
WHATSAPP = {"messaging_product": "whatsapp"}


async def refused(play, method, path, body=None, **more):
    status, answer = await play.graph(method, path, body, **more)
    assert status >= 400, answer
    return answer["error"]["code"]


# ------------------------------------------------------------------ profile and settings


@story
async def test_a_profile_is_set_part_by_part(play):
    given = {"about": "Chairs & tables", "email": "shop@shop.example.com", "websites": ["https://shop.example.com"]}
    assert await play.graph("POST", PROFILE, {**WHATSAPP, **given}) == (200, {"success": True})
    assert await play.graph("POST", PROFILE, {**WHATSAPP, "vertical": "RETAIL"}) == (200, {"success": True})
    _, read = await play.graph("GET", f"{PROFILE}?fields=about,email,websites,vertical,description")
    assert read == {"data": [{**given, "vertical": "RETAIL", **WHATSAPP}]}
    assert await refused(play, "GET", f"{PROFILE}?fields=shoe_size") == 100


@pytest.mark.parametrize(
    "given",
    [
        {"about": ""},
        {"about": "x" * 140},
        {"address": "x" * 257},
        {"description": "x" * 513},
        {"email": "nobody"},
        {"websites": ["shop.example.com"]},
        {"websites": ["https://a.example.com"] * 3},
        {"websites": "https://a.example.com"},
        {"vertical": "SHOP"},
    ],
)
def test_profiles_that_are_refused(given):
    with pytest.raises(GraphError) as caught:
        rules_number.check_profile(given)
    assert caught.value.code == 100


@story
async def test_settings_are_set_one_at_a_time(play):
    _, before = await play.graph("GET", SETTINGS)
    assert before["user_identity_change"] == {"enable_identity_key_check": False}
    check = {"user_identity_change": {"enable_identity_key_check": True}}
    assert await play.graph("POST", SETTINGS, check) == (200, {"success": True})
    _, after = await play.graph("GET", SETTINGS)
    assert after == {**before, **check}
    for body in (
        {},
        {**check, "calling": {"status": "ENABLED"}},
        {"user_identity_change": {"enable_identity_key_check": "yes"}},
        {"storage_configuration": {"status": "SOMEWHERE"}},
        {"user_identity_change": "on"},
    ):
        assert await refused(play, "POST", SETTINGS, body) == 100


# ------------------------------------------------------------------ registration and name


@story
async def test_a_number_is_deregistered_and_registered_with_its_pin(play):
    customer = await play.writer()
    assert await play.graph("POST", f"{NUMBER}/deregister") == (200, {"success": True})
    assert (await play.refused({"to": customer["phone"], **text()}))["code"] == 133010
    assert await refused(play, "POST", f"{NUMBER}/register", {**WHATSAPP, "pin": "000000"}) == 133005
    assert await refused(play, "POST", f"{NUMBER}/register", {**WHATSAPP, "pin": "12"}) == 100
    assert await play.graph("POST", f"{NUMBER}/register", {**WHATSAPP, "pin": "123456"}) == (200, {"success": True})
    assert (await play.send({"to": customer["phone"], **text()}))[0] == 200


@story
async def test_a_pin_is_changed_and_the_business_hears_of_it(play):
    assert await play.graph("POST", NUMBER, {"pin": "654321"}) == (200, {"success": True})
    [security] = await play.until(lambda: play.changes("security"))
    assert (security["event"], security["display_phone_number"]) == ("PIN_CHANGED", "12025550142")
    assert await refused(play, "POST", f"{NUMBER}/register", {**WHATSAPP, "pin": "123456"}) == 133005
    assert (await play.graph("POST", f"{NUMBER}/register", {**WHATSAPP, "pin": "654321"}))[0] == 200
    assert await refused(play, "POST", NUMBER, {"pin": "12345a"}) == 100


@story
async def test_a_number_without_a_pin_takes_the_first(play):
    await play.control("POST", f"numbers/{NUMBER}", {"pin": None})
    assert (await play.graph("GET", f"{NUMBER}?fields=is_pin_enabled"))[1]["is_pin_enabled"] is False
    assert (await play.graph("POST", f"{NUMBER}/register", {**WHATSAPP, "pin": "111111"}))[0] == 200
    assert (await play.graph("GET", f"{NUMBER}?fields=is_pin_enabled"))[1]["is_pin_enabled"] is True


@story
async def test_ten_registrations_in_three_days_are_enough(play):
    body = {**WHATSAPP, "pin": "123456"}
    for _ in range(10):
        assert (await play.graph("POST", f"{NUMBER}/register", body))[0] == 200
    assert await refused(play, "POST", f"{NUMBER}/register", body) == 133016
    assert await refused(play, "POST", f"{NUMBER}/deregister") == 133016
    await play.control("POST", "clock", {"forward_s": 73 * 3600})
    assert (await play.graph("POST", f"{NUMBER}/register", body))[0] == 200


@story
async def test_what_cannot_be_registered_or_deregistered(play):
    await play.control("POST", f"numbers/{NUMBER}", {"status": "UNVERIFIED"})
    assert await refused(play, "POST", f"{NUMBER}/register", {**WHATSAPP, "pin": "123456"}) == 133006
    await play.control("POST", f"numbers/{NUMBER}", {"status": "CONNECTED", "level": "COEXISTENCE"})
    assert await refused(play, "POST", f"{NUMBER}/deregister") == 100
    assert await refused(play, "POST", f"{NUMBER}/register", {"pin": "123456"}) == 131008


@story
async def test_a_name_is_asked_for_decided_and_shown_after_registration(play):
    fields = f"{NUMBER}?fields=verified_name,new_display_name,new_name_status"
    assert await play.graph("POST", NUMBER, {**WHATSAPP, "new_display_name": "Oak & Wool"}) == (200, {"success": True})
    _, read = await play.graph("GET", fields)
    assert (read["new_display_name"], read["new_name_status"]) == ("Oak & Wool", "PENDING_REVIEW")
    await play.control("POST", f"numbers/{NUMBER}", {"name_decision": "APPROVED"})
    [told] = await play.until(lambda: play.changes("phone_number_name_update"))
    assert told == {
        "display_phone_number": "12025550142",
        "decision": "APPROVED",
        "requested_verified_name": "Oak & Wool",
        "rejection_reason": None,
    }
    _, read = await play.graph("GET", fields)
    assert (read["verified_name"], read["new_name_status"]) == ("Example Shop", "APPROVED")
    await play.graph("POST", f"{NUMBER}/register", {**WHATSAPP, "pin": "123456"})
    _, read = await play.graph("GET", fields)
    assert (read["verified_name"], read["new_name_status"]) == ("Oak & Wool", "NONE")


# ------------------------------------------------------------------ blocking


@story
async def test_somebody_who_is_blocked_is_not_heard(play):
    ada = await play.writer()
    await play.until(play.arrived)
    status, answer = await play.graph("POST", BLOCKS, {**WHATSAPP, "block_users": [{"user": ada["phone"]}]})
    assert status == 200
    entry = {"input": ada["phone"], "wa_id": ada["wa_id"], "user_id": ada["bsuid"]}
    assert answer == {**WHATSAPP, "block_users": {"added_users": [entry]}}
    said = await play.says(ada, "Can you hear me?")
    assert said["status"] == "sent"
    error = await play.failure({"to": ada["phone"], **template("hello_world", language="en_US")})
    assert error["code"] == 131026
    assert [one["text"]["body"] for one in play.arrived()] == ["Hello"]

    _, listed = await play.graph("GET", BLOCKS)
    assert [(one["wa_id"], one["user_id"]) for one in listed["data"]] == [(ada["wa_id"], ada["bsuid"])]
    status, answer = await play.graph("DELETE", BLOCKS, {**WHATSAPP, "block_users": [{"user_id": ada["bsuid"]}]})
    assert (status, answer["block_users"]) == (200, {"removed_users": [{"input": ada["bsuid"], "user_id": ada["bsuid"]}]})
    await play.says(ada, "And now?")
    await play.until(lambda: len(play.arrived()) == 2)
    assert play.arrived()[-1]["text"]["body"] == "And now?"
    assert (await play.graph("GET", BLOCKS))[1] == {"data": []}


@story
async def test_each_person_that_cannot_be_blocked_is_named(play):
    ada = await play.writer()
    ben = await play.person("Ben", "+447700900125")
    given = [{"user": ada["phone"]}, {"user": ben["phone"]}, {"user": "+447700900199"}, {"user_id": "GB.1"}]
    status, answer = await play.graph("POST", BLOCKS, {**WHATSAPP, "block_users": given})
    assert (status, answer["error"]["code"]) == (400, 139100)
    assert [one["input"] for one in answer["block_users"]["added_users"]] == [ada["phone"]]
    failed = {one["input"]: one["errors"][0]["code"] for one in answer["block_users"]["failed_users"]}
    assert failed == {ben["phone"]: 131047, "+447700900199": 131026, "GB.1": 131009}
    assert len((await play.graph("GET", BLOCKS))[1]["data"]) == 1
    assert (await play.graph("POST", BLOCKS, {**WHATSAPP, "block_users": given[:1]}))[0] == 200


@story
async def test_block_lists_that_make_no_sense(play):
    for body, code in (
        ({"block_users": [{"user": "+447700900123"}]}, 131008),
        (WHATSAPP, 131008),
        ({**WHATSAPP, "block_users": [{}]}, 100),
        ({**WHATSAPP, "block_users": [{"user": 447700900123}]}, 100),
        ({**WHATSAPP, "block_users": [{"user": "+447700900123", "user_id": "GB.1"}]}, 100),
        ({**WHATSAPP, "block_users": [{"user": "+447700900123"}] * 1001}, 100),
    ):
        assert await refused(play, "POST", BLOCKS, body) == code


@story
async def test_another_number_of_the_account_blocks_for_itself(play):
    await play.control("POST", "numbers", {"phone_number_id": "900000000000102", "display": "+1 202-555-0143"})
    ada = await play.writer()
    await play.graph("POST", BLOCKS, {**WHATSAPP, "block_users": [{"user": ada["phone"]}]})
    await play.says(ada, "To the other one", phone_number_id="900000000000102")
    await play.until(lambda: len(play.arrived()) == 2)
    assert (await play.graph("GET", "900000000000102/block_users"))[1] == {"data": []}
    assert (await play.graph("GET", f"{WABA}?fields=id"))[0] == 200


@story
async def test_a_profile_has_the_picture_that_was_uploaded(play):
    assert await refused(play, "POST", PROFILE, {**WHATSAPP, "profile_picture_handle": "4::invented"}) == 100
    pdf = await upload(play, b"%PDF-1.4", "application/pdf")
    assert await refused(play, "POST", PROFILE, {**WHATSAPP, "profile_picture_handle": pdf}) == 100
    png = await upload(play)
    assert (await play.graph("POST", PROFILE, {**WHATSAPP, "profile_picture_handle": png}))[0] == 200
    _, read = await play.graph("GET", f"{PROFILE}?fields=profile_picture_url")
    assert read["data"][0]["profile_picture_url"].startswith("https://pps.whatsapp.net/")


@story
async def test_what_was_set_outlives_a_restart(play):
    from sandbox.persistence import restore, snapshot

    ada = await play.writer()
    await play.graph("POST", PROFILE, {**WHATSAPP, "about": "Oak"})
    await play.graph("POST", SETTINGS, {"user_identity_change": {"enable_identity_key_check": True}})
    await play.graph("POST", NUMBER, {"pin": "654321"})
    await play.graph("POST", BLOCKS, {**WHATSAPP, "block_users": [{"user": ada["phone"]}]})
    await play.control("POST", f"accounts/{WABA}", {"restrict": [{"restriction_type": "RESTRICTED_UTILITY_TEMPLATES"}]})
    kept = json.loads(json.dumps(snapshot(play.server)))
    await play.control("POST", "reset")
    assert (await play.graph("GET", BLOCKS))[1] == {"data": []}
    restore(play.server, kept)
    number = play.server.world.numbers[NUMBER]
    assert (number.profile, number.pin) == ({"about": "Oak"}, "654321")
    assert (await play.graph("GET", SETTINGS))[1]["user_identity_change"] == {"enable_identity_key_check": True}
    assert [one["user_id"] for one in (await play.graph("GET", BLOCKS))[1]["data"]] == [ada["bsuid"]]
    assert play.server.world.accounts[WABA].restrictions == {"RESTRICTED_UTILITY_TEMPLATES": None}
