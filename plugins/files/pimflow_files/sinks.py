"""Sinks that write one file as a whole: CSV (also TSV), Excel, JSON Lines, JSON and XML.

What writes a format is loaded where a file is written: the names of XML alone take as long as a pipeline file to check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from pimflow import OutputPath, Run, Sink, Writer, said
from pimflow_files.cells import DecimalSign, Delimiter, Encoding
from pimflow_files.nested import Form
from pimflow_files.swap import SwapFile
from pimflow_files.writing import CsvFormat, FileWriter, Format, JsonFormat, JsonLinesFormat

SheetName = Annotated[str, StringConstraints(min_length=1, max_length=31, pattern=r"^[^\[\]:*?/\\']+$")]
_TABBED = frozenset({".tsv", ".tab"})


class FileSink(Sink):
    """What the sinks have in common: one file, in a format of its own."""

    batch_size = 1000
    whole = True

    path: OutputPath = Field(description="The file to write; it is replaced when the flow ends well.")
    columns: tuple[str, ...] = Field((), description="Columns in their order; when left out, those of the flow.")

    @property
    def title(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def address(self) -> str:
        """The file's path."""
        return str(self.path)

    def open(self, session: None, run: Run) -> Writer:  # noqa: ARG002 - a file has no session
        """Give the writer. Raises AccessError when the folder cannot be written."""
        swap = None if run.dry else SwapFile(self.path, run.id, run.started)
        return FileWriter(swap, self.shape(), self.chosen)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The columns that are written; none where all of the flow are."""
        return self.columns

    def shape(self) -> Format:
        """Give what makes the bytes of the file."""
        raise NotImplementedError


class CsvSink(FileSink):
    """Rows of a CSV or TSV file, in the form of Akeneo's own import files unless told otherwise."""

    type = "files.csv"
    noun = (said("row"), said("rows"))

    delimiter: Delimiter | None = Field(
        None, description="Sign between cells, or `tab`; `;` unless the file is a .tsv."
    )
    encoding: Encoding = Field("utf-8", description="Such as `utf-8` or `cp1252`.")
    bom: bool = Field(False, description="Begin with a byte order mark, which Excel needs to read UTF-8.")
    numbers: tuple[str, ...] = Field((), description="Columns whose text is a number, written with the decimal sign.")
    decimal: DecimalSign = Field("point", description="Decimal sign of numbers.")
    line_end: Literal["lf", "crlf"] = Field("lf", description="What ends a line.")

    @model_validator(mode="after")
    def _mark_is_for_utf8(self) -> CsvSink:
        if self.bom and self.encoding != "utf-8":
            raise ValueError(f"`bom: true` is for utf-8; the encoding is {self.encoding}")
        return self

    def shape(self) -> Format:
        """Give what makes the bytes of the file."""
        tabbed = self.path.suffix.lower() in _TABBED
        return CsvFormat(
            encoding="utf-8-sig" if self.bom else self.encoding,
            delimiter=self.delimiter or ("\t" if tabbed else ";"),
            line_end="\r\n" if self.line_end == "crlf" else "\n",
            numbers=self.numbers,
            decimal=self.decimal,
        )


class ExcelSink(FileSink):
    """Rows of a sheet in an Excel file (.xlsx). What is text stays text: never a formula, a link or a number."""

    type = "files.excel"
    noun = (said("row"), said("rows"))

    sheet: SheetName = Field("Sheet1", description="Name of the sheet.")
    numbers: tuple[str, ...] = Field((), description="Columns whose text is a number, with a decimal point.")

    @field_validator("path")
    @classmethod
    def _is_xlsx(cls, path: Path) -> Path:
        if path.suffix.lower() != ".xlsx":
            raise ValueError("expected a file whose name ends in .xlsx")
        return path

    def shape(self) -> Format:
        """Give what makes the bytes of the workbook."""
        from pimflow_files.excel_writing import ExcelFormat

        return ExcelFormat(self.sheet, self.numbers)


class RecordSink(FileSink):
    """What the sinks of JSON have in common: keys as the flow has them, or records with a form of their own."""

    noun = (said("record"), said("records"))

    columns: tuple[str, ...] = Field((), description="Keys to write; when left out, the columns of the flow.")
    record: dict[str, Any] | None = Field(
        None,
        description="Form of a record, nested as you like: `{from: COLUMN}` stands for a cell, null where the record "
        "lacks it; everything else stands in each record as it is.",
    )

    @model_validator(mode="after")
    def _form_has_columns(self) -> RecordSink:
        if self.record is not None and self.columns:
            raise ValueError("`record` says which columns are written: leave `columns` out")
        if self.record is not None and not Form.of(self.record).columns:
            raise ValueError("`record` has no cell in it: write {from: COLUMN} where one belongs")
        return self

    @property
    def form(self) -> Form | None:
        """The form of a record, where it has one of its own."""
        return None if self.record is None else Form.of(self.record)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The columns that are written; none where all of the flow are."""
        return self.columns if self.form is None else tuple(dict.fromkeys(self.form.columns))

    @property
    def named(self) -> Mapping[str, Sequence[str]]:
        """Columns without which the form cannot be filled."""
        return {"record": self.chosen} if self.form is not None else {}


class JsonLinesSink(RecordSink):
    """Records of a JSON Lines file: one object a line, in UTF-8. A column that a record lacks is left out."""

    type = "files.jsonl"

    def shape(self) -> Format:
        """Give what makes the bytes of the lines."""
        return JsonLinesFormat(self.form)


class JsonSink(RecordSink):
    """Records of a JSON file: a list of objects, in UTF-8. A column that a record lacks is left out."""

    type = "files.json"

    def shape(self) -> Format:
        """Give what makes the bytes of the list."""
        return JsonFormat(self.form)


class XmlSink(FileSink):
    """Records of an XML file, in UTF-8, by columns as the source of XML has them: `@id`, `name`, `size/width`."""

    type = "files.xml"
    noun = (said("record"), said("records"))

    records: str = Field("records/record", description="Element of a record with those around it: `products/product`.")
    by: tuple[str, ...] = Field(
        (), description='Attributes for what follows `-` in a column: with `[lang]`, `name-de` is `<name lang="de">`.'
    )

    @field_validator("records")
    @classmethod
    def _is_path(cls, records: str) -> str:
        from pimflow_files.xml_names import is_record_path

        if not is_record_path(records):
            raise ValueError("expected the elements around a record and its own, as in `products/product`")
        return records

    @field_validator("by")
    @classmethod
    def _are_attributes(cls, by: tuple[str, ...]) -> tuple[str, ...]:
        from pimflow_files.xml_names import is_attribute

        if wrong := [name for name in by if not is_attribute(name)]:
            raise ValueError(f"{wrong[0]!r} is no name of an attribute in XML")
        return by

    def shape(self) -> Format:
        """Give what makes the bytes of the document."""
        from pimflow_files.xml_writing import XmlFormat

        return XmlFormat(self.records, self.by)
