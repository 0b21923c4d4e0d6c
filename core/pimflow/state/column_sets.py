"""Sets of columns: most records share a few, so each is kept once and named by a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pimflow.state.tables import column_sets


class ColumnSets:
    """The column sets of a state, as far as they were asked for."""

    def __init__(self) -> None:
        self._numbers: dict[frozenset[str], int] = {}
        self._names: dict[int | None, frozenset[str]] = {None: frozenset()}
        self._orders: dict[tuple[str, ...], tuple[int, list[str]]] = {}

    def names(self, connection: Connection, number: int | None) -> frozenset[str]:
        """Give the columns of a set; none for None."""
        if number not in self._names:
            names = connection.execute(sa.select(column_sets.c.names).where(column_sets.c.id == number)).scalar_one()
            self._names[number] = frozenset(orjson.loads(names))
        return self._names[number]

    def number(self, connection: Connection, columns: frozenset[str]) -> int:
        """Give the number of a set, which is kept if it is new."""
        if columns not in self._numbers:
            names = orjson.dumps(sorted(columns)).decode()
            number = connection.execute(sa.select(column_sets.c.id).where(_same(connection, names))).scalar()
            if number is None:
                insert = column_sets.insert().values(names=names).returning(column_sets.c.id)
                number = connection.execute(insert).scalar_one()
            self._numbers[columns] = number
        return self._numbers[columns]

    def laid_out(self, connection: Connection, record: Mapping[str, Any]) -> tuple[int, list[Any]]:
        """Give the number of a record's set of columns, and its values in the order of their names."""
        names = tuple(record)
        if names not in self._orders:
            self._orders[names] = self.number(connection, frozenset(names)), sorted(names)
        number, order = self._orders[names]
        return number, [record[name] for name in order]


def _same(connection: Connection, names: str) -> sa.ColumnElement[bool]:
    """Choose a set, by what the database has an index of."""
    if connection.dialect.name == "sqlite":
        return column_sets.c.names == names
    return sa.func.md5(column_sets.c.names) == sa.func.md5(names)
