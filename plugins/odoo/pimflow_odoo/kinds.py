"""What variants, templates, categories and attributes have of their own: their columns, where their changes show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pimflow import said
from pimflow_erp.columns import Column, Record, column
from pimflow_odoo import columns
from pimflow_odoo.fields import label_of, moment, number_of
from pimflow_odoo.session import Session

_SHARED = (
    *("name", "description_sale", "barcode", "type", "is_storable", "weight", "weight_uom_name", "volume"),
    *("volume_uom_name", "uom_id", "sale_ok", "purchase_ok", "list_price", "standard_price", "currency_id"),
    *("product_tag_ids", "company_id"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: its model, the fields read by default, and those below which a change of it shows.

    `key` is the field that holds what people know it by; `categorised` records show changes of their categories;
    `template` is the field with the id of their template, whose code they come with.
    """

    model: str
    noun: tuple[str, str]
    fields: tuple[str, ...]
    parts: tuple[str, ...] = ()
    key: str = "name"
    categorised: bool = False
    template: str = ""


_VALUES = "product_template_attribute_value_ids"
PRODUCTS = Kind(
    "product.product",
    (said("product"), said("products")),
    (*_SHARED, "lst_price"),
    ("product_tmpl_id", _VALUES, f"{_VALUES}.product_attribute_value_id", "product_tag_ids"),
    key="default_code",
    categorised=True,
    template="product_tmpl_id",
)
TEMPLATES = Kind(
    "product.template",
    (said("template"), said("templates")),
    _SHARED,
    ("product_variant_ids", "attribute_line_ids", "product_tag_ids"),
    key="default_code",
    categorised=True,
    template="id",
)
CATEGORIES = Kind("product.category", (said("category"), said("categories")), ("name",))
ATTRIBUTES = Kind(
    "product.attribute", (said("attribute"), said("attributes")), ("name", "create_variant", "display_type")
)
OPTIONS = Kind(
    "product.attribute.value",
    (said("option"), said("options")),
    ("name", "html_color", "default_extra_price"),
    ("attribute_id",),
)


def of_products(session: Session) -> Iterator[Column]:
    """Make the columns of variants that are no plain fields: their template's, category, attributes, packagings."""
    template = ("product_tmpl_id",)
    yield _id("variant")
    yield _reference("Internal reference")
    yield column("template_id", "integer", "Id of the template", template, _template)
    yield column("template_code", "text", "Code of the template", template, lambda one: one["template_code"])
    yield column("active", "boolean", "Active", ("active",), lambda one: bool(one["active"]))
    yield _moment()
    yield from columns.of_category(session.catalog)
    yield from _of_packagings(session)
    yield from columns.of_attributes(session.catalog)


def of_templates(session: Session) -> Iterator[Column]:
    """Make the columns of templates that are no plain fields."""
    yield _id("template")
    yield column("code", "text", "Code of the template", ("id",), lambda one: one["template_code"])
    yield _reference("Internal reference, of a template with one variant")
    yield column("active", "boolean", "Active", ("active",), lambda one: bool(one["active"]))
    parts = ("product_variant_ids.default_code", "product_variant_ids.active")
    yield column("variants", "list", "Internal references of the active variants", parts, _variants)
    yield column("variant_count", "integer", "Active variants", parts, lambda one: len(_active(one)))
    lines = ("attribute_line_ids.attribute_id",)
    told = "Attributes whose values tell the variants apart"
    yield column("axes", "list", told, lines, lambda one: _axes(one, session))
    yield _moment()
    yield from columns.of_category(session.catalog)


def of_categories(session: Session) -> Iterator[Column]:
    """Make the columns of categories that are no plain fields."""
    catalog = session.catalog

    def above(part: str) -> Callable[[Record], Any]:
        return lambda one: getattr(catalog.categories.get(number_of(one["parent_id"]) or 0), part, None)

    yield _id("category")
    yield column("code", "text", "Code made of the id", ("id",), lambda one: f"category_{one['id']}")
    yield column("path", "text", "Names from the root on", ("complete_name",), lambda one: one["complete_name"])
    yield column("parent", "text", "Code of the parent", ("parent_id",), above("code"))
    yield column("parent_path", "text", "Path of the parent", ("parent_id",), above("path"))
    yield _moment()


def of_attributes(session: Session) -> Iterator[Column]:  # noqa: ARG001 - the same for each server
    """Make the columns of attributes that are no plain fields."""
    yield _id("attribute")
    yield _moment()


def of_options(session: Session) -> Iterator[Column]:  # noqa: ARG001 - the same for each server
    """Make the columns of the values of attributes that are no plain fields."""
    yield _id("value")
    asks = ("attribute_id",)
    yield column("attribute", "text", "Name of the attribute", asks, lambda one: label_of(one["attribute_id"]))
    yield column("attribute_id", "integer", "Id of the attribute", asks, lambda one: number_of(one["attribute_id"]))
    yield column("position", "integer", "Place among the values", ("sequence",), lambda one: one["sequence"])
    yield _moment()


def _id(noun: str) -> Column:
    return column("id", "integer", f"Id of the {noun}, which never changes", ("id",), lambda one: one["id"])


def _reference(label: str) -> Column:
    return column("default_code", "text", label, ("default_code",), lambda one: one["default_code"] or None)


def _moment() -> Column:
    return column("write_date", "date and time", "Last change", ("write_date",), lambda one: moment(one["write_date"]))


def _template(one: Record) -> int | None:
    return number_of(one["product_tmpl_id"])


def _of_packagings(session: Session) -> Iterator[Column]:
    """Make the column of packagings: records of their own up to Odoo 18, units from 19 on."""
    fields, label = session.catalog.fields(PRODUCTS.model), "Packagings: name, quantity, GTIN"
    if "packaging_ids" in fields:
        parts = tuple(f"packaging_ids.{name}" for name in ("name", "qty", "barcode"))
        yield column("packagings", "list", label, parts, _packagings)
    elif "uom_ids" in fields:
        barcodes = ("product_uom_ids.uom_id", "product_uom_ids.barcode") if "product_uom_ids" in fields else ()
        asks = ("uom_ids.name", "uom_ids.factor", "uom_id", *barcodes)
        yield column("packagings", "list", label, asks, lambda one: _packaging_units(one, session))


def _packagings(one: Record) -> list[dict[str, Any]]:
    return [
        {"name": part["name"], "quantity": part["qty"], "barcode": part["barcode"] or None}
        for part in one["packaging_ids"]
    ]


def _packaging_units(one: Record, session: Session) -> list[dict[str, Any]]:
    """Give the units from Odoo 19 on in which a product is packed, each as a number of its own unit."""
    unit = session.catalog.units.get(number_of(one["uom_id"]) or 0)
    own = unit.factor if unit and unit.factor else 1.0
    barcodes = {number_of(part["uom_id"]): part["barcode"] for part in one.get("product_uom_ids", ())}
    return [
        {"name": part["name"], "quantity": part["factor"] / own, "barcode": barcodes.get(part["id"]) or None}
        for part in one["uom_ids"]
    ]


def _variants(one: Record) -> list[str]:
    return sorted(part["default_code"] for part in _active(one) if part["default_code"])


def _active(one: Record) -> list[Record]:
    return [part for part in one["product_variant_ids"] if part["active"]]


def _axes(one: Record, session: Session) -> list[str]:
    making = session.catalog.attributes
    numbers = [number_of(line["attribute_id"]) or 0 for line in one["attribute_line_ids"]]
    return [making[number] for number in numbers if number in making]
