"""Copies a whole state from one database into another, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.errors import StateError
from pimflow.state import sqlite
from pimflow.state.tables import about, alembic_version, locks, metadata, runs, scopes

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
            _copy_table(table, source, target)


def into_state(source: Connection, target: Connection) -> int:
    """Within the caller's transactions: copy a state into one that is empty, and give the number of rows.

    Raises StateError where one of the two is in use, or the other one holds something already.
    """
    busy = source.execute(sa.select(locks.c.pipeline).where(locks.c.run.is_not(None)).limit(1)).scalar()
    if busy is not None:
        raise StateError(
            f"{busy} is running, so its state cannot be copied now. Wait until it is through; where its process is "
            "dead, run it once more, or take the lock away (`pimflow state unlock`)"
        )
    if any(target.execute(sa.select(table).limit(1)).first() for table in (runs, scopes)):
        raise StateError("there is a state in that place already, and nothing in it was changed. Name an empty one")
    tables = [table for table in metadata.sorted_tables if table not in {about, alembic_version}]
    number = sum(_copy_table(table, source, target) for table in tables)
    if target.dialect.name == "postgresql":
        _count_on(target, tables)
    return number


def _copy_table(table: sa.Table, source: Connection, target: Connection) -> int:
    number = 0
    rows = source.execute(sa.select(table), execution_options={"stream_results": True})
    for some in rows.partitions(_AT_ONCE):
        target.execute(table.insert(), [dict(row._mapping) for row in some])  # noqa: SLF001 - SQLAlchemy's way
        number += len(some)
    return number


def _count_on(target: Connection, tables: Iterable[sa.Table]) -> None:
    """Let the counters of PostgreSQL go on behind the numbers that were copied."""
    for table in tables:
        column = table.autoincrement_column
        if column is not None:
            counter = sa.func.pg_get_serial_sequence(table.name, column.name)
            highest = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
            target.execute(sa.select(sa.func.setval(counter, highest, sa.false())))
