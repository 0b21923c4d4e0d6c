"""The writer behind the file sinks, and the formats of text that it writes."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

import orjson

from pimflow import (
    Alike,
    Change,
    Finding,
    FlowError,
    Header,
    Item,
    Outcome,
    Outlook,
    ProblemKind,
    Row,
    RowProblem,
    Status,
    Writer,
    said,
)
from pimflow_files.cells import DecimalSign, as_cell, number_cell
from pimflow_files.exact import dumps
from pimflow_files.nested import Form
from pimflow_files.swap import SwapFile
from pimflow_files.unwritable import no_column, unfilled, unwritable

RESOURCE = "rows"
_PLAIN = frozenset({str, int, float, bool, type(None)})
_QUOTE = '"'
_NEED_QUOTES = '"\r\n'
"""Signs for which csv.writer puts a cell between quotes, beside the delimiter."""
_CRLF = "\r\n"  # the csv module quotes a cell that holds one of these only while they end its lines


class Format:
    """Makes the bytes of a file. Raises ValueError or TypeError for what the format cannot hold."""

    def unfit(self, header: Header) -> Mapping[str, RowProblem]:  # noqa: ARG002 - most take any name
        """Name the columns that the format cannot hold."""
        return {}

    def head(self, header: Header) -> bytes:  # noqa: ARG002 - for those with something before the first record
        """Give what stands before the first record."""
        return b""

    def line(self, record: Mapping[str, Any], header: Header) -> bytes:
        """Give one record."""
        raise NotImplementedError

    def lines(self, rows: Sequence[Row], header: Header) -> bytes | None:  # noqa: ARG002 - for those that can
        """Give many records at once, the same bytes as `line` for each; None where they have to go one by one."""
        return None

    def tail(self) -> Iterable[bytes]:
        """Give what stands behind the last record."""
        return ()

    def close(self) -> None:
        """Remove what lay aside; after `tail`, or without it."""


class CsvFormat(Format):
    """Lines of cells, in the form of Akeneo's own CSV files."""

    def __init__(
        self, encoding: str, delimiter: str, line_end: str, numbers: Sequence[str], decimal: DecimalSign
    ) -> None:
        self._encoding = encoding
        self._encoder = codecs.getincrementalencoder(encoding)()  # it writes a byte order mark once only
        self._buffer = io.StringIO(newline="")
        self._writer = csv.writer(self._buffer, delimiter=delimiter, lineterminator=_CRLF)
        self._delimiter = delimiter
        self._special = re.compile(f"[{re.escape(delimiter)}{_NEED_QUOTES}]")
        self._line_end = line_end
        self._numbers = frozenset(numbers)
        self._decimal = decimal

    def head(self, header: Header) -> bytes:
        """Give the row of column names."""
        return self._encoded(header) if header else b""

    def line(self, record: Mapping[str, Any], header: Header) -> bytes:
        """Give one row; a column that the record lacks is an empty cell."""
        return self._encoded([self._cell(name, record.get(name)) for name in header])

    def lines(self, rows: Sequence[Row], header: Header) -> bytes | None:  # noqa: ARG002 - rows are as wide
        """Give rows whose cells are texts, or empty, and need no other form. A single column has no empty cell."""
        if self._numbers or self._encoding != "utf-8":
            return None
        try:
            columns = [self._quoted(column) for column in zip(*rows, strict=True)]
            lines = self._line_end.join([*map(self._delimiter.join, zip(*columns, strict=True)), ""])
            return lines.encode()
        except (TypeError, UnicodeEncodeError):  # a cell is no text, or none that a file can hold
            return None

    def _quoted(self, column: Sequence[Any]) -> Sequence[str]:
        """Give the cells of a column as they stand in the file. Raises TypeError where one is no text."""
        texts = ["" if cell is None else cell for cell in column] if None in column else column
        if not any(map("".join(texts).__contains__, (self._delimiter, *_NEED_QUOTES))):
            return texts
        special = self._special.search
        return [f'"{text.replace(_QUOTE, _QUOTE * 2)}"' if special(text) else text for text in texts]

    def _cell(self, name: str, value: Any) -> str:
        if name in self._numbers and isinstance(value, str):
            return number_cell(value, self._decimal)
        return as_cell(value, self._decimal)

    def _encoded(self, cells: Sequence[str]) -> bytes:
        self._writer.writerow(cells)
        text = self._buffer.getvalue().removesuffix(_CRLF) + self._line_end
        self._buffer.seek(0)
        self._buffer.truncate()
        return self._encoder.encode(text)


class JsonLinesFormat(Format):
    """One object a line, keys as the record has them or as the form says; dates are ISO text, decimals text."""

    def __init__(self, form: Form | None = None) -> None:
        self._form = form

    def line(self, record: Mapping[str, Any], header: Header) -> bytes:  # noqa: ARG002 - absent keys stay absent
        """Give one object."""
        return (dumps(dict(record)) if self._form is None else self._form.line(record)) + b"\n"

    def lines(self, rows: Sequence[Row], header: Header) -> bytes | None:
        """Give rows of plain values; those that are empty are left out, or null where the form has a place for them."""
        if not _types(rows) <= _PLAIN:
            return None
        try:
            return (
                b"".join([_object(row, header) for row in rows])
                if self._form is None
                else self._form.lines(rows, header)
            )
        except (ValueError, TypeError):
            return None


class JsonFormat(Format):
    """A list of objects, one a line, each as JSON Lines have it."""

    def __init__(self, form: Form | None = None) -> None:
        self._form = form
        self._before = b""

    def head(self, header: Header) -> bytes:  # noqa: ARG002 - keys stand in each record
        """Begin the list."""
        return b"[\n"

    def line(self, record: Mapping[str, Any], header: Header) -> bytes:  # noqa: ARG002 - absent keys stay absent
        """Give one object."""
        line = self._before + (dumps(dict(record)) if self._form is None else self._form.line(record))
        self._before = b",\n"
        return line

    def tail(self) -> Iterable[bytes]:
        """End the list."""
        return [b"\n]\n"]


def _types(rows: Sequence[Row]) -> set[type]:
    return set(map(type, chain.from_iterable(rows)))


def _object(row: Row, header: Header) -> bytes:
    record = dict(zip(header, row, strict=True))
    if None in row or "" in row:
        record = {name: value for name, value in record.items() if value is not None and value != ""}
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


class FileWriter(Writer):
    """Writes all rows of a flow to a file that takes the target's place at the end; without `swap` writes nothing.

    The key of a row is its number: a file has no memory, so rows need no key of their own.
    """

    def __init__(self, swap: SwapFile | None, shape: Format, columns: Header) -> None:
        self._swap = swap
        self._format = shape
        self._chosen = columns
        self._header = columns
        self._rows = 0
        self._begun = False

    def knows(self, column: str) -> bool:
        """Tell whether the file may have this column: any, unless `columns` chose some."""
        return not self._chosen or column in self._chosen

    def check_columns(self, header: Header) -> Mapping[str, RowProblem]:
        """Take the flow's columns for those of the file, unless `columns` chose some."""
        named = self._chosen or header
        unfit = self._format.unfit(named)
        self._header = tuple(name for name in named if name not in unfit)
        return {name: unfit.get(name) or no_column(name) for name in header if name not in self._header}

    def check(self, outlook: Outlook) -> Iterable[Finding]:
        """Tell of columns of the file that the flow does not have."""
        return unfilled(self._chosen, outlook)

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        """Give the row as it is, limited to the file's columns. Raises RowProblem for one that holds nothing."""
        if not row:
            raise RowProblem(
                None, None, said("none of its cells holds a value that can be written"), kind=ProblemKind.MISSING
            )
        self._rows += 1
        self._header = self._header or tuple(row)
        payload = {name: value for name, value in row.items() if name in self._header}
        problems = tuple(no_column(name).problem for name in row if name not in self._header)
        yield Item(RESOURCE, str(self._rows), payload, problems)

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002
        """Give nothing: the file is written anew each time, so no row of it is there before."""
        return {}

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Append the rows; one that the format cannot hold is refused."""
        if batch:
            self._begin()
        for change in batch:
            try:
                line = self._format.line(change.payload, self._header)
            except (ValueError, TypeError) as error:
                yield Outcome(change.resource, change.key, Status.REFUSED, (unwritable(error),))
                continue
            if self._swap:
                self._swap.write(line)
            yield Outcome(change.resource, change.key, Status.CREATED)

    def append(self, header: Header, rows: Sequence[Row]) -> Alike | None:
        """Append rows that need no look at any of them: each holds something, and columns of the file only."""
        columns = frozenset(self._header)
        if self._swap is None or not columns.issuperset(header) or set(map(len, rows)) != {len(header)}:
            return None
        lines = self._format.lines(_in_order(rows, header, self._header), self._header) if all(map(any, rows)) else None
        if lines is None:
            return None
        self._begin()
        self._swap.write(lines)
        first = self._rows + 1
        self._rows += len(rows)
        return Alike(RESOURCE, range(first, self._rows + 1), Status.CREATED)

    def close(self, ok: bool) -> bool:
        """Put the file in place, or with `ok` False leave the one that is there. Gives False where it is the same."""
        try:
            return self._closed(ok=ok)
        finally:
            self._format.close()

    def _closed(self, *, ok: bool) -> bool:
        if self._swap is None:
            return True
        try:
            if ok and not self._swap.closed:
                self._begin()
                for part in self._format.tail():
                    self._swap.write(part)
        except BaseException:
            self._swap.close(keep=False)
            raise
        return self._swap.close(keep=ok)

    def _begin(self) -> None:
        if self._begun or self._swap is None:
            return
        self._begun = True
        try:
            head = self._format.head(self._header)
        except ValueError as error:
            message = said("The file's encoding lacks a character of its column names. State `encoding: utf-8`.")
            raise FlowError(message, detail=str(error)) from error
        self._swap.write(head)


def _in_order(rows: Sequence[Row], given: Header, wanted: Header) -> Sequence[Row]:
    """Give rows with the columns of the file in its order; one that they lack is empty."""
    if given == wanted:
        return rows
    places = [given.index(name) if name in given else len(given) for name in wanted]
    if len(places) == 1:
        return [((*row, None)[places[0]],) for row in rows]
    pick = itemgetter(*places)
    return [pick(row) for row in rows] if max(places) < len(given) else [pick((*row, None)) for row in rows]
