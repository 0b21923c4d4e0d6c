"""A writer of records that are known by one column: which columns it takes, and what becomes of a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pimflow import Header, Item, RowProblem, Who, Writer, said
from pimflow_erp import cells
from pimflow_erp.codecs import Codec


class Place(Protocol):
    """Where a column is written: `label` is what people in the ERP call it, empty where they have no word for it."""

    @property
    def codec(self) -> Codec:
        """How its values are written."""

    @property
    def label(self) -> str:
        """Its name for people."""


PlaceT = TypeVar("PlaceT", bound=Place)


class RecordWriter(Writer, Generic[PlaceT]):
    """Takes the columns for which `find` knows a place. `title` is what people call the ERP, `nouns` its records.

    `id` is the column with the ERP's own id, where records are written by it. It is taken where a flow names it only:
    what passes along columns of the same name would bring the id that another system gave.
    """

    id: ClassVar[str] = ""

    def __init__(self, title: str, resource: str, key: str, nouns: str) -> None:
        self._title = title
        self._resource = resource
        self._key = key
        self._nouns = nouns
        self._places: dict[str, PlaceT | None] = {}

    def find(self, column: str) -> PlaceT | None:
        """Find where a column is written, None where the ERP does not take it. Asked once for each column."""
        raise NotImplementedError

    def unknown(self, column: str) -> tuple[str, str]:
        """Say why a column has no place, and what to do about it."""
        reason = said(
            "{title} has no field {column!r} of {nouns} that can be written",
            title=self._title,
            column=column,
            nouns=said(self._nouns),
        )
        return reason, said("Correct the mapping.")

    def place(self, column: str) -> PlaceT | None:
        """Give where a column is written."""
        if column not in self._places:
            self._places[column] = self.find(column)
        return self._places[column]

    def those(self, columns: Iterable[str]) -> Sequence[PlaceT]:
        """Give the places of the columns that have one."""
        return [found for column in columns if (found := self.place(column)) is not None]

    def knows(self, column: str) -> bool:
        """Tell whether the ERP has this column, in this language, and lets it be written."""
        return column != self.id and self.place(column) is not None

    def label(self, column: str) -> str:
        """Give a column the label that it has in the ERP."""
        found = self.place(column)
        return (found.label if found is not None else "") or column

    def check_columns(self, header: Header) -> Mapping[str, RowProblem]:
        """Name the columns that the ERP cannot take."""
        return {name: self._refused(name) for name in header if self.place(name) is None}

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        """Check the cells of one row. Raises RowProblem for one without a key."""
        return [self.item(row)]

    def item(self, row: Mapping[str, Any]) -> Item:
        """Make the one item of a row. Raises RowProblem for a row without a key."""
        key = cells.key_of(row, self._key, self._title, self._nouns)
        return cells.item(self._resource, self._key, key, row, self.codec)

    def codec(self, column: str) -> Codec | None:
        """Give how the values of a column are written."""
        found = self.place(column)
        return None if found is None else found.codec

    def _refused(self, column: str) -> RowProblem:
        reason, remedy = self.unknown(column)
        return RowProblem(column, None, reason, remedy=remedy, who=Who.ADMINISTRATOR)
