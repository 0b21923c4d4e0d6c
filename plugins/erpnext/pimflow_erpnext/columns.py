"""The columns of a source: what each asks of the site, and how its cell is read from a record. No calls of its own.

Fields of ERPNext keep their names: `weight_per_unit`. A text in a language is `item_name@fr`, an attribute
`attributes.Colour`. What ends in a dot in `asks` is a part of the record that is read from a list of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from stdnum import ean

from pimflow import Field
from pimflow_erp.columns import Column, Read, column
from pimflow_erpnext.catalog import FieldInfo
from pimflow_erpnext.parts import FILES, TABLES, Part, of_table, plain

HOT = frozenset(
    {
        *("standard_rate", "valuation_rate", "last_purchase_rate", "price_list_rate", "list_price"),
        *("opening_stock", "total_projected_qty", "stock_value", "stock_qty"),
        *("actual_qty", "reserved_qty", "ordered_qty", "projected_qty"),
    }
)
_TYPES: Mapping[str, str] = {
    "Check": "boolean",
    "Int": "integer",
    "Float": "number",
    "Currency": "number",
    "Percent": "number",
    "Rating": "number",
    "Duration": "number",
    "Date": "date",
    "Datetime": "date and time",
    "Select": "selection",
    "Table": "list",
    "Table MultiSelect": "list",
}
"""Types of Frappe; all others are text."""
ZERO_IS_NONE = frozenset(
    {
        *("weight_per_unit", "standard_rate", "min_order_qty", "safety_stock", "shelf_life_in_days", "lead_time_days"),
        *("valuation_rate", "last_purchase_rate", "max_discount"),
    }
)
"""Numbers of items that are 0 where nobody filled them in."""
TEXTS = frozenset({"item_name", "description"})
"""Fields of items that ERPNext can have in other languages."""


def of_field(info: FieldInfo) -> Column:
    """Make the column of a field by its type."""
    kind = _TYPES.get(info.type, "text")
    told = Field(info.name, kind, info.label, info.name in TEXTS, info.name in HOT)
    read: Read = _boolean(info.name) if kind == "boolean" else _value(info.name)
    return Column(told, (info.name,), _filled(info.name) if info.name in ZERO_IS_NONE else read)


def of_table_field(info: FieldInfo) -> tuple[Column, Part]:
    """Make the column of a child table: a list of mappings."""
    part = TABLES.get(info.name) or of_table(info.options)
    asks, read = (f"{info.name}.",), _rows(info.name, part)
    return Column(Field(info.name, "list", info.label), asks, read), part


def of_attributes(names: Iterable[str]) -> Iterator[Column]:
    """Make a column for each item attribute; only variants have values."""
    for name in names:
        yield column(f"attributes.{name}", "text", name, ("attributes.",), _attribute(name))


def barcode(name: str, stock_uom: str) -> Read:
    """Read the first GTIN with a right check digit: that of the unit of stock, not that of a carton."""

    def read(one: Mapping[str, Any]) -> str | None:
        for row in one[name]:
            code = str(row["barcode"] or "").strip()
            if (row.get("uom") or one[stock_uom]) == one[stock_uom] and ean.is_valid(code):
                return code
        return None

    return read


def factor(unit: str, uoms: str) -> Read:
    """Read how many units of stock make one of another unit; None without such a unit."""

    def read(one: Mapping[str, Any]) -> Any:
        return next((row["conversion_factor"] for row in one[uoms] if row["uom"] == one[unit]), None)

    return read


def address(name: str, url: str) -> Read:
    """Read the whole address of a file; a path is below the site's."""
    return lambda one: _whole(one.get(name), url)


def addresses(url: str) -> Read:
    """Read the addresses of the public pictures that are attached, the item's own first."""

    def read(one: Mapping[str, Any]) -> list[str]:
        files = [row["file_url"] for row in one["files."] if _is_picture(row["file_url"])]
        found = (_whole(path, url) for path in (one.get("image"), *files))
        return list(dict.fromkeys(path for path in found if path))

    return read


def attached(url: str) -> Read:
    """Read the addresses of all public files that are attached."""
    return lambda one: [_whole(row["file_url"], url) for row in plain(one["files."], FILES)]


def _is_picture(path: str | None) -> bool:
    return str(path or "").lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".tif", ".tiff"))


def _whole(path: str | None, url: str) -> str | None:
    return f"{url}{path}" if path and path.startswith("/") else path or None


def _value(name: str) -> Read:
    return lambda one: None if one.get(name) == "" else one.get(name)


def _filled(name: str) -> Read:
    return lambda one: one.get(name) or None


def _boolean(name: str) -> Read:
    return lambda one: None if one.get(name) is None else bool(one[name])


def _rows(name: str, part: Part) -> Read:
    return lambda one: plain(one[f"{name}."], part)


def _attribute(name: str) -> Read:
    def read(one: Mapping[str, Any]) -> Any:
        rows = (row for row in one["attributes."] if row["attribute"] == name)
        return next((row["attribute_value"] or None for row in rows), None)

    return read
