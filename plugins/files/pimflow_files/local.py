"""What sources and sinks of local files share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pimflow import Component, RemoteError


class LocalFile(Component):
    """A source or sink that is one file."""

    path: Path

    @property
    def title(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def address(self) -> str:
        """The file's path."""
        return str(self.path)


@contextmanager
def held_still(path: Path, file: IO[Any]) -> Iterator[None]:
    """Read a file to its end. Raises RemoteError where somebody wrote to it meanwhile: a part of it may be missing.

    A file that is replaced as a whole, under the same name, is read on as it was.
    """
    before = _stamp(file)
    yield
    if _stamp(file) != before:
        raise RemoteError(
            f"{path.name} was written to while it was read, so a part of it may be missing. Run again when it is "
            "complete; have the ERP write it under another name and rename it at the end"
        )


def _stamp(file: IO[Any]) -> tuple[int, int]:
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns
