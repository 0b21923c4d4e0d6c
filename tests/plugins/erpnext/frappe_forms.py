"""What DocTypes of the small site look like, how its values compare, and how it refuses."""

import json
import unicodedata
from datetime import date

CHILDREN = {
    "Item Barcode": ("Item", "barcodes"),
    "UOM Conversion Detail": ("Item", "uoms"),
    "Item Variant Attribute": ("Item", "attributes"),
    "Item Supplier": ("Item", "supplier_items"),
    "Item Default": ("Item", "item_defaults"),
    "Item Attribute Value": ("Item Attribute", "item_attribute_values"),
}
KEYS = {"Item": "item_code", "Item Group": "item_group_name", "Item Attribute": "attribute_name", "Brand": "brand"}
LINKS = {"item_group": "Item Group", "brand": "Brand", "stock_uom": "UOM", "sales_uom": "UOM", "weight_uom": "UOM"}
NUMBERS = {"weight_per_unit", "standard_rate", "min_order_qty", "safety_stock", "from_range", "to_range", "increment"}
FIELDS = {
    "Item": [
        *(("item_code", "Item Code", "Data", None), ("item_name", "Item Name", "Data", None)),
        *(("item_group", "Item Group", "Link", "Item Group"), ("brand", "Brand", "Link", "Brand")),
        *(("stock_uom", "Default Unit of Measure", "Link", "UOM"), ("sales_uom", "Sales Unit", "Link", "UOM")),
        *(("description", "Description", "Text Editor", None), ("image", "Image", "Attach Image", None)),
        *(("disabled", "Disabled", "Check", None), ("has_variants", "Has Variants", "Check", None)),
        *(("variant_of", "Variant Of", "Link", "Item"), ("purchase_uom", "Purchase Unit", "Link", "UOM")),
        *(("weight_per_unit", "Weight Per Unit", "Float", None), ("weight_uom", "Weight UOM", "Link", "UOM")),
        *(("standard_rate", "Standard Selling Rate", "Currency", None), ("min_order_qty", "Least", "Float", None)),
        *(("end_of_life", "End of Life", "Date", None), ("is_sales_item", "Allow Sales", "Check", None)),
        ("valuation_method", "Valuation Method", "Select", "\nFIFO\nMoving Average\nLIFO"),
        *(("valuation_rate", "Valuation Rate", "Currency", None), ("shelf_life_in_days", "Shelf Life", "Int", None)),
        *(("barcodes", "Barcodes", "Table", "Item Barcode"), ("uoms", "UOMs", "Table", "UOM Conversion Detail")),
        ("attributes", "Attributes", "Table", "Item Variant Attribute"),
        ("supplier_items", "Supplier Items", "Table", "Item Supplier"),
        *(("section_break_1", "More", "Section Break", None), ("variant_based_on", "Variant Based On", "Select", "A")),
    ]
}
CHECKS = {"disabled", "has_variants", "is_sales_item", "numeric_values", "is_group"}


class RefusedError(Exception):
    """An error of Frappe: status, type, and what it says."""

    def __init__(self, status, error_type, said="", *, messages=True):
        super().__init__(said)
        self.status, self.type, self.said, self.messages = status, error_type, said, messages

    def body(self):
        if not self.messages:
            return {"exc_type": self.type}
        message = {"message": self.said, "title": "Message", "indicator": "red", "raise_exception": 1}
        exception = f"frappe.exceptions.{self.type}: {self.said}"
        told = {"exc_type": self.type, "_server_messages": json.dumps([json.dumps(message)])}
        return told if self.status in {403, 404} else {**told, "exception": exception, "exc": json.dumps([exception])}


OPERATORS = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
}


def fold(value):
    """Give what the database's collation compares, in which the marks of Cyrillic letters count."""
    text = str(value or "").strip()
    if text.isascii():  # the server folds all it has, and texts of a million characters among it
        return text.casefold()
    return "".join(_bare(one) for one in unicodedata.normalize("NFC", text)).casefold()


def _bare(letter):
    if unicodedata.name(letter, "").startswith("CYRILLIC"):
        return letter
    return "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))


def comparable(value, like):
    return float(value or 0) if isinstance(like, int | float) else fold(value)


def sorting(value):
    return (1, float(value), "") if isinstance(value, int | float) else (0, 0.0, fold(value))


def defaults(doctype, name):
    if doctype == "Item Group":
        return {"item_group_name": name, "parent_item_group": "", "is_group": 0, "lft": 10**6}
    if doctype == "Item Attribute":
        numbers = {"numeric_values": 0, "from_range": 0.0, "to_range": 0.0, "increment": 0.0}
        return {"attribute_name": name, "item_attribute_values": [], **numbers}
    if doctype != "Item":
        return {}
    tables = {"barcodes": [], "uoms": [], "attributes": [], "supplier_items": []}
    numbers = {"weight_per_unit": 0.0, "standard_rate": 0.0, "disabled": 0, "has_variants": 0, "is_sales_item": 1}
    texts = dict.fromkeys(("brand", "image", "variant_of", "description", "weight_uom", "sales_uom", "purchase_uom"))
    return {"stock_uom": "Nos", "end_of_life": "2099-12-31", "valuation_method": "", **tables, **numbers, **texts}


def numbers(values):
    return {name: _number(value) if name in NUMBERS | CHECKS else value for name, value in values.items()}


def _number(value):
    try:
        return round(float(value), 9)
    except (TypeError, ValueError):
        return 0.0


def cleaned(text):
    """Give a description without tags as a site stores it."""
    return text.strip().replace("&amp;", "&").replace("&", "&amp;") if "<" not in text else text


def check_day(text):
    try:
        date.fromisoformat(text)
    except ValueError:
        raise RefusedError(500, "OperationalError", f"(1292, \"Incorrect date value: '{text}'\")") from None


def docfield(doctype, at, told):
    name, label, kind, options = told
    known = {"fieldname": name, "label": label, "fieldtype": kind, "options": options, "length": 0}
    return {**known, "parent": doctype, "idx": at}
