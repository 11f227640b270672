"""Benchmark: the same work in a database with ten times as many stored messages."""

from __future__ import annotations

from lib import odoo
from lib.bench.measure import Measure


def run(kit: odoo.Kit, quick: bool = False) -> list[Measure]:
    return []
