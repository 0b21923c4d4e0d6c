"""The columns of a table that is written: what each takes, and which of them name a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import sqlalchemy as sa

from pimflow import ConfigError
from pimflow_erp.codecs import Codec
from pimflow_sql import codecs, described
from pimflow_sql.session import Session

_BETWEEN = "/"


@dataclass(frozen=True)
class Place:
    """A column: `needed` where a new row cannot be without it, `made` where the database computes it."""

    name: str
    codec: Codec
    label: str = ""
    needed: bool = False
    nullable: bool = True
    made: bool = False


@dataclass(frozen=True)
class Target:
    """A table that is written, and the columns `keys` by which its rows are known.

    `unique` tells whether the database itself lets no two rows have the same, `only` whether nothing else is unique.
    """

    name: str
    table: sa.TableClause
    places: Mapping[str, Place]
    keys: tuple[str, ...]
    unique: bool
    only: bool
    uniques: Mapping[str, tuple[str, ...]]

    def written(self, column: str, value: Any) -> Any:
        """Make what the driver takes of a canonical value."""
        return None if value is None else self.places[column].codec.write(value)

    def key_of(self, values: Mapping[str, Any]) -> str:
        """Put the canonical values of the key's columns into one text: `MUG-1`; of two `MUG-1/de_DE`."""
        if len(self.keys) == 1:
            return str(values[self.keys[0]])
        return _BETWEEN.join(quote(str(values[name]), safe=" ,;:+") for name in self.keys)

    def parts_of(self, key: str) -> dict[str, Any]:
        """Give the driver's values of the key's columns."""
        texts = [key] if len(self.keys) == 1 else [unquote(part) for part in key.split(_BETWEEN)]
        return {name: self.written(name, text) for name, text in zip(self.keys, texts, strict=True)}


def target(session: Session, name: str, keys: Sequence[str], enabled: str | None) -> Target:
    """Describe a table. Raises ConfigError where it, or a column of the options, is not there, or it has no key."""
    table = described.table(session, name)
    described.refuse_unknown("key_columns", keys, table)
    described.refuse_unknown("enabled_column", [enabled] if enabled else [], table)
    found = tuple(keys) or tuple(column.name for column in table.primary_key.columns)
    if not found:
        raise ConfigError(
            f"table {name} has no primary key: name the columns that tell its rows apart under `key_columns`"
        )
    uniques = dict(_uniques(table))
    is_unique = any(set(columns) == set(found) for columns in uniques.values())
    others = [columns for columns in uniques.values() if set(columns) != set(found)]
    places = {column.name: _place(column, session.dialect, enabled) for column in table.columns}
    return Target(name, _clause(table, session.dialect), places, found, is_unique, not others, uniques)


def _place(column: sa.Column[Any], dialect: str, enabled: str | None) -> Place:
    make = codecs.flag if column.name == enabled else codecs.codec_of
    made = column.computed is not None
    given = bool(made or column.server_default is not None or column.identity is not None or _counts(column))
    nullable = bool(column.nullable)
    return Place(column.name, make(column.type, dialect), column.comment or "", not (nullable or given), nullable, made)


def _counts(column: sa.Column[Any]) -> bool:
    """Tell whether the database numbers new rows by this column."""
    alone = column.primary_key and len(column.table.primary_key.columns) == 1
    return bool(alone and isinstance(column.type, sa.Integer) and column.autoincrement)


def _uniques(table: sa.Table) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Give the sets of columns of which no two rows have the same, by the name of the index or constraint."""
    if table.primary_key.columns:
        yield str(table.primary_key.name or "PRIMARY"), tuple(column.name for column in table.primary_key.columns)
    for index in table.indexes:
        partial = any(name.endswith("_where") and value is not None for name, value in index.dialect_kwargs.items())
        if index.unique and not partial:
            yield str(index.name), tuple(column.name for column in index.columns)
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            yield str(constraint.name or id(constraint)), tuple(column.name for column in constraint.columns)


def _clause(table: sa.Table, dialect: str) -> sa.TableClause:
    """Give the table for statements; with SQLite without types, which would change values on their way."""
    if dialect != "sqlite":
        return table
    return sa.table(table.name, *(sa.column(column.name) for column in table.columns), schema=table.schema)
