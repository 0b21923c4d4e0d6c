"""Looks at a state without changing it: also at one that is broken, read-only, or of another version of pimflow."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from pimflow.state.database import Database, server_storage
from pimflow.state.looking import BUSY_SECONDS
from pimflow.state.place import ServerState, StatePlace
from pimflow.state.sqlite import SqliteStorage
from pimflow.state.tables import about, runs, scopes


def opened_unchanged(path: Path) -> sqlite3.Connection:
    """Open a state for reading only: nothing is made, migrated, checkpointed or repaired, and no file appears.

    A file without a log beside it (`-wal`) is in nobody's use, so that not even a lock is needed.
    """
    how = "mode=ro" if log_of(path).exists() else "immutable=1"
    address = f"{path.absolute().as_uri()}?{how}"
    return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def open_unchanged(place: StatePlace) -> Database:
    """Give a state that is opened for reading only, as `opened_unchanged` does; in PostgreSQL, nothing is made."""
    if isinstance(place, ServerState):
        return Database(server_storage(place))
    engine = sa.create_engine("sqlite://", creator=partial(opened_unchanged, place), poolclass=NullPool)
    sa.event.listen(engine, "begin", _begin)
    return Database(SqliteStorage(engine, str(place)))


def is_there(database: Database) -> bool:
    """Tell whether a database has a state. Raises StateError."""
    with database.reading() as connection:
        return sa.inspect(connection).has_table(about.name)


def log_of(path: Path) -> Path:
    """Give the file in which SQLite keeps what is committed and not yet in the state itself."""
    return path.with_name(f"{path.name}-wal")


def schema_version(database: Database) -> int:
    """Give the version of the tables. Raises StateError."""
    with database.reading() as connection:
        found: int = connection.execute(sa.select(about.c.schema_version)).scalar_one()
        return found


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
