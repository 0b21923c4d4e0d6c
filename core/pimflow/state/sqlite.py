"""A state in a file of SQLite: write transactions that begin IMMEDIATE, and a file that is made as a whole."""

from __future__ import annotations

import secrets
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from pimflow.errors import StateError
from pimflow.state.looking import BUSY_SECONDS, check_whole, look_at, look_for_remains, unusable
from pimflow.state.schema import create

_MODE = 0o660
"""Nobody but the user who runs pimflow, and at most the group, reads a state: it holds who may sign in."""


@dataclass(frozen=True, slots=True)
class SqliteStorage:
    """A file of SQLite."""

    engine: Engine
    place: str

    def begin_reading(self, connection: Connection) -> None:
        """Let the transaction begin without the lock that writers take."""
        connection.execution_options(read_only=True)

    def begin_writing(self, connection: Connection) -> None:
        """Do nothing: the transaction began IMMEDIATE."""

    def examine(self) -> None:
        """Read every page. Raises sqlite3.DatabaseError."""
        with closing(self.engine.raw_connection()) as connection:
            check_whole(connection.driver_connection)  # type: ignore[arg-type]

    def copy_to(self, path: Path) -> None:
        """Copy everything into a new file."""
        path.touch(_MODE)
        with closing(self.engine.raw_connection()) as connection:
            connection.driver_connection.execute("VACUUM INTO ?", (str(path),))  # type: ignore[union-attr]

    def size(self, connection: Connection) -> int:
        """Give the bytes of all pages."""
        pages, each = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size")
        )
        return int(pages * each)

    def now(self, connection: Connection) -> datetime | None:  # noqa: ARG002 - of a file all users are on one machine
        """Leave the time to this machine."""
        return None

    def unusable(self, error: BaseException) -> StateError:
        """Say what SQLite's error means."""
        return unusable(self.place, error)


def made_storage(path: Path) -> SqliteStorage:
    """Give the state in a file, which is made where it is not there. Raises StateError where it is unusable."""
    try:
        if not path.exists():
            look_for_remains(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            make(path)
        look_at(path)
    except OSError as error:
        raise StateError(
            f"the state {path} cannot be opened or made: {error.strerror}. Nothing was overwritten. Give the user who "
            "runs pimflow the right to write the folder, and the disk room; or name another place with --state"
        ) from None
    return storage(path, str(path))


def storage(path: Path, place: str) -> SqliteStorage:
    """Give a file that is there."""
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    return SqliteStorage(engine, place)


def make(path: Path) -> None:
    """Make an empty state beside its place and put it there as a whole: nobody ever meets half of one.

    Where another process was faster, its state stays. Raises OSError, StateError.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    made = storage(fresh, str(path))
    try:
        fresh.touch(_MODE, exist_ok=False)
        try:
            with made.engine.begin() as connection:
                create(connection)
        except sa.exc.DBAPIError as error:
            raise made.unusable(error.orig or error) from None
        finally:
            made.engine.dispose()
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
