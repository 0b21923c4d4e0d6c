"""The statements of a source: what is selected, and which part of it. Values are bound, never pasted. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from pimflow_sql.ranges import EVERY, Range

SINCE, UNTIL, KEYS, EVERY_KEY = "since", "until", "keys", "every_key"
OWN = (SINCE, UNTIL, KEYS, EVERY_KEY)


@dataclass(frozen=True)
class Part:
    """Which part of the records is asked for: from `since` on, up to `until`, and only these keys where there are.

    `range` is one of the first column of the order in which pages are read.
    """

    since: Any = None
    until: Any = None
    keys: tuple[str, ...] = ()
    range: Range = EVERY


@dataclass(frozen=True)
class Shape:
    """The source's options that make its statements. `types` are those of a table's columns, where they are known."""

    cursor: str | None = None
    key: str | None = None
    page_by: tuple[str, ...] = ()
    types: Mapping[str, sa.types.TypeEngine[Any]] = field(default_factory=dict)


class Selection:
    """A table or a query, of which a part can be selected."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def plain(self, part: Part) -> sa.Executable:
        """Select the part, in no order."""
        raise NotImplementedError

    def latest(self, part: Part) -> sa.Executable:
        """Select the greatest stamp of the part, and the time of the database."""
        return self._of(part, sa.func.max(self.column(self.shape.cursor or "")), sa.func.current_timestamp())

    def count(self, part: Part) -> sa.Executable:
        """Count the records of the part."""
        return self._of(part, sa.func.count())

    def first(self, size: int) -> sa.Executable:
        """Select the first records, to tell the columns by."""
        return self._of(Part()).limit(size)

    def page(self, part: Part, after: Sequence[Any], size: int) -> sa.Executable:
        """Select the records behind a key, in the order of keys; from the beginning without one."""
        columns = [self.column(name) for name in self.shape.page_by]
        found = self._of(part)
        if after:
            found = found.where(_behind(columns, after))
        return found.order_by(*columns).limit(size)

    def key_at(self, part: Part, place: int) -> sa.Executable:
        """Select the first column of the key of the record at a place, in the order of pages."""
        columns = [self.column(name) for name in self.shape.page_by]
        return self._of(part, columns[0]).order_by(*columns).limit(1).offset(place)

    def without_key(self) -> sa.Executable:
        """Select one record whose key for paging is empty."""
        empty = sa.or_(*(self.column(name).is_(None) for name in self.shape.page_by))
        return self._of(Part(), sa.literal(1)).where(empty).limit(1)

    def column(self, name: str) -> ColumnElement[Any]:
        """Give a column for a condition; its type, where it is known, says how values are bound."""
        return sa.column(name, self.shape.types.get(name))

    def _of(self, part: Part, *asked: Any) -> sa.Select[Any]:
        raise NotImplementedError

    def _conditions(self, part: Part, *, since: bool, until: bool, keys: bool) -> list[ColumnElement[bool]]:
        """Give the conditions of a part, save those that a query has itself; an empty stamp belongs to every part."""
        found = self._ranged(part.range)
        if self.shape.cursor is not None:
            stamped = self.column(self.shape.cursor)
            if since and part.since is not None:
                found.append(sa.or_(stamped >= part.since, stamped.is_(None)))
            if until and part.until is not None:
                found.append(sa.or_(stamped < part.until, stamped.is_(None)))
        if keys and part.keys and self.shape.key is not None:
            found.append(self._keyed(self.shape.key, part.keys))
        return found

    def _ranged(self, keys: Range) -> list[ColumnElement[bool]]:
        low = [] if keys.low is None else [self.column(self.shape.page_by[0]) >= keys.low]
        high = [] if keys.high is None else [self.column(self.shape.page_by[0]) < keys.high]
        return [*low, *high]

    def _keyed(self, name: str, keys: Sequence[str]) -> ColumnElement[bool]:
        return sa.cast(sa.column(name), sa.String(255)).in_(keys)


class TableSelection(Selection):
    """A table or view, or some of its columns."""

    def __init__(self, table: sa.Table, columns: Sequence[str], shape: Shape) -> None:
        super().__init__(shape)
        self._columns: list[ColumnElement[Any]] = [sa.column(name) for name in columns]
        self._table = sa.table(table.name, schema=table.schema)

    def plain(self, part: Part) -> sa.Executable:
        """Select the part, in no order."""
        return self._of(part)

    def _of(self, part: Part, *asked: Any) -> sa.Select[Any]:
        conditions = self._conditions(part, since=True, until=True, keys=True)
        return sa.select(*(asked or self._columns)).select_from(self._table).where(*conditions)

    def _keyed(self, name: str, keys: Sequence[str]) -> ColumnElement[bool]:
        """Compare in the column's own type, so that an index is of use; numbers need that the key is one."""
        known = self.shape.types.get(name)
        if isinstance(known, sa.String):
            return self.column(name).in_(keys)
        if isinstance(known, sa.Integer):
            return self.column(name).in_([int(key) for key in keys if key.isdecimal()])
        return super()._keyed(name, keys)


class QuerySelection(Selection):
    """A query in the user's own words. It is put inside another one only for what it does not say itself."""

    def __init__(self, text: str, parameters: Mapping[str, Any], shape: Shape) -> None:
        super().__init__(shape)
        self._text = stripped(text)
        self._names = names_in(text)
        self._parameters = dict(parameters)

    def plain(self, part: Part) -> sa.Executable:
        """Select the part, in no order; the query goes as it stands where it says all that is asked for."""
        if self._rest(part):
            return self._of(part)
        return self._bound(sa.text(self._text), part)

    def _rest(self, part: Part) -> list[ColumnElement[bool]]:
        told = self._names
        return self._conditions(part, since=SINCE not in told, until=UNTIL not in told, keys=KEYS not in told)

    def _of(self, part: Part, *asked: Any) -> sa.Select[Any]:
        inner: Any = self._bound(sa.text(f"({self._text}\n) pimflow_query"), part)
        return sa.select(*(asked or (sa.text("*"),))).select_from(inner).where(*self._rest(part))

    def _bound(self, text: sa.TextClause, part: Part) -> sa.TextClause:
        values = {
            **self._parameters,
            SINCE: part.since,
            UNTIL: part.until,
            EVERY_KEY: 0 if part.keys else 1,
        }
        # An empty one is written out as NULL: PostgreSQL cannot tell the type of a parameter that is only compared.
        found: list[sa.BindParameter[Any]] = [
            sa.bindparam(name, values[name], literal_execute=values[name] is None)
            for name in sorted(self._names - {KEYS})
        ]
        if KEYS in self._names:
            found.append(sa.bindparam(KEYS, list(part.keys), expanding=True, type_=sa.String()))
        return text.bindparams(*found)


def names_in(query: str) -> frozenset[str]:
    """Name the parameters of a query: `:since`; not those of a cast, `::text`."""
    return frozenset(sa.text(query)._bindparams)  # noqa: SLF001 - SQLAlchemy tells them nowhere else


def stripped(query: str) -> str:
    """Take off what may not stand inside another statement: the semicolon at the end."""
    return re.sub(r"[\s;]+$", "", query)


def _behind(columns: Sequence[ColumnElement[Any]], after: Sequence[Any]) -> ColumnElement[bool]:
    """Compare several columns one after the other, as not every database can compare them together."""
    first, value = columns[0], after[0]
    if len(columns) == 1:
        return sa.and_(first > value)
    return sa.or_(first > value, sa.and_(first == value, _behind(columns[1:], after[1:])))
