"""What differs between the databases that can hold a state."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import Connection, Engine

from pimflow.errors import StateError


class Storage(Protocol):
    """One kind of database with one state in it. Its methods may raise errors of the driver."""

    @property
    def engine(self) -> Engine:
        """Makes connections."""

    @property
    def place(self) -> str:
        """What people call it."""

    def begin_reading(self, connection: Connection) -> None:
        """Let a connection, before its first statement, see one moment of the state and write nothing."""

    def begin_writing(self, connection: Connection) -> None:
        """Let a transaction that has just begun be the only one that writes."""

    def examine(self) -> None:
        """Read everything once, where the database does not see to that itself."""

    def copy_to(self, path: Path) -> None:
        """Copy everything into a new file of SQLite."""

    def size(self, connection: Connection) -> int:
        """Give the bytes that it takes."""

    def now(self, connection: Connection) -> datetime | None:
        """Give the time of the clock that all users of the state share; None where it is this machine's."""

    def unusable(self, error: BaseException) -> StateError:
        """Make the error that says what is wrong, and what now."""
