"""Where the content of a run's media files is found again when it is uploaded. Kept on disk: records may be many."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from pimflow_akeneo.media.temporary import room

_TABLE = "CREATE TABLE origins (key TEXT PRIMARY KEY, kind TEXT, place TEXT, address TEXT) WITHOUT ROWID"
FILE, ADDRESS, COPY = "file", "address", "copy"


@dataclass(frozen=True, slots=True)
class Origin:
    """`place` is a path or an address. A `COPY` was made by this run; `address` is where it was downloaded from."""

    kind: str
    place: str
    address: str = ""


class Origins:
    """By the key of a content. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def new_file(self) -> Path:
        """Name a file that may be written; it is gone at the end of the run. Raises FlowError without a folder."""
        with self._lock, room():
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="pimflow-media-")
            return Path(self._folder.name, uuid4().hex)

    def note(self, key: str, origin: Origin) -> None:
        """Keep where a content is; a copy that is there already stays, and a second one goes."""
        with self._lock:
            before = self._find(key)
            if before is not None and before.kind == COPY:
                if origin.kind == COPY and origin.place != before.place:
                    Path(origin.place).unlink(missing_ok=True)
                return
            self._put(key, origin)

    def find(self, key: str) -> Origin | None:
        """Tell where a content is; None where this run has not met it, or has uploaded its only copy."""
        with self._lock:
            return self._find(key)

    def release(self, key: str, *, uploaded: bool = False) -> None:
        """Remove the copy of a content that can be had again, or that was uploaded: copies may be many and large."""
        with self._lock:
            found = self._find(key)
            if found is None or found.kind != COPY or not (uploaded or found.address):
                return
            Path(found.place).unlink(missing_ok=True)
            if found.address:
                self._put(key, Origin(ADDRESS, found.address))
            else:
                self._opened().execute("DELETE FROM origins WHERE key = ?", (key,))

    def close(self) -> None:
        """Remove everything."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None
            if self._folder is not None:
                self._folder.cleanup()
                self._folder = None

    def _put(self, key: str, origin: Origin) -> None:
        statement = "INSERT OR REPLACE INTO origins VALUES (?, ?, ?, ?)"
        self._opened().execute(statement, (key, origin.kind, origin.place, origin.address))

    def _find(self, key: str) -> Origin | None:
        row = self._opened().execute("SELECT kind, place, address FROM origins WHERE key = ?", (key,)).fetchone()
        return Origin(*row) if row else None

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            # The empty name makes a database of its own on disk, which SQLite removes when it is closed.
            self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
            self._database.execute(_TABLE)
        return self._database
