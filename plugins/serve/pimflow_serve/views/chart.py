"""A small chart of recent runs: one bar each, as high as much was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p

from pimflow_serve.views.history import RunLine

_HIGHEST = 40
_LOWEST = 4
_WIDTH = 7
_STEP = 11
_TONES = {"well": "good", "attention": "attention", "running": "busy", "failed": "bad", "broken": "bad"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One run as a bar of a drawing: place and size in its units."""

    run: RunLine
    tone: str
    x: int
    y: int
    width: int
    height: int


def bars(runs: Sequence[RunLine], places: int = 20) -> list[Bar]:
    """Draw runs, the oldest first, at the right of a row of places. Heights are logarithmic: days differ a lot."""
    most = max((one.counts.changed for one in runs), default=0)
    found = []
    for number, run in enumerate(runs, places - len(runs)):
        share = log1p(run.counts.changed) / log1p(most) if most else 0
        height = round(_LOWEST + share * (_HIGHEST - _LOWEST))
        found.append(Bar(run, _TONES.get(run.state, "off"), number * _STEP, _HIGHEST - height, _WIDTH, height))
    return found
