"""Opens workbooks: .xlsx and .xlsm row by row, older and other kinds (.xls, .xlsb, .ods) as a whole."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from pimflow import RemoteError, said
from pimflow_files.excel_cells import formula_error, plain
from pimflow_files.local import held_still, unreadable

_ZIP, _OLE = b"PK", bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z0-9:]+)"')
_CHUNK = 1 << 18
_DAMAGED = (BadZipFile, InvalidFileException, KeyError, ParseError, ValueError, TypeError, IndexError, EOFError)


class Sheet(Protocol):
    """One sheet of an open workbook."""

    def rows(self) -> Iterator[list[Any]]:
        """Give its rows from the first one on, from column A on, with cells as `plain` makes them."""

    def merged(self) -> Mapping[tuple[int, int], int]:
        """Give cells merged downwards: row and column of the first, both from 1 -> row of the last."""


@contextmanager
def opened(path: Path, wanted: str | int | None) -> Iterator[Sheet]:
    """Open a sheet by name, by number from 1, or the first that people see. Raises RemoteError."""
    try:
        with path.open("rb") as file, held_still(path, file):
            begin = file.read(len(_OLE))
            if begin == _OLE and _is_encrypted(file):
                raise _protected(path)
            file.seek(0)
            opening = _streamed if begin.startswith(_ZIP) and _is_xlsx(file) else _loaded
            with opening(path, file, wanted) as sheet:
                yield sheet
    except PasswordError:
        raise _protected(path) from None
    except OSError as error:
        raise unreadable(path, error) from error
    except (CalamineError, *_DAMAGED) as error:
        message = said(
            "{file} is no Excel file, or it is damaged. Open it in Excel and save it again as .xlsx.", file=path.name
        )
        raise RemoteError(message, detail=f"{path}: {type(error).__name__}: {error}") from error


def _protected(path: Path) -> RemoteError:
    return RemoteError(
        said("{file} is protected by a password. Save it without one (File, Info, Protect Workbook).", file=path.name)
    )


def _is_encrypted(file: IO[bytes]) -> bool:
    """Look for the name that Office gives to what it encrypts; the table of names may lie anywhere."""
    before = b""
    while chunk := file.read(_CHUNK):
        if _ENCRYPTED in before + chunk:
            return True
        before = chunk[-len(_ENCRYPTED) :]
    return False


def _is_xlsx(file: IO[bytes]) -> bool:
    with ZipFile(file) as parts:
        names = parts.namelist()
    file.seek(0)
    return any(name.endswith("workbook.xml") for name in names)


@contextmanager
def _streamed(path: Path, file: IO[bytes], wanted: str | int | None) -> Iterator[Sheet]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what pimflow does not read: validation, drawings, styles
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        seen = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
        name = _which(path, wanted, [sheet.title for sheet in book.worksheets], seen)
        yield _StreamedSheet(book[name], file)
    finally:
        book.close()


@dataclass(frozen=True)
class _StreamedSheet:
    sheet: Any
    file: IO[bytes]

    def rows(self) -> Iterator[list[Any]]:
        self.sheet.reset_dimensions()  # what programs write there is often wrong
        for row in self.sheet.iter_rows():
            yield [_cell(cell) for cell in row]

    def merged(self) -> Mapping[tuple[int, int], int]:
        part = self.sheet._worksheet_path  # noqa: SLF001 - openpyxl leaves merged cells out when it streams
        found = {}
        with ZipFile(self.file) as parts, parts.open(part) as content:
            before = b""
            while chunk := content.read(_CHUNK):
                text = before + chunk
                for told in _MERGED.findall(text):
                    left, top, _, bottom = range_boundaries(told.decode())
                    if top and left and bottom and bottom > top:
                        found[top, left] = bottom
                before = text[-200:]
        return found


def _cell(cell: Any) -> Any:
    value = cell.value
    if value is None or isinstance(value, str):
        return formula_error(value) if value and cell.data_type == "e" else plain(value)
    return plain(value, cell.number_format)


@contextmanager
def _loaded(path: Path, file: IO[bytes], wanted: str | int | None) -> Iterator[Sheet]:
    with CalamineWorkbook.from_filelike(file) as book:
        seen = [one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
        yield _LoadedSheet(book.get_sheet_by_name(_which(path, wanted, book.sheet_names, seen)))


@dataclass(frozen=True)
class _LoadedSheet:
    sheet: CalamineSheet

    def rows(self) -> Iterator[list[Any]]:
        _, left = self.sheet.start or (0, 0)
        for row in self.sheet.iter_rows():
            yield [None] * left + [plain(value) for value in row]

    def merged(self) -> Mapping[tuple[int, int], int]:
        ranges = self.sheet.merged_cell_ranges or []
        return {(top + 1, left + 1): bottom + 1 for (top, left), (bottom, _) in ranges if bottom > top}


def _which(path: Path, wanted: str | int | None, names: list[str], seen: list[str]) -> str:
    if wanted is None and (seen or names):
        return (seen or names)[0]
    if isinstance(wanted, int) and 1 <= wanted <= len(names):
        return names[wanted - 1]
    if wanted in names:
        return str(wanted)
    there = ", ".join(repr(name) for name in names)
    raise RemoteError(
        said("{file} has no sheet {wanted!r}. It has {names}.", file=path.name, wanted=wanted, names=there)
    )
