"""What a change holds -> what ERPNext takes for a new document, or for one that is there. No calls.

A child table that is sent replaces the whole table: all of its rows go back, the changed ones among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stdnum import ean

from pimflow import Change
from pimflow_erp.jobs import Values
from pimflow_erpnext.catalog import Attribute, folded
from pimflow_erpnext.existing import PlaceOf
from pimflow_erpnext.places import BARCODES, VALUES, Place
from pimflow_erpnext.session import Record

_KEPT_BY_THE_SITE = frozenset(
    {
        *("owner", "creation", "modified", "modified_by", "docstatus", "idx", "doctype"),
        *("parent", "parentfield", "parenttype"),
    }
)
_TYPES = {8: "EAN", 12: "UPC-A", 13: "EAN"}
_NUMERIC = ("numeric_values", "from_range", "to_range", "increment")


def places(change: Change, place_of: PlaceOf) -> list[tuple[Place, Any]]:
    """Give where each value of a change goes, as a canonical value; translations go on their own."""
    found = ((place_of(column), value) for column, value in change.payload.items())
    return [(place, value) for place, value in found if place is not None and not place.language and not place.apart]


def of_new(change: Change, place_of: PlaceOf, attributes: Mapping[str, Attribute]) -> Values:
    """Make the values of a new document."""
    given = [(place, value) for place, value in places(change, place_of) if value is not None]
    values: Values = {place.field: place.codec.write(value) for place, value in given if not place.table}
    empty: Record = {"stock_uom": values.get("stock_uom")}
    return values | dict(_tables(given, empty, attributes))


def of_existing(change: Change, place_of: PlaceOf, record: Record, attributes: Mapping[str, Attribute]) -> Values:
    """Make what is written to a document that is there: only what differs from what it has.

    With a child table goes the stamp of the document as read, so that a row that came meanwhile is not lost.
    """
    given = [
        (place, value)
        for place, value in places(change, place_of)
        if not place.fixed and not _is_same(place, value, record)
    ]
    values: Values = {place.field: _written(place, value) for place, value in given if not place.table}
    tables = dict(_tables(given, record, attributes))
    return values | tables | ({"modified": record["modified"]} if tables else {})


def fixed(change: Change, place_of: PlaceOf, record: Record) -> Iterator[tuple[str, Any]]:
    """Give the values that are given at the creation only and would be others now."""
    for place, value in places(change, place_of):
        if place.fixed and value is not None and folded(str(place.value(record))) != folded(str(value)):
            yield place.column, value


def _is_same(place: Place, value: Any, record: Record) -> bool:
    now = place.value(record)
    if place.field == VALUES:
        return not set(value or ()) - set(now or ())
    return bool(now == value)


def _written(place: Place, value: Any) -> Any:
    """Give what is sent for a value; an empty number is 0 there."""
    return place.codec.write(value) if value is not None else None


def _tables(
    given: Sequence[tuple[Place, Any]], record: Record, attributes: Mapping[str, Attribute]
) -> Iterator[tuple[str, list[Record]]]:
    for table in dict.fromkeys(place.field for place, _ in given if place.table):
        rows = [
            {name: cell for name, cell in row.items() if name not in _KEPT_BY_THE_SITE} for row in record.get(table, ())
        ]
        here = [(place, value) for place, value in given if place.field == table]
        for place, value in here:
            rows = _with(place, value, rows, record, attributes)
        yield table, rows


def _with(
    place: Place, value: Any, rows: list[Record], record: Record, attributes: Mapping[str, Attribute]
) -> list[Record]:
    if place.field == BARCODES:
        return _with_barcode(value, rows, record)
    if place.field == VALUES:
        return _with_values(value or [], rows)
    if place.part:
        return _with_attribute(place.part, value, rows)
    there = {row["attribute"]: row for row in rows}
    return [there.get(name) or axis(attributes[name]) for name in value or []]


def _with_barcode(code: str | None, rows: list[Record], record: Record) -> list[Record]:
    """Put a GTIN in the place of that of the unit of stock."""
    unit = record.get("stock_uom")
    first = next((row for row in rows if (row.get("uom") or unit) == unit and ean.is_valid(str(row["barcode"]))), None)
    others = [row for row in rows if row is not first]
    if code is None:
        return others
    kind = _TYPES.get(len(code))
    new = {**(first or {}), "barcode": code, "barcode_type": kind} | ({"uom": unit} if unit else {})
    return [new, *others]


def _with_values(values: Sequence[str], rows: list[Record]) -> list[Record]:
    there = {folded(row["attribute_value"]) for row in rows}
    taken = {folded(row["abbr"]) for row in rows}
    found = list(rows)
    for value in values:
        if folded(value) not in there:
            abbr = _abbreviation(value, taken)
            taken.add(folded(abbr))
            found.append({"attribute_value": value, "abbr": abbr})
    return found


def _abbreviation(value: str, taken: set[str]) -> str:
    """Make an abbreviation that no other value of the attribute has: of its first letters, then with a number."""
    letters = "".join(one for one in value.upper() if one.isalnum()) or "V"
    choices = (letters[:3], letters[:4], letters, *(f"{letters[:3]}{number}" for number in range(2, len(taken) + 3)))
    return next(one for one in choices if folded(one) not in taken)


def _with_attribute(name: str, value: str | None, rows: list[Record]) -> list[Record]:
    others = [row for row in rows if row["attribute"] != name]
    if value is None:
        return others
    row = next((row for row in rows if row["attribute"] == name), {"attribute": name})
    return [*others, {**row, "attribute_value": value}]


def axis(attribute: Attribute) -> Record:
    """Make the row of a template; ERPNext takes a range of numbers only where the row has it too."""
    if not attribute.numeric:
        return {"attribute": attribute.name}
    numbers = (1, attribute.lowest, attribute.highest, attribute.increment)
    return {"attribute": attribute.name, **dict(zip(_NUMERIC, numbers, strict=True))}
