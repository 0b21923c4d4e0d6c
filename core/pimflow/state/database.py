"""Opens the state, in a file of SQLite or in PostgreSQL: one writer at a time, and one schema version."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.errors import StateError
from pimflow.state import sqlite
from pimflow.state.place import ServerState, StatePlace
from pimflow.state.schema import bring_up_to_date
from pimflow.state.storage import Storage


class Database:
    """An open state. Each thread that uses it gets a connection of its own; other processes may use the same state."""

    def __init__(self, storage: Storage, fence: Callable[[Connection], None] = lambda _: None) -> None:
        self._storage = storage
        self._fence = fence
        self.place = storage.place

    def fenced(self, fence: Callable[[Connection], None]) -> Database:
        """Give the same state with a check at the begin of each write transaction, which raises to refuse it."""
        return Database(self._storage, fence)

    def check_fence(self) -> None:
        """Raise what a write transaction would raise now."""
        with self.reading() as connection:
            self._fence(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a write transaction: all or nothing, one at a time. Raises StateError."""
        with self._told(), self._storage.engine.begin() as connection:
            self._storage.begin_writing(connection)
            self._fence(connection)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading, which does not make writers wait. Raises StateError."""
        with self._told(), self._storage.engine.connect() as connection:
            self._storage.begin_reading(connection)
            yield connection

    def examine(self) -> None:
        """Read everything once. Raises StateError where something is damaged."""
        with self._told():
            self._storage.examine()

    def copy_to(self, path: Path) -> None:
        """Copy everything into a new file, a state of its own. Raises StateError."""
        with self._told():
            self._storage.copy_to(path)

    def size(self) -> int:
        """Give the bytes that it takes, once all is in its place."""
        with self.reading() as connection:
            return self._storage.size(connection)

    def now(self, clock: Callable[[], datetime]) -> datetime:
        """Give the time of the clock that all users of the state share; that of `clock` where it is on one machine."""
        with self.reading() as connection:
            return self._storage.now(connection) or clock()

    def close(self) -> None:
        """Let go of the state."""
        self._storage.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise self._storage.unusable(error.orig or error) from None
        except (sa.exc.TimeoutError, sqlite3.DatabaseError) as error:
            raise self._storage.unusable(error) from None


def server_storage(place: ServerState) -> Storage:
    """Give a state in PostgreSQL, which is contacted at the first use. Raises ConfigError without the driver."""
    from pimflow.state import postgresql  # noqa: PLC0415 - who has a file needs no driver, and does not wait for it

    return postgresql.storage(place)


def open_database(place: StatePlace) -> Database:
    """Open the state, or make an empty one. Raises StateError when it is unusable or from a newer pimflow.

    Raises ConfigError where the driver of PostgreSQL is not installed.
    """
    if isinstance(place, ServerState):
        database = Database(server_storage(place))
    else:
        database = Database(sqlite.made_storage(place))
    try:
        bring_up_to_date(database.reading, database.writing, database.place)
    except StateError:
        database.close()
        raise
    return database
