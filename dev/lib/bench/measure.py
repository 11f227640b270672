"""What a benchmark found: one JSON line each, and the few sums they need."""

from __future__ import annotations

import json
import operator
import os
from dataclasses import asdict, dataclass, field

from lib.progress import say

COMPARE = {">=": operator.ge, "<=": operator.le}


@dataclass
class Measure:
    """One figure against its target.

    :param target: such as ``>= 0.85``; empty for a figure that is told and not judged.
    """

    name: str
    value: float
    unit: str
    target: str = ""
    detail: dict = field(default_factory=dict)
    ok: bool = True

    def __post_init__(self) -> None:
        self.value = round(self.value, 4)
        if self.target:
            word, bound = self.target.split()
            self.ok = COMPARE[word](self.value, float(bound))
        self.detail = {**self.detail, "load": round(os.getloadavg()[0], 1)}

    def line(self) -> str:
        """The JSON line."""
        row = asdict(self)
        return json.dumps({key: row[key] for key in ("name", "value", "unit", "target", "ok", "detail")}, ensure_ascii=False)


def tell(measure: Measure) -> Measure:
    """Print the line at once."""
    say(measure.line())
    return measure


def ratio(name: str, ours: float, reference: float, target: str, **detail: object) -> Measure:
    """Tell our figure as a multiple of the reference's, taken in the same run; both stand in the detail.

    :param ours: in the unit of `reference` (seconds, or pieces a second).
    """
    figures = {"ours": round(ours, 4), "reference": round(reference, 4)}
    return tell(Measure(name, ours / reference, "× reference", target, {**figures, **detail}))


def mean(values: list[float]) -> float:
    """The mean, for what was measured before and after."""
    return sum(values) / len(values)


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def busiest(moments: list[float], window: float = 1.0) -> int:
    """The largest number of moments in any window of that many seconds."""
    ordered, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


def rounded(values: dict[str, float], digits: int = 3) -> dict[str, float]:
    """For details."""
    return {key: round(value, digits) for key, value in values.items()}
