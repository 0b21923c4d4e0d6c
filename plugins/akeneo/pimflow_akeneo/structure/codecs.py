"""Cells of structure columns -> our canonical values -> the PIM's JSON, and back. No I/O.

Canonical values: text, `int`, plain decimal text, `bool`, `YYYY-MM-DD`, sorted list of codes, mapping of text to text,
JSON. None is empty, whatever the PIM writes for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from pimflow import said
from pimflow_akeneo.checks import listed
from pimflow_akeneo.spelling import alike

_KINDS = (
    "identifier text textarea number metric price_collection boolean date simpleselect multiselect file image "
    "asset_collection table product_link reference_data_simpleselect reference_data_multiselect"
)
TYPES = (
    *(f"pim_catalog_{kind}" for kind in _KINDS.split()),
    "pim_reference_data_simpleselect",
    "pim_reference_data_multiselect",
    "akeneo_reference_entity",
    "akeneo_reference_entity_collection",
)
_BOOLEANS = {"1": True, "0": False, "true": True, "false": False}


@dataclass(frozen=True, slots=True, eq=False)
class Codec:
    """How one kind of column is written and read.

    `accept` makes the canonical value of a cell, raising ValueError that continues "the source says '…', "; `read`
    makes it of the PIM's data; `cell` makes the cell that sources give. `nothing` is the canonical value of an empty
    cell, `emptied` what the PIM takes for None.
    """

    type: str
    accept: Callable[[Any], Any]
    read: Callable[[Any], Any] = lambda data: data
    cell: Callable[[Any], Any] = lambda value: value
    nothing: Any = None
    emptied: Any = None


def _text(cell: Any) -> str:
    return str(cell)


def _code(cell: Any) -> str:
    return str(cell).strip()


def _type(cell: Any) -> str:
    found = _code(cell)
    if found not in TYPES:
        near = alike(found, TYPES, cutoff=0.4)
        if near:
            raise ValueError(said("the PIM has no such type of attribute, but '{near}'", near=near))
        raise ValueError(said("the PIM has no such type of attribute"))
    return found


def _integer(cell: Any) -> int:
    try:
        value = Decimal(str(cell).strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if isinstance(cell, bool) or not value.is_finite() or value != value.to_integral_value():
        raise ValueError(said("which is no whole number"))
    return int(value)


def _amount(cell: Any) -> str:
    try:
        value = Decimal(str(cell).strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if isinstance(cell, bool) or not value.is_finite():
        raise ValueError(said("which is no number"))
    return format(value.normalize() + 0, "f")


def _boolean(cell: Any) -> bool:
    found = _BOOLEANS.get(str(cell).strip().lower())
    if found is None:
        raise ValueError(said("which is neither yes (1) nor no (0)"))
    return found


def _day(cell: Any) -> str:
    if isinstance(cell, dt.date):
        return cell.isoformat()[:10]
    try:
        return dt.date.fromisoformat(str(cell).strip()[:10]).isoformat()
    except ValueError:
        raise ValueError(said("which is no date such as 2026-01-31")) from None


def _codes(cell: Any) -> list[str] | None:
    return sorted(set(listed(cell))) or None


def _pairs(cell: Any) -> dict[str, str] | None:
    """Read `weight: KILOGRAM, length: METER`."""
    given = cell.items() if isinstance(cell, Mapping) else (one.partition(":")[::2] for one in listed(cell))
    pairs = {str(name).strip(): str(value).strip() for name, value in given}
    if not all(name and value for name, value in pairs.items()):
        raise ValueError(said("which are no pairs such as 'weight: KILOGRAM, length: METER'"))
    return dict(sorted(pairs.items())) or None


def _read_pairs(data: Mapping[str, Any]) -> dict[str, str] | None:
    return {name: value for name, value in sorted(data.items()) if value} or None


def _shown_pairs(pairs: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in pairs.items())


def _json(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError:
        raise ValueError(said("which is no JSON")) from None


def _units(cell: Any) -> dict[str, dict[str, Any]]:
    """Take the units of a measurement family as the PIM's API has them; each may leave out its own code."""
    units = _json(cell)
    if not isinstance(units, dict) or not all(isinstance(unit, dict) for unit in units.values()):
        raise ValueError(
            said(
                "which is no JSON such as {example}",
                example='{"GRAM": {"symbol": "g", "convert_from_standard": [{"operator": "mul", "value": "0.001"}]}}',
            )
        )
    return {code: _unit(code, unit) for code, unit in sorted(units.items())}


def _unit(code: str, unit: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in unit.items() if value is not None}
    labels = {locale: label for locale, label in sorted((unit.get("labels") or {}).items()) if label}
    found |= {"code": code, "labels": labels}
    steps = found.get("convert_from_standard")
    if steps is not None:
        if not all(isinstance(step, dict) and {"operator", "value"} <= step.keys() for step in steps):
            example = "{operator: mul, value: '0.001'}"
            raise ValueError(said("in which a conversion is not written as {example}", example=example))
        whole = [{"operator": step["operator"], "value": _amount(step["value"])} for step in steps]
        found["convert_from_standard"] = whole
    return dict(sorted(found.items()))


def _json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


TEXT = Codec("text", _text)
FILLED = replace(TEXT, emptied="")
CODE = Codec("text", _code)
TYPE = Codec("text", _type)
INTEGER = Codec("integer", _integer)
AMOUNT = Codec("number", _amount, _amount)
ORDER = replace(INTEGER, nothing=0)
BOOLEAN = Codec("boolean", _boolean)
FLAG = replace(BOOLEAN, nothing=False)
DAY = Codec("date", _day, lambda data: data[:10])
CODES = Codec("list", _codes, sorted, ",".join, emptied=[])
PAIRS = Codec("mapping", _pairs, _read_pairs, _shown_pairs, emptied={})
UNITS = Codec("json", _units, _units, _json_text)
JSON = Codec("json", _json, cell=_json_text)
