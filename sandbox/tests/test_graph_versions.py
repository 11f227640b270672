"""Versions and paths: what is served by which version, and how a mistyped one looks."""

import pytest
from sandbox_site import NUMBER, WABA, story

from sandbox import rules_version

LIMIT = "whatsapp_business_manager_messaging_limit"
DAY = 24 * 3600


async def served(play, part, path=WABA):
    """Return ``(status, version header, body)`` of a read."""
    headers = {"Authorization": "Bearer EAADEMO-TOKEN"}
    async with play.session.get(f"{play.url}/{part}/{path}", headers=headers) as answer:
        return answer.status, answer.headers.get("facebook-api-version"), await answer.json()


@pytest.mark.parametrize(
    ("day", "version"),
    [("2026-09-23", 20), ("2026-09-24", 21), ("2027-01-20", 21), ("2027-01-21", 22), ("2035-01-01", 26)],
)
def test_a_version_lives_until_its_day(day, version):
    assert rules_version.oldest(rules_version.day_start(day)) == version


@pytest.mark.parametrize(
    ("part", "version"),
    [
        ("v26.0", 26),
        ("v23.0", 23),
        ("v21.0", 22),
        ("v2.0", 22),
        ("v27.0", None),
        ("v99.0", None),
        ("v26.1", None),
        ("v26", None),
        ("V26.0", None),
        ("v0.0", None),
        ("v026.0", None),
    ],
)
def test_what_serves_a_call(part, version):
    assert rules_version.served(part, 22, 26) == version


@story
async def test_the_version_that_serves_stands_in_the_answer(play):
    assert (await served(play, "v26.0"))[:2] == (200, "v26.0")
    assert (await served(play, "v24.0"))[:2] == (200, "v24.0")


@story
async def test_a_dead_version_is_served_by_the_oldest_that_lives(play):
    await play.switch(oldest_version=23)
    assert (await served(play, "v20.0"))[:2] == (200, "v23.0")
    status, version, answer = await served(play, "v20.0", f"{WABA}?fields={LIMIT}")
    assert (status, version, answer["error"]["code"]) == (400, "v23.0", 100)
    await play.switch(oldest_version=24)
    status, version, answer = await served(play, "v20.0", f"{WABA}?fields={LIMIT}")
    assert (status, version, answer[LIMIT]) == (200, "v24.0", "TIER_2K")


@story
async def test_versions_end_with_time(play):
    assert (await served(play, "v21.0"))[1] == "v21.0"
    away = rules_version.day_start("2028-02-18") - play.server.world.now() + DAY
    await play.control("POST", "clock", {"forward_s": away})
    assert (await served(play, "v21.0"))[1] == "v25.0"


@story
async def test_a_version_that_never_was_is_an_unknown_path(play):
    for part in ("v99.0", "v27.0", "v26.1", "V26.0", "v26"):
        status, _, answer = await served(play, part, f"{WABA}/phone_numbers")
        error = answer["error"]
        assert (status, error["code"], error["type"]) == (400, 2500, "OAuthException"), part
        assert error["message"] == f"Unknown path components: /{WABA}/phone_numbers"
    status, answer = await play.graph("POST", f"{NUMBER}/messages", {"messaging_product": "whatsapp"}, version="v99.0")
    assert (status, answer["error"]["code"]) == (400, 2500)
    await play.switch(newest_version=99)
    assert (await served(play, "v99.0"))[:2] == (200, "v99.0")


@story
async def test_an_edge_nobody_has_is_an_unknown_path_when_read(play):
    for path, said in ((f"{WABA}/nonsense", "/nonsense"), (f"{NUMBER}/messagess", "/messagess"), (f"{WABA}/a/b", "/a/b")):
        status, answer = await play.graph("GET", path)
        error = answer["error"]
        assert (status, error["code"], error["message"]) == (400, 2500, f"Unknown path components: {said}")
        assert "error_subcode" not in error
    for method, path in (("POST", f"{WABA}/nonsense"), ("GET", f"{NUMBER}/messages"), ("DELETE", f"{WABA}/nonsense")):
        status, answer = await play.graph(method, path)
        assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33), path


@story
async def test_names_that_are_no_ids(play):
    """A piece too many in front of the version, and an alias nobody has."""
    status, answer = await play.graph("GET", f"v26.0/{WABA}", version="graph")
    assert (status, answer["error"]["code"]) == (400, 2500)
    assert answer["error"]["message"] == f"Unknown path components: /v26.0/{WABA}"
    status, answer = await play.graph("GET", "example.shop")
    assert (status, answer["error"]["code"]) == (404, 803)


@story
async def test_what_is_not_built_says_so_in_words_that_are_not_metas(play):
    for method, path, token in (
        ("POST", f"{NUMBER}/request_code", None),
        ("GET", f"{NUMBER}/message_qrdls/ABC", None),
        ("POST", f"{WABA}/upsert_message_templates", None),
        ("POST", f"{WABA}/message_templates/archive", None),
        ("POST", WABA, None),
        ("GET", "oauth/access_token?client_id=1", ""),
    ):
        status, answer = await play.graph(method, path, **({} if token is None else {"token": token}))
        assert status == 501, (path, answer)
        assert set(answer) == {"stand_in"}
        assert "not WhatsApp" in answer["stand_in"]
    log = await play.control("GET", "requests")
    assert log["requests"][-1]["status"] == 501


@story
async def test_what_is_not_built_needs_a_token_like_the_rest(play):
    status, answer = await play.graph("POST", f"{NUMBER}/request_code", token=None)
    assert (status, answer["error"]["code"]) == (400, 104)
