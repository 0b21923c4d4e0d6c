"""Where files lie: what fits a pattern there, one of them to read, and where it goes when it was read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from glob import glob, has_magic
from pathlib import Path, PurePosixPath
from typing import Protocol

from pimflow import AccessError, RemoteError, said
from pimflow_files.local import told_by_system, unreadable


@dataclass(frozen=True, slots=True)
class Found:
    """A file that is there: `path` as its folder knows it, `size` in bytes."""

    path: str
    size: int
    modified: datetime

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return PurePosixPath(self.path).name

    @property
    def print(self) -> list[str | int]:
        """What tells one content of the file from the next, without reading it."""
        return [self.size, self.modified.isoformat()]


class Folder(Protocol):
    """A place for files: of this machine, or behind a connection."""

    def found(self, pattern: str) -> list[Found]:
        """List the files that fit a path with `*`, `?` and `**`, by name. Raises FlowError."""

    def one(self, path: str) -> Found:
        """Give one file. Raises RemoteError where it is not there."""

    def fetched(self, path: str) -> AbstractContextManager[Path]:
        """Give a file on this machine with its content, as a context manager. Raises FlowError."""

    def moved(self, path: str, target: str) -> None:
        """Move a file, and make the folder that it moves to. Raises AccessError."""


class LocalFolder:
    """The file system of this machine."""

    def found(self, pattern: str) -> list[Found]:
        """List the files that fit; hidden ones are left out, as writers use them for what is not complete."""
        paths = map(Path, glob(pattern, recursive=True))  # noqa: PTH207 - that of Path gives hidden files
        return [_found(path) for path in sorted(paths) if path.is_file()]

    def one(self, path: str) -> Found:
        """Give one file. Raises RemoteError where it is not there."""
        try:
            return _found(Path(path))
        except OSError as error:
            raise unreadable(Path(path), error) from error

    @contextmanager
    def fetched(self, path: str) -> Iterator[Path]:
        """Give the file itself."""
        yield Path(path)

    def moved(self, path: str, target: str) -> None:
        """Move a file, also to another disk."""
        try:
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)
        except OSError as error:
            name, folder = Path(path).name, Path(target).parent.name
            message = said(
                "{file} could not be moved to {folder}: {why}. It will be read again",
                file=name,
                folder=folder,
                why=told_by_system(error),
            )
            raise AccessError(message, detail=str(error)) from error


def _found(path: Path) -> Found:
    known = path.stat()
    return Found(str(path), known.st_size, datetime.fromtimestamp(known.st_mtime, UTC))


def is_pattern(path: str) -> bool:
    """Tell whether a path stands for whatever fits it."""
    return has_magic(path)


def literal(path: str) -> str:
    """Give the pattern that only this path fits."""
    return path.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")


def chosen(folder: Folder, path: str) -> list[Found]:
    """Give the files that a path names or fits. Raises RemoteError where there is none."""
    if not is_pattern(path):
        return [folder.one(path)]
    if found := folder.found(path) or folder.found(literal(path)):
        return found
    pattern = "/".join(PurePosixPath(path).parts[-2:])
    raise RemoteError(said("no file fits {pattern}. Look where the ERP writes its files", pattern=pattern))
