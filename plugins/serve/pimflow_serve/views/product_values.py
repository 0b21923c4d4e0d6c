"""The values of a product as they were sent: how each came about, and those that stood there before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pimflow.explain import ExplainedValue
from pimflow_serve.formats import moment
from pimflow_serve.views.values import shown


@dataclass(frozen=True, slots=True)
class ShownPast:
    """A value that a column had, and the run that wrote it; both are empty where somebody else had put it there."""

    value: str
    run: str
    time: datetime | None
    deed: str
    undid: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """What one step of the mapping made of the cells in question; `place` is its line in the file."""

    name: str
    place: str
    says: str


@dataclass(frozen=True, slots=True)
class ShownWay:
    """How a value came about: what the source said, and the steps that changed it; or why that cannot be told."""

    said: tuple[tuple[str, str], ...]
    steps: tuple[ShownStep, ...]
    trouble: str
    constant: bool


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One column: the value sent last and those before, the latest first; `way` where it was asked for."""

    column: str
    value: str
    past: tuple[ShownPast, ...]
    once: bool
    way: ShownWay | None


def shown_value(value: ExplainedValue, why: ExplainedValue | None) -> ShownValue:
    """Tell of one value; with `why` how it came about."""
    past = tuple(
        ShownPast(shown(one.value), one.run or "", moment(one.time), str(one.deed or ""), one.undid)
        for one in value.past
    )
    return ShownValue(value.column, shown(value.value), past, value.once, _way(why) if why else None)


def _way(value: ExplainedValue) -> ShownWay:
    if value.trace is None:
        return ShownWay((), (), value.trouble, constant=False)
    said = tuple((name, shown(cell)) for name, cell in value.trace.source.items())
    steps = (
        ShownStep(
            step.transform,
            _line(step.place),
            step.note or ", ".join(f"{name}: {shown(cell)}" for name, cell in step.cells.items()),
        )
        for step in value.trace.steps
    )
    return ShownWay(said, tuple(steps), "", constant=not said)


def _line(place: str) -> str:
    """Give file and line without the folder."""
    return place.replace("\\", "/").rpartition("/")[2]
