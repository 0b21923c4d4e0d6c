"""Looks at a state without changing it: also at one that is broken, read-only, or of another version of pimflow."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from pimflow.errors import StateError
from pimflow.state.database import Database
from pimflow.state.tables import about, runs, scopes

_FAULTS = 5
_BUSY_SECONDS = 5


def open_unchanged(path: Path) -> Database:
    """Open a state for reading only: nothing is made, migrated, checkpointed or repaired.

    A file without a log beside it (`-wal`) is in nobody's use, so that not even a lock is needed.
    """
    how = "mode=ro" if log_of(path).exists() else "immutable=1"
    address = f"{path.absolute().as_uri()}?{how}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool)
    sa.event.listen(engine, "begin", _begin)
    return Database(engine, str(path))


def log_of(path: Path) -> Path:
    """Give the file in which SQLite keeps what is committed and not yet in the state itself."""
    return path.with_name(f"{path.name}-wal")


def schema_version(database: Database) -> int | None:
    """Give the version of the tables; None for an empty file. Raises StateError where it is no state of pimflow."""
    with database.reading() as connection:
        tables = sa.inspect(connection).get_table_names()
        if tables and about.name not in tables:
            raise StateError(f"{database.place} is no state of pimflow, but a database of something else")
        return connection.execute(sa.select(about.c.schema_version)).scalar() if tables else None


def faults(database: Database) -> list[str]:
    """Read every page and tell what is wrong in the file, the first things of it. Raises StateError."""
    with database.reading() as connection:
        found = connection.exec_driver_sql(f"PRAGMA integrity_check({_FAULTS})").scalars().all()
    return [] if found == ["ok"] else [line for one in found for line in str(one).splitlines()]


def pipelines(database: Database) -> list[str]:
    """Name the pipelines that ever ran. Raises StateError."""
    query = sa.union(sa.select(runs.c.pipeline), sa.select(scopes.c.pipeline))
    with database.reading() as connection:
        return sorted(connection.execute(query).scalars())


def last_good(database: Database, pipeline: str) -> datetime | None:
    """Give when the last run began that ended with exit code 0. Raises StateError."""
    query = sa.select(runs.c.started).where((runs.c.pipeline == pipeline) & (runs.c.exit_code == 0))
    with database.reading() as connection:
        found = connection.execute(query.order_by(runs.c.number.desc()).limit(1)).scalar()
    return datetime.fromisoformat(found) if found else None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
