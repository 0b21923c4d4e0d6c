"""Sources that read one file: CSV (also TSV) and JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import orjson
import petl
from loguru import logger
from pydantic import Field, model_validator

from pimflow import BadValue, DataPath, Problem, RemoteError, Source, Window
from pimflow_files.cells import DecimalSign, Delimiter, Encoding, plain_number
from pimflow_files.csv_rows import CsvRows, unreadable
from pimflow_files.dialect import find_delimiter, find_encoding, find_quotechar
from pimflow_files.local import LocalFile, held_still


class CsvSource(LocalFile, Source):
    """Rows of a CSV or TSV file. Every cell is text, so that codes keep their leading zeros."""

    type = "files.csv"

    path: DataPath = Field(description="The file to read.")
    delimiter: Delimiter | None = Field(None, description="Sign between cells, or `tab`; found when left out.")
    quotechar: Literal['"', "'"] | None = Field(None, description="Sign around cells; found when left out.")
    encoding: Encoding | None = Field(None, description="Such as `utf-8` or `cp1252`; found when left out.")
    numbers: tuple[str, ...] = Field((), description="Columns that hold numbers; all others are text.")
    decimal: DecimalSign = Field("point", description="Decimal sign of the columns under `numbers`.")

    @model_validator(mode="after")
    def _options_fit(self) -> CsvSource:
        if self.decimal == "comma" and not self.numbers:
            raise ValueError("`decimal: comma` needs `numbers: [COLUMN, …]`: the columns that hold numbers")
        return self

    def extract(self, session: None, window: Window) -> petl.Table:  # noqa: ARG002 - a file is read as a whole
        """Give the rows; a row that cannot be read is one `BadValue` in every cell, so that nothing of it is written.

        Raises RemoteError when there is no header, when columns share a name, or where an open quote swallows the
        rest of the file.
        """
        try:
            encoding = _with_mark(self.encoding or find_encoding(self.path))
            quotechar = self.quotechar or find_quotechar(self.path, encoding)
            delimiter = self.delimiter or find_delimiter(self.path, encoding, quotechar)
        except OSError as error:
            raise unreadable(self.path, error) from error
        except UnicodeError as error:
            raise RemoteError(f"{self.path.name} is not written in {encoding}.", detail=str(error)) from error
        if not self.encoding and not encoding.startswith("utf"):
            logger.warning("{} is no UTF-8; read as {}, state `encoding:` if that is wrong", self.path.name, encoding)
        rows = CsvRows(self.path, encoding, delimiter, quotechar, self.numbers, self.decimal)
        _check_numbers(self.path, next(iter(rows)), self.numbers)
        return petl.wrap(rows)

    def typed(self, column: str, text: str) -> str:
        """Take a number with the decimal sign of the file; with a point too, as exported lists have it."""
        return (plain_number(text, self.decimal) if column in self.numbers else None) or text


def _with_mark(encoding: str) -> str:
    """Give the variant of UTF-8 that skips a byte order mark, which many programs write."""
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _check_numbers(path: Path, header: Sequence[Any], numbers: Sequence[str]) -> None:
    for name in numbers:
        if name not in header:
            near = get_close_matches(name, header, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise RemoteError(f"{path.name} has no column {name!r}, which `numbers:` names.{hint}")


class JsonLinesSource(LocalFile, Source):
    """Records of a JSON Lines file: one object a line, nested values as they are."""

    type = "files.jsonl"

    path: DataPath = Field(description="The file to read, in UTF-8.")
    columns: tuple[str, ...] = Field((), description="Keys to read; when left out, all keys that occur in the file.")

    def extract(self, session: None, window: Window) -> petl.Table:  # noqa: ARG002 - a file is read as a whole
        """Give the records; a line that is no JSON object is one `BadValue` in every cell.

        Without `columns` the file is read twice, first for its keys. Raises RemoteError when it has none.
        """
        header = self.columns or _keys(self.path)
        if not header:
            raise RemoteError(f"{self.path.name} holds no record. Name its keys under `columns:` if that may be.")
        return petl.wrap(JsonRows(self.path, header))


@dataclass(frozen=True)
class JsonRows:
    """A table that opens its file each time it is read."""

    path: Path
    header: tuple[str, ...]

    def __iter__(self) -> Iterator[Sequence[Any]]:
        """Give the header, then one row a line."""
        yield self.header
        for number, record in _records(self.path):
            if isinstance(record, dict):
                yield [*map(record.get, self.header)]
            else:
                yield [_no_record(record, number)] * len(self.header)


def _records(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        with path.open("rb") as file, held_still(path, file):
            for number, line in enumerate(file, 1):
                text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if not text.isspace() and text:
                    yield number, _parsed(text)
    except OSError as error:
        raise unreadable(path, error) from error


def _parsed(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return error


def _no_record(found: Any, number: int) -> BadValue:
    said = str(found) if isinstance(found, orjson.JSONDecodeError) else f"found {type(found).__name__}"
    remedy = "Each line holds one object between { and }; have the file written again."
    return BadValue(Problem("a line of the file is no JSON object", remedy=remedy, detail=f"line {number}: {said}"))


def _keys(path: Path) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    for _, record in _records(path):
        if isinstance(record, dict):
            keys |= dict.fromkeys(record)
    return tuple(keys)
