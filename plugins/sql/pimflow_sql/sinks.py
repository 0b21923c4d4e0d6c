"""The sink `sql.table`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field

from pimflow import (
    Change,
    Finding,
    Item,
    Outcome,
    Outlook,
    Problem,
    ProblemKind,
    RowProblem,
    Run,
    Severity,
    Sink,
    Use,
    Who,
    Writer,
    joined,
    said,
    said_by,
)
from pimflow_erp import cells
from pimflow_erp.writing import RecordWriter
from pimflow_sql import described, loading
from pimflow_sql.connection import SqlConnection
from pimflow_sql.places import Place, Target, target
from pimflow_sql.session import Session


class SqlTableSink(Sink):
    """Creates and updates rows of a table by its key, 500 in a transaction.

    Columns are called as in the table, which must be there. A record that the database refuses costs itself only.
    """

    type = "sql.table"
    noun = (said("record"), said("records"))
    batch_size = 500
    asks_first = True
    deletes = True

    connection: Use[SqlConnection] = Field(description="Name of the connection to the database.")
    table: str = Field(min_length=1, description="Table to write, as in `products` or `shop.products`.")
    key_columns: tuple[str, ...] = Field(
        (), description="Columns that tell rows apart; the table's primary key when left out."
    )
    enabled_column: str | None = Field(
        None,
        description="Column, true or false, that takes a record out of use: for `on_missing: disable`.",
    )

    @property
    def title(self) -> str:
        """What a report calls the target."""
        return said("table {name}", name=self.table)

    @property
    def key(self) -> str | None:  # type: ignore[override]
        """The column with a record's key, where it is one and stands in the file."""
        return self.key_columns[0] if len(self.key_columns) == 1 else None

    @property
    def enabled(self) -> str | None:  # type: ignore[override]
        """The column that takes a record out of use."""
        return self.enabled_column

    def open(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Look at the table and give the writer. Raises ConfigError for a table or column that is not there."""
        return TableWriter(session, target(session, self.table, self.key_columns, self.enabled_column))


class TableWriter(RecordWriter[Place]):
    """Writes rows of one table by their key."""

    def __init__(self, session: Session, found: Target) -> None:
        super().__init__(said("the table {name}", name=found.name), found.name, found.keys[0], said("rows"))
        self._session = session
        self._target = found

    def check(self, outlook: Outlook) -> Iterable[Finding]:
        """Tell which columns the flow does not bring and new rows need."""
        found = self._target
        for name in found.keys:
            if name not in outlook.columns:
                reason = said(
                    "the pipeline does not bring it, and rows of the table {name} are found by it", name=found.name
                )
                yield Finding(Severity.FATAL, _lacks(name, reason))
        for place in found.places.values():
            if place.needed and place.name not in (*outlook.columns, *found.keys):
                reason = said(
                    "the pipeline does not bring it, and the table {name} takes no new row without it", name=found.name
                )
                yield Finding(Severity.WARNING, _lacks(place.name, reason))

    def item(self, row: Mapping[str, Any]) -> Item:
        """Make the one item of a row. Raises RowProblem where a column of the key is empty or bad."""
        found = self._target
        first = found.keys[0]
        for name in found.keys:
            cells.key_of(row, name, self._title, self._nouns)
        item = cells.item(found.name, first, "", {**row, first: None}, self.codec)
        keys = {name: self._key_part(name, row[name]) for name in found.keys}
        problems = tuple(one for one in item.problems if one.field not in found.keys)
        empty = [name for name, value in item.payload.items() if value is None and self._must(name)]
        left = cells.without(replace(item, problems=problems), empty, self._empty)
        return replace(left, key=found.key_of(keys), payload={**left.payload, **keys})

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give what the table has for these keys: the columns that have a value there."""
        known = [name for name in columns if name in self._target.places]
        asked = loading.as_asked(keys)
        return {
            loading.read_key(self._target, row, asked): {
                name: self._target.places[name].codec.read(row[name]) for name in known if row[name] is not None
            }
            for row in loading.rows_of(self._session, self._target, keys, known)
        }

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch: keys are looked up first, so that what is new is told from what is there."""
        return list(loading.load(self._session, self._target, batch)) if batch else []

    def delete(self, resource: str, keys: Sequence[str]) -> Iterable[Outcome]:
        """Delete rows; one to which others refer stays, and is told."""
        return list(loading.delete(self._session, self._target, resource, keys))

    def find(self, column: str) -> Place | None:
        """Find the column, unless the database computes it itself."""
        found = self._target.places.get(column)
        return None if found is None or found.made else found

    def _must(self, column: str) -> bool:
        return column not in self._target.keys and not self._target.places[column].nullable

    def _key_part(self, column: str, cell: Any) -> Any:
        try:
            return self._target.places[column].codec.accept(cell)
        except ValueError as error:
            raise RowProblem(column, cell, said_by(error), remedy=said("Correct it in the source.")) from None

    def _empty(self, column: str) -> Problem:
        reason = said("the table {name} cannot empty it; it was left as it is", name=self._target.name)
        return Problem(reason, ProblemKind.MISSING, column, None, said("Fill it in the source."), Who.SOURCE_TEAM)

    def unknown(self, column: str) -> tuple[str, str]:
        """Say why a column cannot be written, with the nearest name that there is."""
        found = self._target
        if column in found.places:
            return said("the database computes it itself"), said("Take the column out of the mapping.")
        reason = said("the table {name} has no such column", name=found.name)
        near = described.near(column, list(found.places))
        if near:
            reason = said("{reason}; did you mean {near!r}", reason=reason, near=near)
        else:
            reason = joined([reason, described.nearest(column, list(found.places))], "")
        return reason, said("Correct the mapping.")


def _lacks(column: str, reason: str) -> Problem:
    return Problem(reason, ProblemKind.MISSING, column, None, said("Add it to the mapping."), Who.ADMINISTRATOR)
