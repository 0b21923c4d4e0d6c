"""What was downloaded into a folder, kept beside it, so that no file is fetched twice."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

INDEX = ".pimflow-media.sqlite"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS files "
    "(place TEXT PRIMARY KEY, record TEXT NOT NULL, name TEXT NOT NULL, code TEXT NOT NULL, size INTEGER NOT NULL)"
)
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS by_code ON files (code)",
    "CREATE INDEX IF NOT EXISTS by_record ON files (record)",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One file: the folder of its value, its name there, the PIM's code of it, and its size in bytes."""

    place: str
    name: str
    code: str
    size: int

    @property
    def path(self) -> str:
        """The file below the folder."""
        return f"{self.place}/{self.name}"


class Shelf:
    """Only files that were put here are ever replaced or removed. Used from one thread."""

    def __init__(self, folder: Path, index: sqlite3.Connection) -> None:
        self.folder = folder
        self._index = index

    def of_record(self, record: str) -> dict[str, Kept]:
        """Give the files of a record that are there as they were put, by place."""
        found = self._index.execute("SELECT place, name, code, size FROM files WHERE record = ?", (record,))
        return {one.place: one for one in (Kept(*row) for row in found.fetchall()) if self._is_there(one)}

    def copy(self, code: str, target: Path) -> bool:
        """Copy the file of a code that lies elsewhere in the folder; tell whether there was one."""
        rows = self._index.execute("SELECT place, name, code, size FROM files WHERE code = ? LIMIT 3", (code,))
        found = next((one for one in (Kept(*row) for row in rows.fetchall()) if self._is_there(one)), None)
        if found is None:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        part = part_of(target)
        shutil.copyfile(self.folder / found.path, part)
        part.replace(target)
        return True

    def put(self, record: str, place: str, name: str, code: str, before: Kept | None) -> None:
        """Note a file that is there now; the one that it replaces goes."""
        if before is not None and before.name != name:
            self._unlink(before)
        size = (self.folder / place / name).stat().st_size
        self._index.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", (place, record, name, code, size))

    def remove(self, kept: Kept) -> None:
        """Remove a file whose value is empty now, and the folder of the value."""
        self._unlink(kept)
        with suppress(OSError):  # somebody put another file there
            (self.folder / kept.place).rmdir()
        self._index.execute("DELETE FROM files WHERE place = ?", (kept.place,))

    def _unlink(self, kept: Kept) -> None:
        (self.folder / kept.path).unlink(missing_ok=True)

    def _is_there(self, kept: Kept) -> bool:
        try:
            return (self.folder / kept.path).stat().st_size == kept.size
        except OSError:
            return False


@contextmanager
def shelf(folder: Path) -> Iterator[Shelf]:
    """Open a folder, which is made where it is missing. An index that was damaged is begun anew."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / INDEX
    try:
        index = _opened(path)
    except sqlite3.DatabaseError:
        path.unlink()
        index = _opened(path)
    try:
        yield Shelf(folder, index)
    finally:
        index.close()


def part_of(path: Path) -> Path:
    """Name the file that a download goes to until it is complete."""
    return path.with_name(f"{path.name}.part")


def _opened(path: Path) -> sqlite3.Connection:
    index = sqlite3.connect(path, isolation_level=None)
    try:
        index.execute("PRAGMA synchronous = OFF")  # what is lost is downloaded once more
        for statement in (_TABLE, *_INDEXES):
            index.execute(statement)
    except sqlite3.DatabaseError:
        index.close()
        raise
    return index
