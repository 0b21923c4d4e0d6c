"""Holds a flow against its targets as they are now. Nothing is written there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from pimflow.assemble import Assembly, Flow
from pimflow.checking import known_by
from pimflow.checking.expecting import expected_columns
from pimflow.checking.foresight import find, softened
from pimflow.checking.wrong_environment import wrong_environment
from pimflow.components import Source
from pimflow.model import Field, Header, Run, Window
from pimflow.outlook import Finding
from pimflow.rows import Reader
from pimflow.sessions import Sessions
from pimflow.sinks import Sink, Writer
from pimflow.state.database import Database
from pimflow.state.memory import KeptMemory
from pimflow.transforming.compiling import compile_chain, placed, placed_sink


def check_flow(assembly: Assembly, flow: Flow, sessions: Sessions, database: Database) -> tuple[str, list[Finding]]:
    """Say how many of the columns the targets take, and give all that was found.

    Of the source only what it can give and its header are read. Raises FlowError where a system cannot be used,
    ConfigError where a transform names a column that is not there.
    """
    writers: list[Writer] = []
    try:
        writers.extend(opened(assembly, flow, sink, sessions, database) for sink in flow.sinks)
        header = _header(flow, sessions, writers)
        expected = expected_columns(flow, header, _fields(flow, sessions))
        found = [
            *wrong_environment(assembly, flow, guess=True),
            *known_by.of_flow(flow),
            *softened(find(assembly, flow, expected, writers, thorough=True), flow, assembly),
        ]
        refused = [writer.check_columns(header) for writer in writers]
        known = sum(any(name not in names for names in refused) for name in header)
    finally:
        for writer in writers:
            writer.close(ok=False)
    return f"{'all' if known == len(header) else f'{known} of'} {len(header)} columns are known to the target", found


def opened(assembly: Assembly, flow: Flow, sink: Sink, sessions: Sessions, database: Database) -> Writer:
    """Give a writer that may ask its target and writes nothing. Raises FlowError, ConfigError with its line."""
    memory = KeptMemory(database, assembly.address(sink))
    run = Run("check", assembly.pipeline.name, datetime.now(UTC), limit=0, dry=True, memory=memory)
    with placed_sink(flow, sink):
        return sink.open(sessions.of(sink), run)


def _header(flow: Flow, sessions: Sessions, writers: Sequence[Writer]) -> Header:
    with placed(flow), Reader(flow.source.extract(sessions.of(flow.source), Window()), limit=0) as reader:
        header = compile_chain(flow, reader.header, writers).header
    known = flow.sinks[0].id if flow.config.returns else None
    return header if known is None or known in header else (*header, known)


def _fields(flow: Flow, sessions: Sessions) -> Sequence[Field]:
    """Ask what the source can give; one that only repeats its header knows no types."""
    source = flow.source
    with placed(flow):
        return () if type(source).discover is Source.discover else source.discover(sessions.of(source))
