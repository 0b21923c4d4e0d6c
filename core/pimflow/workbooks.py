"""The same tables as Excel files. Needs openpyxl, the extra `xlsx` of this distribution."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException, WorkbookAlreadySaved
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from pimflow.errors import ConfigError, Mistake
from pimflow.sheets import Line, storable
from pimflow.table_files import replaced

_MOST_LINES = 1_048_576
_FORMULA = re.compile(r"[=+@\-]")


def write_workbook(file: Path, lines: Iterable[Line]) -> int:
    """Write lines as text, never as formulas, and give their number. Raises ConfigError."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("problems")
    sheet.freeze_panes = "A2"
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            if number > _MOST_LINES:
                hint = "name a .csv file, or choose by --flow or --kind"
                raise ConfigError(Mistake(f"an Excel file has {_MOST_LINES:,} lines at most; {hint}", str(file)))
            sheet.append([_cell(sheet, storable(text)) for text in line])
        with replaced(file) as beside:
            book.save(beside)
    finally:
        with suppress(WorkbookAlreadySaved, OSError):
            sheet.close()  # one that was not saved would be written when it is collected, and fail there
    return number


def _cell(sheet: WriteOnlyWorksheet, text: str) -> Any:
    if not _FORMULA.match(text):
        return text or None
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = True  # it stays text when a person edits it
    return cell


def read_workbook(file: Path) -> Iterator[tuple[int, Line]]:
    """Give the lines of the first sheet with their numbers, the header first, all as long. Raises ConfigError."""
    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError):
        raise ConfigError(Mistake("is no Excel file (.xlsx)", str(file))) from None
    except OSError as error:
        raise ConfigError(Mistake(f"cannot be read: {error.strerror}", str(file))) from None
    try:
        width = 0
        for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            line = [_text(value) for value in row]
            width = width or len(line)
            yield number, [*line, *[""] * (width - len(line))]
    finally:
        book.close()


def _text(value: Any) -> str:
    """Write what a person typed: Excel makes numbers and days of it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.min.time() else value.isoformat(sep=" ")
    return str(value)
