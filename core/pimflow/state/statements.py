"""Statements that each database wants in its own form: rows that may be there already, and the driver's own marks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from importlib import import_module
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_PARAMETERS = 32_000
"""PostgreSQL takes 65,535 in one statement, SQLite 32,766."""

_ROWS_AT_ONCE = (1000, 100, 10, 1)
"""In SQLite a thousand rows in one statement take half the time of a thousand statements. There are few forms of it, as
the driver keeps each."""


def insert(connection: Connection, table: sa.Table) -> Any:
    """Begin an insert that can say what becomes of a row that is there already."""
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")  # that of the other takes 0.1 s to load
    return dialect.insert(table)


def upsert(
    connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], but: Collection[str] = ()
) -> None:
    """Put rows into a table, each in place of one with the same primary key, `but` for these columns of that one.

    Of equal rows the last is put.
    """
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    apart = {tuple(row[name] for name in keys): row for row in rows}
    statement = insert(connection, table)
    new = {name: statement.excluded[name] for name in rows[0] if name not in {*keys, *but}}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), list(apart.values()))


def put_rows(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run an insert through the driver; `{values}` stands for what each row gives, `INSERT INTO t (a, b) {values} …`.

    No two rows may have the same key.
    """
    if not rows:
        return
    one = f"({', '.join('?' * len(rows[0]))})"
    forms = _ROWS_AT_ONCE if connection.dialect.name == "sqlite" else (_PARAMETERS // len(rows[0]),)
    for some in _cut(rows, forms):
        text = statement.format(values=f"VALUES {', '.join([one] * len(some))}")
        connection.exec_driver_sql(_marked(connection, text), tuple(chain.from_iterable(some)))


def look_up(
    connection: Connection, statement: str, given: Sequence[Any], keys: Collection[str]
) -> Sequence[tuple[Any, ...]]:
    """Run a query through the driver, and give its rows as the driver does.

    `{keys}` stands for the keys, which come after what is `given`.
    """
    with closing(_of_keys(connection, statement, given, keys)) as found:
        rows: Sequence[tuple[Any, ...]] = found.cursor.fetchall()
        return rows


def mark(connection: Connection, statement: str, given: Sequence[Any], keys: Collection[str]) -> None:
    """Run a statement through the driver that changes rows of these keys, as `look_up` runs one that gives rows."""
    _of_keys(connection, statement, given, keys).close()


def _of_keys(connection: Connection, statement: str, given: Sequence[Any], keys: Collection[str]) -> Any:
    text = statement.format(keys=", ".join("?" * len(keys)))
    return connection.exec_driver_sql(_marked(connection, text), (*given, *keys))


def _marked(connection: Connection, text: str) -> str:
    return text if connection.dialect.name == "sqlite" else text.replace("?", "%s")


def _cut(rows: Sequence[tuple[Any, ...]], sizes: Sequence[int]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Cut rows into as many pieces of the first size as there are, then of the next; what is left comes last."""
    start = 0
    for size in sizes:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size
    if start < len(rows):
        yield rows[start:]
