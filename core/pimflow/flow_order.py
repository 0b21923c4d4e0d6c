"""Which flows of a pipeline name others, and the order in which all of them run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from pimflow.builtin.outcomes import Outcomes
from pimflow.components import Source
from pimflow.configuration.forms import FlowConfig
from pimflow.configuration.loading import Pipeline
from pimflow.errors import Mistake
from pimflow.words import did_you_mean


@dataclass(frozen=True, slots=True)
class Named:
    """One flow that another one names, and where; `needs`: what lets its records be told by ids of their own system."""

    flow: str
    steps: tuple[str | int, ...]
    needs: Literal["", "entity", "identity"] = ""


def in_order(pipeline: Pipeline, sources: Mapping[str, Source | None]) -> tuple[list[str], list[Mistake]]:
    """Put flows in an order in which each comes after those that it names; otherwise as in the file.

    Give the mistakes as well: flows that are not there, or cannot be named so, or need each other in a circle.
    """
    flows = pipeline.config.flows
    mistakes: list[Mistake] = []
    before: dict[str, list[str]] = {name: [] for name in flows}
    for name, config in flows.items():
        for one in _named(config, sources.get(name)):
            message = _wrong(one, name, flows, sources.get(one.flow))
            if one.flow in flows:
                before[name].append(one.flow)
            if message:
                mistakes.append(pipeline.part("flows", name).mistake(message, *one.steps))
    try:
        return list(TopologicalSorter(before).static_order()), mistakes
    except CycleError as error:
        circle = error.args[1]
        said = f"flows need each other in a circle: {' -> '.join(reversed(circle))}"
        needs = flows[circle[0]].needs
        return [], [*mistakes, pipeline.part("flows", circle[0]).mistake(said, *(("needs",) if needs else ()))]


def _named(config: FlowConfig, source: Source | None) -> Iterator[Named]:
    yield from (Named(needed, ("needs", number)) for number, needed in enumerate(config.needs))
    if config.returns is not None:
        yield Named(config.returns, ("returns",), "entity")
    if isinstance(source, Outcomes):
        yield Named(source.flow, ("source", "flow"), "entity")
        for number, before in enumerate(source.before):
            yield Named(before, ("source", "before", number), "identity")
        if source.returned_by is not None:
            yield Named(source.returned_by, ("source", "returned_by"))


def _wrong(one: Named, name: str, flows: Mapping[str, FlowConfig], source: Source | None) -> str:
    """Say why a flow cannot name another so; nothing where it can."""
    if one.steps[0] == "needs":
        return "" if one.flow in flows else f"no flow is called {one.flow!r}{did_you_mean(one.flow, flows)}"
    others = flows.keys() - {name}
    if one.flow not in others:
        return f"no other flow is called {one.flow!r}{did_you_mean(one.flow, others)}"
    lacks = {"entity": flows[one.flow].entity is None, "identity": source and not id_column(flows[one.flow], source)}
    if lacks.get(one.needs):
        return f"flow {one.flow!r} needs `{one.needs}`: its records are told by their own ids"
    return ""


def id_column(config: FlowConfig, source: Source) -> str | None:
    """Name the column of the source with the ids by which records of a flow are told."""
    return config.identity or (config.sku.record if config.sku else None) or source.identity
