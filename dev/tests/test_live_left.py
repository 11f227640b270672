"""Whatever happens to a run of the live check, nothing is left behind; what others set is left alone."""

import pytest
from live_site import APP, NUMBER, WABA, at_meta, played_by, player_for

from lib.live import __main__ as command
from lib.live.asking import parser
from lib.live.cleaning import Cleaning
from lib.live.expectations import Refused
from lib.live.gate import Forbidden
from lib.live.ledger import Ledger
from lib.live.points import everything
from lib.live.templates import request

POINTS = {point.id: point for point in everything()}


def test_everything_is_put_back(site, tmp_path):
    before = at_meta(site)
    player = player_for(site.settings(tmp_path))
    player.read()
    site.listening(player)
    assert at_meta(site) != before
    player.play(POINTS.values())
    assert player.clean() == []
    assert at_meta(site) == before
    player.close()


def test_what_others_set_is_left_alone(site, tmp_path):
    number = site.server.world.numbers[NUMBER]
    number.webhook = {"override_callback_uri": "https://shop.example.com/hook", "verify_token": "theirs", "app_id": APP}
    player = player_for(site.settings(tmp_path))
    player.read()
    assert "verify token" in player.listen()
    result = player.play([POINTS["subscriptions.number-override"], POINTS["subscriptions.callback-that-does-not-answer"]])
    assert {one.verdict for one in result} == {"not possible here"}
    assert player.clean() == []
    assert number.webhook["verify_token"] == "theirs"
    number.webhook = {}
    player.close()


def test_interrupted_in_the_middle(site, tmp_path, monkeypatch, capsys):
    before = at_meta(site)
    given = site.settings(tmp_path, callback_url="")

    def interrupt(check):
        check.shared("place")
        check.upload("picture.jpg")
        raise KeyboardInterrupt

    chosen = [POINTS["templates.named"], played_by(POINTS["templates.place"], interrupt), POINTS["templates.full"]]
    options = parser().parse_args(["--yes", "--report", str(tmp_path)])
    monkeypatch.setattr(command, "_chosen", lambda _words: chosen)
    assert command._run(given, options) == command.UNABLE
    said = capsys.readouterr()
    assert "interrupted" in said.err
    assert "templates.named" in said.out
    assert at_meta(site) == before
    assert not given.left_file.exists()


def test_a_later_run_removes_what_a_crash_left(site, tmp_path, monkeypatch, capsys):
    before = at_meta(site)
    crashed = player_for(site.settings(tmp_path))
    crashed.read()
    site.listening(crashed)
    crashed.play([POINTS["templates.place"], POINTS["media.types"], POINTS["subscriptions.plain-post-removes-the-override"]])
    crashed.close()  # and nothing more: as if it had been killed
    assert at_meta(site) != before
    assert command._clean(site.settings(tmp_path)) == command.GOOD
    assert "Everything is gone" in capsys.readouterr().out
    assert at_meta(site) == before
    assert command._clean(site.settings(tmp_path)) == command.GOOD
    assert "Nothing is left" in capsys.readouterr().out


def test_templates_of_a_run_on_another_machine_are_found(site, tmp_path, capsys):
    before = at_meta(site)
    elsewhere = player_for(site.settings(tmp_path))
    elsewhere.read()
    elsewhere.play([POINTS["templates.place"]])
    elsewhere.ledger.path.unlink()
    elsewhere.close()
    command._clean(site.settings(tmp_path))
    assert at_meta(site) == before


def test_what_cannot_be_removed_is_named(site, player, capsys):
    player.play([POINTS["templates.place"]])
    site.spoil = lambda status, body: (500, {"error": {"message": "Sorry", "code": 2, "type": "OAuthException"}})
    left = command._take_back(player)
    site.calm()
    assert [item.kind for item, _reason in left] == ["template"]
    assert "left at Meta: template wa_live_check_place_" in capsys.readouterr().out
    assert player.ledger.path.exists()
    assert Ledger(player.ledger.path).items == [item for item, _reason in left]


def test_what_was_made_with_another_account_is_neither_touched_nor_forgotten(site, tmp_path, capsys):
    """Of what a token does not reach Meta says that it does not exist: that is not the same as gone."""
    given = site.settings(tmp_path)
    player = player_for(given)
    player.read()
    others = [
        player.ledger.add("number override", "900000000000999", "900000000000998"),
        player.ledger.add("number override", "900000000000999", WABA),
        player.ledger.add("subscription", "900000000000997", WABA),
        player.ledger.add("template", "wa_live_check_elsewhere", "900000000000998"),
        player.ledger.add("flow", "123456789", "900000000000998"),
        player.ledger.add("file", "12345", "900000000000999"),
    ]
    player.play([POINTS["templates.place"]])
    player.close()
    begun = len(site.requests)
    options = parser().parse_args(["--yes", "--report", str(tmp_path), "--only", "access.app-token"])
    assert command._run(given, options) == command.DIFFERS, "what is left is no success"
    said = capsys.readouterr().out
    assert "left 1 things behind; they" in said and f"left {len(others)} things of another account" in said
    player = player_for(given)
    player.ledger.add("template", "wa_live_check_never_made", WABA)
    player.close()
    assert command._clean(given) == command.DIFFERS
    said = capsys.readouterr().out
    told = said.partition("Taking everything back")[2]
    assert all(str(item) in told for item in others)
    assert told.count("made with another account, number or app") == len({item.where for item in others})
    assert "left at Meta, of 900000000000999: file 12345 (" in told
    assert not [path for _method, path, _raw in site.requests[begun:] if "99" in path.split("/")[2][-3:] or "12345" in path]
    assert at_meta(site)[0] == [], "what is wrong with one thing keeps nothing else from being removed"
    assert Ledger(given.left_file).items == others


def test_a_mistake_while_one_thing_is_removed_keeps_no_other(tmp_path):
    ledger = Ledger(tmp_path / "left.json")
    bad, good = ledger.add("template", "a", "1"), ledger.add("file", "b", "1")

    def undo(item):
        if item == bad:
            raise Forbidden("not mine")
        return ""

    assert ledger.take_back(undo) == [(bad, "Forbidden: not mine")]
    assert good not in ledger.items
    assert Ledger(ledger.path).items == [bad]


@pytest.mark.parametrize("name", ["callback-that-does-not-answer", "callback-without-https"])
@pytest.mark.parametrize("listens", [True, False], ids=["listening", "deaf"])
def test_a_callback_that_is_taken_against_all_expectation_is_put_back_at_once(site, tmp_path, monkeypatch, name, listens):
    """At the end would be too late: every later point would wait for webhooks that go nowhere."""
    before = at_meta(site)
    player = player_for(site.settings(tmp_path, **({} if listens else {"callback_url": ""})))
    player.read()
    assert bool(site.listening(player)) != listens
    callback = at_meta(site)[-1]

    async def prove(_url, _token):
        return ""

    monkeypatch.setattr(site.server.dispatcher, "handshake", prove)
    monkeypatch.setattr("sandbox.graph_callbacks.is_secure", lambda _url: True)
    [result] = player.play([POINTS[f"subscriptions.{name}"]])
    monkeypatch.undo()
    assert result.verdict == "other"
    assert at_meta(site)[-1] == callback
    assert player.ledger.has("number override", NUMBER) == listens
    if listens:
        [heard] = player.play([POINTS["statuses.way"]])
        assert heard.verdict == "as expected", heard.came
    assert player.clean() == []
    assert at_meta(site) == before
    player.close()


def test_a_callback_that_could_not_be_put_back_stays_on_the_list(site, tmp_path):
    player = player_for(site.settings(tmp_path, callback_url=""))
    player.read()
    site.spoil = lambda status, body: (500, {"error": {"message": "Sorry", "code": 2, "type": "OAuthException"}})
    player.play([POINTS["subscriptions.callback-that-does-not-answer"]])
    site.calm()
    assert player.ledger.has("number override", NUMBER)
    assert player.clean() == []
    player.play([POINTS["subscriptions.callback-that-does-not-answer"]])
    assert player.ledger.items == []
    player.close()


@pytest.mark.parametrize(("name", "kind"), [("templates.place", "template"), ("forms.draft", "flow")])
def test_what_a_lost_answer_was_about_is_found(site, tmp_path, name, kind):
    """Meta's servers say that something went wrong, and have made it all the same."""
    before = at_meta(site)
    player = player_for(site.settings(tmp_path))
    player.read()
    site.spoil = lambda status, body: (500, {"error": {"message": "Sorry", "code": 2, "type": "OAuthException"}})
    player.play([POINTS[name]])
    site.calm()
    assert at_meta(site) != before
    assert [item.kind for item in player.ledger.items] == [kind]
    assert player.clean() == []
    assert at_meta(site) == before
    player.close()


@pytest.mark.parametrize(("status", "code", "stays"), [(500, 2, True), (400, 2, True), (503, 100, True), (400, 100, False)])
def test_only_what_was_clearly_refused_leaves_the_list(site, player, status, code, stays):
    """A point may expect just that trouble: its refusal counts as expected then, and says nothing about what was made."""
    error = {"message": "Sorry", "code": code, "type": "OAuthException"}
    site.spoil = lambda _status, _body: (status, {"error": error})

    def expects_trouble(check):
        check.hand_in(request(check, "place"), Refused(code))

    [result] = player.play([played_by(POINTS["templates.place"], expects_trouble)])
    site.calm()
    assert result.verdict == "as expected"
    assert [item.kind for item in player.ledger.items] == ["template"] * stays
    assert Cleaning(player).find_strays() == ""  # the stand-in had made it every time


def test_a_form_that_no_list_knows_is_found(site, tmp_path):
    before = at_meta(site)
    elsewhere = player_for(site.settings(tmp_path))
    elsewhere.read()
    elsewhere.play([POINTS["forms.fields"]])
    elsewhere.ledger.path.unlink()
    elsewhere.close()
    assert at_meta(site) != before
    assert command._clean(site.settings(tmp_path)) == command.GOOD
    assert at_meta(site) == before


def test_strays_that_cannot_be_read_keep_nothing_on_the_list(site, tmp_path, capsys):
    player = player_for(site.settings(tmp_path))
    player.read()
    player.play([POINTS["media.types"]])
    player.close()
    told = {"message": "Sorry", "code": 2, "type": "OAuthException"}
    site.spoil = lambda status, body: (status, body) if "error" in body or "id" in body else _unless_list(status, body, told)
    code = command._clean(site.settings(tmp_path))
    site.calm()
    assert code == command.DIFFERS
    assert "could not be read" in capsys.readouterr().out
    assert not (tmp_path / "left.json").exists()


def _unless_list(status, body, error):
    """Spoil lists of templates alone."""
    items = body.get("data")
    is_templates = isinstance(items, list) and all("name" in one and "display_phone_number" not in one for one in items)
    return (500, {"error": error}) if items and is_templates else (status, body)
