"""What a driver gives -> a plain cell. No I/O.

Moments with a zone come in UTC, times of day and spans as text, binary content in base64, lists and mappings as such.
"""

from __future__ import annotations

import base64
import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from pimflow import BadValue, Problem, ProblemKind, Who, said


def cell(value: Any) -> Any:
    """Make a cell; what has no plain form becomes its text."""
    convert = next((convert for types, convert in _CELLS if isinstance(value, types)), str)
    return convert(value)


def _same(value: Any) -> Any:
    return value


def _number(value: float | Decimal) -> Any:
    return value if math.isfinite(value) else _no_number(value)


def _moment(value: dt.datetime) -> dt.datetime:
    return value if value.tzinfo is None else value.astimezone(dt.UTC)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _list(value: Iterable[Any]) -> list[Any]:
    return [cell(one) for one in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): cell(one) for name, one in value.items()}


_CELLS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (type(None) | str | bool | int, _same),
    (float | Decimal, _number),
    (dt.datetime, _moment),
    (dt.date, _same),
    (dt.time, dt.time.isoformat),
    (bytes | bytearray | memoryview, _base64),
    (list | tuple | set | frozenset, _list),
    (Mapping, _mapping),
)


def kind(value: Any) -> str:
    """Name the type of a value as `Field.type` does."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, dt.datetime):
        return "date and time"
    for types, name in _KINDS:
        if isinstance(value, types):
            return name
    return "text"


_KINDS: tuple[tuple[Any, str], ...] = (
    (int, "integer"),
    (float | Decimal, "number"),
    (dt.date, "date"),
    (list | tuple, "list"),
    (Mapping, "mapping"),
)


def _no_number(value: float | Decimal) -> BadValue:
    remedy = said("Correct it in the database; it will then arrive by itself.")
    return BadValue(Problem(said("which is no number"), ProblemKind.VALUE, None, str(value), remedy, Who.SOURCE_TEAM))
