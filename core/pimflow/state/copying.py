"""Copies a whole state from one database into another, piece by piece."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.state import sqlite
from pimflow.state.tables import metadata

_AT_ONCE = 2000


def into_file(source: Connection, path: Path) -> None:
    """Copy everything that a transaction sees into a new file of SQLite. Raises OSError, StateError."""
    sqlite.make(path)
    made = sqlite.storage(path, str(path))
    with closing(made.engine.connect()) as target:
        copy(source, target)
    made.engine.dispose()


def copy(source: Connection, target: Connection) -> None:
    """Copy all tables into those of an empty state, in one transaction. Memory does not grow with them."""
    with target.begin():
        for table in metadata.sorted_tables:
            target.execute(table.delete())
            rows = source.execute(sa.select(table), execution_options={"stream_results": True})
            for some in rows.partitions(_AT_ONCE):
                target.execute(table.insert(), [dict(row._mapping) for row in some])  # noqa: SLF001 - SQLAlchemy's way
