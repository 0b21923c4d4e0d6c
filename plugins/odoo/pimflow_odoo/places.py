"""Where a column is written: in which field, in which language, with which codec. No calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pimflow import said
from pimflow_erp.codecs import BOOLEAN, INTEGER, TEXT, Codec
from pimflow_odoo import codecs
from pimflow_odoo.catalog import Catalog
from pimflow_odoo.fields import Record, label_of

KEY, IMAGE, ACTIVE = "default_code", "image", "active"
TEMPLATE_CODE, ATTRIBUTES = "template_code", "attributes."
_NOTHING: tuple[Any, ...] = (None, [])
_ZERO: frozenset[str] = frozenset({"integer", "float", "monetary"})
_OWN = frozenset({"id", "product_tmpl_id", "categ_id", "write_date", "create_date", "lst_price"})


@dataclass(frozen=True, slots=True)
class Place:
    """One column: `language` is empty where it is that of the session.

    `empty` is what Odoo has where nothing is: `"0"` in numbers, False in booleans, else None. What is `fixed` is made
    with the record, and stays.
    """

    column: str
    field: str
    codec: Codec
    label: str = ""
    language: str = ""
    required: bool = False
    empty: Any = None
    fixed: bool = False

    def value(self, record: Record) -> Any:
        """Give the canonical value that a record has, None where it has none; a number of 0 is none."""
        found = record[self.field]
        if found in (*_NOTHING, "") or (found is False and self.empty is not False):
            return None
        value = self.codec.read(found)
        return None if value == "0" == self.empty else value

    def differs(self, now: Any, wanted: Any) -> bool:
        """Tell whether one canonical value is another one for Odoo; what has no value has the empty one."""
        return bool((self.empty if now in _NOTHING else now) != (self.empty if wanted in _NOTHING else wanted))

    def written(self, value: Any) -> Any:
        """Give what Odoo takes of a canonical value."""
        return False if value is None else self.codec.write(value)


Find = Callable[[str, Catalog, str], Place | None]
"""Finds where a column is written, given the session's own language; None for what Odoo lacks or computes."""


def of_product(column: str, catalog: Catalog, own_language: str) -> Place | None:
    """Find where a column of a product is written; what belongs to the template is written through the variant."""
    if column == KEY:
        return Place(column, column, TEXT, "SKU")
    if column == TEMPLATE_CODE:
        return Place(column, column, TEXT, said("Template"), fixed=True)
    if column.startswith(ATTRIBUTES):
        codec = codecs.option(catalog, column.removeprefix(ATTRIBUTES))
        return of_attribute_of_variant(column, codec) if codec else None
    return _of_goods("product.product", column, catalog, own_language)


def of_attribute_of_variant(column: str, codec: Codec) -> Place:
    """Give where an attribute is written by which variants differ: `attributes.Colour`."""
    return Place(column, column, codec, column.removeprefix(ATTRIBUTES), fixed=True)


def of_template(column: str, catalog: Catalog, own_language: str) -> Place | None:
    """Find where a column of a template is written; what variants have of their own is not written there."""
    if column == "code":
        return Place(column, column, TEXT, said("Code"), fixed=True)
    field = column.partition("@")[0]
    if field != ACTIVE and field in catalog.fields("product.product") and not catalog.is_of_template(field):
        return None
    return _of_goods("product.template", column, catalog, own_language)


def of_option(column: str, catalog: Catalog, own_language: str) -> Place | None:
    """Find where a column of a value of an attribute is written."""
    if column == "attribute":
        return Place(column, "attribute_id", Codec(str, read=label_of), said("Attribute"), fixed=True)
    if column == "position":
        return Place(column, "sequence", INTEGER, said("Position"), empty="0")
    if column in {"id", "attribute_id", "sequence"}:
        return None
    return of_field("product.attribute.value", column, catalog, own_language)


def _of_goods(model: str, column: str, catalog: Catalog, own_language: str) -> Place | None:
    if column == ACTIVE:
        return Place(column, column, BOOLEAN, said("Active"), empty=False)
    if column in {"category", "category_code"}:
        part = "path" if column == "category" else "code"
        label = str(catalog.fields(model)["categ_id"].get("string") or "Product Category")
        return Place(column, "categ_id", codecs.category(catalog, part), label)
    return None if column in _OWN else of_field(model, column, catalog, own_language)


def of_category(column: str, catalog: Catalog, own_language: str) -> Place | None:
    """Find where a column of a category is written; its `path` says its name and its parent."""
    if column == "path":
        return Place(column, "complete_name", TEXT, said("Path"))
    if column in {"name", "complete_name", "parent_id", "id"}:
        return None
    return of_field("product.category", column, catalog, own_language)


def of_attribute(column: str, catalog: Catalog, own_language: str) -> Place | None:
    """Find where a column of an attribute is written."""
    return None if column == "id" else of_field("product.attribute", column, catalog, own_language)


def of_field(model: str, column: str, catalog: Catalog, own_language: str) -> Place | None:
    """Find where a column of the same name as a field is written."""
    field, _, language = column.partition("@")
    info = catalog.fields(model).get(field)
    if info is None or info.get("readonly"):
        return None
    if language and (language not in catalog.languages or not info.get("translate")):
        return None
    codec = codecs.of_field(info, catalog)
    if codec is None:
        return None
    label = str(info.get("string") or column) + (f" ({language})" if language else "")
    zero = "0" if info["type"] in _ZERO else False if info["type"] == "boolean" else None
    elsewhere = "" if language == own_language else language
    required = bool(info.get("required")) and not elsewhere
    return Place(column, field, codec, label, elsewhere, required, zero)
