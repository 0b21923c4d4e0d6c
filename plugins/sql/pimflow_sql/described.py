"""What a database says about its tables: columns, their types and labels, and the nearest name to one that lacks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import sqlalchemy as sa

from pimflow import ConfigError, Field, said
from pimflow_sql import cells
from pimflow_sql.errors import StatementWrongError
from pimflow_sql.faults import Fault
from pimflow_sql.session import Session

_SAMPLE = 60
_FEW = 20
_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], str], ...] = (
    (sa.Enum, "selection"),
    (sa.ARRAY, "list"),
    (sa.JSON, "mapping"),
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Numeric, "number"),
    (sa.Float, "number"),
    (sa.DateTime, "date and time"),
    (sa.Date, "date"),
)


def table(session: Session, name: str | None) -> sa.Table:
    """Give a table or view. Raises ConfigError with the nearest name where there is none."""
    found = session.table(name or "")
    if found is not None:
        return found
    schema = (name or "").rpartition(".")[0]
    raise ConfigError(f"table: {session.title} has no table {name!r}{nearest(name or '', session.names(schema))}")


def refuse_unknown(option: str, names: Sequence[str], found: sa.Table) -> None:
    """Raise ConfigError for columns that a table does not have."""
    for name in names:
        if name not in found.columns:
            raise ConfigError(
                f"{option}: table {found.name} has no column {name!r}{nearest(name, found.columns.keys())}"
            )


def bind_types(session: Session, found: sa.Table) -> Mapping[str, sa.types.TypeEngine[Any]]:
    """Give the types by which values are bound; SQLite's hold what one puts into them, whatever they are called."""
    return {} if session.dialect == "sqlite" else {column.name: column.type for column in found.columns}


def fields(header: Sequence[str], row: Sequence[Any], found: sa.Table | None) -> list[Field]:
    """Describe columns: of a table by what it says of itself, of a query by its first row."""
    told = []
    for at, name in enumerate(header):
        sample = cells.cell(row[at]) if row else None
        column = found.columns.get(name) if found is not None else None
        kind = cells.kind(sample) if column is None else type_of(column.type)
        label = "" if column is None else (column.comment or "")
        told.append(Field(name, kind, label, sample=sample[:_SAMPLE] if isinstance(sample, str) else sample))
    return told


def type_of(kind: sa.types.TypeEngine[Any]) -> str:
    """Name the type of a column as `Field.type` does."""
    return next((name for types, name in _TYPES if isinstance(kind, types)), "text")


def wrong(session: Session, error: StatementWrongError, query: str) -> ConfigError:
    """Tell what is wrong with a query or an option, with the nearest name that there is."""
    if error.fault is Fault.SYNTAX or not error.name:
        return ConfigError(f"query: {error}")
    if error.fault is Fault.NO_TABLE:
        return ConfigError(f"query: {session.title} has no table {error.name!r}{nearest(error.name, session.names())}")
    near = nearest(error.name, _columns_in(session, query))
    return ConfigError(f"query: {session.title} finds no column {error.name!r} there{near}")


def _columns_in(session: Session, query: str) -> list[str]:
    """Name the columns of all tables that a query mentions."""
    words = {word.lower() for word in re.findall(r"\w+", query)}
    tables = [session.table(name) for name in session.names() if name.lower() in words]
    return sorted({name for one in tables if one is not None for name in one.columns.keys()})  # noqa: SIM118 - iterating gives columns


def nearest(name: str, known: Sequence[str]) -> str:
    """Continue a sentence about an unknown name with the nearest one, or with all where they are few."""
    found = near(name, known)
    if found:
        return said("; did you mean {name!r}?", name=found)
    return said("; it has {names}", names=", ".join(known)) if 0 < len(known) <= _FEW else ""


def near(name: str, known: Sequence[str]) -> str:
    """Give the name that may be meant; empty where none is near."""
    folded = {one.lower(): one for one in known}
    found = get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""
