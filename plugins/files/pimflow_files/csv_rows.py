"""The rows of a CSV file, one after the other, each checked for what would silently spoil a catalogue."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from pimflow import BadValue, Problem, RemoteError, said
from pimflow_files.cells import DecimalSign, plain_number
from pimflow_files.dialect import UNDECODED
from pimflow_files.local import held_still, unreadable
from pimflow_files.pieces import rows_at_once

LONGEST_CELL = 1 << 24
"""In characters. A cell beyond is an opened quote that nobody closed, and would take the memory of the machine."""

_BLOCK = 1 << 15
"""In characters, about: so many are looked at together, and held in memory."""

_BREAK = re.compile(r"\r\n|\r|\n")
_SHORTENED = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+[0-9]{2,3}")

_SHORT = said("which looks like a number that a spreadsheet shortened; the real code is lost")
_EXPORT_AS_TEXT = said("Export the column as text.")
_UNREADABLE = said("which holds unreadable characters")
_EXPORT_AS_UTF8 = said("Export the file as UTF-8, or tell your administrator its encoding.")
_QUOTE_THEM = said(
    "Put cells that hold the delimiter, a quote or a line break between quotes, and export the file again."
)
_NO_COMMA = said("which is not a number with a decimal comma")
_NO_POINT = said("which is not a number with a decimal point")
_CORRECT = said("Correct it there.")


@dataclass(frozen=True)
class CsvRows:
    """A table that opens its file each time it is read: every cell text, `numbers` canonical."""

    path: Path
    encoding: str
    delimiter: str
    quotechar: str
    numbers: tuple[str, ...] = ()
    decimal: DecimalSign = "point"

    def chunks(self) -> Generator[Sequence[Sequence[Any]], None, None]:
        """Give the header alone, then lists of rows. Raises RemoteError with the line where it cannot be read on."""
        csv.field_size_limit(LONGEST_CELL)
        try:
            with self.path.open(encoding=self.encoding, errors="surrogateescape", newline="") as file:
                lines = _Lines(file)
                every = chain.from_iterable(lines.blocks())
                reader = csv.reader(every, delimiter=self.delimiter, quotechar=self.quotechar, strict=True)
                header = _header(self.path, reader)
                yield [header]
                with held_still(self.path, file):
                    yield from self._chunks(reader, header, lines)
        except OSError as error:
            raise unreadable(self.path, error) from error
        except UnicodeError as error:
            message = said(
                "{file} is not written in {encoding}. State its encoding under `encoding:`.",
                file=self.path.name,
                encoding=self.encoding,
            )
            raise RemoteError(message, detail=f"{self.path}: {error}") from error

    def _chunks(self, reader: Any, header: tuple[str, ...], lines: _Lines) -> Iterator[Sequence[Sequence[Any]]]:
        width, looked_at = len(header), self._looking(header)
        at_once = rows_at_once(width)
        chunk: list[Sequence[Any]] = []
        error: csv.Error | None = None
        more = True
        while more:
            line, rows = reader.line_num + 1, list[list[Any]]()
            try:
                rows.extend(islice(reader, at_once))  # what it took before an error stays
                error, more = None, len(rows) == at_once
            except csv.Error as found:
                error = found
            plain = not (self.numbers or lines.odd) and set(map(len, rows)) <= {width} and all(map(any, rows))
            chunk += rows if plain else looked_at(rows, line)
            lines.settle()
            if error is not None and _is_about_quotes(error):
                chunk.append([_broken(error, _line_after(rows, line))] * width)
                error = None
            if chunk and (error or not more or len(chunk) >= at_once):
                yield chunk
                chunk = []
            if error is not None:
                raise _open_quote(self.path, error, _line_after(rows, line)) from error

    def _looking(self, header: tuple[str, ...]) -> Callable[[Sequence[list[Any]], int], list[Sequence[Any]]]:
        """Make what looks at rows one by one, the first of which begins in a line: empty ones are left out."""
        width, checked = len(header), self._checked(header)

        def looked_at(rows: Sequence[list[Any]], line: int) -> list[Sequence[Any]]:
            found: list[Sequence[Any]] = []
            for row in rows:
                after = line + _lines_of(row)
                if any(row):
                    found.append(checked(row, line) if len(row) == width else _uneven(row, width, line, checked))
                line = after
            return found

        return looked_at

    def _checked(self, header: tuple[str, ...]) -> Callable[[list[Any], int], list[Any]]:
        number_at = [header.index(name) for name in self.numbers]
        texts = [(at, name) for at, name in enumerate(header) if name not in self.numbers]

        def checked(row: list[Any], line: int) -> list[Any]:
            if _is_odd("\n".join(row)):
                for at, name in texts:
                    row[at] = _readable(row[at], name, line)
            for at in number_at:
                row[at] = _number(row[at], header[at], self.decimal, line)
            return row

        return checked


class _Lines:
    """The lines of a file, in blocks. `odd`: something may be wrong with a cell of those since `settle`."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._now = False
        self.odd = False

    def blocks(self) -> Iterator[list[str]]:
        """Give the lines."""
        while lines := self._file.readlines(_BLOCK):
            self._now = _is_odd("".join(lines))
            self.odd = self.odd or self._now
            yield lines

    def settle(self) -> None:
        """Take note that rows ended: the next one begins in the last block."""
        self.odd = self._now


def _is_odd(text: str) -> bool:
    """Tell whether a text has what may spoil a cell: a shortened number, NUL, or bytes that are no character."""
    return (
        ("+" in text and ("E+" in text or "e+" in text)) or "\x00" in text or not (text.isascii() or _encodable(text))
    )


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _header(path: Path, reader: Any) -> tuple[str, ...]:
    try:
        names = [name.strip() for name in next(row for row in reader if any(row) and not _is_hint(row))]
    except StopIteration:
        raise RemoteError(
            said("{file} is empty: not even a header row with the names of the columns.", file=path.name)
        ) from None
    except csv.Error as error:
        message = said("The header row of {file} cannot be read.", file=path.name)
        raise RemoteError(message, detail=f"{path}: {error}") from None
    while not names[-1]:
        names.pop()
    for number, name in enumerate(names, 1):
        _check_name(path, names, number, name)
    return tuple(names)


def _check_name(path: Path, names: Sequence[str], number: int, name: str) -> None:
    if not name:
        raise RemoteError(
            said("Column {number} of {file} has no name. Give it one in the header row.", number=number, file=path.name)
        )
    if UNDECODED.search(name):
        raise RemoteError(
            said(
                "The name of column {number} of {file} cannot be read. State `encoding:`.",
                number=number,
                file=path.name,
            )
        )
    if name in names[: number - 1]:
        raise RemoteError(
            said(
                "{file} has two columns {name!r}, {first} and {second}. Rename or drop one.",
                file=path.name,
                name=name,
                first=names.index(name) + 1,
                second=number,
            )
        )


def _is_hint(row: Sequence[str]) -> bool:
    """Tell the line `sep=;` with which some programs tell Excel the delimiter."""
    return row[0].startswith("sep=") and len("".join(row)) <= len("sep=;")


def _uneven(row: list[Any], width: int, line: int, checked: Callable[[list[Any], int], list[Any]]) -> list[Any]:
    if not any(row[width:]) and len(row) > width:
        return checked(row[:width], line)
    reason = said("a row of the file has {number} cells where the header has {wanted}", number=len(row), wanted=width)
    return [BadValue(Problem(reason, remedy=_QUOTE_THEM, detail=f"line {line}"))] * width


def _lines_of(row: Sequence[str]) -> int:
    """Count the lines that a row took in the file."""
    text = "".join(row)
    if "\n" in text or "\r" in text:
        return 1 + sum(len(_BREAK.findall(cell)) for cell in row)
    return 1


def _line_after(rows: Sequence[Sequence[str]], line: int) -> int:
    """Give the line behind rows of which the first begins in a line."""
    return line + sum(map(_lines_of, rows))


def _is_about_quotes(error: csv.Error) -> bool:
    """Tell a row whose quotes do not fit from one that has no end."""
    return "expected after" in str(error)


def _broken(error: csv.Error, line: int) -> BadValue:
    remedy = said("Double a quote that is part of the text, and export the file again.")
    return BadValue(Problem(said("the quotes in a row do not fit"), remedy=remedy, detail=f"line {line}: {error}"))


def _open_quote(path: Path, error: csv.Error, line: int) -> RemoteError:
    return RemoteError(
        said(
            "{file}: a quote opened in the row that begins in line {line} is never closed. Close it and run again.",
            file=path.name,
            line=line,
        ),
        detail=f"{path}, line {line}: {error}",
    )


def _readable(cell: str, name: str, line: int) -> Any:
    where = f"line {line}"
    if _SHORTENED.fullmatch(cell.strip()):
        return BadValue(Problem(_SHORT, field=name, value=cell, remedy=_EXPORT_AS_TEXT, detail=where))
    if "\x00" in cell or not _encodable(cell):
        shown = UNDECODED.sub("\N{REPLACEMENT CHARACTER}", cell).replace("\x00", "\N{REPLACEMENT CHARACTER}")
        where = f"{where}; `encoding:` of the source names another encoding"
        return BadValue(Problem(_UNREADABLE, field=name, value=shown, remedy=_EXPORT_AS_UTF8, detail=where))
    return cell


def _number(cell: str, name: str, decimal: DecimalSign, line: int) -> Any:
    if not cell.strip():
        return ""
    number = plain_number(cell, decimal)
    if number is not None:
        return number
    reason = _NO_COMMA if decimal == "comma" else _NO_POINT
    return BadValue(Problem(reason, field=name, value=cell, remedy=_CORRECT, detail=f"line {line}"))
