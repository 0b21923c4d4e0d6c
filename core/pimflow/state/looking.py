"""What lies where a state is expected, looked at before a byte of it can change."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pimflow.errors import StateError
from pimflow.state.schema import newer
from pimflow.state.tables import SCHEMA_VERSION

BUSY_SECONDS = 30
LEFT = "Nothing in it was overwritten"
_BACKUP = (
    "Put a backup in its place, without the files -wal and -shm that lie beside it now; or move it away to begin anew: "
    "everything is then sent once more"
)
_ADVICE = {
    sqlite3.SQLITE_FULL: "Make room on the disk, then start again: what was not kept is sent once more",
    sqlite3.SQLITE_READONLY: "Give the user who runs pimflow the right to write it and the folder that it is in",
    sqlite3.SQLITE_CANTOPEN: "Give the user who runs pimflow the right to write it and the folder that it is in",
    sqlite3.SQLITE_IOERR: "See that the disk is well and has room, and that no quota or limit of file size is reached",
    sqlite3.SQLITE_CORRUPT: f"It is damaged. {_BACKUP}",
    sqlite3.SQLITE_NOTADB: f"It is no state of pimflow, or damaged. {_BACKUP}; or name another with --state",
}
_OTHERWISE = "See that the disk has room and the file can be written, or put a backup in its place"


def opened_reading(path: Path) -> sqlite3.Connection:
    """Open a state for reading, also while others write."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)


Opened = Callable[[Path], sqlite3.Connection]


def look_at(path: Path, opened: Opened = opened_reading, *, whole: bool = False) -> None:
    """See that a file is a state that this pimflow can use. Raises StateError in words.

    With `whole`, or where something was not written back when it was used last, all of it is read: that may belong to
    another file.
    """
    wal = path.with_name(f"{path.name}-wal")
    if path.is_dir():
        raise StateError(f"{path} is a folder, and should be the file of a state. Name another with --state")
    if path.stat().st_size == 0:
        raise StateError(
            f"the state in {path} is empty, as a full disk or a copy that broke off leaves a file. {LEFT}. {_BACKUP}"
        )
    with told(path), closing(opened(path)) as connection:
        _check_version(path, connection)
        if whole or (wal.exists() and wal.stat().st_size):
            check_whole(connection)


def look_for_remains(path: Path) -> None:
    """See that nothing was left of a state that is not there. Raises StateError: SQLite would delete it."""
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists() and wal.stat().st_size:
        raise StateError(
            f"the state {path} is not there, but its companion {wal.name} is, which may hold what was kept last. "
            f"{LEFT}. Put the state back beside it, or move {wal.name} away to begin anew"
        )


def check_whole(connection: sqlite3.Connection) -> None:
    """Read everything. Raises sqlite3.DatabaseError where it does not hold together."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        error = sqlite3.DatabaseError(f"database disk image is malformed ({' '.join(found.split())})")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn an error of SQLite into a StateError."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise unusable(str(path), error) from None


def unusable(place: str, error: BaseException | None) -> StateError:
    """Make the error that says what is wrong with a state, and what now."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StateError(
            f"another process kept the state in {place} busy for {BUSY_SECONDS} seconds. "
            f"{LEFT}; end that process, or wait for it, and start again"
        )
    return StateError(f"the state in {place} cannot be used: {error}. {LEFT}. {_ADVICE.get(code, _OTHERWISE)}")


def _check_version(path: Path, connection: sqlite3.Connection) -> None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "about" not in tables:
        raise StateError(
            f"{path} is no state of pimflow, but a database of something else. {LEFT}. Name another with --state"
        )
    found = connection.execute("SELECT MAX(schema_version) FROM about").fetchone()[0]
    if not isinstance(found, int):
        raise StateError(f"the state in {path} does not tell its version. {LEFT}. {_BACKUP}")
    if found > SCHEMA_VERSION:
        raise newer(str(path), found)
