"""What comes of a run: a table to read, and two files that can be attached to a report. Neither holds anything of anybody."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from lib import paths

from .ledger import Left
from .player import AS_EXPECTED, NOT_POSSIBLE, OTHER, Player, Result
from .point import Point

VERDICTS = (OTHER, AS_EXPECTED, NOT_POSSIBLE)


def build(player: Player, results: Sequence[Result], left: Sequence[tuple[Left, str]], ended: str = "") -> dict[str, Any]:
    """Return the report as data, everything private hidden.

    :param ended: why the run ended early.
    """
    hide = player.private.hide
    settings, known = player.settings, player.known
    report = {
        "what": "dev/live-check of crm_whatsapp",
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "version": _version(),
        "graph": settings.version,
        "account_mode": known.account_mode,
        "statuses_read": player.listener is not None,
        "window": settings.window,
        "messages_sent": player.gate.sent,
        "counts": {verdict: sum(one.verdict == verdict for one in results) for verdict in VERDICTS},
        "ended": hide(ended),
        "left_at_meta": [{"kind": item.kind, "why": reason} for item, reason in left],
        "points": [_row(one, hide(one.came)) for one in results],
    }
    return report


def _row(result: Result, came: str) -> dict[str, Any]:
    point = result.point
    row = {"id": point.id, "verdict": result.verdict, "came": came, "assumed": point.assumed}
    return row | {"sure": point.sure, "source": point.source, "holds": list(point.holds)}


def _version() -> str:
    text = (paths.ROOT / "__manifest__.py").read_text()
    return text.partition('"version": "')[2].partition('"')[0]


def markdown(report: dict[str, Any]) -> str:
    """Return the report to read."""
    counts = ", ".join(f"{report['counts'][verdict]} {verdict}" for verdict in VERDICTS)
    lines = [
        f"# Live check of {report['date']}",
        "",
        f"crm_whatsapp {report['version']}, Graph {report['graph']}, number in mode {report['account_mode'] or 'unknown'}, "
        f"statuses {'were read' if report['statuses_read'] else 'could not be read'}, {report['messages_sent']} messages sent.",
        "",
        f"**{counts}.**",
    ]
    if report["ended"]:
        lines += ["", f"Ended early: {report['ended']}"]
    if report["left_at_meta"]:
        counted = Counter(f"{one['kind']} ({one['why']})" for one in report["left_at_meta"])
        lines += ["", "Left at Meta: " + "; ".join(f"{number} × {what}" for what, number in counted.items()) + "."]
    for verdict in VERDICTS:
        rows = [one for one in report["points"] if one["verdict"] == verdict]
        if rows:
            lines += ["", f"## {verdict.capitalize()}", "", "| point | assumed | how sure | what came |", "|---|---|---|---|"]
            lines += [f"| {one['id']} | {_cell(one['assumed'])} | {one['sure']} | {_cell(one['came'])} |" for one in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


class Leak(Exception):
    """Something private would stand in a report; nothing was written."""


def write(player: Player, report: dict[str, Any], folder: Path) -> tuple[Path, Path]:
    """Write the report as JSON and as text; returns both files.

    :raise Leak: something private is still in it.
    """
    brought = [report["account_mode"], report["ended"], *(one["came"] for one in report["points"])]
    brought += [one["why"] for one in report["left_at_meta"]]
    # What was assumed, and where from, stands in the repository: nothing private can be in there.
    if any(player.private.found_in(text) for text in brought):
        raise Leak("The report would hold something private and was not written; please report this as a fault.")
    texts = {"json": json.dumps(report, indent=1, ensure_ascii=False) + "\n", "md": markdown(report)}
    folder.mkdir(parents=True, exist_ok=True)
    name = f"live-check-{datetime.datetime.now(datetime.timezone.utc):%Y%m%d-%H%M%S}"
    files = tuple(folder / f"{name}.{ending}" for ending in texts)
    try:
        for file, text in zip(files, texts.values(), strict=True):
            file.write_text(text)
    except OSError:
        for file in files:
            file.unlink(missing_ok=True)
        raise
    return files[0], files[1]


def plan(points: Iterable[Point], player: Player) -> str:
    """Return what a run would do and what it costs, in words."""
    playable = [point for point in points if point.play is not None and all(player.may_have(need) for need in point.needs)]
    costs: dict[str, int] = {}
    for category in (category for point in playable for category in point.costs):
        costs[category] = costs.get(category, 0) + 1
    messages = ", ".join(f"{count} {category}" for category, count in sorted(costs.items())) or "none"
    makes = [made for point in playable for made in point.makes]
    lines = [
        f"{len(playable)} points will be played; {sum(1 for _ in points) - len(playable)} cannot be played here.",
        f"Messages to {player.settings.recipient}, and to nobody else: about {sum(costs.values())} ({messages}).",
        "Test numbers pay nothing. With other numbers Meta bills each delivered message by the recipient's "
        "country and its category; "
        "of service messages the first thousand of a month are free. A point whose refusal fails to come is a message more.",
        f"At most one message in {player.settings.pause:g} seconds after the first twenty, as Meta asks for.",
    ]
    if "template" in makes:
        lines.append(
            "Templates whose names begin with wa_live_check_ are handed in for review, and deleted at the end; "
            "their names are then locked for weeks."
        )
    if "flow" in makes:
        lines.append("Forms (flows) are made as drafts, and deleted at the end; none is published.")
    if "file" in makes:
        lines.append("Small sample files are uploaded, and deleted at the end.")
    if player.settings.callback_url:
        lines.append(
            "The webhooks of this number come here while it runs; its callback is put back at the end. Those about others "
            "are refused, so that Meta brings them again afterwards: better take a number that is not in use."
        )
    lines.append("No setting, profile, registration or template of yours is touched.")
    return "\n".join(lines)
