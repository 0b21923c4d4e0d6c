"""Which kind of table a file is, by its name; what Excel files need is loaded only for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from pimflow.errors import ConfigError, Mistake
from pimflow.sheets import Line, read_csv, write_csv


def sheet_writer(file: Path) -> Callable[[Path, Iterable[Line]], int]:
    """Give what writes such a file. Raises ConfigError."""
    writer: Callable[[Path, Iterable[Line]], int] = write_csv if _is_csv(file) else _workbooks(file).write_workbook
    return writer


def sheet_reader(file: Path) -> Callable[[Path], Iterator[tuple[int, Line]]]:
    """Give what reads such a file. Raises ConfigError."""
    reader: Callable[[Path], Iterator[tuple[int, Line]]] = read_csv if _is_csv(file) else _workbooks(file).read_workbook
    return reader


def _is_csv(file: Path) -> bool:
    suffix = file.suffix.lower()
    if suffix not in {".csv", ".xlsx"}:
        raise ConfigError(Mistake("a name that ends with .csv or .xlsx was expected", str(file)))
    return suffix == ".csv"


def _workbooks(file: Path) -> ModuleType:
    try:
        return import_module("pimflow.workbooks")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "openpyxl":
            raise
        hint = "`pip install openpyxl` brings it; or name a .csv file"
        raise ConfigError(Mistake(f"an Excel file needs openpyxl, which is not installed; {hint}", str(file))) from None
