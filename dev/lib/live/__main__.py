"""The command: ask, read, say what will be done, ask again, play, clean up, report."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import Any

from . import facts, report
from .asking import Settings, Unusable, parser, settings
from .player import OTHER, Player, Result
from .point import CLOSED, INBOUND, OPEN, Point
from .points import everything

#: Exit codes: all as expected, something was other, nothing could be played.
GOOD, DIFFERS, UNABLE = 0, 1, 2


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
    except Unusable as problem:
        print(problem, file=sys.stderr)
        return UNABLE
    except (KeyboardInterrupt, EOFError):
        print("\nStopped before anything was done.", file=sys.stderr)
        return UNABLE


def _chosen(words: Sequence[str]) -> list[Point]:
    found = [point for point in everything() if not words or point.id.startswith(tuple(words))]
    if not found:
        raise Unusable(f"No point begins with {' or '.join(words)}; docs/meta-facts.md lists them.")
    return found


def _run(given: Settings, options: Any) -> int:
    points, player = _chosen(options.only), Player(given)
    try:
        player.read()
        if not given.window and not given.callback_url:
            print("Whether the recipient has written within 24 hours is not known (--window): such points are left out.")
        print(report.plan(points, player))
        if options.plan:
            return GOOD
        if player.ledger.items:
            print(f"An earlier run left {len(player.ledger.items)} things behind; they are removed at the end of this one.")
        if not options.yes and input("Go ahead? [y/N] ").strip().lower() not in ("y", "yes"):
            print("Nothing was done.")
            return GOOD
        return _play(player, points, options)
    finally:
        player.close()


def _play(player: Player, points: list[Point], options: Any) -> int:
    """Play, and take everything back whatever happens: a crash, Ctrl+C, or being told to end."""
    results: list[Result] = []
    ended = ""
    former = signal.signal(signal.SIGTERM, _interrupt)
    try:
        if reason := player.listen():
            print(f"Statuses cannot be read: {reason}.")
        elif any(need in (OPEN, INBOUND) for point in points for need in point.needs):
            # What needs a closed window goes first: whoever writes opens it.
            closed = [point for point in points if CLOSED in point.needs and player.settings.window == "closed"]
            points = [point for point in points if point not in closed]
            player.play(closed, results)
            print("Now write any message to the number from the recipient's phone …")
            if not player.wait_for_message(player.settings.patience * 4):
                print("None came.")
        player.play(points, results)
    except Unusable as problem:
        ended = str(problem)
    except KeyboardInterrupt:
        ended = "interrupted"
    finally:
        left = _take_back(player)
        signal.signal(signal.SIGTERM, former)
    made = report.build(player, results, left, ended)
    files = report.write(player, made, options.report)
    print("\n" + report.markdown(made))
    if ended:
        print(ended, file=sys.stderr)
    print("Report, without secrets and personal data: " + ", ".join(map(str, files)))
    if ended:
        return UNABLE
    return DIFFERS if any(one.verdict == OTHER for one in results) else GOOD


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _take_back(player: Player) -> list[Any]:
    print("Taking everything back …")
    try:
        left = player.clean()
    except KeyboardInterrupt:
        left = [(item, "interrupted") for item in player.ledger.items]
    for item, reason in left:
        print(f"  left at Meta: {item} ({reason}); dev/live-check --clean removes it.")
    return left


def _clean(given: Settings) -> int:
    player = Player(given)
    try:
        player.read()
        player.stray_templates()
        if not player.ledger.items:
            print("Nothing is left behind.")
            return GOOD
        print("\n".join(f"  {item}" for item in player.ledger.items))
        left = _take_back(player)
        print("Everything is gone." if not left else "The rest has to be removed by hand, or later.")
        return DIFFERS if left else GOOD
    finally:
        player.close()


if __name__ == "__main__":
    sys.exit(main())
