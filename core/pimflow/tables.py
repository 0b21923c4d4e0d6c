"""The table that most sources give: its rows are made while they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import petl

from pimflow.model import Row


class LazyTable(petl.Table):  # type: ignore[misc]  # petl ships no types
    """Calls `rows` when it is read, once for each reading: the header comes first, then one tuple a record."""

    def __init__(self, rows: Callable[[], Iterator[Row]]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        return self._rows()
