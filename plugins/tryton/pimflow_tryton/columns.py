"""The columns of a source: what each asks of the server, and how its cell is read from a record. No calls of its own.

Fields of Tryton keep their names: `weight`. A text in a language is `name@fr`, an attribute `attributes.color`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pimflow import Field
from pimflow_erp.columns import Column, Read
from pimflow_tryton.catalog import Catalog, FieldInfo

HOT = frozenset(
    {
        *("list_price", "list_price_used", "list_price_uom", "cost_price", "cost_price_uom", "cost_value"),
        *("quantity", "forecast_quantity"),
    }
)
_TECHNICAL = frozenset({"create_uid", "write_uid", "xml_id", "image_url", "code_readonly"})
_PLAIN = {
    "char": "text",
    "text": "text",
    "fulltext": "text",
    "color": "text",
    "selection": "selection",
    "multiselection": "list",
    "boolean": "boolean",
    "integer": "integer",
    "float": "number",
    "numeric": "number",
    "date": "date",
    "datetime": "date and time",
    "timestamp": "date and time",
}
"""Types of Tryton whose values are cells as they are."""


_SHOWN = {"product.uom": "symbol", "product.product": "code"}
"""What a cell shows of another record, where that is not its name."""


def of_field(name: str, info: FieldInfo, catalog: Catalog, title: str = "") -> Column | None:
    """Make the column of a field by its type; None for a type that has no cell, such as a list of records."""
    kind, label = info["type"], info.get("string") or ""
    told = Field(title or name, _PLAIN.get(kind, "text"), label, bool(info.get("translate")), name in HOT)
    if kind in _PLAIN:
        read = _boolean if kind == "boolean" else _same
        return Column(told, (name,), lambda record: read(record[name]))
    if kind == "many2one":
        shown = _SHOWN.get(info["relation"], "rec_name")
        return Column(told, (f"{name}.{shown}",), lambda record: (record[f"{name}."] or {}).get(shown))
    if kind == "many2many" and info["relation"] == "product.category":
        told = Field(told.name, "list", label)
        return Column(told, (name,), lambda record: _known(record[name], catalog, "path"))
    return None


def codes_of_categories(catalog: Catalog) -> Column:
    """Make the column of the codes of categories; a category without a code is in `categories` alone."""
    field = Field("category_codes", "list", "Codes of the categories")
    return Column(field, ("categories",), lambda record: _known(record["categories"], catalog, "code"))


def of_attributes(catalog: Catalog) -> Iterator[Column]:
    """Make a column for each product attribute."""
    for name, attribute in sorted(catalog.attributes.items()):
        field = Field(f"attributes.{name}", _PLAIN.get(attribute.type, "text"), attribute.label)
        yield Column(field, ("attributes",), _attribute(name))


def others(fields: Mapping[str, FieldInfo], taken: Sequence[Column], catalog: Catalog) -> Iterator[Column]:
    """Make columns of all further fields that have a cell."""
    names = {column.name for column in taken}
    for name, info in sorted(fields.items()):
        column = of_field(name, info, catalog) if name not in _TECHNICAL | names else None
        if column is not None:
            yield column


def _attribute(name: str) -> Read:
    return lambda record: (record["attributes"] or {}).get(name)


def _same(value: Any) -> Any:
    return value


def _boolean(value: Any) -> bool | None:
    return None if value is None else bool(value)


def _known(ids: Sequence[int], catalog: Catalog, what: str) -> list[str]:
    """Give paths or codes; a category made since the catalog was read comes with the next run."""
    found = (getattr(catalog.categories[number], what) for number in ids if number in catalog.categories)
    return sorted(text for text in found if text)
