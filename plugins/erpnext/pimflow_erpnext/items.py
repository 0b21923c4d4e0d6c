"""The columns of items and item groups that are no plain fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pimflow import Field
from pimflow_erp.columns import Column, column
from pimflow_erpnext import columns
from pimflow_erpnext.catalog import FieldInfo
from pimflow_erpnext.kinds import TEMPLATES, Kind
from pimflow_erpnext.parts import FILES, TABLES, VARIANTS, Part
from pimflow_erpnext.session import Session


def columns_of(session: Session, kind: Kind, id_field: str) -> tuple[list[Column], dict[str, Part]]:
    """Make the columns of items, and name the parts that they need."""
    groups, url = session.catalog.groups, session.url

    def path(one: Mapping[str, Any]) -> str | None:
        group = groups.get(one["item_group"])
        return group.path if group is not None else one["item_group"]

    found = [
        column("id", "text", "What tells for ever which item it is", (id_field,), lambda one: one[id_field]),
        column("active", "boolean", "In use", ("disabled",), lambda one: not one["disabled"]),
        column("category", "text", "Path of the item group", ("item_group",), path),
        column("categories", "list", "Path of the item group, as a list", ("item_group",), lambda one: [path(one)]),
        column("image", "text", "Address of the picture", ("image",), columns.address("image", url)),
        column(
            "ean",
            "text",
            "GTIN of the unit of stock",
            ("barcodes.", "stock_uom"),
            columns.barcode("barcodes.", "stock_uom"),
        ),
        *(columns.of_table_field(info)[0] for info in _TABLES),
        *(_factor(unit) for unit in ("sales_uom", "purchase_uom")),
    ]
    parts = {name: TABLES[name] for name in ("barcodes", "uoms", "attributes")}
    if kind is not TEMPLATES:
        return [*found, *columns.of_attributes(session.catalog.attribute_names)], parts
    axes = column("axes", "list", "Attributes that tell variants apart", ("attributes.",), _axes)
    variants = column("variants", "list", "Codes of the variants in use", ("variants.",), _variants)
    return [*found, axes, variants], {**parts, "variants": VARIANTS}


def attachments(url: str) -> Mapping[str, tuple[Column, Part]]:
    """Make the columns of attached files, which cost a call a page and are read when they are asked for."""
    label = "Addresses of the item's picture and of the public pictures attached to it"
    images = column("images", "list", label, ("files.", "image"), columns.addresses(url))
    files = column("files", "list", "Addresses of all public files attached", ("files.",), columns.attached(url))
    return {"images": (images, FILES), "files": (files, FILES)}


def defaults_of(company: str, found: Column) -> tuple[Column, Part]:
    """Let the defaults of items be those of one company."""
    part = TABLES["item_defaults"]
    return found, replace(part, filters=(*part.filters, ("company", "=", company)))


def group_columns(session: Session) -> list[Column]:
    """Make the columns of item groups."""
    groups = session.catalog.groups

    def path(one: Mapping[str, Any]) -> str:
        return groups[one["name"]].path if one["name"] in groups else one["name"]

    return [
        column("id", "text", "Name of the item group", ("name",), lambda one: one["name"]),
        Column(Field("item_group_name", "text", "Name", translatable=True), ("name",), lambda one: one["name"]),
        column("path", "text", "Names from below the root on", ("name",), path),
        column(
            "parent",
            "text",
            "Name of the item group above",
            ("parent_item_group",),
            lambda one: one["parent_item_group"] or None,
        ),
    ]


def attribute_columns(session: Session) -> list[Column]:
    """Make the columns of item attributes."""
    known = session.catalog.attributes

    def values(one: Mapping[str, Any]) -> list[str]:
        return list(known[one["name"]].values) if one["name"] in known else []

    return [
        column("id", "text", "Name of the attribute", ("name",), lambda one: one["name"]),
        column("attribute_name", "text", "Name", ("name",), lambda one: one["name"]),
        column("values", "list", "Values that it can have", ("name",), values),
    ]


_TABLES = tuple(
    FieldInfo(name, label, "Table")
    for name, label in (
        ("barcodes", "All barcodes, with type and unit"),
        ("uoms", "Units, with their factors"),
    )
)


def _factor(unit: str) -> Column:
    label = f"How many units of stock one of {unit} is"
    return column(f"{unit}_factor", "number", label, (unit, "uoms."), columns.factor(unit, "uoms."))


def _axes(one: Mapping[str, Any]) -> list[str]:
    return [row["attribute"] for row in one["attributes."]]


def _variants(one: Mapping[str, Any]) -> list[str]:
    return [row["name"] for row in one["variants."] if not row["disabled"]]
