"""Values in Dolibarr's JSON, whose types are loose, as Python's. No I/O.

Numbers come as text, empty mappings as lists, moments as seconds since 1970.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from stdnum import ean

from pimflow import BadValue, Problem, ProblemKind, said, said_by
from pimflow_erp.codecs import INTEGER, NUMBER

_SIZES = {0: "m", -1: "dm", -2: "cm", -3: "mm", 98: "ft", 99: "in"}
_SURFACES = {0: "m2", -2: "dm2", -4: "cm2", -6: "mm2", 98: "ft2", 99: "in2"}
_VOLUMES = {0: "m3", -3: "dm3", -6: "cm3", -9: "mm3", 88: "ft3", 89: "in3", 97: "oz", 98: "l", 99: "gal"}
UNITS: Mapping[str, Mapping[int, str]] = {
    "weight": {3: "t", 0: "kg", -3: "g", -6: "mg", 98: "oz", 99: "lb"},
    **dict.fromkeys(("length", "width", "height"), _SIZES),
    "surface": _SURFACES,
    "volume": _VOLUMES,
}
"""Symbols of units by what `weight_units` … hold: powers of ten of kg, m, m2 and m3, and numbers for other systems.

Powers of kg and m were seen on a server; the others are from the dictionary of units that Dolibarr installs.
"""

MEASURES: Mapping[str, str] = {
    "weight": said("weight"),
    "length": said("length"),
    "width": said("width"),
    "height": said("height"),
    "surface": said("surface"),
    "volume": said("volume"),
}
_GTINS = frozenset({8, 12, 13, 14})


def text(value: Any) -> str | None:
    """Read a text; empty ones are None."""
    return None if value is None or value == "" else str(value)


def number(value: Any) -> Decimal | BadValue | None:
    """Read an amount without the zeros that a database column adds."""
    if value is None or value == "":
        return None
    try:
        return Decimal(NUMBER.read(value))
    except ValueError as error:
        return _bad(value, said_by(error))


def whole(value: Any) -> int | BadValue | None:
    """Read a whole number."""
    if value is None or value == "":
        return None
    try:
        return int(INTEGER.accept(value))
    except ValueError as error:
        return _bad(value, said_by(error))


def flag(value: Any) -> bool | None:
    """Read yes or no."""
    return None if value is None or value == "" else str(value) not in {"0", "false", "False"}


def mapping(value: Any) -> dict[str, Any]:
    """Read a mapping: PHP writes an empty one as an empty list."""
    return dict(value) if isinstance(value, Mapping) else {}


def moment(value: Any) -> dt.datetime | BadValue | None:
    """Read a moment."""
    return _at(value, dt.UTC)


def day(value: Any, zone: ZoneInfo) -> dt.date | BadValue | None:
    """Read a date: midnight in the time zone of the server, in seconds."""
    found = _at(value, zone)
    return found.date() if isinstance(found, dt.datetime) else found


def unit(measure: str, value: Any) -> str | BadValue | None:
    """Read the unit of a measure such as `weight`."""
    found = whole(value)
    if not isinstance(found, int):
        return found
    return UNITS[measure].get(found) or _bad(
        found, said("and pimflow knows no such unit of {measure}", measure=MEASURES[measure])
    )


def _at(value: Any, zone: dt.tzinfo) -> dt.datetime | BadValue | None:
    seconds = whole(value)
    if not isinstance(seconds, int):
        return seconds
    try:
        return dt.datetime.fromtimestamp(seconds, zone)
    except (ValueError, OverflowError, OSError):
        return _bad(value, said("which is no date"))


def gtin(barcode: Any) -> str | BadValue | None:
    """Read a barcode where it is a GTIN; others, such as codes of a warehouse, are None. A wrong one is bad."""
    code = text(barcode)
    if code is None or not code.isdecimal() or len(code) not in _GTINS:
        return None
    return code if ean.is_valid(code) else _bad(code, said("which is no GTIN: its check digit is wrong"))


def _bad(value: Any, reason: str) -> BadValue:
    remedy = said("Correct it in Dolibarr; it will then arrive by itself.")
    return BadValue(Problem(reason, ProblemKind.VALUE, None, value, remedy))
