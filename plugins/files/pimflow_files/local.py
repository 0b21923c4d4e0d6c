"""Files of this machine: what is told when one cannot be read, or is written to meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pimflow import RemoteError, said

USUAL = (
    said("No such file or directory"),
    said("Permission denied"),
    said("Is a directory"),
    said("No space left on device"),
    said("Read-only file system"),
    said("Input/output error"),
)
"""What systems say most often of files, so that it is told in other languages."""


class OutOfReachError(RemoteError):
    """A file cannot be read now; nothing is wrong with what it holds."""


class BadFileError(RemoteError):
    """What a file holds cannot be read, today or tomorrow. `path` is the file as its folder knows it."""

    def __init__(self, message: str, *, path: str, detail: str = "") -> None:
        self.path = path
        super().__init__(message, detail=detail)


def unreadable(path: Path, error: OSError) -> OutOfReachError:
    """Tell in words why a file could not be read."""
    message = said("{file} cannot be read: {why}.", file=path.name, why=told_by_system(error))
    return OutOfReachError(message, detail=f"{path}: {error}")


def told_by_system(error: OSError) -> str:
    """Give what the system says."""
    return said(str(error.strerror))


@contextmanager
def held_still(path: Path, file: IO[Any]) -> Iterator[None]:
    """Read a file to its end. Raises RemoteError where somebody wrote to it meanwhile: a part of it may be missing.

    A file that is replaced as a whole, under the same name, is read on as it was.
    """
    before = _stamp(file)
    yield
    if _stamp(file) != before:
        raise OutOfReachError(
            said(
                "{file} was written to while it was read, so a part of it may be missing. Run again when it is "
                "complete; have the ERP write it under another name and rename it at the end",
                file=path.name,
            )
        )


def _stamp(file: IO[Any]) -> tuple[int, int]:
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns
