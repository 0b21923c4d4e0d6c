"""The rows of one flow, read once and put aside on disk by group; then brought a group at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pimflow.assemble import Flow
from pimflow.checking.foresight import before_full_run
from pimflow.context import FlowProgress, RunContext
from pimflow.delivering.delivery import Delivery
from pimflow.delivering.guards import check_min_rows
from pimflow.model import BadValue, FlowReport, Header, Window
from pimflow.rows import Passed, Stopped
from pimflow.running.ending import finish, send_kept
from pimflow.running.flow import begin, carry_out, deliver, reading
from pimflow.state.sorted_rows import SortedRows
from pimflow.transforming.chain import Chain


@dataclass(slots=True)
class Gathered:
    """The rows of one flow. `sizes` has the number of source rows of each group; "" is that of rows without one.

    `chain` is None where the rows have no such column after all. `brought` are the groups that this run has brought.
    """

    flow: Flow
    rows: SortedRows
    column: str
    window: Window = field(default_factory=Window)
    basis: str | None = None
    source_header: Header = ()
    chain: Chain | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    brought: set[str] = field(default_factory=set)


def gather(context: RunContext, gathered: Gathered) -> list[FlowReport]:
    """Read the source of a flow and put its rows aside. The reports tell whether that went well."""
    reports = carry_out(replace(context, group=True), gathered.flow, partial(_put_aside, context, gathered))
    dropped = reports[0].dropped
    left_out = (f"{dropped:,} rows of all groups were left out by the pipeline's filter.",) if dropped else ()
    gathered.notes = (*left_out, *(note for report in reports for note in report.notes))
    return reports


def bring(context: RunContext, gathered: Gathered, name: str) -> list[FlowReport]:
    """Bring one group, as a run of some records only does: no cursor moves, and nothing counts as missing."""
    passing = context.allowed | {"first_import"}  # it was asked of all groups, before the first one
    group = replace(context, group=True, goes_on=bool(gathered.brought), allowed=passing)
    reports = carry_out(group, gathered.flow, partial(_bring, context, gathered, [name]))
    reports[0] = replace(reports[0], notes=(*gathered.notes, *reports[0].notes))
    gathered.notes = ()
    gathered.brought.add(name)
    return reports


def bring_again(context: RunContext, gathered: Gathered, names: Sequence[str]) -> list[FlowReport]:
    """Bring the groups again that earlier runs brought, and what lacked a record of another group; then conclude."""
    rest = replace(
        context,
        goes_on=bool(gathered.brought),
        created_before=sum(gathered.sizes.values()),
        allowed=context.allowed | {"min_rows", "first_import"},
    )
    return carry_out(rest, gathered.flow, partial(_bring, context, gathered, names))


def _put_aside(
    whole: RunContext,
    gathered: Gathered,
    _group: RunContext,
    flow: Flow,
    deliveries: Sequence[Delivery],
    done: FlowProgress,
) -> None:
    with reading(whole, flow, deliveries, done) as (reader, chain):
        if gathered.column in chain.header:
            at = chain.header.index(gathered.column)
            for rows in chain.run(reader):
                gathered.rows.put((_name_of(row, at), row.row, row) for row in rows)
                whole.progress(f"{flow.name}, reading", reader.read, done.total)
            done.read, done.dropped = reader.read, chain.dropped
            gathered.source_header, gathered.chain = reader.header, chain
            gathered.window, gathered.basis = done.window, done.basis
            full = whole.is_full(done.window)
            check_min_rows(flow.config.guards_in_force, done.read, full=full, passing=whole.allowed)
            gathered.rows.complete()
            gathered.sizes = gathered.rows.sizes()
            begin(deliveries, gathered.source_header, chain.header)
            for delivery in deliveries:
                delivery.check_first_import(rows for name in gathered.sizes for rows in gathered.rows.of(name))
    done.complete = True


def _bring(
    whole: RunContext,
    gathered: Gathered,
    names: Iterable[str],
    context: RunContext,
    flow: Flow,
    deliveries: Sequence[Delivery],
    done: FlowProgress,
) -> None:
    assert gathered.chain is not None
    done.window, done.basis, done.begun = gathered.window, gathered.basis, True
    if not gathered.brought:
        before_full_run(whole, flow, gathered.chain.header, deliveries, done)
    begin(deliveries, gathered.source_header, gathered.chain.header)
    for name in names:
        done.read += gathered.sizes.get(name, 0)
        done.total = done.read
        for rows in gathered.rows.of(name):
            deliver(deliveries, rows)
            context.progress(flow.name, done.settled(), done.total)
    if not context.group and len(gathered.brought) > 1:
        _bring_waiting(gathered, deliveries, done)
    send_kept(context, flow, gathered.chain, deliveries, done)
    finish(context, flow, deliveries, done)
    context.database.check_fence()
    done.complete = True


def _bring_waiting(gathered: Gathered, deliveries: Sequence[Delivery], done: FlowProgress) -> None:
    """Take rows once more that this run brought in part: what they refer to may have come with a later group."""
    for delivery in deliveries:
        for numbers in delivery.waiting():
            rows = gathered.rows.numbered(numbers)
            done.read += len(numbers)
            delivery.take(rows)
        delivery.flush()


def _name_of(row: Passed | Stopped, at: int) -> str:
    """Name the group of a row; one whose value could not be read has none."""
    cell = row.result[at] if isinstance(row, Passed) else None
    return "" if isinstance(cell, BadValue) else _text(cell)


def _text(cell: Any) -> str:
    if isinstance(cell, list | tuple):
        return ", ".join(sorted(_text(one) for one in cell))
    return "" if cell is None else str(cell).strip()
