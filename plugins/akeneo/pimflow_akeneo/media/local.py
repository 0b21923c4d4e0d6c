"""Media files in a folder: found by the path in a cell, read only when they changed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pimflow import Memory
from pimflow_akeneo.media.content import digest_of

_NAME = "media-files"
_CHUNK = 1 << 20
_SETTLED_SECONDS = 2
"""A file that changed a moment ago may change again within the same tick of the file system's clock."""


class OutsideError(Exception):
    """The path leads out of the folder."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file, its size in bytes and the name of its content."""

    path: Path
    size: int
    digest: str


class Folder:
    """The files below one folder. Links that lead out of it are its owner's business, paths of cells are not."""

    def __init__(self, root: Path, memory: Memory) -> None:
        self.root = Path(os.path.normpath(root.absolute()))
        self._memory = memory

    def path(self, written: str) -> Path:
        """Give the path that a cell means; a backslash is a `/` where no file has such a name. Raises OutsideError."""
        found = self._below(written)
        return self._below(written.replace("\\", "/")) if "\\" in written and not _is_file(found) else found

    def has(self, written: str) -> bool:
        """Tell whether a cell names a file that is there."""
        try:
            return _is_file(self.path(written))
        except OutsideError:
            return False

    def find(self, path: Path) -> Found:
        """Read a file, or remember what was read while its size and time are the same. Raises OSError."""
        about = path.stat()
        mark = f"{about.st_mtime_ns}:{about.st_size}:"
        known = self._memory.get(_NAME, [str(path)]).get(str(path), "")
        if known.startswith(mark):
            return Found(path, about.st_size, known.removeprefix(mark))
        digest = digest_of(chunks(path))
        if abs(time.time() - about.st_mtime) > _SETTLED_SECONDS:
            self._memory.put(_NAME, {str(path): mark + digest})
        return Found(path, about.st_size, digest)

    def _below(self, written: str) -> Path:
        path = Path(os.path.normpath(self.root / written))
        if not path.is_relative_to(self.root):
            raise OutsideError(written)
        return path


def chunks(path: Path) -> Iterator[bytes]:
    """Give the bytes of a file piece by piece. Raises OSError."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
