"""A small site of ERPNext, made from what a real one was recorded to do: lists, documents, methods, refusals, faults.

It keeps documents in memory and is served on this machine only. Comparisons ignore case and accents, as its database's.
"""

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stdnum import ean

from .frappe_forms import (
    CHILDREN,
    FIELDS,
    KEYS,
    LINKS,
    OPERATORS,
    RefusedError,
    check_day,
    cleaned,
    comparable,
    defaults,
    docfield,
    fold,
    numbers,
    sorting,
)

PIM, READER, NOBODY = "pim_key:pim-secret-1", "reader_key:reader-secret-1", "nobody_key:nobody-secret-1"
USERS = {PIM: "pim@example.com", READER: "reader@example.com", NOBODY: "nobody@example.com"}


@dataclass
class Fault:
    """An answer in place of the right one, `times` calls long, for paths that contain `path`."""

    path: str
    status: int
    body: object
    headers: dict = field(default_factory=dict)
    times: int = 1


class Site:
    """Documents by DocType and name. `put` stores one as the server itself would, `insert` and `update` as the API."""

    def __init__(self):
        self.documents = {}
        self.calls = []
        self.faults = []
        self.cookies = []
        self.series = 0
        self.ranges = None
        self.largest = 25 * 1024 * 1024
        self.zone = "Europe/Paris"
        self.host = ""
        self.closed = set()
        self.now = datetime(2026, 11, 22, 20, 0, 0, 1)  # noqa: DTZ001 - stamps are naive
        self._lock = threading.RLock()
        self._numbers = 0
        for name in ("Nos", "Box", "Kg", "Gram"):
            self.put(
                "UOM", name=name, uom_name=name, enabled=1, symbol=None, common_code="H87" if name == "Nos" else None
            )
        self.put("Company", name="Acme Tools")
        self.put("Stock Settings", name="Stock Settings", item_naming_by="Item Code")

    def put(self, doctype, **values):
        """Store a document without asking whether it is right; its rows in child tables get what the system keeps."""
        with self._lock:
            self.now += timedelta(milliseconds=137, microseconds=11)
            name = values.get("name") or values.get(KEYS.get(doctype, "")) or self._name()
            stamp = str(self.now)
            there = self.documents.setdefault(doctype, {})
            old = there.get(fold(name), {"creation": stamp, "owner": "Administrator", "docstatus": 0, "idx": 0})
            document = {**defaults(doctype, name), **old, **values, "name": old.get("name", name)}
            document.setdefault("modified", stamp)
            document["modified"] = values.get("modified", stamp)
            for table, rows in document.items():
                if isinstance(rows, list):
                    document[table] = [self._row(document["name"], table, at, row) for at, row in enumerate(rows, 1)]
            there[fold(name)] = document
            return document

    def _row(self, parent, table, at, row):
        system = {"parent": parent, "parentfield": table, "parenttype": "Item", "idx": at}
        return {"modified": str(self.now), **row, "name": row.get("name") or self._name(), **system}

    def _name(self):
        self._numbers += 1
        return f"hash{self._numbers:06}"

    def group(self, name, parent=""):
        """Store an item group; `lft` is the order in which they are made, which has parents first."""
        return self.put("Item Group", name=name, item_group_name=name, parent_item_group=parent, lft=self._numbers)

    def item(self, code, **values):
        """Store an item."""
        return self.put("Item", **{"item_code": code, "item_name": code, "item_group": "Drills", **values})

    def get(self, doctype, name):
        return self.documents.get(doctype, {}).get(fold(name))

    def single(self, doctype, name):
        """Give one document, without its empty fields."""
        document = self.get(doctype, name)
        if document is None:
            raise RefusedError(404, "DoesNotExistError", f"{doctype} {name} not found")
        return {field: value for field, value in document.items() if value is not None}

    def insert(self, document):
        """Create a document as the API does."""
        doctype = document["doctype"]
        self._check(doctype, document, {})
        key = KEYS.get(doctype, "name")
        name = str(document.get(key) or "").strip() or self._name()
        if fold(name) in self.documents.get(doctype, {}) and not self.series:
            raise RefusedError(409, "DuplicateEntryError", f"{doctype} <strong>{name}</strong> already exists")
        values = {field: value for field, value in document.items() if field not in {"doctype", "name"}}
        if values.get("description"):
            values["description"] = cleaned(values["description"])
        if doctype == "Item":
            if self.series:
                self.series += 1
                name = f"STO-ITEM-{self.series:05}"
            values = {"item_name": name, "stock_uom": "Nos", **values, "item_code": name}
            unit = {"uom": values["stock_uom"], "conversion_factor": 1.0}
            uoms = values.get("uoms") or []
            values["uoms"] = uoms if any(row["uom"] == unit["uom"] for row in uoms) else [*uoms, unit]
        return self.put(doctype, name=name, **numbers(values))

    def update(self, doctype, name, changes):
        """Change a document as the API does; saved templates save their variants."""
        there = self.get(doctype, name)
        if there is None:
            raise RefusedError(404, "DoesNotExistError", f"{doctype} {name} not found")
        if changes.get("modified", there["modified"]) != there["modified"]:
            raise RefusedError(
                417, "TimestampMismatchError", f"Error: {name} has been modified after you have opened it"
            )
        if changes.get("variant_of", there.get("variant_of")) != there.get("variant_of"):
            raise RefusedError(417, "CannotChangeConstantError", "Value cannot be changed for Variant Of")
        self._check(doctype, {**there, **changes}, there)
        known = set(there)
        values = {one: value for one, value in changes.items() if one in known and one not in {"name", "modified"}}
        values.pop(KEYS.get(doctype), None)
        document = self.put(doctype, **{**there, "modified": None, **numbers(values)})
        document["modified"] = str(self.now)
        return document

    def rename(self, doctype, old, new):
        """Give a document another name as the API does; what links to it follows, its making stays."""
        there, new = self.documents[doctype], new.strip()
        if fold(old) not in there:
            raise RefusedError(417, "ValidationError", f"Can't rename {old} to {new} because {old} doesn't exist.")
        if fold(new) in there:
            raise RefusedError(417, "ValidationError", f"Another {doctype} with name {new} exists, select another name")
        document = there.pop(fold(old))
        for variant in there.values():
            variant["variant_of"] = new if variant.get("variant_of") == document["name"] else variant.get("variant_of")
        named = {} if document["item_name"] != document["name"] else {"item_name": new}
        there[fold(new)] = {**document, **named, "name": new, "item_code": new}
        return self.put(doctype, name=new)["name"]

    def _check(self, doctype, document, there):
        for name, value in document.items():
            if isinstance(value, str) and name == "end_of_life":
                check_day(value)
        if doctype == "Item":
            self._check_item(document, there)
        if doctype == "Item Group":
            if not str(document.get("item_group_name") or "").strip():
                raise RefusedError(417, "MandatoryError", "Error: Value missing for Item Group: Item Group Name")
            parent = document.get("parent_item_group")
            if parent and self.get("Item Group", parent) is None:
                raise RefusedError(417, "LinkValidationError", f"Could not find Parent Item Group: {parent}")
        if doctype == "Item Attribute" and not document.get("attribute_name"):
            raise RefusedError(417, "MandatoryError", "Error: Value missing for Item Attribute: Attribute Name")
        if doctype == "Translation" and not document.get("source_text"):
            raise RefusedError(417, "MandatoryError", "Error: Value missing for Translation: Source Text")

    def _check_item(self, document, there):
        lacking = [
            f"{LINKS[name]}: {document[name]}"
            for name in LINKS
            if document.get(name) and self.get(LINKS[name], document[name]) is None
        ]
        if lacking:
            raise RefusedError(417, "LinkValidationError", f"Could not find {', '.join(lacking)}")
        code = str(document.get("item_code") or "").strip()
        if not code:
            raise RefusedError(417, "ValidationError", "Item Code is required")
        if {"<", ">"} & set(code):
            raise RefusedError(409, "NameError", "Name cannot contain special characters like '<', '>'")
        if len(code) > 140 or len(str(document.get("item_name") or "")) > 140:
            raise RefusedError(417, "CharacterLengthExceededError", f"Item {code}: value too big")
        if not document.get("item_group"):
            raise RefusedError(417, "MandatoryError", "Error: Value missing for Item: Item Group")
        method = document.get("valuation_method") or ""
        if method not in {"", "FIFO", "Moving Average", "LIFO"}:
            raise RefusedError(417, "ValidationError", f'Valuation Method cannot be "{method}".')
        self._check_barcodes(document, there)
        self._check_variant(document, there)

    def _check_barcodes(self, document, there):
        for row in document.get("barcodes") or []:
            code = str(row.get("barcode") or "")
            if not code:
                raise RefusedError(417, "MandatoryError", "Error: Value missing for Item Barcode: Barcode")
            if row.get("barcode_type") in {"EAN", "UPC-A"} and not ean.is_valid(code):
                raise RefusedError(417, "InvalidBarcode", f"Barcode {code} is not a valid {row['barcode_type']} code")
            for other in self.documents.get("Item", {}).values():
                if other is not there and code in {one["barcode"] for one in other.get("barcodes") or []}:
                    raise RefusedError(417, "ValidationError", f"Barcode {code} already used in Item {other['name']}")

    def _check_variant(self, document, there):
        if not document.get("variant_of") or there:
            return
        template = self.get("Item", document["variant_of"]) or {"attributes": []}
        axes = {row["attribute"]: row for row in template["attributes"]}
        values = {row["attribute"]: str(row.get("attribute_value")) for row in document.get("attributes") or []}
        if self.ranges is None:  # a real one keeps those of the first variant until the end of the call
            self.ranges = {name for name, row in axes.items() if row.get("numeric_values")}
        for name, value in values.items():
            known = self.get("Item Attribute", name) or {"item_attribute_values": []}
            choices = {row["attribute_value"] for row in known["item_attribute_values"]}
            if name not in self.ranges and value not in choices:
                said = f"<strong>{value}</strong> is not a valid Value for Attribute <strong>{name}</strong>"
                raise RefusedError(417, "InvalidItemAttributeValueError", said)
        for other in self.documents["Item"].values():
            same = {row["attribute"]: str(row.get("attribute_value")) for row in other.get("attributes") or []}
            if values and other.get("variant_of") == document["variant_of"] and same == values:
                said = f"Item variant {other['name']} exists with same attributes"
                raise RefusedError(417, "ItemVariantExistsError", said)

    def rows(self, doctype, parent=None):
        """Give the documents of a DocType, or the rows of a child table, in no order to rely on."""
        if doctype in CHILDREN:
            above, table = CHILDREN[doctype]
            if parent != above:
                raise RefusedError(403, "PermissionError", "frappe.exceptions.PermissionError")
            return [row for document in self.documents.get(above, {}).values() for row in document.get(table) or []]
        if doctype == "DocField":
            if parent != "DocType":
                raise RefusedError(403, "PermissionError")
            return [docfield(of, at, told) for of, fields in FIELDS.items() for at, told in enumerate(fields)]
        known = {"Item", "Item Group", "Item Attribute", "Brand", "UOM", "Company", "Item Price", "Bin", "Translation"}
        if doctype not in known | {"Custom Field", "Deleted Document", "File", "Country", "Customs Tariff Number"}:
            raise RefusedError(404, "DoesNotExistError", f"DocType {doctype} not found")
        return list(self.documents.get(doctype, {}).values())

    def listed(self, doctype, asked):
        """Give a list as the API does."""
        found = self.rows(doctype, asked.get("parent"))
        for one in asked.get("filters") or []:
            found = [row for row in found if self._holds(doctype, row, one)]
        for part in reversed([part.split() for part in str(asked.get("order_by") or "").split(",") if part]):
            name, *direction = part
            found.sort(key=lambda row, name=name: sorting(row.get(name)), reverse=direction == ["desc"])
        if asked.get("group_by"):
            found = list({fold(row[asked["group_by"]]): row for row in found}.values())
        start = int(asked.get("limit_start") or 0)
        limit = int(asked.get("limit_page_length", 20))
        found = found[start : start + limit] if limit else found[start:]
        return [self._cut(doctype, row, asked.get("fields") or ["name"]) for row in found]

    def _cut(self, doctype, row, fields):
        if "*" in fields:
            return {name: value for name, value in row.items() if not isinstance(value, list)}
        known = {one[0] for one in FIELDS.get(doctype, [])} | set(row)
        unknown = [name for name in fields if name not in known]
        if unknown and doctype in FIELDS:
            raise RefusedError(417, "DataError", f"Field not permitted in query: {unknown[0]}")
        return {name: row.get(name) for name in fields if not isinstance(row.get(name), list)}

    def _holds(self, doctype, row, condition):
        name, operator, wanted = condition[-3:]
        if doctype in FIELDS and name not in row and name not in {one[0] for one in FIELDS[doctype]}:
            raise RefusedError(417, "DataError", f"Field not permitted in query: {name}")
        found = row.get(name)
        if operator == "in":
            return fold(found) in {fold(one) for one in wanted} if wanted else not found
        if operator == "not in":
            return fold(found) not in {fold(one) for one in wanted}
        if operator not in OPERATORS:
            raise RefusedError(417, "ValidationError", "Operator must be one of =, >")
        return OPERATORS[operator](comparable(found, wanted), comparable(wanted, wanted))

    def may(self, user, doctype, verb):
        if doctype in self.closed or (user == USERS[NOBODY]):
            return False
        if user == USERS[READER]:
            hidden = {"Item Attribute", "Deleted Document", "DocField", "Custom Field", "Translation", "Stock Settings"}
            return verb == "read" and doctype not in hidden
        return True

    def demand(self, user, doctype, verb):
        if not self.may(user, doctype, verb):
            said = f"User <strong>{user}</strong> does not have doctype access via role permission for document "
            raise RefusedError(403, "PermissionError", f"{said}<strong>{doctype}</strong>")

    def method(self, user, name, asked):  # noqa: PLR0911
        if name == "frappe.auth.get_logged_user":
            return user
        if name == "frappe.core.doctype.user_permission.user_permission.get_user_permissions":
            return {"Item Group": [{"doc": "Drills", "is_default": 0}]} if user == USERS[READER] else {}
        if name == "frappe.client.get_time_zone":
            return {"time_zone": self.zone}
        if name == "frappe.utils.change_log.get_versions":
            return {"frappe": {"version": "15.1.0"}, "erpnext": {"version": "15.2.0"}}
        if name == "frappe.client.get_count":
            return len(self.listed(asked["doctype"], {**asked, "limit_page_length": 0}))
        if name == "frappe.client.get_list":
            self.demand(user, asked["doctype"], "read")
            return self.listed(asked["doctype"], asked)
        return self._write(user, name, asked)

    def _write(self, user, name, asked):
        if name == "frappe.client.insert_many":
            return self._insert_many(user, asked["docs"])
        if name == "frappe.client.bulk_update":
            return self._bulk_update(user, json.loads(asked["docs"]))
        if name == "frappe.client.rename_doc":
            self.demand(user, asked["doctype"], "write")
            return self.rename(asked["doctype"], asked["old_name"], asked["new_name"])
        if name == "upload_file":
            return self._upload(asked)
        raise RefusedError(417, "ValidationError", f"Failed to get method for command {name}")

    def _insert_many(self, user, documents):
        if len(documents) > 200:
            raise RefusedError(417, "ValidationError", "Only 200 inserts allowed in one request")
        before = {doctype: dict(there) for doctype, there in self.documents.items()}
        try:
            for document in documents:
                self.demand(user, document["doctype"], "create")
            return [self.insert(document)["name"] for document in documents]
        except RefusedError:
            self.documents = before
            raise

    def _bulk_update(self, user, documents):
        failed = []
        for document in documents:
            changes = {name: value for name, value in document.items() if name not in {"doctype", "docname"}}
            try:
                self.demand(user, document["doctype"], "write")
                self.update(document["doctype"], document["docname"], changes)
            except RefusedError as error:
                trace = f"Traceback (most recent call last):\n  ...\nfrappe.exceptions.{error.type}: {error.said}"
                failed.append({"doc": document, "exc": trace})
        return {"failed_docs": failed}

    def _upload(self, asked):
        url = f"/files/{asked['file_name']}"
        self.put("File", file_url=url, attached_to_doctype="Item", attached_to_name=asked["docname"], is_private=0)
        return {"file_url": url}
