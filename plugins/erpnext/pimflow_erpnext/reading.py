"""Documents of one kind as rows, page by page: one call for the documents, one for each part that lies elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pimflow_erp.columns import Column
from pimflow_erpnext import parts, translations
from pimflow_erpnext.parts import Part
from pimflow_erpnext.session import Record, Session
from pimflow_erpnext.translations import Texts


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of each document: columns, and the parts that these ask for, by name.

    A text that is missing in a language is empty, or with `copy` that of the source.
    """

    columns: Sequence[Column]
    parts: Mapping[str, Part]
    copy: bool = False

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def fields(self) -> list[str]:
        """The fields to ask for; name and stamp are needed for pages."""
        asks = {ask for column in self.columns for ask in column.asks if not ask.endswith(".")}
        return sorted({"name", "modified", *asks})

    @property
    def languages(self) -> list[str]:
        """The languages to ask for."""
        return sorted({column.language for column in self.columns} - {""})

    def rows(self, session: Session, pages: Iterable[list[Record]]) -> Iterator[tuple[Any, ...]]:
        """Give a row for each document."""
        for page in pages:
            self._add_parts(session, page)
            texts = translations.read(session, self.languages, self._texts(page))
            for record in page:
                yield tuple(self._cell(column, record, texts) for column in self.columns)

    def _add_parts(self, session: Session, page: Sequence[Record]) -> None:
        names = [record["name"] for record in page]
        for name, part in self.parts.items():
            found = parts.read(session, part, names)
            for record in page:
                record[f"{name}."] = found.get(record["name"], [])

    def _texts(self, page: Sequence[Record]) -> Iterator[str | None]:
        names = {ask for column in self.columns if column.language for ask in column.asks}
        return (record.get(name) for record in page for name in names)

    def _cell(self, column: Column, record: Record, texts: Texts) -> Any:
        if not column.language:
            return column.read(record)
        return translations.translated(texts, column.language, column.read(record), copy=self.copy)
