"""The command: ask, read, say what will be done, ask again, play, clean up, report."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from . import facts, report
from .asking import Settings, Unusable, parser, settings
from .cleaning import ELSEWHERE, Cleaning
from .ledger import Left, held
from .player import OTHER, Player, Result
from .point import CLOSED, INBOUND, OPEN, Point
from .points import everything

#: Exit codes: all as expected and taken back, something was other or is left at Meta, it could not run (to its end).
GOOD, DIFFERS, UNABLE = 0, 1, 2


class Unheard(Exception):
    """Nobody reads what we print any more: the program at the end of a pipe has ended, or the terminal was closed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = parser().parse_args(arguments)
    if options.facts:
        facts.FILE.write_text(facts.text())
        print(f"Written: {facts.FILE}")
        return GOOD
    try:
        given = settings(options)
        return _clean(given) if options.clean else _run(given, options)
    except (Unusable, Unheard) as problem:
        _tell(str(problem), sys.stderr)
        return UNABLE
    except (KeyboardInterrupt, EOFError):
        _tell("\nStopped before anything was done.", sys.stderr)
        return UNABLE


def _chosen(words: Sequence[str]) -> list[Point]:
    found = [point for point in everything() if not words or point.id.startswith(tuple(words))]
    if not found:
        raise Unusable(f"No point begins with {' or '.join(words)}; docs/meta-facts.md lists them.")
    return found


def _run(given: Settings, options: Any) -> int:
    points = _chosen(options.only)
    with contextlib.ExitStack() as stack:
        if not options.plan:
            stack.enter_context(held(given.left_file))
        player = Player(given, say=_say)
        stack.callback(player.close)
        player.read()
        if not given.window and not given.callback_url:
            _say("Whether the recipient has written within 24 hours is not known (--window): such points are left out.")
        _say(report.plan(points, player))
        if options.plan:
            return GOOD
        if mine := Cleaning(player).mine():
            _say(f"An earlier run left {len(mine)} things behind; they are removed at the end of this one.")
        if others := len(player.ledger.items) - len(mine):
            _say(f"An earlier run left {others} things of another account, number or app behind; this one leaves them alone.")
        if not options.yes and input("Go ahead? [y/N] ").strip().lower() not in ("y", "yes"):
            _say("Nothing was done.")
            return GOOD
        return _play(player, points, options)


def _play(player: Player, points: list[Point], options: Any) -> int:
    """Play, and take everything back whatever happens: a crash, Ctrl+C, a closed terminal or pipe, or being told to end."""
    results: list[Result] = []
    ended = ""
    with _signals(_interrupt, signal.SIGTERM, signal.SIGHUP):
        try:
            _play_all(player, points, results)
        except (Unusable, Unheard) as problem:
            ended = str(problem)
        except KeyboardInterrupt:
            ended = "interrupted"
        finally:
            left = _take_back(player)
    # What comes now takes a moment, and everything is back: nobody needs to stop it.
    with _signals(signal.SIG_IGN, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        return _report(player, results, left, ended, options)


def _play_all(player: Player, points: list[Point], results: list[Result]) -> None:
    if reason := player.listen():
        _say(f"Statuses cannot be read: {reason}.")
    elif any(need in (OPEN, INBOUND) for point in points for need in point.needs):
        # What needs a closed window goes first: whoever writes opens it.
        closed = [point for point in points if CLOSED in point.needs and player.settings.window == "closed"]
        points = [point for point in points if point not in closed]
        player.play(closed, results)
        _say("Now write any message to the number from the recipient's phone …")
        if not player.wait_for_message(player.settings.patience * 4):
            _say("None came.")
    player.play(points, results)


def _report(player: Player, results: Sequence[Result], left: Sequence[tuple[Left, str]], ended: str, options: Any) -> int:
    """Write the report and show it; returns the exit code."""
    made = report.build(player, results, left, ended)
    trouble = ""
    try:
        files = report.write(player, made, options.report)
        where = "Report, without secrets and personal data: " + ", ".join(map(str, files))
    except report.Leak as problem:
        _tell(str(problem), sys.stderr)
        return UNABLE
    except OSError as problem:
        where, trouble = "", f"The report could not be written to {options.report} ({problem.strerror}): it stands above alone."
    _tell("\n" + report.markdown(made))
    for said, stream in ((ended, sys.stderr), (trouble, sys.stderr), (where, sys.stdout)):
        if said:
            _tell(said, stream)
    if ended or trouble:
        return UNABLE
    return DIFFERS if left or any(one.verdict == OTHER for one in results) else GOOD


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _signals(handler: Any, *numbers: signal.Signals) -> Iterator[None]:
    """Answer some signals in another way for a while."""
    former = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, before in former.items():
            signal.signal(number, before)


def _take_back(player: Player) -> list[tuple[Left, str]]:
    """Take everything back and tell what could not be. Ctrl+C alone ends it: a terminal that is closed hangs up twice."""
    with _signals(signal.SIG_IGN, signal.SIGTERM, signal.SIGHUP):
        try:
            _tell("Taking everything back …")
            left = player.clean()
        except KeyboardInterrupt:
            left = [(item, "interrupted") for item in player.ledger.items]
    with _signals(signal.SIG_IGN, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for item, reason in left:
            if reason != ELSEWHERE:
                _tell(f"  left at Meta: {item} ({reason}); dev/live-check --clean removes it.")
        others = [item for item, reason in left if reason == ELSEWHERE]
        for where in sorted({item.where for item in others}):
            named = ", ".join(str(item) for item in others if item.where == where)
            _tell(f"  left at Meta, of {where}: {named} ({ELSEWHERE}); dev/live-check --clean with that one removes it.")
        if player.ledger.stale:
            _tell(f"{player.ledger.stale} The file names things that are gone by now; dev/live-check --clean forgets them.")
        return left


def _say(line: str) -> None:
    """Print a line at once.

    :raise Unheard: nobody reads it; from then on nothing is printed there.
    """
    try:
        print(line, flush=True)
    except OSError as problem:
        _silence(sys.stdout)
        raise Unheard(f"The output cannot be written any more ({problem.strerror}).") from None


def _tell(line: str, stream: Any = None) -> None:
    """Print a line if anybody still reads: what has to be done is done also after the terminal was closed."""
    stream = stream or sys.stdout
    try:
        print(line, file=stream, flush=True)
    except OSError:
        _silence(stream)


def _silence(stream: Any) -> None:
    """Print no more to a stream; Python itself would stumble over what is kept for it when it ends."""
    nowhere = open(os.devnull, "w")  # noqa: SIM115 (takes the place of a standard stream until the end)
    if stream is sys.stdout:
        sys.stdout = nowhere
    elif stream is sys.stderr:
        sys.stderr = nowhere


def _clean(given: Settings) -> int:
    with contextlib.ExitStack() as stack:
        stack.enter_context(held(given.left_file))
        player = Player(given, say=_say)
        stack.callback(player.close)
        player.read()
        unread = Cleaning(player).find_strays()
        if unread:
            _tell(unread)
        if not player.ledger.items:
            if not unread:
                _tell("Nothing is left behind.")
            return DIFFERS if unread else GOOD
        _tell("\n".join(f"  {item}" for item in player.ledger.items))
        left = _take_back(player)
        _tell("Everything is gone." if not left else "The rest has to be removed by hand, or later.")
        return DIFFERS if left or unread else GOOD


if __name__ == "__main__":
    sys.exit(main())
