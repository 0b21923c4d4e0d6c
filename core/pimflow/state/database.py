"""Opens the database of the state: SQLite, write transactions that begin IMMEDIATE, one schema version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from pimflow.errors import StateError
from pimflow.state.tables import SCHEMA_VERSION, about, metadata

_BUSY_SECONDS = 30


class Database:
    """An open state. Each thread that uses it gets a connection of its own; other processes may use the same file."""

    def __init__(self, engine: Engine, place: str, fence: Callable[[Connection], None] = lambda _: None) -> None:
        self._engine = engine
        self._fence = fence
        self.place = place

    def fenced(self, fence: Callable[[Connection], None]) -> Database:
        """Give the same state with a check at the begin of each write transaction, which raises to refuse it."""
        return Database(self._engine, self.place, fence)

    def check_fence(self) -> None:
        """Raise what a write transaction would raise now."""
        with self.reading() as connection:
            self._fence(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a write transaction: all or nothing. Raises StateError."""
        with self._told(), self._engine.begin() as connection:
            self._fence(connection)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading, which does not make writers wait. Raises StateError."""
        with self._told(), self._engine.connect().execution_options(read_only=True) as connection:
            yield connection

    def copy_to(self, path: Path) -> None:
        """Copy everything into a new file. Raises StateError."""
        with self._told(), self._engine.connect() as connection:
            connection.rollback()
            connection.connection.driver_connection.execute("VACUUM INTO ?", (str(path),))  # type: ignore[union-attr]

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DatabaseError as error:
            if "locked" in str(error.orig):
                raise StateError(
                    f"another process kept the state in {self.place} busy for {_BUSY_SECONDS} seconds. "
                    "Nothing in it was overwritten; end that process, or wait for it, and start again"
                ) from None
            raise StateError(
                f"the state in {self.place} cannot be used: {error.orig}. Nothing in it was overwritten. "
                "See that the disk has room and the file can be written, or put a backup in its place"
            ) from None


def open_database(path: Path) -> Database:
    """Open the state, or make an empty one. Raises StateError when it is unusable or from a newer pimflow."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(f"the folder {path.parent} for the state cannot be made: {error.strerror}") from None
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_SECONDS})
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    database = Database(engine, str(path))
    try:
        _ensure_schema(database)
    except StateError:
        database.close()
        raise
    return database


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _on_begin says, not where sqlite3 guesses
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _on_begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _ensure_schema(database: Database) -> None:
    with database.writing() as connection:
        tables = sa.inspect(connection).get_table_names()
        if tables and about.name not in tables:
            raise StateError(f"{database.place} is no state of pimflow, but a database of something else")
        if not tables:
            metadata.create_all(connection)
            connection.execute(about.insert().values(schema_version=SCHEMA_VERSION))
        found = connection.execute(sa.select(about.c.schema_version)).scalar_one()
        if found < SCHEMA_VERSION:
            metadata.create_all(connection)
            connection.execute(about.update().values(schema_version=SCHEMA_VERSION))
    if found > SCHEMA_VERSION:
        raise StateError(
            f"the state in {database.place} was written by a newer pimflow (schema {found}; this one knows "
            f"{SCHEMA_VERSION}). Install that pimflow again, or name another state with --state"
        )
