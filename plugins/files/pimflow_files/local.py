"""Files of this machine: what is told when one cannot be read, or is written to meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pimflow import RemoteError


class OutOfReachError(RemoteError):
    """A file cannot be read now; nothing is wrong with what it holds."""


class BadFileError(RemoteError):
    """What a file holds cannot be read, today or tomorrow. `path` is the file as its folder knows it."""

    def __init__(self, message: str, *, path: str, detail: str = "") -> None:
        self.path = path
        super().__init__(message, detail=detail)


def unreadable(path: Path, error: OSError) -> OutOfReachError:
    """Tell in words why a file could not be read."""
    return OutOfReachError(f"{path.name} cannot be read: {error.strerror}.", detail=f"{path}: {error}")


@contextmanager
def held_still(path: Path, file: IO[Any]) -> Iterator[None]:
    """Read a file to its end. Raises RemoteError where somebody wrote to it meanwhile: a part of it may be missing.

    A file that is replaced as a whole, under the same name, is read on as it was.
    """
    before = _stamp(file)
    yield
    if _stamp(file) != before:
        raise OutOfReachError(
            f"{path.name} was written to while it was read, so a part of it may be missing. Run again when it is "
            "complete; have the ERP write it under another name and rename it at the end"
        )


def _stamp(file: IO[Any]) -> tuple[int, int]:
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns
