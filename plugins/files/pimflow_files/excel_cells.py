"""Cells of an Excel sheet as product data: what Excel keeps as a number, a day or a formula, and what people see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from pimflow import BadValue, Problem, Row, said
from pimflow_files.cells import plain_number

_EXACT = 10**15
"""Excel keeps 15 digits of a number; of a longer code the last ones are lost."""
_TOO_LONG = said("which Excel kept as a number of 15 digits; the real code is lost")
_FORMAT_AS_TEXT = said("Format the column as text, and enter it again.")
_BAD_FORMULA = said("which is the error of a formula")
_MEND = said("Mend the formula in the file.")
_ZEROS = re.compile("0{2,}")
_ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f])_")


def plain(value: Any, number_format: str = "General") -> Any:
    """Make a cell: numbers as exact text, days as `date`, moments as `datetime`, yes and no as bool, the rest as text.

    A number shown with leading zeros, as the format `00000` does, keeps them. One too long for Excel is a BadValue.
    """
    match value:
        case None | "":
            return None
        case str():
            return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        case bool():
            return value
        case int() | float():
            return _number(value, number_format)
    return _moment(value)


def _moment(value: Any) -> Any:
    match value:
        case datetime():
            return value.date() if value.time() == time() else value
        case date():
            return value
        case time():
            return value.isoformat()
    return str(value)


def _number(value: float, number_format: str) -> Any:
    if abs(value) >= _EXACT:
        return BadValue(Problem(_TOO_LONG, value=f"{value:.15g}", remedy=_FORMAT_AS_TEXT))
    text = plain_number(repr(value), "point") or repr(value)
    shown = number_format.partition(";")[0]
    return text.zfill(len(shown)) if text.isdigit() and _ZEROS.fullmatch(shown) else text


def formula_error(shown: str) -> BadValue:
    """Tell of a cell that shows `#N/A`, `#REF!` and the like."""
    return BadValue(Problem(_BAD_FORMULA, value=shown, remedy=_MEND))


def named(cell: Any, name: str, row: int) -> Any:
    """Say in a bad cell where it stands."""
    if not isinstance(cell, BadValue):
        return cell
    problem = cell.problem
    told = Problem(problem.reason, field=name, value=problem.value, remedy=problem.remedy, detail=f"row {row}")
    return BadValue(told)


def heading(cell: Any) -> str:
    """Give the name of a column: on one line, however its cell breaks it."""
    return "" if cell is None or isinstance(cell, BadValue) else " ".join(str(cell).split())


def is_empty(row: Row | Sequence[Any]) -> bool:
    """Tell a row in which nobody wrote anything."""
    return all(cell is None or cell == "" for cell in row)
