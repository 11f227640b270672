"""Whatever happens to a run of the live check, nothing is left behind; what others set is left alone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from live_site import APP, NUMBER, RECIPIENT, SECRET, TOKEN, WABA, at_meta, played_by, player_for

from lib.live import __main__ as command
from lib.live import asking
from lib.live.asking import parser
from lib.live.ledger import Ledger
from lib.live.points import everything

DEV = Path(__file__).resolve().parents[1]
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


def test_ctrl_c_and_being_told_to_end(site, tmp_path):
    """The command itself, in a process of its own, against the stand-in."""
    before = at_meta(site)
    for number in (signal.SIGINT, signal.SIGTERM):
        environment = {
            **os.environ,
            "WA_LIVE_APP_SECRET": SECRET,
            "WA_LIVE_ACCESS_TOKEN": TOKEN,
            "PYTHONUNBUFFERED": "1",
        }
        options = ["--app-id", APP, "--waba-id", WABA, "--number-id", NUMBER, "--recipient", RECIPIENT, "--api-url", site.url]
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
        assert at_meta(site) == before
    assert not asking.LEFT_FILE.exists()
