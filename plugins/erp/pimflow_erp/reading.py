"""A source whose rows are made while the core asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import petl

from pimflow import LazyTable, Source, Window


class RowsSource(Source):
    """Gives what `rows` gives."""

    def extract(self, session: Any, window: Window) -> petl.Table:
        """Give the records page by page. Raises ConfigError for what the server does not have."""
        return LazyTable(lambda: self.rows(session, window))

    def rows(self, session: Any, window: Window) -> Iterator[tuple[Any, ...]]:
        """Give the header, then one row a record. Calls are made only when the next row needs them."""
        raise NotImplementedError
