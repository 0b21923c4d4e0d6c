"""Lists of problems as tables that people correct: how a cell is written, and what it means when it comes back."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from pimflow.errors import ConfigError, Mistake
from pimflow.model import BadValue
from pimflow.plain import to_json
from pimflow.table_files import DELIMITERS, csv_lines, replaced

COLUMNS = (
    "flow",
    "key",
    "row",
    "class",
    "field",
    "value",
    "reason",
    "remedy",
    "who",
    "status",
    "since",
    "last",
    "resource",
)
"""What is told of each problem; the columns of the source follow."""

_MARK = " (source)"
# A spreadsheet takes such a cell for a formula, save for a plain negative number.
_FORMULA = re.compile(r"'*[=+@\t\r]|'*-(?!\d+([.,]\d+)?\Z)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONGEST_CELL = 32_767
Line = Sequence[str]


def column_of(name: str) -> str:
    """Name the column of a source's column: by a mark where it could be taken for one of ours."""
    return f"{name}{_MARK}" if name in COLUMNS or name.endswith(_MARK) else name


def name_in(column: str) -> str:
    """Give the source's own name of a column."""
    return column.removesuffix(_MARK)


def as_cell(value: Any) -> str:
    """Write a value of a source row as text; a value that could not be read as it was found."""
    if isinstance(value, BadValue):
        return as_cell(value.problem.value)
    if value is None:
        return ""
    return value if isinstance(value, str) else to_json(value).decode() if _is_json(value) else str(value)


def from_cell(text: str, before: Any) -> Any:
    """Read a corrected cell as what stood there before: a number, yes or no, a list; as text where it is none."""
    if text == "":
        return None
    if not _is_json(before):
        return text
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return found if type(found) is type(before) or {type(found), type(before)} <= {int, float} else text


def _is_json(value: Any) -> bool:
    return isinstance(value, bool | int | float | list | tuple | dict)


def storable(text: str) -> str:
    """Give a text as an Excel file keeps it: no control characters, one kind of line break, at most 32,767 long."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))[:_LONGEST_CELL]


def read_csv(file: Path) -> Iterator[tuple[int, Line]]:
    """Give the lines of a CSV file with their numbers, the header first. Raises ConfigError."""
    for number, line in csv_lines(file):
        yield number, [_unmarked(cell) for cell in line]


def header_of(lines: Iterator[tuple[int, Line]], needed: Sequence[str], file: str, written_by: str) -> Line:
    """Take the header of a list that comes back. Raises ConfigError where it is not what that command wrote."""
    number, header = next(lines, (1, ()))
    missing = [name for name in needed if name not in header]
    if missing:
        wanted = f"it should be what `{written_by}` wrote"
        raise ConfigError(Mistake(f"has no column {' and no column '.join(missing)}; {wanted}", file, number))
    return header


def write_csv(file: Path, lines: Iterable[Line]) -> int:
    """Write lines, and give their number. Cells that a spreadsheet would take for formulas get an apostrophe before."""
    number = 0
    with replaced(file) as beside, beside.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened, delimiter=DELIMITERS[0], lineterminator="\n")
        for number, line in enumerate(lines, 1):  # noqa: B007 - counted
            writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in line])
    return number


def _unmarked(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
