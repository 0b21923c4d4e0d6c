"""Statements that write rows: what is there is updated by its key, what is new is put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from pimflow_sql.places import Target

_KEY = "pimflow_key_"
Values = Mapping[str, Any]


def update(connection: sa.Connection, target: Target, rows: Sequence[Values]) -> None:
    """Update rows by their key; all have the same columns."""
    columns = [name for name in rows[0] if name not in target.keys]
    if not columns:
        return
    known = [target.table.c[name] == sa.bindparam(_KEY + name, type_=target.table.c[name].type) for name in target.keys]
    statement = sa.update(target.table).where(*known).values({name: sa.bindparam(name) for name in columns})
    connection.execute(statement, [_renamed(target, row) for row in rows])


def insert(connection: sa.Connection, dialect: str, target: Target, rows: Sequence[Values]) -> None:
    """Put new rows in; all have the same columns. One that somebody else put in meanwhile is updated."""
    statement = _INSERTS.get(dialect, _plain)(target, list(rows[0]))
    connection.execute(statement, [dict(row) for row in rows])


def _renamed(target: Target, row: Values) -> dict[str, Any]:
    return {_KEY + name if name in target.keys else name: value for name, value in row.items()}


def _plain(target: Target, _columns: Sequence[str]) -> sa.Insert:
    return sa.insert(target.table)


def _of_postgresql(target: Target, columns: Sequence[str]) -> sa.Insert:
    return _on_conflict(target, columns, postgresql.insert(target.table))


def _of_sqlite(target: Target, columns: Sequence[str]) -> sa.Insert:
    return _on_conflict(target, columns, sqlite.insert(target.table))


def _on_conflict(target: Target, columns: Sequence[str], statement: Any) -> sa.Insert:
    others = {name: statement.excluded[name] for name in columns if name not in target.keys}
    if not target.unique or not others:
        return statement  # type: ignore[no-any-return]
    return statement.on_conflict_do_update(index_elements=list(target.keys), set_=others)  # type: ignore[no-any-return]


def _of_mysql(target: Target, columns: Sequence[str]) -> sa.Insert:
    """Only where nothing but the key is unique: MySQL would update the row of another record that has the same EAN."""
    statement = mysql.insert(target.table)
    others = {name: statement.inserted[name] for name in columns if name not in target.keys}
    if not (target.unique and target.only and others):
        return statement
    return statement.on_duplicate_key_update(others)


_INSERTS: Mapping[str, Callable[[Target, Sequence[str]], sa.Insert]] = {
    "postgresql": _of_postgresql,
    "sqlite": _of_sqlite,
    "mysql": _of_mysql,
    "mariadb": _of_mysql,
}
