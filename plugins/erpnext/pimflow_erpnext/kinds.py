"""What each kind of document has of its own: the DocType, the conditions, the fields that are read unless more are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pimflow_erpnext.catalog import FieldInfo

SYSTEM = ("name", "creation", "modified")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document, all of which fulfil `filters`. `fields` are what every version has, with their types."""

    doctype: str
    noun: tuple[str, str]
    fields: tuple[FieldInfo, ...]
    filters: tuple[tuple[Any, ...], ...] = ()

    @property
    def known(self) -> Mapping[str, FieldInfo]:
        """Its fields by name."""
        return {field.name: field for field in self.fields}


def _fields(kind: str, options: str = "", /, **labels: str) -> tuple[FieldInfo, ...]:
    return tuple(FieldInfo(name, label, kind, options) for name, label in labels.items())


_STAMP = _fields("Datetime", modified="Last change, in the site's time")
ITEM_FIELDS = (
    *_fields("Data", item_code="Item code", item_name="Item name"),
    *_fields("Text Editor", description="Description"),
    *_fields("Link", "Item Group", item_group="Item group"),
    *_fields("Link", "Brand", brand="Brand"),
    *_fields("Link", "UOM", stock_uom="Unit of stock", sales_uom="Unit of sale", purchase_uom="Unit of purchase"),
    *_fields("Float", weight_per_unit="Weight of a unit"),
    *_fields("Link", "UOM", weight_uom="Unit of weight"),
    *_fields("Link", "Country", country_of_origin="Country of origin"),
    *_fields("Link", "Customs Tariff Number", customs_tariff_number="Customs tariff number"),
    *_fields("Check", is_stock_item="Kept in stock", is_sales_item="Sold", is_purchase_item="Bought"),
    *_fields("Check", has_batch_no="Has batches", has_serial_no="Has serial numbers"),
    *_fields("Currency", standard_rate="Price at creation"),
    *_fields("Float", min_order_qty="Least to order", safety_stock="Safety stock"),
    *_fields("Data", warranty_period="Warranty in days"),
    *_fields("Int", shelf_life_in_days="Shelf life in days", lead_time_days="Lead time in days"),
    *_fields("Date", end_of_life="End of life"),
    *_STAMP,
)
PRODUCTS = Kind(
    "Item",
    ("product", "products"),
    (*ITEM_FIELDS, *_fields("Link", "Item", variant_of="Code of the template")),
    (("has_variants", "=", 0),),
)
TEMPLATES = Kind("Item", ("template", "templates"), ITEM_FIELDS, (("has_variants", "=", 1),))
CATEGORIES = Kind("Item Group", ("category", "categories"), (*_fields("Check", is_group="Has others below"), *_STAMP))
BRANDS = Kind("Brand", ("brand", "brands"), (*_fields("Text", description="Description"), *_STAMP))
ATTRIBUTES = Kind(
    "Item Attribute",
    ("attribute", "attributes"),
    (
        *_fields("Check", numeric_values="Has numbers"),
        *_fields("Float", from_range="Least number", to_range="Greatest number", increment="Step"),
        *_STAMP,
    ),
)
UNITS = Kind(
    "UOM",
    ("unit", "units"),
    (
        *_fields("Data", symbol="Symbol", common_code="Code of UN/ECE recommendation 20"),
        *_fields("Check", must_be_whole_number="Whole numbers only", enabled="In use"),
        *_STAMP,
    ),
)
PRICES = Kind(
    "Item Price",
    ("price", "prices"),
    (
        *_fields("Link", "Item", item_code="Item code"),
        *_fields("Link", "Price List", price_list="Price list"),
        *_fields("Currency", price_list_rate="Price"),
        *_fields("Link", "Currency", currency="Currency"),
        *_fields("Link", "UOM", uom="Unit"),
        *_fields("Date", valid_from="Valid from", valid_upto="Valid up to"),
        *_fields("Link", "Customer", customer="Customer"),
        *_fields("Check", selling="For selling", buying="For buying"),
        *_STAMP,
    ),
)
STOCK = Kind(
    "Bin",
    ("stock level", "stock levels"),
    (
        *_fields("Link", "Item", item_code="Item code"),
        *_fields("Link", "Warehouse", warehouse="Warehouse"),
        *_fields("Float", actual_qty="In stock", reserved_qty="Reserved", ordered_qty="Ordered"),
        *_fields("Float", projected_qty="To be expected"),
        *_fields("Link", "UOM", stock_uom="Unit of stock"),
        *_STAMP,
    ),
)
DELETED = Kind(
    "Deleted Document",
    ("deletion", "deletions"),
    (*_fields("Data", deleted_name="Item code"), *_STAMP),
    (("deleted_doctype", "=", "Item"), ("restored", "=", 0)),
)
