"""Records as rows: page by page in the order of a key, or through a cursor of the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pimflow import ConfigError
from pimflow_sql import ranges
from pimflow_sql.cells import cell
from pimflow_sql.ranges import Range
from pimflow_sql.session import Session
from pimflow_sql.statements import Part, Selection

Row = tuple[Any, ...]


def pages(session: Session, selection: Selection, part: Part, size: int, hidden: int) -> Iterator[Row]:
    """Give the header, then the rows; each page is a transaction of its own, so that nothing waits for a slow target.

    The last `hidden` columns are there for the paging only. Raises ConfigError where the key does not tell records
    apart: records would be lost between two pages.
    """
    after: Sequence[Any] = ()
    keys = selection.shape.page_by
    width, at = 0, list[int]()
    while True:
        header, rows = session.fetch(selection.page(part, after, size + 1))
        if not after:
            at, width = _places(header, keys), len(header) - hidden
            yield header[:width]
        for row in rows[:size]:
            yield tuple(map(cell, row[:width]))
        if len(rows) <= size:
            return
        last, following = ([row[place] for place in at] for row in rows[-2:])
        if last == following:
            raise ConfigError(
                f"page_by: {', '.join(keys)} is the same in several records ({', '.join(map(str, last))}), so pages "
                "would lose some. Name columns that tell records apart, or leave `page_by` out."
            )
        after = last


def cut(session: Session, selection: Selection, part: Part, records: int, parts: int) -> list[Range]:
    """Give ranges of keys that hold about as many of the records each; fewer where keys are the same."""
    places = [records * number // parts for number in range(1, parts)]
    found = [session.fetch(selection.key_at(part, place))[1] for place in places]
    return ranges.between([rows[0][0] for rows in found if rows])


def streamed(session: Session, selection: Selection, part: Part, size: int) -> Iterator[Row]:
    """Give the header, then the rows, which stay at the server until they are asked for."""
    with session.reading() as connection:
        options = connection.execution_options(stream_results=True, max_row_buffer=size)
        with options.execute(selection.plain(part)) as found:
            yield tuple(found.keys())
            for rows in found.partitions(size):
                for row in rows:
                    yield tuple(map(cell, row))


def _places(header: Sequence[str], keys: Sequence[str]) -> list[int]:
    lacking = [name for name in keys if name not in header]
    if lacking:
        raise ConfigError(f"page_by: the query gives no column {', '.join(lacking)}; it gives {', '.join(header)}")
    return [header.index(name) for name in keys]
