"""Sources whose rows are made while the core asks for them: all of them, or what changed since the last read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import petl
from pydantic import Field

from pimflow import LazyTable, Source, Window
from pimflow_erp import cursors
from pimflow_erp.columns import Column


class RowsSource(Source):
    """Gives what `rows` gives."""

    def extract(self, session: Any, window: Window) -> petl.Table:
        """Give the records page by page. Raises ConfigError for what the server does not have."""
        return LazyTable(lambda: self.rows(session, window))

    def rows(self, session: Any, window: Window) -> Iterator[tuple[Any, ...]]:
        """Give the header, then one row a record. Calls are made only when the next row needs them."""
        raise NotImplementedError


class StampedSource(RowsSource):
    """Gives what was stamped since the last complete read. Its session has a `company` and a `language`."""

    overlap: float = Field(
        10.0,
        ge=0,
        description="Minutes before the latest change of the last read from which on changes are read again: long "
        "transactions of the ERP arrive late. Set it above the longest import into it.",
    )

    def columns(self, session: Any) -> Sequence[Column]:
        """Make the columns. Raises ConfigError for what the server does not have."""
        raise NotImplementedError

    def latest(self, session: Any) -> dt.datetime | None:
        """Give the latest stamp that a read can see now; None where there is no record."""
        raise NotImplementedError

    def window(self, session: Any, cursor: str | None) -> Window:
        """Begin `overlap` before the latest change that the last read could see; read everything without one."""
        names = [column.name for column in self.columns(session)]
        asked = cursors.asked_of(self, names, session.company, session.language)
        return cursors.window(cursor, asked, self.latest(session), self.overlap)

    def cursor_at(self, moment: dt.datetime) -> str:
        """Give the cursor for what was stamped from this time on."""
        return cursors.kept_by_hand(moment)
