"""The tables that most sources give: their rows are made while they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing

import petl

from pimflow.model import Row


class LazyTable(petl.Table):  # type: ignore[misc]  # petl ships no types
    """Calls `rows` when it is read, once for each reading: the header comes first, then one tuple a record."""

    def __init__(self, rows: Callable[[], Iterator[Row]]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        return self._rows()


class ChunkedTable(petl.Table):  # type: ignore[misc]  # petl ships no types
    """Calls `chunks` when it is read: lists of rows, of which the first is the header alone.

    pimflow takes the lists as they are, which costs less than rows one by one; petl gets rows.
    """

    def __init__(self, chunks: Callable[[], Generator[Sequence[Row], None, None]]) -> None:
        self.chunks = chunks

    def __iter__(self) -> Iterator[Row]:
        with closing(self.chunks()) as chunks:
            for chunk in chunks:
                yield from chunk
