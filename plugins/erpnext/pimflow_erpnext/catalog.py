"""What items of one site refer to: fields, item groups, attributes, linked documents. Loaded when needed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pimflow import AccessError
from pimflow_erp.once import Once

_MANY = 1000
_LAYOUT = frozenset(
    {
        *("Section Break", "Column Break", "Tab Break", "HTML", "Button", "Heading", "Fold", "Image", "Password"),
        *("Barcode", "Icon", "Signature", "Geolocation"),
    }
)
_SEPARATOR = " / "


class Asks(Protocol):
    """What the catalog needs of a session."""

    def listed(
        self,
        doctype: str,
        fields: Sequence[str],
        filters: Sequence[Sequence[Any]] = (),
        *,
        order: str = "name asc",
        limit: int = 0,
        parent: str = "",
        group: str = "",
    ) -> list[dict[str, Any]]:
        """Give documents."""

    def pages(
        self, doctype: str, fields: Sequence[str], filters: Sequence[Sequence[Any]], size: int
    ) -> Iterator[list[dict[str, Any]]]:
        """Give documents page by page."""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field as the site describes it; `options` are the choices of a Select, the DocType of a Link or Table.

    `length` is the longest that a text can be, 0 for the usual length. `type` is empty where the site does not describe
    its fields to the user: only their names are known then.
    """

    name: str
    label: str = ""
    type: str = ""
    options: str = ""
    custom: bool = False
    length: int = 0


@dataclass(frozen=True, slots=True)
class Attribute:
    """An Item Attribute: a range of numbers, or values in their order, each with its abbreviation."""

    name: str
    values: Mapping[str, str]
    numeric: bool = False
    lowest: float = 0.0
    highest: float = 0.0
    increment: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """An Item Group; `path` has the names from below the root on, that of the root is its own name."""

    name: str
    parent: str
    path: str


def folded(name: str) -> str:
    """Give a name as the site compares names: without regard to case, width, accents and outer blanks.

    Marks of Cyrillic and Arabic letters count, as they do in the collation `utf8mb4_unicode_ci`: й is not и.
    """
    if name.isascii():
        return name.lower().strip()
    letters = unicodedata.normalize("NFC", name.casefold())
    return "".join(one if _is_its_own(one) else _bare(one) for one in letters).casefold().strip()


def _is_its_own(letter: str) -> bool:
    return letter != "ё" and unicodedata.name(letter, "").startswith(("CYRILLIC", "ARABIC"))


def _bare(letter: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))


class Catalog:
    """Asks the site once for each thing. Safe for several threads."""

    def __init__(self, session: Asks) -> None:
        self._session = session
        self._once = Once()

    def fields(self, doctype: str) -> Mapping[str, FieldInfo]:
        """Give the fields of a DocType; empty where the user may not look and there is no document either."""
        return self._once(f"fields {doctype}", lambda: self._fields(doctype))

    @property
    def groups(self) -> Mapping[str, Group]:
        """Give all item groups by name, parents first."""
        return self._once("Item Group", self._groups)

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """Give all item attributes by name."""
        return self._once("Item Attribute", self._attributes)

    @property
    def attribute_names(self) -> Sequence[str]:
        """Name the item attributes; where the user may not look at them, those that variants have."""
        return self._once("attribute names", self._attribute_names)

    def names(self, doctype: str) -> Mapping[str, str]:
        """Give the names of all documents of a DocType that items link to, by their folded form."""
        return self._once(doctype, lambda: self._names(doctype)) if doctype != "Item Group" else self._group_names()

    def forget(self, doctype: str) -> None:
        """Ask again for the documents of a DocType, which a write has changed."""
        self._once.forget(doctype)

    def _names(self, doctype: str) -> Mapping[str, str]:
        pages = self._session.pages(doctype, ["name"], [], _MANY)
        return {folded(one["name"]): one["name"] for page in pages for one in page}

    def _group_names(self) -> Mapping[str, str]:
        return {folded(name): name for name in self.groups}

    def _fields(self, doctype: str) -> Mapping[str, FieldInfo]:
        standard = self._described("DocField", [["parent", "=", doctype]], "idx asc", "DocType")
        custom = self._described("Custom Field", [["dt", "=", doctype]], "name asc", "")
        found = [*((one, False) for one in standard or ()), *((one, True) for one in custom or ())]
        told = {one["fieldname"]: _info(one, custom) for one, custom in found if one["fieldtype"] not in _LAYOUT}
        if standard is not None and custom is not None:
            return told
        sample = self._session.listed(doctype, ["*"], order="modified desc, name desc", limit=1)
        return {name: FieldInfo(name) for one in sample for name in one} | told

    def _described(
        self, doctype: str, filters: Sequence[Sequence[Any]], order: str, parent: str
    ) -> Sequence[Mapping[str, Any]] | None:
        """Give descriptions of fields; None where the user may not look."""
        asked = ["fieldname", "label", "fieldtype", "options", "length"]
        try:
            return self._session.listed(doctype, asked, filters, order=order, parent=parent)
        except AccessError:
            return None

    def _groups(self) -> Mapping[str, Group]:
        found: dict[str, Group] = {}
        fields = ["name", "parent_item_group"]
        for one in self._session.listed("Item Group", fields, order="lft asc"):
            name, parent = str(one["name"]), str(one["parent_item_group"] or "")
            above = found.get(parent)
            path = f"{above.path}{_SEPARATOR}{name}" if above is not None and above.parent else name
            found[name] = Group(name, parent, path)
        return found

    def _attribute_names(self) -> Sequence[str]:
        try:
            return sorted(self.attributes)
        except AccessError:
            field = "attribute"
            rows = self._session.listed(
                "Item Variant Attribute", [field], order=f"{field} asc", parent="Item", group=field
            )
            return sorted({str(row[field]) for row in rows if row[field]})

    def _attributes(self) -> Mapping[str, Attribute]:
        fields = ["name", "numeric_values", "from_range", "to_range", "increment"]
        values: dict[str, dict[str, str]] = {}
        asked = ["parent", "attribute_value", "abbr"]
        for one in self._session.listed(
            "Item Attribute Value", asked, order="parent asc, idx asc", parent="Item Attribute"
        ):
            values.setdefault(one["parent"], {})[one["attribute_value"]] = one["abbr"] or ""
        return {one["name"]: _attribute(one, values) for one in self._session.listed("Item Attribute", fields)}


def _info(record: Mapping[str, Any], custom: bool) -> FieldInfo:
    name, label, kind, options = (str(record[one] or "") for one in ("fieldname", "label", "fieldtype", "options"))
    return FieldInfo(name, label, kind, options, custom, int(record.get("length") or 0))


def _attribute(record: Mapping[str, Any], values: Mapping[str, Mapping[str, str]]) -> Attribute:
    numbers = (float(record[name] or 0) for name in ("from_range", "to_range", "increment"))
    return Attribute(record["name"], values.get(record["name"], {}), bool(record["numeric_values"]), *numbers)
