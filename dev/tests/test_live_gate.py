"""Where requests leave: for one recipient alone, and with nothing of anybody in what is kept of them."""

import json

import pytest
import requests
from live_site import APP, NUMBER, RECIPIENT, SECRET, TOKEN, WABA, played_by, player_for

from lib.live import report
from lib.live.asking import Unusable, parser, settings
from lib.live.expectations import Answer, Has
from lib.live.gate import Forbidden, Gate
from lib.live.player import OTHER, Result
from lib.live.point import Differs
from lib.live.points import everything

POINTS = {point.id: point for point in everything()}
API = "https://graph.example.com"
NAME = "Ada Lovelace"


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
def test_nothing_of_theirs_is_changed(site, player, method, path, more):
    before = len(site.requests)
    with pytest.raises(Forbidden):
        player.gate.send(requests.Request(method, f"{player.settings.base_url}/v26.0/{path}", **more).prepare())
    assert len(site.requests) == before


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


def test_all_that_left_was_for_the_one_person(site, player):
    site.requests.clear()
    player.play(point for point in POINTS.values() if point.id.startswith(("messages.", "errors.", "interactive.")))
    bodies = [json.loads(raw) for method, path, raw in site.requests if method == "POST" and path.endswith("/messages")]
    assert len(bodies) > 30
    assert {body["to"] for body in bodies if "status" not in body} == {RECIPIENT}


def test_a_report_holds_no_secret_and_nothing_of_anybody(site, player, tmp_path):
    person = site.known_person()
    site.listening(player)
    site.writes(person)
    assert player.wait_for_message(10)
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


def test_secrets_and_names_are_hidden_before_anything_is_cut(player):
    """Half a secret is recognised by nobody; a name is quoted with its quotes and line ends escaped."""
    name = 'Ada "Countess" O\'Lovelace'
    for start in range(60, 130):
        said = "x" * start + " "

        def quotes(check, said=said):
            check.player.private.learn({"profile": {"name": name}, "about": "Two\nlines"})
            for value in (said + SECRET, said + name, said + "Two\nlines", said + TOKEN):
                check.notes.append(Has("note", ("nothing",)).differs(Answer(200, {"note": [value]})))
            raise Differs("; ".join(check.notes))

        (seen,) = player.play([played_by(POINTS["messages.text"], quotes)])
        assert seen.verdict == OTHER
        for part in (SECRET[:5], TOKEN[:5], "Countess", "Lovelace", "Two"):
            assert part not in seen.came
    long = player.private.hide("y" * 100 + f" {NAME} {TOKEN} " + "z" * 100, 112)
    assert len(long) <= 112 and long.endswith("…") and TOKEN[:4] not in long


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("Bo", "for Bo, about Bordeaux", "for <name>, about Bordeaux"),
        ("王", "王您好", "<name>您好"),
        ("李明", "(李明)", "(<name>)"),
        ("Li", "Li", "<name>"),
        ("id", "id of 447700900123", "<name> of <phone>"),
        ("🦊", "x🦊", "x<name>"),
        ("1", "(#1) code 1", "(#1) code 1"),
    ],
)
def test_short_names_are_names(player, name, text, shown):
    """Rather is a word of Meta's hidden that happens to be a name; a digit would take codes of errors with it."""
    player.private.learn({"contacts": [{"profile": {"name": name}}]})
    assert player.private.hide(text) == shown
    assert player.private.found_in(player.private.hide(text)) == []


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


@pytest.mark.parametrize("listen", ["8098x", "localhost", "127.0.0.1:99999", "127.0.0.1:²"])
def test_an_address_that_nothing_can_listen_at_is_a_sentence(listen):
    with pytest.raises(Unusable, match="HOST:PORT"):
        settings(parser().parse_args(["--listen", listen]), {}, lambda _question: "1", lambda _question: "1")


def test_the_list_of_what_is_left_holds_no_secret(site, tmp_path):
    player = player_for(site.settings(tmp_path))
    player.read()
    site.listening(player)
    player.play([POINTS["templates.place"], POINTS["media.types"]])
    text = player.ledger.path.read_text()
    assert {"number override", "subscription", "template", "file"} <= {item.kind for item in player.ledger.items}
    assert not [one for one in (TOKEN, SECRET, RECIPIENT[1:], player.listener.verify_token) if one in text]
    assert player.clean() == []
    assert not player.ledger.path.exists()
    player.close()
