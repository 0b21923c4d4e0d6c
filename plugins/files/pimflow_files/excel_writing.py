"""Writes rows into an Excel file; what is text never becomes a formula, a link or a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xlsxwriter import Workbook

from pimflow import FlowError, Header, said
from pimflow_files.cells import as_cell, plain_number
from pimflow_files.writing import Format

MOST_ROWS = 1_048_576
_LONGEST = 32_767
_DIGITS = 15
_CHUNK = 1 << 18
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
"""When all files say that they were made: one with equal rows is an equal file."""


class ExcelFormat(Format):
    """One sheet. Rows lie in a temporary file until the end, so that memory does not grow with them."""

    def __init__(self, sheet: str, numbers: Sequence[str]) -> None:
        self._folder = TemporaryDirectory(prefix="pimflow-")
        self._file = Path(self._folder.name, "book.xlsx")
        options = {"constant_memory": True, "tmpdir": self._folder.name, "default_date_format": "yyyy-mm-dd"}
        self._book = Workbook(self._file, options)
        self._book.set_properties({"created": _MADE.replace(tzinfo=None)})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheet = self._book.add_worksheet(sheet)
        self._sheet.freeze_panes(1, 0)
        self._numbers = frozenset(numbers)
        self._row = 0

    def head(self, header: Header) -> bytes:
        """Write the row of column names."""
        return self._write(header) if header else b""

    def line(self, record: Mapping[str, Any], header: Header) -> bytes:
        """Write one row. Raises ValueError for a text that is too long for a cell, FlowError when the sheet is full."""
        return self._write([self._cell(name, record.get(name)) for name in header])

    def tail(self) -> Iterable[bytes]:
        """Give the file."""
        self._book.close()
        with self._file.open("rb") as content:
            while chunk := content.read(_CHUNK):
                yield chunk

    def close(self) -> None:
        """Remove what lay aside."""
        if not self._book.fileclosed:
            self._book.close()
        self._folder.cleanup()

    def _cell(self, name: str, value: Any) -> Any:
        if name in self._numbers and isinstance(value, str) and (plain := plain_number(value, "point")):
            value = Decimal(plain)
        if isinstance(value, bool | date) or (_is_exact(value)):
            return value
        text = as_cell(value, "point")
        if len(text) > _LONGEST:
            msg = f"a cell of Excel takes {_LONGEST:,} characters; this text has {len(text):,}"
            raise ValueError(msg)
        text.encode()
        return text

    def _write(self, cells: Sequence[Any]) -> bytes:
        if self._row == MOST_ROWS:
            raise FlowError(said("an Excel sheet has {most:,} rows at most. Write to `files.csv`", most=MOST_ROWS))
        for column, cell in enumerate(cells):
            self._put(column, cell)
        self._row += 1
        return b""

    def _put(self, column: int, cell: Any) -> None:
        match cell:
            case "":
                return
            case str():
                self._sheet.write_string(self._row, column, cell)
            case bool():
                self._sheet.write_boolean(self._row, column, cell)
            case datetime():
                self._sheet.write_datetime(self._row, column, _without_zone(cell), self._moment)
            case date():
                self._sheet.write_datetime(self._row, column, cell)
            case _:
                self._sheet.write_number(self._row, column, float(cell))


def _is_exact(value: Any) -> bool:
    """Tell a number that Excel can keep; a longer one is written as text."""
    return isinstance(value, int | float | Decimal) and len(Decimal(str(value)).as_tuple().digits) <= _DIGITS


def _without_zone(moment: datetime) -> datetime:
    """Excel knows no time zones."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
