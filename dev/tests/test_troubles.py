"""What a person sees when something is in the way: one sentence, never a traceback."""

import errno
import sys

import pytest

from lib import shell
from lib.progress import CommandError, explain, run_command


@pytest.mark.parametrize(
    ("output", "word"),
    [
        ("dpkg: error: No space left on device", "disk is full"),
        ("npm error code ENOSPC", "disk is full"),
        ("Temporary failure resolving 'archive.example'", "No network"),
        ("npm error code EAI_AGAIN", "No network"),
        ("Failed to establish a new connection: [Errno 101]", "No network"),
    ],
)
def test_known_symptoms(output, word):
    assert word in shell.diagnose(output)


def test_unknown_output_is_not_explained_away():
    assert shell.diagnose("Segmentation fault") is None


def test_a_full_disk_is_explained():
    assert "disk is full" in explain(OSError(errno.ENOSPC, "No space left on device"))


def test_a_failing_program_names_its_log():
    with pytest.raises(CommandError, match=r"Counting failed \(three\); .*test-shell\.log"):
        shell.run([sys.executable, "-c", "import sys; print('three'); sys.exit(3)"], log="test-shell", purpose="Counting")


def test_the_line_that_tells_is_found_among_news():
    log = """2026-11-23 13:12:29,500 1 CRITICAL db odoo.service.server: Failed to initialize
Traceback (most recent call last):
  File "x.py", line 1, in <module>
odoo.tools.convert.ParseError: while parsing /x/views.xml:3
Something else
2026-11-23 13:12:29,514 1 INFO db odoo.sql_db: ConnectionPool: Closed 1 connections"""
    assert shell.telling_line(log) == "odoo.tools.convert.ParseError: while parsing /x/views.xml:3"
    assert shell.telling_line("E: broken\n2026 INFO fine\n") == "E: broken"
    assert shell.telling_line("") == "it printed nothing"


def test_a_missing_program_is_named():
    with pytest.raises(CommandError, match="“no-such-program” is missing"):
        shell.run(["no-such-program"], log="test-shell", purpose="Nothing")


def test_a_trouble_ends_with_its_sentence_and_no_traceback(capsys, monkeypatch):
    def main():
        raise CommandError("Do this.")

    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(SystemExit) as end:
        run_command(main)
    assert end.value.code == 1
    assert capsys.readouterr().err == "\nDo this.\n"
