"""Which flows of a pipeline go group by group, and which as a whole before or after that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pimflow.assemble import Flow
from pimflow.checking.expecting import followed
from pimflow.context import RunContext
from pimflow.errors import ConfigError
from pimflow.model import Field
from pimflow.outlook import Expected
from pimflow.transforming.compiling import has_whole_transform
from pimflow.words import did_you_mean


@dataclass(frozen=True, slots=True)
class Order:
    """The flows of a pipeline, each list in the order in which they run."""

    before: list[Flow] = field(default_factory=list)
    grouped: list[Flow] = field(default_factory=list)
    after: list[Flow] = field(default_factory=list)


def order_of(context: RunContext, column: str) -> Order:
    """Put the flows in order, before any of them is read. Raises ConfigError where none has the column.

    As a whole go flows without the column, files and feeds, and what a transform of all rows needs: it asks the target
    before any group is brought. They go first where they stand before the others or are needed by them, else last. Who
    needs what goes last, goes last too.
    """
    flows = context.assembly.flows
    columns = {flow.name: _columns(context, flow, column) for flow in flows}
    having = {flow.name for flow in flows if _may_have(columns[flow.name], column) and not _is_whole(flow)}
    if not having:
        known = set().union(*(found for found in columns.values() if found))
        raise ConfigError(f"--by: nothing was run, no flow hands on a column {column!r}{did_you_mean(column, known)}")
    having -= _needed_by(flows, {flow.name for flow in flows if flow.name in having and has_whole_transform(flow)})
    needed, order, late = _needed_by(flows, having), Order(), set[str]()
    for flow in flows:
        needs = set(flow.config.needs)
        grouped = {one.name for one in order.grouped}
        is_late = needs & late or (flow.name not in having and needs & grouped)
        if not is_late and flow.name in having:
            order.grouped.append(flow)
        elif not is_late and (not grouped or flow.name in needed):
            order.before.append(flow)
        else:
            late.add(flow.name)
            order.after.append(flow)
    return order


def _may_have(found: Mapping[str, Expected] | None, column: str) -> bool:
    return found is None or column in found


def _is_whole(flow: Flow) -> bool:
    return any(sink.whole for sink in flow.sinks)


def _columns(context: RunContext, flow: Flow, column: str) -> Mapping[str, Expected] | None:
    """Give the columns that come out of the transforms as far as they can be told; None where nothing tells.

    The source is asked for its columns only where the transforms would let this one pass.
    """
    made, passed = followed(flow, ()), followed(flow, [Field(column, "text")])
    if column in made or (passed and column not in passed):
        return made
    if not passed:
        return None
    return followed(flow, flow.source.discover(context.sessions.of(flow.source)))


def _needed_by(flows: Iterable[Flow], names: set[str]) -> set[str]:
    """Name the flows that these need, and those that they need in turn; `flows` are in the order in which they run."""
    needed: set[str] = set()
    for flow in reversed(list(flows)):
        if flow.name in names | needed:
            needed.update(flow.config.needs)
    return needed
