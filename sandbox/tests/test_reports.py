"""What Meta changes is reported by the webhook Meta uses for it; the same value again is no news."""

from datetime import datetime, timezone

import pytest
from sandbox_site import NUMBER, WABA, story, template, text

DISPLAY = "12025550142"


async def change(play, values, path=f"numbers/{NUMBER}", **more):
    return await play.control("POST", path, values, **more)


async def told(play, field, count=1):
    """Return the values reported on a field, once there are so many."""
    await play.until(lambda: len(play.changes(field)) >= count)
    return play.changes(field)


async def silent(play, field, count=0):
    """Make sure that nothing (more) is reported: something else is, and arrives after it would have."""
    marker = len(play.changes("marker"))
    await play.control("POST", "emit", {"field": "marker", "value": {}})
    await play.until(lambda: len(play.changes("marker")) > marker)
    assert len(play.changes(field)) == count


# ------------------------------------------------------------------ numbers


@story
async def test_quality_into_and_out_of_red(play):
    await change(play, {"quality": "YELLOW"})
    await silent(play, "phone_number_quality_update")
    await change(play, {"quality": "RED"})
    await change(play, {"quality": "RED"})
    await change(play, {"quality": "GREEN"})
    rows = await told(play, "phone_number_quality_update", 2)
    limit = {"display_phone_number": DISPLAY, "max_daily_conversations_per_business": "TIER_2K"}
    assert rows == [{"event": "FLAGGED", **limit}, {"event": "UNFLAGGED", **limit}]


@story
async def test_more_throughput_comes_with_an_unlimited_portfolio(play):
    await change(play, {"level": "HIGH"})
    [row] = await told(play, "phone_number_quality_update")
    assert (row["event"], row["max_daily_conversations_per_business"]) == ("THROUGHPUT_UPGRADE", "TIER_UNLIMITED")
    _, read = await play.graph("GET", f"{NUMBER}?fields=throughput,whatsapp_business_manager_messaging_limit")
    assert read["throughput"] == {"level": "HIGH"}
    assert read["whatsapp_business_manager_messaging_limit"] == "TIER_UNLIMITED"


@story
async def test_a_limit_is_that_of_the_portfolio(play):
    same = await play.control("POST", "accounts", {"name": "Second Shop"})
    other = await play.control("POST", "accounts", {"portfolio_id": "900000000000999"})
    await change(play, {"limit": "TIER_10K"})
    await change(play, {"limit": "TIER_10K"})
    assert await told(play, "business_capability_update") == [
        {"max_daily_conversations_per_business": "TIER_10K", "max_phone_numbers_per_waba": 25}
    ]
    limits = {one["waba_id"]: one["messaging_limit"] for one in (await play.control("GET", "state"))["numbers"]}
    assert limits == {WABA: "TIER_10K", same["waba_id"]: "TIER_10K", other["waba_id"]: "TIER_2K"}
    await change(play, {"limit": "TIER_250", "limit_as_number": True})
    assert (await told(play, "business_capability_update", 2))[-1] == {
        "max_daily_conversations_per_business": 250,
        "max_phone_numbers_per_business": 2,
    }


@story
async def test_statuses_of_a_number(play):
    await change(play, {"status": "FLAGGED"})
    await change(play, {"status": "CONNECTED"})
    assert [row["event"] for row in await told(play, "phone_number_quality_update", 2)] == ["FLAGGED", "UNFLAGGED"]
    await change(play, {"status": "BANNED"})
    await change(play, {"status": "CONNECTED", "level": "COEXISTENCE"})
    await silent(play, "account_update")
    await change(play, {"status": "DISCONNECTED"})
    await change(play, {"status": "CONNECTED"})
    rows = await told(play, "account_update", 2)
    assert [row["event"] for row in rows] == ["ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED"]
    assert rows[0]["disconnection_info"] == {"reason": "PRIMARY_INACTIVITY", "initiated_by": "SYSTEM"}
    assert rows[0]["waba_info"]["waba_id"] == WABA


@story
async def test_a_name_that_is_refused(play):
    await change(play, {"name_decision": "REJECTED", "name": "Best Shop Ever", "reason": "NAME_NOT_CONSISTENT"})
    [row] = await told(play, "phone_number_name_update")
    assert (row["decision"], row["requested_verified_name"]) == ("REJECTED", "Best Shop Ever")
    assert row["rejection_reason"] == "NAME_NOT_CONSISTENT"
    assert (await play.graph("GET", f"{NUMBER}?fields=new_name_status"))[1]["new_name_status"] == "DECLINED"


@pytest.mark.parametrize(
    "values",
    [
        {"quality": "PURPLE"},
        {"level": "LOW"},
        {"status": "SLEEPING"},
        {"limit": "TIER_7"},
        {"name_decision": "MAYBE"},
        {"security": "PIN_LOST"},
    ],
)
def test_words_meta_does_not_have(values):
    @story
    async def scene(play):
        answer = await change(play, values, status=400)
        assert "must be one of" in answer["error"]
        assert not play.changes("phone_number_quality_update")

    scene()


# ------------------------------------------------------------------ accounts


@story
async def test_restrictions_forbid_what_they_name(play):
    ada = await play.writer()
    end = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expires_in_s": 3600}
    await change(play, {"restrict": [end]}, f"accounts/{WABA}")
    [row] = await told(play, "account_update")
    assert row["event"] == "ACCOUNT_RESTRICTION"
    [info] = row["restriction_info"]
    assert info["restriction_type"] == end["restriction_type"]
    assert info["expiration"] - play.server.world.now() > 3500
    hello = {"to": ada["phone"], **template("hello_world", language="en_US")}
    assert (await play.refused(hello))["code"] == 368
    assert (await play.send({"to": ada["phone"], **text()}))[0] == 200
    _, read = await play.graph("GET", f"{WABA}?fields=health_status")
    assert read["health_status"]["can_send_message"] == "LIMITED"
    await play.control("POST", "clock", {"forward_s": 3700})
    assert (await play.send(hello))[0] == 200


@story
async def test_an_account_is_disabled_and_reinstated(play):
    ada = await play.writer()
    await change(play, {"ban": "SCHEDULE_FOR_DISABLE", "in_days": 10}, f"accounts/{WABA}")
    assert (await play.send({"to": ada["phone"], **text()}))[0] == 200
    await change(play, {"ban": "DISABLE"}, f"accounts/{WABA}")
    assert (await play.refused({"to": ada["phone"], **text()}))["code"] == 131031
    assert (await play.graph("GET", f"{WABA}?fields=status,health_status"))[1]["health_status"]["can_send_message"] == "BLOCKED"
    await change(play, {"ban": "REINSTATE"}, f"accounts/{WABA}")
    rows = await told(play, "account_update", 3)
    assert [row["ban_info"]["waba_ban_state"] for row in rows] == ["SCHEDULE_FOR_DISABLE", "DISABLE", "REINSTATE"]
    assert {row["event"] for row in rows} == {"DISABLED_UPDATE"}
    day = datetime.fromtimestamp(play.server.world.now(), timezone.utc)
    assert rows[1]["ban_info"]["waba_ban_date"] == f"{day:%B} {day.day}, {day.year}"
    assert (await play.send({"to": ada["phone"], **text("Again")}))[0] == 200


@story
async def test_reviews_alerts_violations_and_partners(play):
    path = f"accounts/{WABA}"
    await change(play, {"review": "REJECTED", "violation": "ADULT", "event": "PARTNER_REMOVED"}, path)
    assert (await told(play, "account_review_update"))[0] == {"decision": "REJECTED"}
    assert [row["event"] for row in await told(play, "account_update", 2)] == ["ACCOUNT_VIOLATION", "PARTNER_REMOVED"]
    assert (await play.graph("GET", f"{WABA}?fields=account_review_status"))[1]["account_review_status"] == "REJECTED"
    alert = {"type": "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED", "severity": "WARNING", "description": "Not yet."}
    await change(play, {"alert": alert}, path)
    await change(play, {"alert": {"type": "OBA_APPROVED", "phone_number_id": NUMBER}}, path)
    first, second = await told(play, "account_alerts", 2)
    assert (first["entity_type"], first["entity_id"]) == ("BUSINESS", "900000000000900")
    assert first["alert_info"]["alert_severity"] == "WARNING"
    assert (second["entity_type"], second["entity_id"]) == ("PHONE_NUMBER", NUMBER)


@story
async def test_account_changes_that_make_no_sense(play):
    path = f"accounts/{WABA}"
    for values in (
        {"review": "MAYBE"},
        {"ban": "FOR_EVER"},
        {"ban": "DISABLE", "in_days": "ten"},
        {"event": "PARTY"},
        {"restrict": "all"},
        {"restrict": [{"restriction_type": "ALL"}]},
        {"restrict": [{}]},
        {"alert": {"type": "RED"}},
        {"alert": "red"},
        {"violation": ""},
    ):
        assert (await change(play, values, path, status=400))["error"], values
    await change(play, {"alert": {"type": "OBA_APPROVED", "phone_number_id": "1"}}, path, status=404)
    await change(play, {}, "accounts/1", status=404)
    await silent(play, "account_update")


# ------------------------------------------------------------------ templates


async def template_id(play, name="proposal_ready"):
    return next(one["id"] for one in (await play.control("GET", "templates"))["templates"] if one["name"] == name)


@story
async def test_events_of_a_template_that_are_no_status(play):
    uid = await template_id(play)
    path = f"templates/{uid}"
    for event, status in (
        ("FLAGGED", "APPROVED"),
        ("LOCKED", "APPROVED"),
        ("ARCHIVED", "ARCHIVED"),
        ("UNARCHIVED", "APPROVED"),
        ("DISABLED", "DISABLED"),
        ("REINSTATED", "APPROVED"),
    ):
        assert (await change(play, {"status": event}, path))["status"] == status
        assert (await play.graph("GET", f"{uid}?fields=status"))[1]["status"] == status
    rows = await told(play, "message_template_status_update", 6)
    assert [row["event"] for row in rows] == ["FLAGGED", "LOCKED", "ARCHIVED", "UNARCHIVED", "DISABLED", "REINSTATED"]
    assert [row["event"] for row in rows if "disable_info" in row] == ["FLAGGED", "DISABLED"]
    assert [row["event"] for row in rows if "other_info" in row] == ["LOCKED", "UNARCHIVED"]


@story
async def test_an_edit_tells_what_the_template_says_now(play):
    uid = await template_id(play)
    components = [
        {"type": "HEADER", "format": "TEXT", "text": "Your offer"},
        {"type": "BODY", "text": "Hello {{1}}, here it is.", "example": {"body_text": [["Ada"]]}},
        {"type": "FOOTER", "text": "Example Shop"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Thanks"}]},
    ]
    assert (await play.graph("POST", uid, {"components": components}))[0] == 200
    [row] = await told(play, "message_template_components_update")
    assert row == {
        "message_template_id": int(uid),
        "message_template_name": "proposal_ready",
        "message_template_language": "en",
        "message_template_title": "Your offer",
        "message_template_element": "Hello {{1}}, here it is.",
        "message_template_footer": "Example Shop",
        "message_template_buttons": [{"message_template_button_type": "QUICK_REPLY", "message_template_button_text": "Thanks"}],
    }


@story
async def test_another_category_is_announced_and_comes(play):
    uid = await template_id(play)
    await change(play, {"category": "UTILITY"}, f"templates/{uid}")
    await change(play, {"correct_category": "MARKETING"}, f"templates/{uid}")
    _, read = await play.graph("GET", f"{uid}?fields=category,correct_category")
    assert (read["category"], read["correct_category"]) == ("UTILITY", "MARKETING")
    await change(play, {"category": "MARKETING"}, f"templates/{uid}")
    rows = await told(play, "template_category_update", 3)
    assert (rows[1]["correct_category"], rows[1]["new_category"]) == ("MARKETING", "UTILITY")
    assert "previous_category" not in rows[1]
    assert (rows[2]["previous_category"], rows[2]["new_category"]) == ("UTILITY", "MARKETING")
    assert "correct_category" not in (await play.graph("GET", f"{uid}?fields=correct_category"))[1]


# ------------------------------------------------------------------ ids with a slash


@story
async def test_a_message_is_found_whatever_its_id_has_in_it(play):
    ada = await play.writer()
    await play.switch(pair_rate=False)
    wamid = ""
    while "/" not in wamid:
        _, answer = await play.send({"to": ada["phone"], **text()})
        wamid = answer["messages"][0]["id"]
    assert (await play.control("GET", f"messages/{wamid}"))["id"] == wamid
    assert (await play.control("POST", f"messages/{wamid}/status", {"status": "read"}))["status"] == "read"
    encoded = wamid.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")
    assert (await play.control("GET", f"messages/{encoded}"))["id"] == wamid
