"""Things put aside on disk, so that memory does not grow with their number."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

from pimflow.errors import FlowError
from pimflow.sentences import said

T = TypeVar("T")


class Spool(Generic[T]):
    """Things put aside on disk, in order. Raises FlowError where the disk takes no more."""

    def __init__(self) -> None:
        with _told():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `clear`
        self.count = 0

    def put(self, thing: T) -> None:
        """Add one at the end."""
        with _told():
            pickle.dump(thing, self._file, pickle.HIGHEST_PROTOCOL)
        self.count += 1

    def __iter__(self) -> Iterator[T]:
        """Give all from the beginning."""
        with _told():
            self._file.seek(0)
        for _ in range(self.count):
            yield pickle.load(self._file)  # noqa: S301 - written by this process a moment ago

    def clear(self) -> None:
        """Forget all, and the file."""
        with suppress(OSError):  # what was not written yet and has no room
            self._file.close()
        self.count = 0


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FlowError(
            said(
                "temporary files cannot be written. What was written to the target stays; make room in the folder for "
                "temporary files, or name another in the environment variable TMPDIR (TEMP on Windows), and start again"
            ),
            detail=f"{error.strerror}; the folder is {tempfile.tempdir or 'not found'}",
        ) from error
