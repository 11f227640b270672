"""The list: every assumption about Meta that this project stands on and that is not beyond doubt, by concern."""

from __future__ import annotations

from ..point import Point
from . import (
    access,
    errors,
    forms,
    interactive,
    media,
    messages,
    paging,
    reads,
    statuses,
    subscriptions,
    template_life,
    template_refusals,
    template_sends,
    templates,
    unplayed,
)

#: In the order in which they are played: what reads, what is refused, what costs.
CONCERNS = (
    access.POINTS,
    reads.POINTS,
    paging.POINTS,
    media.POINTS,
    template_refusals.POINTS,
    templates.POINTS,
    template_life.POINTS,
    forms.POINTS,
    subscriptions.POINTS,
    statuses.POINTS,
    messages.POINTS,
    interactive.POINTS,
    errors.POINTS,
    template_sends.POINTS,
    unplayed.POINTS,
)


def everything() -> list[Point]:
    """Return all points in the order of play."""
    return [point for points in CONCERNS for point in points]
