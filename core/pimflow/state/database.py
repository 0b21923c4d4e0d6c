"""Opens the database of the state: SQLite, write transactions that begin IMMEDIATE, one schema version."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from pimflow.errors import StateError
from pimflow.state.looking import BUSY_SECONDS, check_whole, look_at, look_for_remains, unusable
from pimflow.state.tables import SCHEMA_VERSION, about, metadata


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

    def examine(self) -> None:
        """Read everything once. Raises StateError where something is damaged."""
        with self._told(), self._engine.connect() as connection:
            connection.rollback()
            check_whole(connection.connection.driver_connection)  # type: ignore[arg-type]

    def copy_to(self, path: Path) -> None:
        """Copy everything into a new file. Raises StateError."""
        with self._told(), self._engine.connect() as connection:
            connection.rollback()
            connection.connection.driver_connection.execute("VACUUM INTO ?", (str(path),))  # type: ignore[union-attr]

    def size(self) -> int:
        """Give the bytes that it takes, once all is in its place."""
        with self.reading() as connection:
            pages, each = (
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size")
            )
            return int(pages * each)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DatabaseError as error:
            raise unusable(self.place, error.orig) from None
        except sqlite3.DatabaseError as error:
            raise unusable(self.place, error) from None


def open_database(path: Path) -> Database:
    """Open the state, or make an empty one. Raises StateError when it is unusable or from a newer pimflow."""
    try:
        if not path.exists():
            look_for_remains(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            _make(path)
        look_at(path)
    except OSError as error:
        raise StateError(
            f"the state {path} cannot be opened or made: {error.strerror}. Nothing was overwritten. Give the user who "
            "runs pimflow the right to write the folder, and the disk room; or name another place with --state"
        ) from None
    database = _open(path, str(path))
    try:
        _ensure_schema(database)
    except StateError:
        database.close()
        raise
    return database


def _open(path: Path, place: str) -> Database:
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    return Database(engine, place)


def _make(path: Path) -> None:
    """Make an empty state beside its place and put it there as a whole: nobody ever meets half of one.

    Where another process was faster, its state stays. Raises OSError, StateError.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with closing(_open(fresh, str(path))) as database, database.writing() as connection:
            metadata.create_all(connection)
            connection.execute(about.insert().values(schema_version=SCHEMA_VERSION))
        with suppress(FileExistsError):
            _put(fresh, path)
    finally:
        for part in ("", "-wal", "-shm"):
            fresh.with_name(fresh.name + part).unlink(missing_ok=True)


def _put(fresh: Path, path: Path) -> None:
    """Give a file a second name, which must be free; where the file system cannot do that, another name."""
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        raise
    except OSError:
        fresh.rename(path)


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _on_begin says, not where sqlite3 guesses
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _on_begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _ensure_schema(database: Database) -> None:
    """Give the state of an older pimflow the tables that it lacks."""
    with database.writing() as connection:
        found = connection.execute(sa.select(about.c.schema_version)).scalar_one()
        if found < SCHEMA_VERSION:
            metadata.create_all(connection)
            connection.execute(about.update().values(schema_version=SCHEMA_VERSION))
