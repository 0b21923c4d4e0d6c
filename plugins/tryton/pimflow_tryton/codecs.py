"""Cells for Tryton -> canonical values -> what Tryton takes, and back. No calls of its own.

Canonical values: text, plain decimal text, true and false, `YYYY-MM-DD`, the symbol of a unit, sorted lists of keys or
of categories.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from stdnum import ean, isan, isbn, isil, isin, ismn

from pimflow import ProblemKind, RowProblem, Who
from pimflow_tryton.catalog import Catalog, Category

_BOOLEANS = {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Codec:
    """How one kind of value is written and read.

    `accept` makes the canonical value of a cell and raises ValueError, which continues "the source says '…', ", or
    RowProblem where more is to be told; `write` makes what Tryton takes of it, `read` makes it of what Tryton has.
    """

    accept: Callable[[Any], Any]
    write: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda value: value


def _text(cell: Any) -> str:
    return str(cell)


def _number(cell: Any) -> str:
    try:
        value = Decimal(str(cell).strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if isinstance(cell, bool) or not value.is_finite():
        raise ValueError("which is no number")
    return format(value.normalize() + 0, "f")


def _integer(cell: Any) -> str:
    value = _number(cell)
    if "." in value:
        raise ValueError("which is no whole number")
    return value


def _boolean(cell: Any) -> bool:
    found = _BOOLEANS.get(str(cell).strip().lower())
    if found is None:
        raise ValueError("which is neither yes (1) nor no (0)")
    return found


def _day(cell: Any) -> str:
    try:
        return dt.date.fromisoformat(str(cell).strip()[:10]).isoformat()
    except ValueError:
        raise ValueError("which is no date such as 2026-01-31") from None


def _options(cell: Any) -> str:
    """Read options of a selection: a mapping, a list or lines, `red: Red`; one without a label is its own."""
    lines = [f"{key}:{label}" for key, label in cell.items()] if isinstance(cell, Mapping) else cell
    lines = lines if isinstance(lines, list | tuple) else str(lines).splitlines()
    pairs = [str(line).partition(":") for line in lines if str(line).strip()]
    return "\n".join(f"{key.strip()}:{label.strip() or key.strip()}" for key, _, label in pairs)


TEXT = Codec(_text)
NUMBER = Codec(_number, Decimal, _number)
FLOAT = Codec(_number, float, _number)
INTEGER = Codec(_integer, int, _number)
BOOLEAN = Codec(_boolean, read=bool)
DAY = Codec(_day, dt.date.fromisoformat, lambda value: value.isoformat())
OPTIONS = Codec(_options, read=_options)
_STANDARDS: Mapping[str, Any] = {
    "ean": ean, "isan": isan, "isbn": isbn, "isil": isil, "isin": isin, "ismn": ismn,
}  # fmt: skip
OF_TYPE: Mapping[str, Codec] = {
    "char": TEXT,
    "text": TEXT,
    "color": TEXT,
    "integer": INTEGER,
    "float": FLOAT,
    "numeric": NUMBER,
    "boolean": BOOLEAN,
    "date": DAY,
}


def selection(options: Mapping[str, str]) -> Codec:
    """Make the codec of one of several keys; a label is taken for its key."""
    return Codec(lambda cell: _key(str(cell).strip(), options))


def several(options: Mapping[str, str]) -> Codec:
    """Make the codec of some of several keys."""
    return Codec(lambda cell: sorted({_key(one, options) for one in listed(cell)}), read=sorted)


def unit(catalog: Catalog) -> Codec:
    """Make the codec of a unit, found by symbol or name."""

    def accept(cell: Any) -> str:
        text = str(cell).strip()
        for name in ("symbol", "name"):
            found = [one for one in catalog.units.values() if one[name] == text]
            if found:
                return str(found[0]["symbol"])
        raise _absent("unit", text)

    def write(symbol: str) -> int:
        return next(number for number, one in catalog.units.items() if one["symbol"] == symbol)

    return Codec(accept, write, lambda number: catalog.units[number]["symbol"])


def attribute_set(catalog: Catalog) -> Codec:
    """Make the codec of a set of attributes, found by name."""

    def accept(cell: Any) -> str:
        text = str(cell).strip()
        if text not in catalog.attribute_sets.values():
            raise _absent("attribute set", text)
        return text

    def write(name: str) -> int:
        return next(number for number, one in catalog.attribute_sets.items() if one == name)

    return Codec(accept, write, lambda number: catalog.attribute_sets[number])


def attribute_sets(catalog: Catalog) -> Codec:
    """Make the codec of several sets of attributes, found by name."""
    one = attribute_set(catalog)
    return Codec(
        lambda cell: sorted({one.accept(name) for name in listed(cell)}),
        lambda names: [one.write(name) for name in names],
        lambda numbers: sorted(one.read(number) for number in numbers),
    )


def identifier(kind: str) -> Codec:
    """Make the codec of an identifier of one type; those with a check digit are checked."""
    standard, noun = _STANDARDS.get(kind), "GTIN" if kind == "ean" else kind.upper()

    def accept(cell: Any) -> str:
        code = str(cell).strip()
        if standard is not None and not standard.is_valid(code):
            raise ValueError(f"which is no {noun}: its length or check digit is wrong")
        return code

    return Codec(accept)


def categories(catalog: Catalog) -> Codec:
    """Make the codec of categories, found by code or path; one is told by its code, or its path where it has none."""

    def accept(cell: Any) -> list[str]:
        known = catalog.categories.values()
        names = {one.path: _name(one) for one in known} | {one.code: one.code for one in known if one.code}
        asked = listed(cell)
        unknown = [text for text in asked if text not in names]
        if unknown:
            raise _absent("category", ", ".join(unknown))
        return sorted({names[text] for text in asked})

    def write(names: list[str]) -> list[int]:
        return [number for number, one in catalog.categories.items() if _name(one) in names]

    def read(numbers: list[int]) -> list[str]:
        return sorted(_name(catalog.categories[number]) for number in numbers if number in catalog.categories)

    return Codec(accept, write, read)


def _name(category: Category) -> str:
    return category.code or category.path


def listed(cell: Any) -> list[str]:
    """Read a list, or text with commas between."""
    parts = cell if isinstance(cell, list | tuple) else str(cell).split(",")
    return [text for part in parts if (text := str(part).strip())]


def _key(text: str, options: Mapping[str, str]) -> str:
    if text in options:
        return text
    key = next((key for key, label in options.items() if label == text), None)
    if key is None:
        raise ValueError(f"Tryton knows: {', '.join(options) or 'no value at all'}")
    return key


def _absent(noun: str, value: str) -> RowProblem:
    remedy = "Choose one that exists, or have it made in Tryton; the value then goes by itself."
    reason = f"Tryton has no such {noun}"
    return RowProblem(None, value, reason, kind=ProblemKind.REFERENCE, remedy=remedy, who=Who.PRODUCT_MANAGER)
