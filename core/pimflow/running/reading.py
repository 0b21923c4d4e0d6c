"""What a flow reads of its source in this run, and where it begins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pimflow.assemble import Flow
from pimflow.context import FlowProgress, RunContext
from pimflow.model import Window
from pimflow.rows import Last
from pimflow.running.basis import basis_of
from pimflow.running.ledger import FlowLedger
from pimflow.sentences import said
from pimflow.state import history
from pimflow.transforming.compiling import has_whole_transform, needs_all_rows

if TYPE_CHECKING:
    import petl


def window_of(context: RunContext, flow: Flow, session: Any, done: FlowProgress, only: tuple[str, ...]) -> Window:
    """Fix what a flow reads: what changed since the cursor that is kept, or everything. `only` are keys asked for."""
    run = context.run
    done.basis = basis_of(flow)
    known = None if run.full or run.only or needs_all_rows(flow) else _begin_at(context, flow, done)
    window = flow.source.window(session, known)
    if flow.config.returns is not None and only:  # the source knows records by the keys that they got there
        keys = FlowLedger(context.assembly, context.database).keys(flow.config.returns, only)
        only = tuple(dict.fromkeys((*only, *keys.values())))
    return replace(window, keys=only) if only and not has_whole_transform(flow) else window


def tables_of(flow: Flow, session: Any, window: Window, limit: int | None = None) -> list[petl.Table | Last]:
    """Give what is to be read of a window: its parts, if the source knows any. A few records are read as one."""
    some = limit is not None or bool(window.keys)
    parts = (window,) if some else flow.source.parts(session, window)
    tables = ((part, flow.source.extract(session, part)) for part in parts)
    return [Last(table) if part.last else table for part, table in tables]


def is_other_flow(context: RunContext, flow: Flow) -> bool:
    """Tell whether the mapping, an option or a table of a flow changed since all of it was read last."""
    before = history.basis(context.database, context.run.pipeline, flow.name)
    return before is not None and before != basis_of(flow)


def _begin_at(context: RunContext, flow: Flow, done: FlowProgress) -> str | None:
    """Give the cursor where this run begins to read; None to read everything, with a note where that is not plain."""
    if context.since is not None:
        given = flow.source.cursor_at(context.since)
        if given is None:
            source = said(flow.source.title)
            done.notes.append(
                said("{source} cannot tell what changed since a time: everything was read.", source=source)
            )
        return given
    run = context.run
    known = history.cursor(context.database, run.pipeline, flow.name, context.address(flow.source))
    before = history.basis(context.database, run.pipeline, flow.name)
    if known is None or before == done.basis:
        return known
    if before:
        done.notes.append(said("The mapping, an option or a table changed: everything was read again."))
    else:
        done.notes.append(said("How all was read last is not known: everything was read again."))
    return None
