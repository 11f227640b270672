"""The live check harms nobody: one recipient, nothing private in a report, nothing left behind, and one "
"sentence for bad input."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from live_stage import APP, NUMBER, RECIPIENT, SECRET, TOKEN, WABA, Stage, player_for

from lib.live import __main__ as command
from lib.live import asking, report
from lib.live.asking import Unusable, parser, settings
from lib.live.gate import Forbidden, Gate
from lib.live.ledger import Ledger
from lib.live.player import OTHER, Result
from lib.live.point import Differs
from lib.live.points import everything

DEV = Path(__file__).resolve().parents[1]
POINTS = {point.id: point for point in everything()}
API = "https://graph.example.com"
NAME = "Ada Lovelace"


@pytest.fixture(scope="module")
def stage():
    opened = Stage()
    opened.person()
    yield opened
    opened.close()


@pytest.fixture
def player(stage, tmp_path):
    made = player_for(stage.settings(tmp_path))
    made.read()
    yield made
    stage.calm()
    made.clean()
    made.close()


# ------------------------------------------------------------------- one recipient

MESSAGE = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "x"}}
TO_OTHERS = {
    "somebody else": {**MESSAGE, "to": "+447700900999"},
    "the same without plus": {**MESSAGE, "to": RECIPIENT[1:]},
    "a number": {**MESSAGE, "to": int(RECIPIENT[1:])},
    "a list": {**MESSAGE, "to": [RECIPIENT]},
    "nobody": MESSAGE,
    "a user id": {**MESSAGE, "recipient": "GB.1234567890"},
    "both": {**MESSAGE, "to": RECIPIENT, "recipient": "GB.1234567890"},
    "a group": {**MESSAGE, "to": RECIPIENT, "recipient_type": "group"},
    "somebody with status": {"status": "read", "to": "+447700900999"},
    "many": {**MESSAGE, "to": RECIPIENT, "recipients": ["+447700900999"]},
}


def _gate():
    return Gate(API, RECIPIENT, pause=0)


def _request(method, path, **more):
    return requests.Request(method, f"{API}/v26.0/{path}", **more).prepare()


@pytest.mark.parametrize("body", TO_OTHERS.values(), ids=TO_OTHERS)
@pytest.mark.parametrize("edge", ["messages", "marketing_messages", "calls"])
def test_nothing_leaves_for_anybody_else(body, edge):
    with pytest.raises(Forbidden):
        _gate().send(_request("POST", f"{NUMBER}/{edge}", json=body))


@pytest.mark.parametrize(
    "more",
    [
        {"params": {"to": "+447700900999"}, "json": MESSAGE},
        {"params": {"to": "+447700900999"}, "json": {**MESSAGE, "to": RECIPIENT}},
        {"data": {**MESSAGE, "to": "+447700900999"}},
        {"data": b"\x00", "headers": {"Content-Type": "application/x-unknown"}},
        {"data": iter([b"{}"]), "headers": {"Content-Type": "application/json"}},
        {"json": [{**MESSAGE, "to": RECIPIENT}]},
    ],
)
def test_whatever_the_shape(more):
    with pytest.raises(Forbidden):
        _gate().send(_request("POST", f"{NUMBER}/messages", **more))


def test_who_agreed_gets_it(monkeypatch):
    sent = []
    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", lambda _self, request, *_more, **_options: sent.append(request))
    gate = _gate()
    gate.send(_request("POST", f"{NUMBER}/messages", json={**MESSAGE, "to": RECIPIENT}))
    gate.bsuid = "GB.1234567890"
    gate.send(_request("POST", f"{NUMBER}/messages", json={**MESSAGE, "recipient": "GB.1234567890"}))
    gate.send(_request("POST", f"{NUMBER}/messages", json={"status": "read", "message_id": "wamid.X"}))
    brazil = Gate(API, "+55 11 98765-4321", pause=0)
    brazil.send(_request("POST", f"{NUMBER}/messages", json={**MESSAGE, "to": "+551187654321"}))
    assert len(sent) == 4


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("POST", f"{WABA}/message_templates", {"json": {"name": "order_ready"}}),
        ("DELETE", f"{WABA}/message_templates", {"params": {"name": "order_ready"}}),
        ("DELETE", f"{WABA}/message_templates", {}),
        ("POST", "123456", {"json": {"components": []}}),
        ("DELETE", "123456", {}),
        ("POST", f"{NUMBER}/register", {"json": {"pin": "123456"}}),
        ("POST", f"{NUMBER}/whatsapp_business_profile", {"json": {"about": "x"}}),
        ("POST", NUMBER, {"json": {"pin": "123456"}}),
        ("POST", f"{APP}/subscriptions", {"json": {"object": "whatsapp_business_account"}}),
        ("POST", "", {"json": {"batch": []}}),
        ("GET", NUMBER, {"params": {"to": RECIPIENT}}),
    ],
)
def test_nothing_of_theirs_is_changed(stage, player, method, path, more):
    before = len(stage.requests)
    with pytest.raises(Forbidden):
        player.gate.send(requests.Request(method, f"{player.settings.base_url}/v26.0/{path}", **more).prepare())
    assert len(stage.requests) == before


def test_no_other_host():
    with pytest.raises(Forbidden):
        _gate().send(requests.Request("GET", "https://elsewhere.example.com/v26.0/me").prepare())
    with pytest.raises(Forbidden):
        _gate().send(requests.Request("POST", "https://lookaside.fbsbx.com/x", json={}).prepare())


def test_messages_keep_their_distance(monkeypatch):
    slept, now = [], [0.0]
    monkeypatch.setattr("lib.live.gate.time.monotonic", lambda: now[0])
    monkeypatch.setattr(
        "lib.live.gate.time.sleep", lambda seconds: (slept.append(seconds), now.__setitem__(0, now[0] + seconds))
    )
    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", lambda *_more, **_options: None)
    gate = Gate(API, RECIPIENT)
    for _ in range(22):
        gate.send(_request("POST", f"{NUMBER}/messages", json={**MESSAGE, "to": RECIPIENT}))
    assert slept == [6.0, 6.0]


def test_all_that_left_was_for_the_one_person(stage, player):
    stage.requests.clear()
    player.play(point for point in POINTS.values() if point.id.startswith(("messages.", "errors.", "interactive.")))
    bodies = [json.loads(raw) for method, path, raw in stage.requests if method == "POST" and path.endswith("/messages")]
    assert len(bodies) > 30
    assert {body["to"] for body in bodies if "status" not in body} == {RECIPIENT}


# --------------------------------------------------------------- nothing private


def test_a_report_holds_no_secret_and_nothing_of_anybody(stage, player, tmp_path):
    person = stage.control("GET", "customers?q=Ada")["customers"][0]
    stage.listening(player)
    stage.writes(person)
    assert player.wait_for_message(2)
    results = player.play(POINTS.values())
    proof = "a5eb8a40e0ec1de4d2b51536bd431ee2555b3e061f8790ab723d7d90b92a1e73"
    said = f"Meta says {TOKEN} {SECRET} {proof} +44 7700 900123 447700900123 {NAME} {person['bsuid']} wamid.HBgNAA== {WABA}"
    said += " a@b.example"
    results.append(Result(POINTS["messages.text"], OTHER, said))
    player.private.learn({"contacts": [{"profile": {"name": NAME}}]})
    made = report.build(player, results, player.clean(), said)
    files = report.write(player, made, tmp_path / "reports")
    for file in files:
        text = file.read_text()
        for secret in (
            TOKEN,
            SECRET,
            proof,
            "7700900123",
            "7700 900123",
            "Lovelace",
            person["bsuid"],
            "wamid.H",
            WABA,
            NUMBER,
            APP,
            "a@b",
        ):
            assert secret not in text, (secret, file)
        for name in ("Example Shop", "202-555-0142", "127.0.0.1"):
            assert name not in text, (name, file)
        assert "errors.four-buttons" in text


def test_a_leak_stops_the_report(player, tmp_path):
    made = report.build(player, [], [])
    made["account_mode"] = f"by {TOKEN}"
    with pytest.raises(report.Leak):
        report.write(player, made, tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


def test_the_command_line_has_no_place_for_secrets(monkeypatch):
    asked = {action.dest for action in parser()._actions}
    assert not asked & {"app_secret", "access_token", "token", "secret"}
    questions = []
    environment = {"WA_LIVE_APP_SECRET": "hush", "WA_LIVE_RECIPIENT": RECIPIENT}

    def answer(question):
        questions.append(question)
        return "12345"

    def unseen(question):
        assert "not shown" in question
        return "EAAtyped"

    given = settings(parser().parse_args(["--app-id", "7"]), environment, answer, unseen)
    assert (given.app_id, given.app_secret, given.access_token, given.waba_id) == ("7", "hush", "EAAtyped", "12345")
    assert len(questions) == 2
    assert not [secret for secret in ("hush", "EAAtyped", RECIPIENT) if secret in repr(given)]


def test_the_list_of_what_is_left_holds_no_secret(stage, tmp_path):
    player = player_for(stage.settings(tmp_path))
    player.read()
    stage.listening(player)
    player.play([POINTS["templates.place"], POINTS["media.types"]])
    text = player.ledger.path.read_text()
    assert {"number override", "subscription", "template", "file"} <= {item.kind for item in player.ledger.items}
    assert not [one for one in (TOKEN, SECRET, RECIPIENT[1:], player.listener.verify_token) if one in text]
    assert player.clean() == []
    assert not player.ledger.path.exists()
    player.close()


# --------------------------------------------------------------- nothing left behind


def _at_meta(stage):
    """What can be seen at the stand-in of a run: templates, files, callbacks."""
    world = stage.server.world
    names = [one.name for one in world.templates.values() if one.name.startswith("wa_live_check_")]
    return names, len(world.media), dict(world.accounts[WABA].subscribed), dict(world.numbers[NUMBER].webhook)


def test_everything_is_put_back(stage, tmp_path):
    before = _at_meta(stage)
    player = player_for(stage.settings(tmp_path))
    player.read()
    stage.listening(player)
    assert _at_meta(stage) != before
    player.play(POINTS.values())
    assert player.clean() == []
    assert _at_meta(stage) == before
    player.close()


def test_what_others_set_is_left_alone(stage, tmp_path):
    number = stage.server.world.numbers[NUMBER]
    number.webhook = {"override_callback_uri": "https://shop.example.com/hook", "verify_token": "theirs", "app_id": APP}
    player = player_for(stage.settings(tmp_path))
    player.read()
    assert "verify token" in player.listen()
    result = player.play([POINTS["subscriptions.number-override"], POINTS["subscriptions.callback-that-does-not-answer"]])
    assert {one.verdict for one in result} == {"not possible here"}
    assert player.clean() == []
    assert number.webhook["verify_token"] == "theirs"
    number.webhook = {}
    player.close()


def test_interrupted_in_the_middle(stage, tmp_path, monkeypatch, capsys):
    before = _at_meta(stage)
    given = stage.settings(tmp_path, callback_url="")

    def interrupt(check):
        check.shared("place")
        check.upload("picture.jpg")
        raise KeyboardInterrupt

    chosen = [POINTS["templates.named"], _played_by(POINTS["templates.place"], interrupt), POINTS["templates.full"]]
    options = parser().parse_args(["--yes", "--report", str(tmp_path)])
    monkeypatch.setattr(command, "_chosen", lambda _words: chosen)
    assert command._run(given, options) == command.UNABLE
    said = capsys.readouterr()
    assert "interrupted" in said.err
    assert "templates.named" in said.out
    assert _at_meta(stage) == before
    assert not given.left_file.exists()


def _played_by(point, play):
    return replace(point, play=play)


def test_a_later_run_removes_what_a_crash_left(stage, tmp_path, monkeypatch, capsys):
    before = _at_meta(stage)
    crashed = player_for(stage.settings(tmp_path))
    crashed.read()
    stage.listening(crashed)
    crashed.play([POINTS["templates.place"], POINTS["media.types"], POINTS["subscriptions.plain-post-removes-the-override"]])
    crashed.close()  # and nothing more: as if it had been killed
    assert _at_meta(stage) != before
    assert command._clean(stage.settings(tmp_path)) == command.GOOD
    assert "Everything is gone" in capsys.readouterr().out
    assert _at_meta(stage) == before
    assert command._clean(stage.settings(tmp_path)) == command.GOOD
    assert "Nothing is left" in capsys.readouterr().out


def test_templates_of_a_run_on_another_machine_are_found(stage, tmp_path, capsys):
    before = _at_meta(stage)
    elsewhere = player_for(stage.settings(tmp_path))
    elsewhere.read()
    elsewhere.play([POINTS["templates.place"]])
    elsewhere.ledger.path.unlink()
    elsewhere.close()
    command._clean(stage.settings(tmp_path))
    assert _at_meta(stage) == before


def test_what_cannot_be_removed_is_named(stage, player, capsys):
    player.play([POINTS["templates.place"]])
    stage.spoil = lambda status, body: (500, {"error": {"message": "Sorry", "code": 2, "type": "OAuthException"}})
    left = command._take_back(player)
    stage.calm()
    assert [item.kind for item, _reason in left] == ["template"]
    assert "left at Meta: template wa_live_check_place_" in capsys.readouterr().out
    assert player.ledger.path.exists()
    assert Ledger(player.ledger.path).items == [item for item, _reason in left]


def test_ctrl_c_and_being_told_to_end(stage, tmp_path):
    """The command itself, in a process of its own, against the stand-in."""
    before = _at_meta(stage)
    for number in (signal.SIGINT, signal.SIGTERM):
        environment = {
            **os.environ,
            "WA_LIVE_APP_SECRET": SECRET,
            "WA_LIVE_ACCESS_TOKEN": TOKEN,
            "PYTHONUNBUFFERED": "1",
        }
        options = ["--app-id", APP, "--waba-id", WABA, "--number-id", NUMBER, "--recipient", RECIPIENT, "--api-url", stage.url]
        process = subprocess.Popen(
            [sys.executable, "-m", "lib.live", *options, "--yes", "--only", "template", "--report", str(tmp_path)],
            cwd=DEV,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "templates.picture" in line:
                process.send_signal(number)
                break
        rest, _ = process.communicate(timeout=30)
        assert process.returncode == command.UNABLE, "".join(lines) + rest
        assert "interrupted" in rest
        assert _at_meta(stage) == before
    assert not asking.LEFT_FILE.exists()


# ---------------------------------------------------------------------- bad input

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
def test_one_sentence_and_nothing_done(stage, tmp_path, given, words):
    stage.control("POST", "tokens", {"token": "EAAREVOKED", "valid": False})
    stage.control("POST", "tokens", {"token": "EAALITTLE", "scopes": ["whatsapp_business_management"]})
    if "900000000000188" not in stage.server.world.numbers:
        stage.control("POST", "accounts", {"waba_id": "900000000000008", "numbers": [{"phone_number_id": "900000000000188"}]})
    before = _at_meta(stage)
    player = player_for(stage.settings(tmp_path, **given))
    with pytest.raises(Unusable) as told:
        player.read()
    player.close()
    sentence = str(told.value)
    assert words in sentence
    assert sentence.count("\n") == 0 and sentence.endswith(".")
    assert not [secret for secret in (TOKEN, SECRET, "not-it", RECIPIENT[1:]) if secret in sentence]
    assert _at_meta(stage) == before


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
def test_what_cannot_be_right_is_not_even_asked(stage, tmp_path, given, words):
    before = len(stage.requests)
    with pytest.raises(Unusable, match=words.replace("+", r"\+")):
        stage.settings(tmp_path, **given)
    assert len(stage.requests) == before


def test_a_recipient_who_is_not_on_the_test_list(stage, tmp_path, monkeypatch, capsys):
    before = _at_meta(stage)
    stage.control("POST", "switches", {"fault": {"kind": "error", "code": 131030, "match": "/messages", "times": 9}})
    options = parser().parse_args(["--yes", "--report", str(tmp_path), "--only", "templates.place", "--only", "messages"])
    assert command._run(stage.settings(tmp_path, callback_url=""), options) == command.UNABLE
    stage.control("POST", "switches", {"fault": None})
    said = capsys.readouterr().err
    assert "not on the list of this test number" in said
    assert _at_meta(stage) == before


# ------------------------------------------------------------------- asking first


def test_a_plan_reads_and_does_nothing(stage, tmp_path, capsys):
    before, requests_before = _at_meta(stage), len(stage.requests)
    options = parser().parse_args(["--plan"])
    assert command._run(stage.settings(tmp_path), options) == command.GOOD
    said = capsys.readouterr().out
    assert "and to nobody else" in said
    assert "service" in said
    assert _at_meta(stage) == before
    assert {method for method, _path, _raw in stage.requests[requests_before:]} == {"GET"}


@pytest.mark.parametrize("answer", ["", "n", "no", "why?"])
def test_without_a_yes_nothing_is_done(stage, tmp_path, monkeypatch, capsys, answer):
    monkeypatch.setattr("builtins.input", lambda _question: answer)
    before = len(stage.requests)
    assert command._run(stage.settings(tmp_path), parser().parse_args([])) == command.GOOD
    assert "Nothing was done" in capsys.readouterr().out
    assert {method for method, _path, _raw in stage.requests[before:]} == {"GET"}


def test_without_a_public_address_statuses_are_not_possible(stage, tmp_path):
    player = player_for(stage.settings(tmp_path, callback_url=""))
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

    assert player.play([_played_by(POINTS["messages.text"], trips)])[0].verdict == OTHER

    def differs(check):
        raise Differs("something")

    assert player.play([_played_by(POINTS["messages.text"], differs)])[0].came == "something"


def test_forged_webhooks_are_refused(stage, tmp_path):
    player = player_for(stage.settings(tmp_path))
    player.read()
    assert stage.listening(player) == ""
    body = json.dumps({"object": "whatsapp_business_account", "entry": []}).encode()
    url = f"http://127.0.0.1:{player.listener.port}/hook"
    assert requests.post(url, data=body, headers={"X-Hub-Signature-256": "sha256=00"}, timeout=5).status_code == 401
    assert requests.get(url, params={"hub.verify_token": "guess", "hub.challenge": "1"}, timeout=5).status_code == 403
    assert player.listener.forged == 1
    player.clean()
    player.close()
