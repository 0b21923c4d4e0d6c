"""The source `sql.query`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from pydantic import Field, model_validator

from pimflow import ConfigError, InputPath, Use, Window, said
from pimflow import Field as FieldInfo
from pimflow_erp.reading import RowsSource
from pimflow_sql import described, ranges, reading, stamps
from pimflow_sql.connection import SqlConnection
from pimflow_sql.errors import StatementWrongError
from pimflow_sql.session import Session
from pimflow_sql.statements import (
    EVERY_KEY,
    KEYS,
    OWN,
    SINCE,
    UNTIL,
    Part,
    QuerySelection,
    Selection,
    Shape,
    TableSelection,
    names_in,
)


class SqlQuerySource(RowsSource):
    """Rows of a query, or of a table or view; columns have the names that the database gives them.

    A table with a primary key, and a query with `page_by`, is read page by page; other queries through a cursor of the
    server. Nothing is ever written. With `cursor` the runs after the first complete read give what changed.
    """

    type = "sql.query"

    connection: Use[SqlConnection] = Field(description="Name of the connection to the database.")
    query: str | None = Field(
        None,
        description="A SELECT. `:since` and `:until` stand for the window of `cursor`, `:keys` for the keys that a run "
        "asks for, as in `WHERE (:every_key = 1 OR sku IN :keys)`.",
    )
    query_file: InputPath | None = Field(None, description="File with the query, in UTF-8.")
    table: str | None = Field(None, description="Table or view to read instead, as in `articles` or `erp.articles`.")
    columns: tuple[str, ...] = Field((), description="Columns of the table; all when left out.")
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        description="Values of further parameters of the query, as in `{company: 1}` for `:company`.",
    )
    key: str | None = Field(
        None, description="Column that becomes the key of the target: `run --only` then reads these records only."
    )
    cursor: str | None = Field(
        None,
        description="Column that tells what changed: a time, or a number that grows. Records in which it is empty are "
        "read each time.",
    )
    overlap: float | None = Field(
        None,
        ge=0,
        description="How far before the last read changes are read again, because transactions commit late: minutes, "
        "10 when left out; for a column of numbers how many of them, 1000 when left out.",
    )
    page_by: tuple[str, ...] = Field(
        (), description="Columns that tell records apart, by which pages are cut; a table's primary key when left out."
    )
    page_size: int = Field(1000, ge=1, le=100_000, description="Records at a time.")
    partitions: int = Field(
        1,
        ge=1,
        le=64,
        description="How many ranges of keys to cut a read into, of which four are read at once; rows then come in no "
        "order. For tables with a primary key, and with `page_by`.",
    )
    hot: tuple[str, ...] = Field(
        (), description="Columns that change all day, such as stock: `check` warns where they would go into a PIM."
    )

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> SqlQuerySource:
        given = [name for name in ("query", "query_file", "table") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("expected one of `query`, `query_file` and `table`")
        if self.partitions > 1 and self.table is None and not self.page_by:
            raise ValueError("`partitions` are ranges of a key: name its columns as `page_by`")
        if self.columns and self.table is None:
            raise ValueError("`columns` goes with `table`; a query names its columns itself")
        if self.table is None:
            self._check_names()
        elif self.parameters:
            raise ValueError("`parameters` goes with a query")
        return self

    def _check_names(self) -> None:
        asked = names_in(self._text())
        taken = set(self.parameters) & set(OWN)
        unknown = sorted(asked - set(OWN) - set(self.parameters))
        if taken:
            raise ValueError(f"pimflow gives {', '.join(sorted(taken))} itself: take it out of `parameters`")
        if unknown:
            names = ", ".join(f":{name}" for name in unknown)
            raise ValueError(f"the query asks for {names}: give the value under `parameters`, or write \\: for a colon")
        if self.cursor is None and asked & {SINCE, UNTIL}:
            raise ValueError("the query asks for :since or :until: name the column of the change as `cursor`")
        for name in sorted(asked & {SINCE, UNTIL}):
            if not re.search(rf":{name}\s+IS\s+NULL", self._text(), re.IGNORECASE):
                raise ValueError(f":{name} is empty in a complete read: write (:{name} IS NULL OR … :{name})")
        if KEYS in asked and EVERY_KEY not in asked:
            raise ValueError(":keys is empty unless a run asks for some: write (:every_key = 1 OR … IN :keys)")

    @property
    def title(self) -> str:
        """What a report calls the source."""
        return said("table {name}", name=self.table) if self.table else said("the database")

    @property
    def always_hot(self) -> frozenset[str]:  # type: ignore[override]  # here it is an option
        """The columns that the pipeline calls hot."""
        return frozenset(self.hot)

    def discover(self, session: Session) -> list[FieldInfo]:
        """List the columns with their types and a sample."""
        with self._named(session):
            selection = self._selection(session)
            header, rows = session.fetch(selection.first(1))
            shown = len(header) - self._hidden(session)
            table = session.table(self.table) if self.table else None
            found = described.fields(header[:shown], rows[0] if rows else (), table)
        return [replace(one, hot=one.name in self.hot) for one in found]

    def window(self, session: Session, cursor: str | None) -> Window:
        """Begin `overlap` before the latest stamp that the last read could see; read everything without one.

        Everything is read as well where the stamps went back, as after a restore.
        """
        if self.cursor is None:
            return Window()
        with self._named(session):
            last = stamps.read(cursor)
            latest = self._latest(session)
            if latest is None:
                return Window()
            kept = stamps.kept(latest)
            begin = None if last is None else stamps.like(last, latest)
            if begin is None or stamps.is_earlier(latest, begin):
                return Window(cursor=kept)
            since, until = stamps.before(begin, self.overlap), stamps.after(latest)
            return Window(since=stamps.kept(since), until=stamps.kept(until), cursor=kept)

    def cursor_at(self, moment: dt.datetime) -> str | None:
        """Give the cursor for what was stamped from this time on; of numbers the next run makes a complete read."""
        return None if self.cursor is None else stamps.kept_by_hand(moment)

    def count(self, session: Session, window: Window) -> int | None:
        """Let the database count a table, or a query that is read in pages; others it would have to carry out twice."""
        if self.table is None and not self.page_by:
            return None
        with self._named(session):
            found = session.fetch(self._selection(session).count(self._part(window)))[1]
        return int(found[0][0])

    def parts(self, session: Session, window: Window) -> Sequence[Window]:
        """Cut the window into ranges of the first column of the key, none of less than a page.

        Raises ConfigError where there is no key, or it is empty in some records or of a kind that has no ranges.
        """
        with self._named(session):
            selection, part = self._selection(session), self._part(window)
            if self.partitions == 1:
                return (window,)
            if not selection.shape.page_by:
                raise ConfigError("partitions: the table has no primary key. Name columns under `page_by`.")
            self._refuse_empty_keys(session, selection)
            records = int(session.fetch(selection.count(part))[1][0][0])
            number = min(self.partitions, max(1, records // self.page_size))
            found = reading.cut(session, selection, part, records, number)
        return [replace(window, partition=ranges.written(one)) for one in found]

    def rows(self, session: Session, window: Window) -> Iterator[tuple[Any, ...]]:
        """Give the header, then one row a record. Raises ConfigError for what the database does not have."""
        with self._named(session):
            selection, part = self._selection(session), self._part(window)
            if not selection.shape.page_by:
                yield from reading.streamed(session, selection, part, self.page_size)
                return
            if window.partition is None:  # parts were looked at together
                self._refuse_empty_keys(session, selection)
            yield from reading.pages(session, selection, part, self.page_size, self._hidden(session))

    def _selection(self, session: Session) -> Selection:
        if self.table is None:
            shape = Shape(self.cursor, self.key, self.page_by)
            return QuerySelection(self._text(), self.parameters, shape)
        table = described.table(session, self.table)
        for option in ("columns", "cursor", "key", "page_by", "hot"):
            names = getattr(self, option) or ()
            described.refuse_unknown(option, [names] if isinstance(names, str) else names, table)
        shape = Shape(self.cursor, self.key, self._order(table), described.bind_types(session, table))
        return TableSelection(table, [*self._columns(table), *self._added(table)], shape)

    def _text(self) -> str:
        return self.query or (self.query_file.read_text("utf-8") if self.query_file else "")

    def _columns(self, table: sa.Table) -> Sequence[str]:
        return self.columns or tuple(table.columns.keys())

    def _order(self, table: sa.Table) -> tuple[str, ...]:
        return self.page_by or tuple(column.name for column in table.primary_key.columns)

    def _added(self, table: sa.Table) -> list[str]:
        """Name the columns that are read for the paging only."""
        shown = self._columns(table)
        return [name for name in self._order(table) if name not in shown]

    def _hidden(self, session: Session) -> int:
        return len(self._added(described.table(session, self.table))) if self.table else 0

    def _part(self, window: Window) -> Part:
        """Give the part to select. Only a query that asks for its end has one: what came since is read all the same."""
        ends = self.table is None and UNTIL in names_in(self._text())
        until = stamps.bound(window.until) if ends else None
        return Part(stamps.bound(window.since), until, window.keys, ranges.read(window.partition))

    def _latest(self, session: Session) -> stamps.Stamp | None:
        """Give the greatest stamp, but none that only a wrong clock can have set: it would hide all real ones."""
        selection, column = self._selection(session), self.cursor or ""
        value, now = session.fetch(selection.latest(Part()))[1][0]
        if value is None:
            return None
        found = stamps.stamp(value, column)
        limit = stamps.latest_possible(found, now)
        if limit is None:
            return found
        value = session.fetch(selection.latest(Part(until=limit)))[1][0][0]
        return None if value is None else stamps.stamp(value, column)

    def _refuse_empty_keys(self, session: Session, selection: Selection) -> None:
        keys = selection.shape.page_by
        if self.table and not self.page_by and session.dialect != "sqlite":
            return  # a primary key is never empty, but in SQLite
        if session.fetch(selection.without_key())[1]:
            raise ConfigError(
                f"page_by: {', '.join(keys)} is empty in some records, so pages would lose them. Name columns that are "
                "never empty, or leave `page_by` out."
            )

    @contextmanager
    def _named(self, session: Session) -> Iterator[None]:
        """Tell a table or column that the database does not have, with the nearest that it has."""
        try:
            yield
        except StatementWrongError as error:
            raise described.wrong(session, error, self._text()) from None
