"""Tokens, nodes, fields, the app's subscriptions and other reads, through the real socket."""

import hashlib
import hmac
import random

from sandbox_site import APP, NUMBER, SECRET, TOKEN, VERIFY, WABA, story, template

LIST = {
    "type": "list",
    "header": {"type": "text", "text": "Delivery"},
    "body": {"text": "When?"},
    "footer": {"text": "Example Shop"},
    "action": {"button": "Choose", "sections": [{"title": "Slots", "rows": [{"id": "r1", "title": "09:00"}]}]},
}


@story
async def test_tokens(play):
    cases = [(None, 400, 104), ("wrong", 401, 190), ("EAAEXPIRED", 401, 190)]
    await play.control("POST", "tokens", {"token": "EAAEXPIRED", "expires_in_s": -1})
    for token, http, code in cases:
        status, answer = await play.graph("GET", WABA, token=token)
        assert (status, answer["error"]["code"]) == (http, code)
    assert answer["error"]["error_subcode"] == 463
    status, answer = await play.graph("GET", WABA, headers={"Authorization": "Basic abc"}, token=None)
    assert (status, answer["error"]["code"]) == (401, 190)


@story
async def test_a_token_in_the_call_counts_before_the_header(play):
    """A client that always sends its header names the app's token besides, for what only the app may do."""
    asked = f"{APP}/subscriptions?access_token={APP}%7C{SECRET}"
    status, answer = await play.graph("GET", asked)
    assert (status, "data" in answer) == (200, True)
    status, answer = await play.graph("GET", f"{WABA}?access_token=nobodys")
    assert (status, answer["error"]["code"]) == (401, 190)


@story
async def test_scopes_and_reach_of_tokens(play):
    await play.control("POST", "tokens", {"token": "EAASEND", "scopes": ["whatsapp_business_messaging"]})
    await play.control("POST", "tokens", {"token": "EAAMANAGE", "scopes": ["whatsapp_business_management"]})
    await play.control("POST", "tokens", {"token": "EAAELSEWHERE", "wabas": []})
    hello = {"messaging_product": "whatsapp", "to": "+447700900123", **template("hello_world", language="en_US")}
    await play.person()
    assert (await play.graph("POST", f"{NUMBER}/messages", hello, token="EAASEND"))[0] == 200
    status, answer = await play.graph("GET", f"{WABA}/message_templates", token="EAASEND")
    assert (status, answer["error"]["code"]) == (403, 200)
    status, answer = await play.graph("POST", f"{NUMBER}/messages", hello, token="EAAMANAGE")
    assert (status, answer["error"]["code"]) == (403, 10)
    status, answer = await play.graph("POST", f"{NUMBER}/messages", hello, token="EAAELSEWHERE")
    assert (status, answer["error"]["code"]) == (403, 200)


@story
async def test_unknown_nodes_and_edges(play):
    for method, path in (("GET", "123456"), ("POST", f"{WABA}/nonsense"), ("POST", f"{WABA}/messages"), ("POST", "shop")):
        status, answer = await play.graph(method, path)
        error = answer["error"]
        assert (status, error["code"], error["error_subcode"]) == (400, 100, 33), path
        assert error["type"] == "GraphMethodException"


@story
async def test_the_body_must_be_json(play):
    status, answer = await play.graph("POST", f"{NUMBER}/messages", data=b"{not json")
    assert (status, answer["error"]["code"]) == (400, 100)


def spoilt(value, dice):
    """Return a copy of some JSON with one thing in it replaced by nonsense or left out."""
    nonsense = (None, True, -1, "", "x" * 5000, [], {}, [[]], {"a": 1}, [None])
    if not value or not isinstance(value, (dict, list)) or dice.random() < 0.2:
        return dice.choice(nonsense)
    copy = dict(value) if isinstance(value, dict) else list(value)
    key = dice.choice(list(copy) if isinstance(copy, dict) else range(len(copy)))
    copy[key] = spoilt(copy[key], dice)
    return copy


@story
async def test_whatever_is_sent_is_answered_in_metas_envelope(play):
    await play.writer()
    await play.switch(pair_rate=False, throttle_mps=1e6)
    dice = random.Random(7)
    good = [
        {"to": "+447700900123", **template("proposal_ready", "Ada", "$ 5")},
        {"to": "+447700900123", "type": "interactive", "interactive": LIST},
        {"to": "+447700900123", "type": "contacts", "contacts": [{"name": {"formatted_name": "A", "first_name": "A"}}]},
        {"status": "read", "message_id": "wamid.X", "typing_indicator": {"type": "text"}},
    ]
    for number in range(600):
        body = spoilt({"messaging_product": "whatsapp", **good[number % len(good)]}, dice)
        status, answer = await play.graph("POST", f"{NUMBER}/messages", body)
        assert status == 200 or (status < 500 and answer["error"]["fbtrace_id"]), (status, body)


@story
async def test_app_secret_proof(play):
    proof = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    assert (await play.graph("GET", f"{WABA}?appsecret_proof={proof}"))[0] == 200
    status, answer = await play.graph("GET", f"{WABA}?appsecret_proof=00")
    assert (status, answer["error"]["code"]) == (400, 100)


@story(subscribe=False, require_app_secret_proof=True)
async def test_an_app_may_demand_the_proof(play):
    _, answer = await play.graph("GET", WABA)
    assert answer["error"]["message"] == "API calls from the server require an appsecret_proof argument"


@story
async def test_accounts_and_numbers(play):
    fields = "id,name,currency,owner_business_info,health_status{can_send_message,entities}"
    _, account = await play.graph("GET", f"{WABA}?fields={fields}")
    assert account["owner_business_info"]["id"] == "900000000000900"
    assert account["health_status"]["can_send_message"] == "AVAILABLE"
    _, numbers = await play.graph("GET", f"{WABA}/phone_numbers?fields=display_phone_number,throughput,status")
    assert numbers["data"] == [
        {
            "display_phone_number": "+1 202-555-0142",
            "throughput": {"level": "STANDARD"},
            "status": "CONNECTED",
            "id": NUMBER,
        }
    ]
    _, number = await play.graph("GET", f"{NUMBER}?fields=quality_rating,whatsapp_business_manager_messaging_limit")
    assert number == {"quality_rating": "GREEN", "whatsapp_business_manager_messaging_limit": "TIER_2K", "id": NUMBER}
    status, answer = await play.graph("GET", f"{NUMBER}?fields=shoe_size")
    assert (status, answer["error"]["code"]) == (400, 100)
    assert "nonexisting field (shoe_size)" in answer["error"]["message"]


@story
async def test_debug_token(play):
    _, answer = await play.graph("GET", f"debug_token?input_token={TOKEN}")
    data = answer["data"]
    assert (data["is_valid"], data["app_id"], data["type"], data["expires_at"]) == (True, APP, "SYSTEM_USER", 0)
    assert data["granular_scopes"][0]["target_ids"] == [WABA]
    _, answer = await play.graph("GET", "debug_token?input_token=other")
    assert answer["data"]["is_valid"] is False


@story
async def test_portfolio_lists_its_accounts(play):
    _, answer = await play.graph("GET", "900000000000900/owned_whatsapp_business_accounts")
    assert [one["id"] for one in answer["data"]] == [WABA]


@story(subscribe=False)
async def test_subscribing_is_plain_first_and_then_an_override(play):
    override = {"override_callback_uri": play.hook_url, "verify_token": VERIFY}
    status, answer = await play.graph("POST", f"{WABA}/subscribed_apps", override)
    assert (status, answer["error"]["code"]) == (400, 100)
    assert "your app must be subscribed" in answer["error"]["message"]
    assert (await play.graph("POST", f"{WABA}/subscribed_apps"))[1] == {"success": True}
    assert (await play.graph("POST", f"{WABA}/subscribed_apps", override))[1] == {"success": True}
    [shake] = play.handshakes
    assert shake["hub.mode"] == "subscribe"
    assert shake["hub.verify_token"] == VERIFY
    assert shake["hub.challenge"].isdigit()
    _, answer = await play.graph("GET", f"{WABA}/subscribed_apps")
    assert answer["data"][0]["whatsapp_business_api_data"]["id"] == APP
    assert answer["data"][0]["override_callback_uri"] == play.hook_url
    assert (await play.graph("DELETE", f"{WABA}/subscribed_apps"))[1] == {"success": True}
    assert (await play.graph("GET", f"{WABA}/subscribed_apps"))[1] == {"data": []}


@story
async def test_a_callback_that_does_not_prove_itself_is_not_taken(play):
    play.verify = "something else"
    override = {"override_callback_uri": play.hook_url, "verify_token": VERIFY}
    status, answer = await play.graph("POST", f"{WABA}/subscribed_apps", override)
    assert (status, answer["error"]["code"]) == (400, 2200)
    assert "HTTP Status Code = 403" in answer["error"]["message"]
    wrong = [("http://127.0.0.1:9/hook", VERIFY), ("no url", VERIFY), (play.hook_url + "?" + "x" * 200, VERIFY)]
    for url, token in (*wrong, (play.hook_url, ["text"]), (play.hook_url, True)):
        status, _ = await play.graph("POST", f"{WABA}/subscribed_apps", {"override_callback_uri": url, "verify_token": token})
        assert status == 400


@story(subscribe=False)
async def test_the_apps_own_callback_is_set_with_the_app_token(play):
    body = {
        "object": "whatsapp_business_account",
        "callback_url": play.hook_url,
        "verify_token": VERIFY,
        "fields": "messages,account_update",
    }
    status, answer = await play.graph("POST", f"{APP}/subscriptions", body)
    assert (status, answer["error"]["code"]) == (400, 15)
    app_token = f"{APP}|{SECRET}"
    assert (await play.graph("POST", f"{APP}/subscriptions", body, token=app_token))[1] == {"success": True}
    _, answer = await play.graph("GET", f"{APP}/subscriptions", token=app_token)
    assert [one["name"] for one in answer["data"][0]["fields"]] == ["messages", "account_update"]
    await play.graph("POST", f"{WABA}/subscribed_apps")
    await play.control("POST", f"accounts/{WABA}", {"event": "ACCOUNT_DELETED", "alert": {"type": "OBA_APPROVED"}})
    await play.until(lambda: play.changes("account_update"))
    log = (await play.control("GET", "webhooks"))["webhooks"]
    assert [one["error"] for one in log if not one["ok"]] == ["the app is not subscribed to the field account_alerts"]


@story
async def test_a_number_may_have_its_own_callback(play):
    own = {"webhook_configuration": {"override_callback_uri": play.hook_url + "?number=1", "verify_token": VERIFY}}
    assert (await play.graph("POST", NUMBER, own))[1] == {"success": True}
    _, answer = await play.graph("GET", f"{NUMBER}?fields=webhook_configuration")
    assert answer["webhook_configuration"] == {
        "phone_number": play.hook_url + "?number=1",
        "whatsapp_business_account": play.hook_url,
        "application": play.hook_url,
    }
    await play.writer()
    await play.until(play.arrived)
    assert (await play.control("GET", "webhooks"))["webhooks"][-1]["url"].endswith("?number=1")
    assert (await play.graph("POST", NUMBER, {"webhook_configuration": {"override_callback_uri": ""}}))[0] == 200
    assert "phone_number" not in (await play.graph("GET", f"{NUMBER}"))[1]["webhook_configuration"]


@story
async def test_the_request_log_keeps_no_secrets(play):
    await play.graph("GET", f"debug_token?input_token={TOKEN}&access_token={TOKEN}", token=None)
    await play.graph("GET", WABA)
    log = await play.control("GET", "requests")
    assert TOKEN not in str(log)
    assert VERIFY not in str(log)
    assert [one["token_in_url"] for one in log["requests"][-2:]] == [True, False]
