"""Holds the columns of a flow against its targets, without writing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from pimflow.assemble import Flow
from pimflow.compiling import compile_chain, placed
from pimflow.model import Header, Problem, Run, Window
from pimflow.rows import Reader
from pimflow.sessions import Sessions


def check_columns(flow: Flow, sessions: Sessions) -> tuple[Header, Mapping[str, Problem]]:
    """Give the columns that reach the targets, and those that a target cannot take.

    Only the header of the source is read. Raises FlowError where a system cannot be used, ConfigError where a
    transform names a column that is not there.
    """
    run = Run("check", "check", datetime.now(UTC), limit=0, dry=True)
    writers = [sink.open(sessions.of(sink), run) for sink in flow.sinks]
    try:
        with placed(flow), Reader(flow.source.extract(sessions.of(flow.source), Window()), limit=0) as reader:
            header = compile_chain(flow, reader.header, writers).header
        refused = {
            name: reason.problem
            for writer in writers
            for name, reason in writer.check_columns(header).items()
            if not any(other.knows(name) for other in writers if other is not writer)
        }
    finally:
        for writer in writers:
            writer.close(ok=False)
    return header, refused
