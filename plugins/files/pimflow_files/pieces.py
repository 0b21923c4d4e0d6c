"""How many rows of a file go on together."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from itertools import islice

from pimflow import FlowError, Row

_CELLS_AT_ONCE = 1500
"""So many go on together: as few as stay in the processor's own memory, which is twice as fast as with many."""


def rows_at_once(width: int) -> int:
    """Give the number of rows of so many cells that go on together."""
    return max(20, _CELLS_AT_ONCE // max(1, width))


def in_pieces(rows: Generator[Row, None, None]) -> Generator[Sequence[Row], None, None]:
    """Give rows in lists, the first of them alone. What comes before an error is given before it is raised."""
    with closing(rows):
        header = next(rows)
        yield [header]
        at_once = rows_at_once(len(header))
        while True:
            chunk: list[Row] = []
            try:
                chunk.extend(islice(rows, at_once))  # what it took before an error stays
            except FlowError:
                if chunk:
                    yield chunk
                raise
            if not chunk:
                return
            yield chunk
