"""One pipeline: what it does, what its file says, how it did."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
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
from pimflow_serve.views.overview import plain


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


def trouble(asked: Sequence[Request]) -> str:
    """Tell why what was asked for last, of the latest first, did not come to a run; empty where it did."""
    last = next((one for one in asked if one.kind != "preview"), None)
    return last.told if last is not None and last.status == ENDED and last.run is None else ""


def last_preview(asked: Sequence[Request]) -> Request | None:
    """Give the preview that is there to be read: the last one, unless something was asked for after it."""
    last = asked[0] if asked else None
    return last if last is not None and last.kind == "preview" and last.exit_code == 0 else None


def file_text(served: Served) -> str:
    """Give the file of a pipeline as anybody who is signed in may see it: without comments, secrets masked."""
    return masked_yaml(text_of(served.file), _vocabulary()).text


@cache
def _vocabulary() -> Vocabulary:
    """Gather which options are secrets, from all that is installed."""
    return vocabulary_of(component for plugin in create_registry().load_all() for component in plugin.components)
