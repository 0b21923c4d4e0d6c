"""What belongs to a page of items and lies in lists of its own: rows of child tables, attached files, prices, stock.

One call a page for each, whatever the number of items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pimflow_erpnext.session import Record, Session

_SYSTEM = frozenset(
    {
        *("name", "owner", "creation", "modified", "modified_by", "docstatus", "idx", "doctype"),
        *("parent", "parentfield", "parenttype"),
    }
)


@dataclass(frozen=True, slots=True)
class Part:
    """One list: `owner` is its field with the name of the item, `parent` the DocType of which it is a child table.

    `filters` must hold for a row to count.
    """

    doctype: str
    fields: tuple[str, ...]
    owner: str = "parent"
    parent: str = "Item"
    filters: tuple[tuple[Any, ...], ...] = ()
    order: str = "parent asc, idx asc"


_OF_ITEM = (("parenttype", "=", "Item"),)
TABLES: Mapping[str, Part] = {
    "barcodes": Part("Item Barcode", ("barcode", "barcode_type", "uom")),
    "uoms": Part("UOM Conversion Detail", ("uom", "conversion_factor")),
    "attributes": Part(
        "Item Variant Attribute",
        ("attribute", "attribute_value", "numeric_values", "from_range", "to_range", "increment"),
    ),
    "item_defaults": Part(
        "Item Default",
        ("company", "default_warehouse", "default_price_list", "default_supplier"),
        filters=_OF_ITEM,
    ),
    "taxes": Part("Item Tax", ("item_tax_template", "tax_category", "valid_from"), filters=_OF_ITEM),
    "supplier_items": Part("Item Supplier", ("supplier", "supplier_part_no")),
    "customer_items": Part("Item Customer Detail", ("customer_name", "ref_code")),
    "reorder_levels": Part(
        "Item Reorder", ("warehouse", "warehouse_reorder_level", "warehouse_reorder_qty", "material_request_type")
    ),
}
"""The child tables of an item, by their field."""

FILES = Part(
    "File",
    ("file_url", "file_name"),
    owner="attached_to_name",
    parent="",
    filters=(("attached_to_doctype", "=", "Item"), ("is_private", "=", 0)),
    order="creation asc, name asc",
)
VARIANTS = Part("Item", ("name", "disabled"), owner="variant_of", parent="", order="name asc")


def of_table(doctype: str) -> Part:
    """Give a child table that is not known beforehand, with all its columns."""
    return Part(doctype, ("*",))


def read(session: Session, part: Part, names: Sequence[str]) -> dict[str, list[Record]]:
    """Give the rows of a part by the name of their item."""
    fields = part.fields if "*" in part.fields else (part.owner, *part.fields)
    rows = session.listed(
        part.doctype,
        fields,
        [[part.owner, "in", list(names)], *part.filters],
        order=part.order,
        parent=part.parent,
    )
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(row[part.owner], []).append(row)
    return found


def plain(rows: Iterable[Record], part: Part) -> list[Record]:
    """Take out of rows what the system needs; rows of a table not known beforehand lose their empty values too."""
    if "*" in part.fields:
        return [{name: cell for name, cell in row.items() if name not in _SYSTEM and cell is not None} for row in rows]
    return [{name: row.get(name) for name in part.fields} for row in rows]
