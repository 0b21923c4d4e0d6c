"""Statements that each database wants in its own form: rows that may be there already, and the driver's own marks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_PARAMETERS = 32_000
"""PostgreSQL takes 65,535 in one statement, SQLite 32,766."""


def insert(connection: Connection, table: sa.Table) -> Any:
    """Begin an insert that can say what becomes of a row that is there already."""
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")  # that of the other takes 0.1 s to load
    return dialect.insert(table)


def upsert(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put rows into a table, each in place of one with the same primary key; of equal ones the last."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    apart = {tuple(row[name] for name in keys): row for row in rows}
    statement = insert(connection, table)
    new = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new), list(apart.values()))


def put_rows(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run an insert through the driver; `{values}` stands for what each row gives, `INSERT INTO t (a, b) {values} …`.

    No two rows may have the same key.
    """
    if not rows:
        return
    one = f"({', '.join('?' * len(rows[0]))})"
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(statement.format(values=f"VALUES {one}"), rows)
        return
    at_once = _PARAMETERS // len(rows[0])
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        text = statement.format(values=f"VALUES {', '.join([one] * len(some))}")
        connection.exec_driver_sql(text.replace("?", "%s"), tuple(cell for row in some for cell in row))


def look_up(connection: Connection, statement: str, given: Sequence[Any], keys: Collection[str]) -> Iterable[Any]:
    """Run a statement through the driver; `{keys}` stands for the keys, which come after what is `given`."""
    text = statement.format(keys=", ".join("?" * len(keys)))
    marked = text if connection.dialect.name == "sqlite" else text.replace("?", "%s")
    return connection.exec_driver_sql(marked, (*given, *keys))
