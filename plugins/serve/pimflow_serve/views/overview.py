"""The overview: how each pipeline does, at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pimflow.assemble import Assembly
from pimflow.problems.causes import places
from pimflow.progress_files import Progress
from pimflow.report import plain_title
from pimflow.state.database import Database
from pimflow.state.open_counts import open_by_scope
from pimflow_serve.project import Served
from pimflow_serve.serving import Serving
from pimflow_serve.views.history import RunLine, latest
from pimflow_serve.views.schedules import ScheduleLine, schedule_line, schedule_lines

_RECENT = 20
_GOOD = frozenset({"well", "attention"})


@dataclass(frozen=True, slots=True)
class FlowName:
    """What a flow is called on pages: `Products: Odoo to PIM`. `noun` is plural, as its plugin says it."""

    flow: str
    noun: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class PipelineState:
    """How one pipeline does.

    `state` is that of its last run, or mistakes, running, waiting, late or never. `recent` are its latest runs, the
    oldest first; `open` counts the records that need attention now.
    """

    name: str
    state: str
    flows: tuple[FlowName, ...]
    last: RunLine | None
    recent: tuple[RunLine, ...]
    open: int
    mistakes: tuple[str, ...]
    live: Progress | None
    waiting: bool
    timetable: ScheduleLine


def overview(serving: Serving) -> list[PipelineState]:
    """Tell of all pipelines of the project, by name."""
    live = serving.runner.live()
    waiting = {one.pipeline for one in serving.runner.requests(limit=100) if one.status == "waiting"}
    counts = open_by_scope(serving.database)
    times = schedule_lines(serving)
    found = [
        _state(served, serving, live, waiting, counts, times[name])
        for name, served in serving.project.pipelines().items()
        if name in times
    ]
    return sorted(found, key=lambda one: one.name)


def pipeline_state(serving: Serving, served: Served) -> PipelineState:
    """Tell of one pipeline."""
    waiting = {one.pipeline for one in serving.runner.requests(served.name, 20) if one.status == "waiting"}
    counts = open_by_scope(serving.database)
    times = schedule_line(serving.database, served, serving.clock())
    return _state(served, serving, serving.runner.live(), waiting, counts, times)


def _state(
    served: Served,
    serving: Serving,
    live: Mapping[str, Progress],
    waiting: Iterable[str],
    counts: Mapping[int, int],
    times: ScheduleLine,
) -> PipelineState:
    database, now = serving.database, serving.clock()
    going = next((one for one in live.values() if one.pipeline == served.name and not one.dry), None)
    recent = [one for one in latest(database, served.name, _RECENT, live=live) if not one.dry]
    last = next((one for one in recent if one.state != "running"), None)
    open_now = _open(served.assembly, database, counts)
    return PipelineState(
        served.name,
        _how(served, recent, going, served.name in waiting, open_now, _is_late(recent, times, now)),
        flow_names(served.assembly) if served.assembly else (),
        last,
        tuple(reversed(recent)),
        open_now,
        served.mistakes,
        going,
        served.name in waiting,
        times,
    )


def _how(
    served: Served, recent: Sequence[RunLine], going: Progress | None, waiting: bool, open_now: int, late: bool
) -> str:
    last = next((one for one in recent if one.state != "running"), None)
    special = {"running": going, "mistakes": served.mistakes, "waiting": waiting, "late": late}
    if first := next((name for name, holds in special.items() if holds), ""):
        return first
    if last is None:
        return "never"
    if last.state in _GOOD:
        return "attention" if open_now else "well"
    return last.state


def _is_late(recent: Sequence[RunLine], times: ScheduleLine, now: datetime) -> bool:
    """Tell whether a pipeline went without a good run for longer than its schedule lets one expect."""
    if times.paused is not None or times.late_after is None or not recent:
        return False
    good = next((one.started for one in recent if one.state in _GOOD), recent[-1].started)
    return now - good > times.late_after


def flow_names(assembly: Assembly) -> tuple[FlowName, ...]:
    """Name the flows of a pipeline, in their order."""
    return tuple(
        FlowName(flow.name, sink.noun[1], plain(flow.source.title), plain(sink.title))
        for flow in assembly.flows
        for sink in flow.sinks
    )


def plain(title: str) -> str:
    """Give the name of a system without its article: `PIM`."""
    return plain_title(title)


def _open(assembly: Assembly | None, database: Database, counts: Mapping[int, int]) -> int:
    return sum(counts.get(place.scope.id, 0) for place in places(assembly, database)) if assembly else 0
