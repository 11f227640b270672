"""The live check asks before it does something, and says in one sentence what is wrong with what it was given."""

import hashlib
import hmac
import json
import threading
import time

import pytest
import requests
from live_site import NUMBER, RECIPIENT, SECRET, TOKEN, WABA, at_meta, played_by, player_for

from lib.live import __main__ as command
from lib.live.asking import Unusable, parser
from lib.live.check import Check
from lib.live.expectations import Answer, Has
from lib.live.player import OTHER, Player
from lib.live.point import Differs
from lib.live.points import everything

POINTS = {point.id: point for point in everything()}


BAD = {
    "wrong secret": ({"app_secret": "not-it"}, "app secret is not the one"),
    "unknown app": ({"app_id": "900000000000799"}, "app secret is not the one"),
    "revoked token": ({"access_token": "EAAREVOKED"}, "revoked or has expired"),
    "nonsense as token": ({"access_token": "EAANOTHING"}, "revoked or has expired"),
    "number of another account": ({"number_id": "900000000000188"}, "belongs to another account"),
    "number nobody has": ({"number_id": "900000000099999"}, "does not know the phone number id"),
    "account nobody has": ({"waba_id": "900000000099999"}, "does not know the account"),
    "the number as account": ({"waba_id": NUMBER}, "the account (WABA) id"),
    "token without permission": ({"access_token": "EAALITTLE"}, "lacks the permission whatsapp_business_messaging"),
    "the business itself": ({"recipient": "+12025550142"}, "the business number itself"),
    "nobody there": ({"base_url": "http://127.0.0.1:9"}, "No connection"),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=BAD)
def test_one_sentence_and_nothing_done(site, tmp_path, given, words):
    site.control("POST", "tokens", {"token": "EAAREVOKED", "valid": False})
    site.control("POST", "tokens", {"token": "EAALITTLE", "scopes": ["whatsapp_business_management"]})
    if "900000000000188" not in site.server.world.numbers:
        site.control("POST", "accounts", {"waba_id": "900000000000008", "numbers": [{"phone_number_id": "900000000000188"}]})
    before = at_meta(site)
    player = player_for(site.settings(tmp_path, **given))
    with pytest.raises(Unusable) as told:
        player.read()
    player.close()
    sentence = str(told.value)
    assert words in sentence
    assert sentence.count("\n") == 0 and sentence.endswith(".")
    assert not [secret for secret in (TOKEN, SECRET, "not-it", RECIPIENT[1:]) if secret in sentence]
    assert at_meta(site) == before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"version": "v19.0"}, "no longer serves Graph v19.0"),
        ({"version": "latest"}, "looks like v26.0"),
        ({"recipient": "447700900123"}, "with + and country code"),
        ({"recipient": "+44 12"}, "with + and country code"),
        ({"app_id": "my app"}, "made of digits"),
        ({"base_url": "http://graph.facebook.com"}, "https"),
        ({"callback_url": "http://shop.example.com/hook"}, "https"),
        ({"access_token": ""}, "both needed"),
    ],
)
def test_what_cannot_be_right_is_not_even_asked(site, tmp_path, given, words):
    before = len(site.requests)
    with pytest.raises(Unusable, match=words.replace("+", r"\+")):
        site.settings(tmp_path, **given)
    assert len(site.requests) == before


def test_a_recipient_who_is_not_on_the_test_list(site, tmp_path, monkeypatch, capsys):
    before = at_meta(site)
    site.control("POST", f"numbers/{NUMBER}", {"test_recipients": ["+447700900999"]})
    options = parser().parse_args(["--yes", "--report", str(tmp_path), "--only", "templates.place", "--only", "messages"])
    assert command._run(site.settings(tmp_path, callback_url=""), options) == command.UNABLE
    site.control("POST", f"numbers/{NUMBER}", {"test_recipients": None})
    said = capsys.readouterr().err
    assert "not on the list of this test number" in said
    assert at_meta(site) == before


def test_a_plan_reads_and_does_nothing(site, tmp_path, capsys):
    before, requests_before = at_meta(site), len(site.requests)
    options = parser().parse_args(["--plan"])
    assert command._run(site.settings(tmp_path), options) == command.GOOD
    said = capsys.readouterr().out
    assert "and to nobody else" in said
    assert "service" in said
    assert at_meta(site) == before
    assert {method for method, _path, _raw in site.requests[requests_before:]} == {"GET"}


@pytest.mark.parametrize("answer", ["", "n", "no", "why?"])
def test_without_a_yes_nothing_is_done(site, tmp_path, monkeypatch, capsys, answer):
    monkeypatch.setattr("builtins.input", lambda _question: answer)
    before = len(site.requests)
    assert command._run(site.settings(tmp_path), parser().parse_args([])) == command.GOOD
    assert "Nothing was done" in capsys.readouterr().out
    assert {method for method, _path, _raw in site.requests[before:]} == {"GET"}


def test_without_a_public_address_statuses_are_not_possible(site, tmp_path):
    player = player_for(site.settings(tmp_path, callback_url=""))
    player.read()
    assert "public address" in player.listen()
    seen = {
        one.point.id: one
        for one in player.play([POINTS["statuses.way"], POINTS["messages.text"], POINTS["messages.by-user-id"]])
    }
    assert seen["statuses.way"].verdict == "not possible here"
    assert seen["messages.by-user-id"].verdict == "not possible here"
    assert seen["messages.text"].verdict == "as expected"
    assert "could not be read" in seen["messages.text"].came
    player.clean()
    player.close()


def test_an_answer_of_another_shape_is_a_finding_and_not_the_end(player):
    def trips(check):
        raise KeyError("id")

    assert player.play([played_by(POINTS["messages.text"], trips)])[0].verdict == OTHER

    def differs(check):
        raise Differs("something")

    assert player.play([played_by(POINTS["messages.text"], differs)])[0].came == "something"


def test_a_test_number_that_knows_the_recipient_in_another_spelling(site, tmp_path):
    site.person("+5491123456789")
    site.control("POST", f"numbers/{NUMBER}", {"test_recipients": ["+5491123456789"]})
    player = player_for(site.settings(tmp_path, callback_url="", recipient="+5491123456789"))
    player.read()
    seen = player.play([POINTS["messages.text"], POINTS["messages.place"]])
    site.control("POST", f"numbers/{NUMBER}", {"test_recipients": None})
    assert [one.verdict for one in seen] == ["as expected", "as expected"]
    assert player.dialled == "541123456789"
    player.close()


def test_what_is_about_others_comes_again_after_the_check(site, tmp_path):
    """A number in use: nobody's message may be lost because webhooks come here for a while."""
    player = player_for(site.settings(tmp_path))
    player.read()
    assert site.listening(player) == ""
    other = site.control("POST", "customers", {"name": "Grace", "phone": "+447700900777"})
    site.writes(other, "Is anybody there?")
    person = site.known_person()
    site.writes(person)
    assert player.wait_for_message(10)
    assert [one["from"] for one in player.listener.messages()] == [RECIPIENT[1:]]
    waiting = site.control("GET", "webhooks?limit=50")["webhooks"]
    assert 503 in [one["status"] for one in waiting]
    player.clean()
    player.close()


OURS = {"field": "messages", "value": {"messages": [{"from": RECIPIENT[1:], "id": "wamid.x"}]}}
OTHERS = {
    "a call": [{"field": "calls", "value": {"calls": [{"from": RECIPIENT[1:]}]}}],
    "a history beside ours": [{"field": "history", "value": {"history": []}}, OURS],
    "trouble of the account": [{"field": "messages", "value": {"errors": [{"code": 131000}]}}],
    "nobody": [{"field": "messages", "value": {}}],
    "somebody else": [{"field": "messages", "value": {"messages": [{"from": "447700900777"}]}}],
    "both": [{"field": "messages", "value": {"messages": [{"from": "447700900777"}, {"from": RECIPIENT[1:]}]}}],
    "nothing": [],
    "no update": ["x", None],
    "no list": {"field": "messages"},
    "messages that are none": [{"field": "messages", "value": {"messages": ["x"]}}],
    "messages that are no list": [{"field": "messages", "value": {"messages": {"from": RECIPIENT[1:]}}}],
}


@pytest.mark.parametrize("changes", OTHERS.values(), ids=OTHERS)
def test_what_is_not_a_message_with_the_recipient_comes_again_to_its_owner(site, tmp_path, changes):
    """A call, a history, trouble of the account: it comes by the same road and is not for us."""
    player = player_for(site.settings(tmp_path))
    listener = player.new_listener()

    def take(raw):
        return listener.take(raw, "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest())

    assert take(json.dumps({"entry": [{"id": WABA, "changes": [OURS]}]}).encode()) == 200
    assert take(json.dumps({"entry": [{"id": WABA, "changes": changes}]}).encode()) == 503
    assert {take(shape) for shape in (b"{", b"[]", b"{}", b'{"entry": 1}', b'{"entry": [7]}', b'{"entry": []}')} == {503}
    assert listener.messages() == OURS["value"]["messages"], "what comes again is kept once"
    listener.close()
    player.close()


def test_statuses_come_in_any_order(site, player):
    """What is said beside *sent* is waited for, also when *delivered* was faster."""
    player.listener = listener = player.new_listener()

    def bring(status, **more):
        one = {"id": "wamid.x", "status": status, "recipient_id": RECIPIENT[1:], **more}
        raw = json.dumps({"entry": [{"changes": [{"field": "messages", "value": {"statuses": [one]}}]}]}).encode()
        listener.take(raw, "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest())

    bring("delivered")
    later = threading.Timer(0.2, bring, ("sent",), {"pricing": {"category": "service"}})
    later.start()
    answer = Answer(200, {"messages": [{"id": "wamid.x"}]})
    seen = Check(player, "x").status(answer, Has("statuses.*.pricing.category", ("service",)), last="delivered")
    assert [one["status"] for one in seen.body["statuses"]] == ["delivered", "sent"]
    later.join()


def test_a_version_that_died_lately(site, tmp_path):
    """Meta serves the oldest living one instead, and says so in a header."""
    site.control("POST", "clock", {"forward_s": 60 * 24 * 3600})
    player = player_for(site.settings(tmp_path, version="v21.0"))
    with pytest.raises(Unusable, match=r"no longer serves Graph v21\.0, the oldest it has is v22\.0"):
        player.read()
    site.control("POST", "clock", {"offset_s": 0})
    player.close()


def test_forged_webhooks_are_refused(site, tmp_path):
    player = player_for(site.settings(tmp_path))
    player.read()
    assert site.listening(player) == ""
    body = json.dumps({"object": "whatsapp_business_account", "entry": []}).encode()
    url = f"http://127.0.0.1:{player.listener.port}/hook"
    assert requests.post(url, data=body, headers={"X-Hub-Signature-256": "sha256=00"}, timeout=5).status_code == 401
    assert requests.get(url, params={"hub.verify_token": "guess", "hub.challenge": "1"}, timeout=5).status_code == 403
    assert player.listener.forged == 1
    player.clean()
    player.close()


def test_a_closed_window_is_played_before_anybody_is_asked_to_write(site, tmp_path, monkeypatch, capsys):
    """Whoever writes opens the window; with webhooks both can be played in one run."""
    person = site.person("+447700900125", writes=False)
    monkeypatch.setattr(Player, "new_listener", site.leading_here(Player.new_listener))
    seen = []
    written = Player.wait_for_message

    def writes(player, seconds):
        seen.append(capsys.readouterr().out)
        site.writes(person)
        return written(player, seconds)

    monkeypatch.setattr(Player, "wait_for_message", writes)
    given = site.settings(tmp_path, recipient="+447700900125", window="closed")
    options = parser().parse_args(["--yes", "--report", str(tmp_path), "--only", "statuses.closed", "--only", "messages.place"])
    command._run(given, options)
    assert "statuses.closed-window" in seen[0] and "messages.place" not in seen[0].partition("Go ahead")[2]
    assert "as expected       messages.place" in capsys.readouterr().out


def test_an_app_that_takes_no_proof_for_its_own_token_can_be_checked_all_the_same(site, tmp_path):
    """What is only likely must not keep the check from running: it is a point, and not a condition."""
    answers = []
    error = {"message": "Invalid appsecret_proof provided in the API argument", "type": "GraphMethodException", "code": 100}

    def once(status, body):
        answers.append(status)
        return (400, {"error": error}) if len(answers) == 1 else (status, body)

    site.spoil = once
    player = player_for(site.settings(tmp_path, callback_url=""))
    player.read()
    site.calm()
    assert [one.verdict for one in player.play([POINTS["access.app-token"]])] == ["as expected"]
    player.close()


def test_every_field_that_is_missing_is_told(site, player):
    refused = {"message": "(#100) Tried accessing nonexisting field", "type": "OAuthException", "code": 100}
    site.spoil = lambda status, body: (400, {"error": refused})
    (seen,) = player.play([POINTS["reads.more-number-fields"]])
    assert "is_preverified_number" in seen.came and "new_name_status" in seen.came


def test_one_slow_review_is_waited_for_and_not_each(site, tmp_path):
    site.control("POST", "switches", {"review": "hold"})
    player = player_for(site.settings(tmp_path, callback_url="", review_patience=2))
    player.read()
    begun = time.monotonic()
    seen = player.play(POINTS[f"template-sends.{name}"] for name in ("full", "named", "code"))
    site.control("POST", "switches", {"review": "approve"})
    assert {one.verdict for one in seen} == {"not possible here"}
    assert time.monotonic() - begun < 5
    assert player.clean() == []
    player.close()


def test_refusals_that_come_at_once_are_a_difference(site, tmp_path):
    """Meta documents both roads; the list expects the later one, which the recorded traces show."""
    site.person("+447700900126", writes=False)
    player = player_for(site.settings(tmp_path, recipient="+447700900126", window="closed"))
    player.read()
    assert site.listening(player) == ""
    point = POINTS["statuses.closed-window"]
    assert player.play([point])[0].verdict == "as expected"
    site.control("POST", "switches", {"async_errors": []})
    (seen,) = player.play([point])
    site.control("POST", "switches", {"async_errors": [130472, 131026, 131047, 131049, 131050, 131053]})
    assert (seen.verdict, seen.came[:17]) == (OTHER, "131047 (HTTP 400,")
    assert player.clean() == []
    player.close()
