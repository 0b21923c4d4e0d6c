"""Rows of one read put aside on disk by group, so that they are fetched once and brought group after group."""

from __future__ import annotations

import pickle
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from pimflow.chunks import chunked
from pimflow.state.scratch import new_scratch, told

_AT_ONCE = 1000

_metadata = sa.MetaData()
_rows = sa.Table(
    "rows",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
_INSERT = "INSERT INTO rows (name, number, content) VALUES (?, ?, ?)"


class SortedRows:
    """Rows by the name of their group, "" for those without one. Memory does not grow with their number."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, rows: Iterable[tuple[str, int, Any]]) -> None:
        """Add rows: the group of each, its number in the source, and itself. Raises FlowError."""
        packed: list[Any] = [(name, number, pickle.dumps(row, pickle.HIGHEST_PROTOCOL)) for name, number, row in rows]
        if packed:
            with told(), self._engine.begin() as connection:
                connection.exec_driver_sql(_INSERT, packed)

    def complete(self) -> None:
        """Say that all are there: a row without a group joins another one that was made of the same source row."""
        sibling = _rows.alias("sibling")
        same = sa.select(sa.func.min(sibling.c.name)).where(sibling.c.number == _rows.c.number, sibling.c.name != "")
        joined = _rows.update().where(_rows.c.name == "").values(name=sa.func.coalesce(same.scalar_subquery(), ""))
        with told(), self._engine.begin() as connection:
            connection.exec_driver_sql("CREATE INDEX rows_number ON rows (number, name)")
            connection.execute(joined)
            connection.exec_driver_sql("CREATE INDEX rows_name ON rows (name, id)")

    def sizes(self) -> Mapping[str, int]:
        """Count the source rows of each group."""
        number = sa.func.count(_rows.c.number.distinct())
        with told(), self._engine.begin() as connection:
            found = connection.execute(sa.select(_rows.c.name, number).group_by(_rows.c.name))
            return {name: size for name, size in found}  # noqa: C416 - rows of two

    def of(self, name: str) -> Iterator[Sequence[Any]]:
        """Give the rows of a group in the order in which they came, chunk by chunk."""
        after = 0
        while True:
            query = sa.select(_rows.c.id, _rows.c.content).where(_rows.c.name == name, _rows.c.id > after)
            with told(), self._engine.begin() as connection:
                page = connection.execute(query.order_by(_rows.c.id).limit(_AT_ONCE)).all()
            if not page:
                return
            yield [pickle.loads(row.content) for row in page]  # noqa: S301 - written by this process
            after = page[-1].id

    def numbered(self, numbers: Collection[int]) -> Sequence[Any]:
        """Give the rows that were made of these source rows."""
        found: list[Any] = []
        for some in chunked(sorted(numbers), _AT_ONCE // 2):
            query = sa.select(_rows.c.content).where(_rows.c.number.in_(some)).order_by(_rows.c.id)
            with told(), self._engine.begin() as connection:
                found += connection.execute(query).scalars()
        return [pickle.loads(content) for content in found]  # noqa: S301 - written by this process


@contextmanager
def new_sorted_rows() -> Iterator[SortedRows]:
    """Give an empty place for rows, in a temporary file that goes when the block ends."""
    with new_scratch(_metadata) as engine:
        yield SortedRows(engine)
