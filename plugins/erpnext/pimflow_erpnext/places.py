"""Where a column is written: in which field of a document, in which language, with which codec. No calls of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pimflow import said
from pimflow_erp.codecs import Codec, identifier
from pimflow_erpnext import codecs, columns, kinds
from pimflow_erpnext.catalog import Catalog
from pimflow_erpnext.session import Record

ATTRIBUTES = "attributes."
BARCODES, AXES, VALUES = "barcodes", "attributes", "item_attribute_values"
EAN, IMAGE, VARIANT_OF = "ean", "image", "variant_of"
CREATION = "creation"
"""When a document was made: it stays when the document gets another name."""
_READ_ONLY = frozenset(
    {
        *("name", "owner", "creation", "modified", "modified_by", "docstatus", "idx", "disabled", "has_variants"),
        *("variant_based_on", "lft", "rgt", "old_parent", "opening_stock", "last_purchase_rate", "total_projected_qty"),
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """One column: its field, which is that of a child table where `table` is, and in it the row of `part`.

    With a `language` it is the translation of that field. `fixed`: given at the creation, never changed; `apart`:
    written by calls of its own. `found` finds the value in a document.
    """

    column: str
    field: str
    codec: Codec
    found: Callable[[Record], Any]
    label: str = ""
    language: str = ""
    part: str = ""
    table: bool = False
    fixed: bool = False
    apart: bool = False

    def value(self, record: Record) -> Any:
        """Give the canonical value that a document has, None where it has none."""
        found = self.found(record)
        is_empty = found is None or found in ("", []) or (not found and self.field in columns.ZERO_IS_NONE)
        return None if is_empty else self.codec.read(found)


Find = Callable[[str, Catalog], Place | None]
"""Finds where a column is written; None for what ERPNext lacks or computes."""


def of_product(column: str, catalog: Catalog) -> Place | None:
    """Find where a column of a product is written."""
    if column.startswith(ATTRIBUTES):
        return _of_attribute(column, catalog)
    if column == VARIANT_OF:
        return Place(column, column, codecs.TEXT, _field(column), said("Code of the template"), fixed=True)
    return _of_item(column, catalog)


def of_template(column: str, catalog: Catalog) -> Place | None:
    """Find where a column of a template is written."""
    if column == "axes":
        codec = codecs.attribute_names(catalog)
        return Place(column, AXES, codec, lambda one: [row["attribute"] for row in one[AXES]], said("Axes"), table=True)
    return None if column == VARIANT_OF else _of_item(column, catalog)


def of_category(column: str, catalog: Catalog) -> Place | None:
    """Find where a column of an item group is written; `parent` is the name of another one."""
    if column == "item_group_name":
        return Place(column, column, codecs.SHORT, _field("name"), said("Name"), fixed=True)
    if column == "parent":
        return Place(column, "parent_item_group", codecs.TEXT, _field("parent_item_group"), said("Item group above"))
    return _plain(column, catalog, kinds.CATEGORIES)


def of_attribute(column: str, catalog: Catalog) -> Place | None:
    """Find where a column of an item attribute is written; `values` are added, none is taken away."""
    if column == "attribute_name":
        return Place(column, column, codecs.SHORT, _field("name"), said("Name"), fixed=True)
    if column == "values":
        return Place(column, VALUES, codecs.NAMES, _values, said("Values"), table=True)
    return _plain(column, catalog, kinds.ATTRIBUTES)


def _of_item(column: str, catalog: Catalog) -> Place | None:
    if column == "item_code":
        return Place(column, column, codecs.SHORT, _field("name"), said("Item code"), fixed=True)
    if column == "id":
        return Place(column, CREATION, codecs.TEXT, _field(CREATION), "Id", apart=True)
    if column in {"category", "categories"}:
        return Place(column, "item_group", codecs.category(catalog), _field("item_group"), said("Item group"))
    if column == "active":
        return Place(column, "disabled", codecs.IN_USE, lambda one: int(one["disabled"] or 0), said("In use"))
    if column == EAN:
        read = columns.barcode(BARCODES, "stock_uom")
        return Place(column, BARCODES, identifier("ean"), read, "GTIN", table=True)
    return _plain(column, catalog, kinds.PRODUCTS)


def _of_attribute(column: str, catalog: Catalog) -> Place | None:
    name = column.removeprefix(ATTRIBUTES)
    attribute = catalog.attributes.get(name)
    if attribute is None:
        return None

    def found(one: Record) -> Any:
        return next((row["attribute_value"] for row in one[AXES] if row["attribute"] == name), None)

    return Place(column, AXES, codecs.attribute_value(attribute), found, name, part=name, table=True)


def _plain(column: str, catalog: Catalog, kind: kinds.Kind) -> Place | None:
    field, at, language = column.partition("@")
    described = catalog.fields(kind.doctype)
    info = described.get(field) if described else kind.known.get(field)
    if info is not None and not info.type:
        info = kind.known.get(field)
    if info is None or field in _READ_ONLY or (at and (field not in columns.TEXTS or not language)):
        return None
    codec = codecs.of_field(info, catalog)
    if codec is None:
        return None
    label = (info.label or field) + (f" ({language})" if language else "")
    return Place(column, field, codec, _field(field), label, language)


def _field(name: str) -> Callable[[Record], Any]:
    return lambda one: one.get(name)


def _values(one: Mapping[str, Any]) -> list[str]:
    return [row["attribute_value"] for row in one[VALUES]]
