"""The live check as a process that is ended, and what it says when it cannot listen, read or write."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from live_site import APP, NUMBER, RECIPIENT, SECRET, TOKEN, WABA, at_meta, played_by, player_for

from lib.live import __main__ as command
from lib.live import asking
from lib.live.asking import parser
from lib.live.ledger import Ledger
from lib.live.points import everything

DEV = Path(__file__).resolve().parents[1]
POINTS = {point.id: point for point in everything()}


def _start(site, folder, *more, **streams):
    """Start the command itself, in a process of its own, against the stand-in."""
    environment = {**os.environ, "WA_LIVE_APP_SECRET": SECRET, "WA_LIVE_ACCESS_TOKEN": TOKEN}
    options = ["--app-id", APP, "--waba-id", WABA, "--number-id", NUMBER, "--recipient", RECIPIENT, "--api-url", site.url]
    # Everything as it is run, but for the list: a real one of this checkout is left alone.
    code = (
        "import functools, pathlib, sys; from lib.live import __main__ as command, asking; asking.Settings = functools.partial"
        f"(asking.Settings, left_file=pathlib.Path({str(folder / 'left.json')!r})); sys.exit(command.main())"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *options, "--yes", "--report", str(folder), *more],
        cwd=DEV,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        **{"stderr": subprocess.STDOUT, **streams},
    )


def _until(process, words):
    """Read what a process prints until a line has these words; returns the lines."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            break
    return "".join(lines)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_being_told_to_end_and_a_closed_terminal(site, tmp_path, number):
    before = at_meta(site)
    process = _start(site, tmp_path, "--only", "template")
    said = _until(process, "templates.picture")
    process.send_signal(number)
    if number == signal.SIGHUP:
        said += _until(process, "Taking everything back")
        process.send_signal(number)  # as a shell and the kernel do, one after the other
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == command.UNABLE, said + rest
    assert "interrupted" in rest
    assert at_meta(site) == before
    assert not (tmp_path / "left.json").exists()


def test_the_program_at_the_end_of_the_pipe_ends(site, tmp_path):
    before = at_meta(site)
    process = _start(site, tmp_path, "--only", "template", stderr=subprocess.PIPE)
    _until(process, "templates.picture")
    assert at_meta(site) != before
    process.stdout.close()
    with process.stderr as stream:
        said = stream.read()
    assert process.wait(30) == command.UNABLE
    assert said == "The output cannot be written any more (Broken pipe).\n"
    assert at_meta(site) == before
    assert "Broken pipe" in next(tmp_path.glob("*.json")).read_text()
    assert not (tmp_path / "left.json").exists()


def test_killed_and_cleaned_by_the_next_run_one_at_a_time(site, tmp_path):
    """A callback that a killed run left is ours: the next run listens with it, and removes it."""
    before = at_meta(site)
    callback = ["--callback-url", f"{site.url}/hook", "--listen", f"127.0.0.1:{_free_port(site)}", "--patience", "0.1"]
    process = _start(site, tmp_path, "--only", "templates", *callback)
    said = _until(process, "templates.picture")
    process.send_signal(signal.SIGSTOP)
    second = _start(site, tmp_path, "--only", "templates")
    told, _ = second.communicate(timeout=30)
    assert (second.returncode, told) == (
        command.UNABLE,
        "Another dev/live-check of this checkout is at work: wait until it has ended.\n",
    )
    process.kill()
    process.communicate(timeout=30)
    assert site.server.world.numbers[NUMBER].webhook, said
    assert (tmp_path / "left.json").exists()
    third = _start(site, tmp_path, "--only", "templates.place", *callback)
    said, _ = third.communicate(timeout=30)
    assert third.returncode == command.GOOD, said
    assert "An earlier run left" in said and "Statuses cannot be read" not in said
    assert at_meta(site) == before
    assert not (tmp_path / "left.json").exists()


def _free_port(site):
    with socket.create_server(("127.0.0.1", 0)) as found:
        site.hook_port = found.getsockname()[1]
    return site.hook_port


@pytest.mark.parametrize(
    "text", ["{", "[1]", '[{"kind": "file"}]', '[{"kind": "moon", "what": "1", "where": "1"}]', '[{"kind": "file", "what": 1}]']
)
def test_a_list_that_cannot_be_read_is_a_sentence(tmp_path, text):
    path = tmp_path / "left.json"
    path.write_text(text)
    with pytest.raises(asking.Unusable, match=r"left\.json, cannot be read .*callback.*by hand\.$"):
        Ledger(path)
    assert path.read_text() == text


def test_what_cannot_be_written_down_is_not_made(site, tmp_path, capsys, monkeypatch):
    before = at_meta(site)
    full = OSError(28, "No space left on device")
    room = [True]
    write = Path.write_text

    def written(path, *more, **options):
        if not room[0]:
            raise full
        return write(path, *more, **options)

    def fills_up(check):
        check.shared("place")
        room[0] = False
        check.shared("named")

    monkeypatch.setattr(Path, "write_text", written)
    chosen = [played_by(POINTS["templates.place"], fills_up), POINTS["templates.full"]]
    monkeypatch.setattr(command, "_chosen", lambda _words: chosen)
    options = parser().parse_args(["--yes", "--report", str(tmp_path / "reports")])
    begun = len(site.requests)
    assert command._run(site.settings(tmp_path, callback_url=""), options) == command.UNABLE
    said = capsys.readouterr()
    made = [path for method, path, _raw in site.requests[begun:] if method == "POST" and "message_templates" in path]
    assert len(made) == 1
    assert "cannot be written to" in said.err and "No space left on device" in said.err
    assert "report could not be written" in said.err and "# Live check of" in said.out
    assert at_meta(site) == before
    assert not (tmp_path / "left.json").exists()
    assert list((tmp_path / "reports").iterdir()) == []


def test_an_address_in_use_is_a_sentence(site, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = player_for(site.settings(tmp_path, listen=taken.getsockname()))
        busy.read()
        assert "--listen" in busy.listen()
        assert busy.ledger.items == []
        busy.close()
