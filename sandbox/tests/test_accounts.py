"""Several apps, accounts and portfolios, made while the server runs; and what Meta answers when ids do not fit."""

import hashlib
import hmac

from sandbox_site import APP, NUMBER, SECRET, TOKEN, VERIFY, WABA, story

from sandbox.payloads import signature

ACCOUNT_FIELDS = "id,name,owner_business_info,whatsapp_business_manager_messaging_limit"


def proof(secret, token):
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


async def hooks(play, count):
    """Return the webhooks that came, once there are so many."""
    await play.until(lambda: len(play.hooks) >= count)
    return play.hooks


async def subscribe(play, account):
    """Let an account's own app listen, at the stage's hook."""
    token = account["token"]
    for body in (None, {"override_callback_uri": play.hook_url, "verify_token": VERIFY}):
        status, answer = await play.graph("POST", f"{account['waba_id']}/subscribed_apps", body, token=token)
        assert status == 200, answer


@story
async def test_an_account_of_its_own_app_is_signed_with_that_apps_secret(play):
    app = await play.control("POST", "apps", {"app_secret": "second-secret"})
    account = await play.control("POST", "accounts", {"name": "Second Shop", "app_id": app["app_id"]})
    await subscribe(play, account)
    customer = await play.person()
    await play.says(customer, "Hello", phone_number_id=account["numbers"][0]["phone_number_id"])
    hook = (await hooks(play, 1))[0]
    assert hook["headers"]["X-Hub-Signature-256"] == signature("second-secret", hook["raw"])
    assert hook["body"]["entry"][0]["id"] == account["waba_id"]


@story
async def test_a_token_reaches_its_own_account_alone(play):
    account = await play.control("POST", "accounts", {})
    assert (await play.graph("GET", account["waba_id"], token=account["token"]))[0] == 200
    status, answer = await play.graph("GET", WABA, token=account["token"])
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)


@story
async def test_two_apps_listen_to_one_account(play):
    app = await play.control("POST", "apps", {"app_secret": "second-secret"})
    await play.control("POST", "tokens", {"token": "EAASECOND", "app_id": app["app_id"]})
    await subscribe(play, {"waba_id": WABA, "token": "EAASECOND"})
    customer = await play.person()
    await play.says(customer, "Hello")
    found = await hooks(play, 2)
    signed = {hook["headers"]["X-Hub-Signature-256"] for hook in found}
    assert signed == {signature(secret, found[0]["raw"]) for secret in (SECRET, "second-secret")}


@story
async def test_another_portfolio_sees_another_id_of_the_same_person(play):
    other = await play.control("POST", "accounts", {"portfolio_id": "900000000000999"})
    same = await play.control("POST", "accounts", {})
    server, customer = play.server.world, await play.person()
    person = server.customers[customer["id"]]
    numbers = [server.numbers[one["numbers"][0]["phone_number_id"]] for one in (other, same)]
    assert server.bsuid_for(person, numbers[0]) != customer["bsuid"]
    assert server.bsuid_for(person, numbers[1]) == customer["bsuid"]
    status, answer = await play.graph("GET", f"{other['portfolio_id']}/owned_whatsapp_business_accounts", token=other["token"])
    assert (status, [one["id"] for one in answer["data"]]) == (200, [other["waba_id"]])


@story
async def test_what_makes_no_sense_is_refused_in_words(play):
    for body, status in (
        ({"waba_id": WABA}, 409),
        ({"waba_id": "+12025550142"}, 400),
        ({"app_id": "1"}, 404),
        ({"numbers": "one"}, 400),
        ({"numbers": [{"phone_number_id": NUMBER}]}, 409),
        ({"token": TOKEN}, 409),
        ({"name": 7}, 400),
    ):
        answer = await play.control("POST", "accounts", body, status=status)
        assert answer["error"], body
    await play.control("POST", "apps", {"app_id": APP}, status=409)
    await play.control("POST", "apps", {"app_id": "shop"}, status=400)
    assert len((await play.control("GET", "state"))["accounts"]) == 1


@story
async def test_app_tokens_that_do_not_fit(play):
    """U3: a wrong app id and a wrong app secret are told apart, as Meta does."""
    for token, code in ((f"123456789012345|{SECRET}", 101), (f"{APP}|wrong-secret", 190)):
        status, answer = await play.graph("GET", f"{APP}/subscriptions", token=token)
        assert (status >= 400, answer["error"]["code"]) == (True, code)
    app = await play.control("POST", "apps", {})
    foreign = f"{app['app_id']}|{app['app_secret']}"
    status, answer = await play.graph("GET", f"debug_token?input_token={TOKEN}", token=foreign)
    assert (status, answer["error"]["code"]) == (400, 100)
    assert "did not match" in answer["error"]["message"]
    status, answer = await play.graph("GET", f"{APP}/subscriptions", token=foreign)
    assert answer["error"]["code"] == 15


@story
async def test_proofs_are_demanded_of_app_tokens_too(play):
    """W7: with "Require App Secret", calls with the app's own token need their proof as well."""
    await play.control("POST", "app_secret", {"require_proof": True})
    app_token = f"{APP}|{SECRET}"
    for token, path in ((TOKEN, WABA), (app_token, f"{APP}/subscriptions")):
        status, answer = await play.graph("GET", path, token=token)
        assert (status, answer["error"]["code"], answer["error"]["type"]) == (400, 100, "GraphMethodException")
        assert "error_subcode" not in answer["error"]
        status, answer = await play.graph("GET", f"{path}?appsecret_proof={proof(SECRET, token)}", token=token)
        assert status == 200, answer


@story
async def test_a_field_is_known_from_its_version_on(play):
    """W10: the messaging limit came with v24.0; before, asking for it refuses the whole request."""
    path = f"{WABA}?fields={ACCOUNT_FIELDS}"
    assert (await play.graph("GET", path, version="v24.0"))[0] == 200
    status, answer = await play.graph("GET", path, version="v23.0")
    assert (status, answer["error"]["code"]) == (400, 100)
    assert "nonexisting field" in answer["error"]["message"]
    status, answer = await play.graph("GET", f"{WABA}/phone_numbers?fields={ACCOUNT_FIELDS}", version="v23.0")
    assert status == 400


@story(subscribe=False)
async def test_callbacks_are_called_over_https_only(play):
    assert (await play.graph("POST", f"{WABA}/subscribed_apps"))[0] == 200
    body = {"override_callback_uri": "http://shop.example.com/hook", "verify_token": VERIFY}
    status, answer = await play.graph("POST", f"{WABA}/subscribed_apps", body)
    assert (status, answer["error"]["code"]) == (400, 100)


@story
async def test_apps_accounts_and_tokens_outlive_a_restart(play):
    from sandbox.persistence import restore, snapshot

    app = await play.control("POST", "apps", {"app_secret": "second-secret"})
    account = await play.control("POST", "accounts", {"app_id": app["app_id"]})
    kept = snapshot(play.server)
    await play.control("POST", "reset")
    assert account["waba_id"] not in play.server.world.accounts
    restore(play.server, kept)
    assert (await play.graph("GET", account["waba_id"], token=account["token"]))[0] == 200
    assert play.server.world.apps[app["app_id"]].secret == "second-secret"
