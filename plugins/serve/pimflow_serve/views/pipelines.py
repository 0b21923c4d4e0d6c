"""One pipeline: what it does, what its file says, how it did."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache

from pimflow.assemble import Assembly, Flow, Placed
from pimflow.doctor.masked_yaml import Vocabulary, masked_yaml, vocabulary_of
from pimflow.doctor.project import text_of
from pimflow.plugins import create_registry
from pimflow.running.first_run import new_targets, run_of
from pimflow.sinks import Sink
from pimflow.state.database import Database
from pimflow.state.requests import ENDED, Request
from pimflow_serve.project import Served
from pimflow_serve.serving import Serving
from pimflow_serve.views.overview import PipelineState, pipeline_state, plain


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow on the way: its name in the file, and what it does in the words of its plugin."""

    name: str
    does: str


@dataclass(frozen=True, slots=True)
class End:
    """Where records come from or go to: the name of the system, and what is read or written there by its plugin."""

    title: str
    type: str
    address: str


@dataclass(frozen=True, slots=True)
class FlowDrawing:
    """What one flow does, to be drawn. `rules` tells what else is said of it, each as name and value of the file."""

    name: str
    noun: str
    source: End
    steps: tuple[Step, ...]
    targets: tuple[End, ...]
    needs: tuple[str, ...]
    once: tuple[str, ...]
    on_missing: str
    mode: str


@dataclass(frozen=True, slots=True)
class PipelineDetail:
    """One pipeline: how it does, what it does flow by flow, and what its file says, without its secrets."""

    state: PipelineState
    does: list[FlowDrawing]
    file: str
    text: str


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What was asked for. `waiting` is no run yet, or a preview that is being made.

    `trouble` tells why what was asked for last did not come to a run; `preview` is there to be read: nothing was asked
    for after it.
    """

    waiting: tuple[Request, ...]
    trouble: str
    preview: Request | None


def drawing(assembly: Assembly) -> list[FlowDrawing]:
    """Tell what a pipeline does, flow by flow in the order in which they run."""
    return [_flow(assembly, flow) for flow in assembly.flows]


def _flow(assembly: Assembly, flow: Flow) -> FlowDrawing:
    source, config = flow.source, flow.config
    return FlowDrawing(
        flow.name,
        flow.sinks[0].noun[1],
        End(plain(source.title), source.type, assembly.address(source)),
        tuple(_step(placed) for placed in flow.transforms),
        tuple(_target(assembly, sink) for sink in flow.sinks),
        tuple(config.needs),
        tuple(config.once),
        config.on_missing,
        config.mode,
    )


def _target(assembly: Assembly, sink: Sink) -> End:
    return End(plain(sink.title), sink.type, assembly.address(sink))


def _step(placed: Placed) -> Step:
    does = inspect.getdoc(type(placed.transform)) or ""
    return Step(placed.transform.type, does.split("\n\n")[0].replace("\n", " ").replace("`", ""))


def unconfirmed(served: Served, database: Database) -> str:
    """Name the production that a pipeline has never written to: a person has to name it first. Empty elsewhere."""
    assembly = served.assembly
    environment = assembly.pipeline.environment if assembly else None
    if assembly is None or environment is None or not environment.production:
        return ""
    return environment.name if new_targets(assembly, database, run_of(assembly)) else ""


def detail(serving: Serving, served: Served) -> PipelineDetail:
    """Tell of one pipeline; what its file says without comments, secrets masked."""
    does = drawing(served.assembly) if served.assembly else []
    file = served.file.relative_to(serving.project.root).as_posix()
    text = masked_yaml(text_of(served.file), _vocabulary()).text
    return PipelineDetail(pipeline_state(serving, served), does, file, text)


def asked_for(serving: Serving, pipeline: str) -> AskedFor:
    """Tell what people, the clock and events asked for lately."""
    latest, live = serving.runner.requests(pipeline), serving.runner.live()
    waiting = [one for one in latest if one.status != ENDED and (one.run not in live or one.kind == "preview")]
    run = next((one for one in latest if one.kind != "preview"), None)
    failed = run is not None and run.status == ENDED and run.run is None and not run.stopped
    first = latest[0] if latest else None
    made = first is not None and first.kind == "preview" and first.exit_code == 0
    return AskedFor(tuple(waiting), run.told if run and failed else "", first if made else None)


@cache
def _vocabulary() -> Vocabulary:
    """Gather which options are secrets, from all that is installed."""
    return vocabulary_of(component for plugin in create_registry().load_all() for component in plugin.components)
