"""The overview: how each pipeline does, at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pimflow.assemble import Assembly
from pimflow.problems.causes import places
from pimflow.progress_files import Progress
from pimflow.state.database import Database
from pimflow.state.open_counts import open_by_scope
from pimflow_serve.project import Served
from pimflow_serve.serving import Serving
from pimflow_serve.views.history import RunLine, latest

_RECENT = 20


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
    next: datetime | None = None
    paused: bool = False


def overview(serving: Serving) -> list[PipelineState]:
    """Tell of all pipelines of the project, those that need somebody first."""
    live = serving.runner.live()
    waiting = {one.pipeline for one in serving.runner.requests(limit=100) if one.status == "waiting"}
    counts = open_by_scope(serving.database)
    found = [_state(served, serving.database, live, waiting, counts) for served in serving.project.pipelines().values()]
    return sorted(found, key=lambda one: one.name)


def pipeline_state(serving: Serving, served: Served) -> PipelineState:
    """Tell of one pipeline."""
    waiting = {one.pipeline for one in serving.runner.requests(served.name, 20) if one.status == "waiting"}
    counts = open_by_scope(serving.database)
    return _state(served, serving.database, serving.runner.live(), waiting, counts)


def _state(
    served: Served,
    database: Database,
    live: Mapping[str, Progress],
    waiting: Iterable[str],
    counts: Mapping[int, int],
) -> PipelineState:
    going = next((one for one in live.values() if one.pipeline == served.name and not one.dry), None)
    recent = [one for one in latest(database, served.name, _RECENT, live=live) if not one.dry]
    last = next((one for one in recent if one.state != "running"), None)
    open_now = _open(served.assembly, database, counts)
    return PipelineState(
        served.name,
        _how(served, last, going, served.name in waiting, open_now),
        flow_names(served.assembly) if served.assembly else (),
        last,
        tuple(reversed(recent)),
        open_now,
        served.mistakes,
        going,
        served.name in waiting,
    )


def _how(served: Served, last: RunLine | None, going: Progress | None, waiting: bool, open_now: int) -> str:
    if going is not None:
        return "running"
    if served.mistakes:
        return "mistakes"
    if waiting:
        return "waiting"
    if last is None:
        return "never"
    if last.state in {"well", "attention"}:
        return "attention" if open_now else "well"
    return last.state


def flow_names(assembly: Assembly) -> tuple[FlowName, ...]:
    """Name the flows of a pipeline, in their order."""
    return tuple(
        FlowName(flow.name, sink.noun[1], plain(flow.source.title), plain(sink.title))
        for flow in assembly.flows
        for sink in flow.sinks
    )


def plain(title: str) -> str:
    """Give the name of a system without its article: `PIM`."""
    return title.removeprefix("the ")


def _open(assembly: Assembly | None, database: Database, counts: Mapping[int, int]) -> int:
    return sum(counts.get(place.scope.id, 0) for place in places(assembly, database)) if assembly else 0
