"""Sources that read files: CSV (also TSV), Excel, JSON Lines, JSON and XML.

What reads a format is loaded where a file is read: it takes longer to load than a pipeline file to check.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from pimflow import Header, RemoteError, Row, joined, said
from pimflow_files.cells import DecimalSign, Delimiter, Encoding, plain_number
from pimflow_files.local import unreadable
from pimflow_files.reading import FileSource

if TYPE_CHECKING:
    from pimflow_files.xml_rows import Shape


def _cells(text: str) -> str:
    from pimflow_files.excel_rows import Area

    Area.of(text)
    return text


Cells = Annotated[str, AfterValidator(_cells)]
"""A range of cells as Excel writes it."""


class CsvSource(FileSource):
    """Rows of a CSV or TSV file. Every cell is text, so that codes keep their leading zeros."""

    type = "files.csv"

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

    def chunks(self, file: Path, header: Header) -> Generator[Sequence[Row], None, None]:  # noqa: ARG002 - the file names its columns
        """Give the rows; a row that cannot be read is one `BadValue` in every cell, so that nothing of it is written.

        Raises RemoteError when there is no header, when columns share a name, or where an open quote swallows the
        rest of the file.
        """
        from loguru import logger

        from pimflow_files.csv_rows import CsvRows
        from pimflow_files.dialect import find_delimiter, find_encoding, find_quotechar

        try:
            encoding = _with_mark(self.encoding or find_encoding(file))
            quotechar = self.quotechar or find_quotechar(file, encoding)
            delimiter = self.delimiter or find_delimiter(file, encoding, quotechar)
        except OSError as error:
            raise unreadable(file, error) from error
        except UnicodeError as error:
            message = said("{file} is not written in {encoding}.", file=file.name, encoding=encoding)
            raise RemoteError(message, detail=str(error)) from error
        if not self.encoding and not encoding.startswith("utf"):
            logger.warning("{} is no UTF-8; read as {}, state `encoding:` if that is wrong", file.name, encoding)
        chunks = CsvRows(file, encoding, delimiter, quotechar, self.numbers, self.decimal).chunks()
        names = next(chunks)
        _check_numbers(file, names[0], self.numbers)
        yield names
        yield from chunks

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
            hint = said("Did you mean {near!r}?", near=near[0]) if near else ""
            lacks = said("{file} has no column {name!r}, which `numbers:` names.", file=path.name, name=name)
            raise RemoteError(joined([lacks, hint]))


class ExcelSource(FileSource):
    """Rows of a sheet of an Excel file (.xlsx, .xlsm, .xls, .xlsb, also .ods).

    Numbers come as exact text, days as dates; what is formatted as text stays as it is.
    """

    type = "files.excel"

    sheet: Annotated[int, Field(ge=1, strict=True)] | str | None = Field(
        None, description="Name of the sheet, or its number from 1; the first that is not hidden when left out."
    )
    header: int | None = Field(
        None, ge=1, description="Number of the row with the names; the first in which something stands when left out."
    )
    range: Cells | None = Field(None, description="Cells of the table, as `B3:F200`, or `B3:F` for all rows below.")

    def rows(self, file: Path, header: Header) -> Generator[Row, None, None]:  # noqa: ARG002 - the file names its columns
        """Give each row in which something stands; a cell merged downwards holds for all its rows.

        Raises RemoteError for a protected or damaged file, a sheet that is not there, columns that share a name.
        """
        from pimflow_files.excel_rows import Area, excel_rows

        return excel_rows(file, self.sheet, Area.of(self.range) if self.range else Area(), self.header)


class JsonLinesSource(FileSource):
    """Records of a JSON Lines file: one object a line, nested values as they are."""

    type = "files.jsonl"
    same_columns = False

    columns: tuple[str, ...] = Field((), description="Keys to read; when left out, all keys that occur in the file.")

    def keys(self, file: Path) -> Header:
        """Give the keys that occur; for them the file is read once more. Raises RemoteError when there are none."""
        from pimflow_files import jsonl_rows

        return self.columns or jsonl_rows.keys(file)

    def rows(self, file: Path, header: Header) -> Generator[Row, None, None]:
        """Give the records; a line that is no JSON object is one `BadValue` in every cell."""
        from pimflow_files import jsonl_rows

        return jsonl_rows.rows(file, header)


class JsonSource(FileSource):
    """Records of a JSON file: the objects of a list, nested values as they are."""

    type = "files.json"
    same_columns = False

    records: str = Field(
        "",
        description="Keys that lead to the list of records, as `data.products`; none where the file is that list.",
    )
    columns: tuple[str, ...] = Field((), description="Keys to read; when left out, all keys that occur in the file.")

    def keys(self, file: Path) -> Header:
        """Give the keys that occur; for them the file is read once more. Raises RemoteError when there are none."""
        from pimflow_files import json_rows

        return self.columns or json_rows.keys(file, self.records)

    def rows(self, file: Path, header: Header) -> Generator[Row, None, None]:
        """Give the records; an item that is no JSON object is one `BadValue` in every cell."""
        from pimflow_files import json_rows

        return json_rows.rows(file, self.records, header)


class XmlSource(FileSource):
    """Records of an XML file. Columns are `@id` for an attribute, `name` for an element, `size/width` within."""

    type = "files.xml"
    same_columns = False

    records: str = Field(
        min_length=1, description="Element of one record, as `product`, or with those around it: `products/product`."
    )
    by: tuple[str, ...] = Field(
        (), description='Attributes that tell elements apart: with `[lang]`, `<name lang="de">` is `name-de`.'
    )
    lists: tuple[str, ...] = Field((), description="Elements that may stand there several times: they are a list.")
    columns: tuple[str, ...] = Field((), description="Columns to read; when left out, all that occur in the file.")

    def keys(self, file: Path) -> Header:
        """Give the columns that occur; for them the file is read once more. Raises RemoteError when there are none."""
        from pimflow_files import xml_rows

        return self.columns or xml_rows.keys(file, self._shape)

    def rows(self, file: Path, header: Header) -> Generator[Row, None, None]:
        """Give the records. Namespaces count for nothing."""
        from pimflow_files import xml_rows

        return xml_rows.rows(file, self._shape, header)

    @property
    def _shape(self) -> Shape:
        from pimflow_files.xml_rows import Shape

        return Shape(self.records, self.by, self.lists)
