"""Things put aside on disk, so that memory does not grow with their number."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Spool(Generic[T]):
    """Things put aside on disk, in order."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `clear`
        self.count = 0

    def put(self, thing: T) -> None:
        """Add one at the end."""
        pickle.dump(thing, self._file, pickle.HIGHEST_PROTOCOL)
        self.count += 1

    def __iter__(self) -> Iterator[T]:
        """Give all from the beginning."""
        self._file.seek(0)
        for _ in range(self.count):
            yield pickle.load(self._file)  # noqa: S301 - written by this process a moment ago

    def clear(self) -> None:
        """Forget all, and the file."""
        self._file.close()
        self.count = 0
