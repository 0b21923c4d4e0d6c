"""Where a column is written: in which field of which model, in which language, with which codec. No calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pimflow import said
from pimflow_erp.codecs import BOOLEAN, TEXT, Codec, identifier, selection, several
from pimflow_tryton.catalog import TITLE, Catalog
from pimflow_tryton.codecs import OF_TYPE, OPTIONS, attribute_set, attribute_sets, categories, unit
from pimflow_tryton.session import Record

PRODUCT, TEMPLATE, CATEGORY = "product.product", "product.template", "product.category"
ATTRIBUTE = "product.attribute"
ATTRIBUTES, IDENTIFIERS, TEMPLATE_CODE = "attributes.", "identifiers.", "template_code"
IMAGE = "image"
_VARIANT = frozenset({"description", "cost_price", "position"})
_COMPUTED = frozenset({"id", "code", "active", "attributes", "identifiers"})


@dataclass(frozen=True, slots=True)
class Place:
    """One column: the field below `model`; `language` is empty where it is that of the session.

    `found` finds the value in a record that was asked for `asks`. `fixed`: given at the creation, never changed.
    """

    column: str
    field: str
    model: str
    codec: Codec
    asks: tuple[str, ...]
    found: Callable[[Record], Any]
    label: str = ""
    language: str = ""
    fixed: bool = False

    def value(self, record: Record) -> Any:
        """Give the canonical value that a record has, None where it has none."""
        found = self.found(record)
        return None if found is None or found in ("", []) else self.codec.read(found)

    @property
    def part(self) -> str:
        """What the column names inside its field: an attribute, a type of identifiers."""
        return "ean" if self.column == "ean" else self.column.partition(".")[2]


_OF_BOTH: Mapping[str, Place] = {
    place.column: place
    for place in (
        Place("code", "code", PRODUCT, TEXT, ("code",), lambda one: one["code"], fixed=True),
        Place(
            "active",
            "active",
            PRODUCT,
            BOOLEAN,
            ("active", "template.active"),
            lambda one: bool(one["active"] and one["template."]["active"]),
        ),
        Place(
            TEMPLATE_CODE,
            "template",
            PRODUCT,
            TEXT,
            ("template.code",),
            lambda one: one["template."]["code"],
            said("Code of the template"),
            fixed=True,
        ),
    )
}
"""Columns of a product that depend on its template."""

Find = Callable[[str, Catalog, str], Place | None]
"""Finds where a column is written, given the session's own language; None for what Tryton lacks or computes."""


def of_product(column: str, catalog: Catalog, own_language: str) -> Place | None:
    """Find where a column of a product is written: on the variant, or on its template."""
    if column in _OF_BOTH:
        return _OF_BOTH[column]
    if column.startswith(ATTRIBUTES):
        return _of_attribute(column, catalog)
    if column == "ean" or column.startswith(IDENTIFIERS):
        return _of_identifier(column, catalog)
    field, _, _ = column.partition("@")
    if field in _COMPUTED:
        return None
    if field in _VARIANT:
        return _of_field(column, PRODUCT, catalog, own_language, (field,), lambda one: one[field])
    asks = (f"template.{field}",)
    return _of_field(column, TEMPLATE, catalog, own_language, asks, lambda one: one["template."][field])


def of_template(column: str, catalog: Catalog, own_language: str) -> Place | None:
    """Find where a column of a template is written."""
    return _own(column, TEMPLATE, "code", catalog, own_language)


def of_category(column: str, catalog: Catalog, own_language: str) -> Place | None:
    """Find where a column of a category is written; `parent` holds the code of another one."""
    if column == "parent":
        label = str(catalog.fields(CATEGORY)[column].get("string") or "")
        found = ("parent.code",), lambda one: (one["parent."] or {}).get("code")
        return Place(column, column, CATEGORY, TEXT, *found, label)
    return _own(column, CATEGORY, "code", catalog, own_language)


def of_definition(column: str, catalog: Catalog, own_language: str) -> Place | None:
    """Find where a column of the definition of a product attribute is written."""
    if column.partition("@")[0] == "selection":
        return _own(column, ATTRIBUTE, "name", catalog, own_language, OPTIONS)
    return _own(column, ATTRIBUTE, "name", catalog, own_language)


def _own(
    column: str, model: str, key: str, catalog: Catalog, own_language: str, codec: Codec | None = None
) -> Place | None:
    field = column.partition("@")[0]
    if column == key:
        return Place(column, column, model, TEXT, (key,), lambda one: one[key], fixed=True)
    if field in {"id", key}:
        return None
    return _of_field(column, model, catalog, own_language, (field,), lambda one: one[field], codec)


def _of_field(
    column: str,
    model: str,
    catalog: Catalog,
    own_language: str,
    asks: tuple[str, ...],
    found: Callable[[Record], Any],
    codec: Codec | None = None,
) -> Place | None:
    field, _, language = column.partition("@")
    info = catalog.fields(model).get(field)
    if info is None or info["readonly"]:
        return None
    if language and (language not in catalog.languages or not info.get("translate")):
        return None
    codec = codec or _codec(info, catalog)
    if codec is None:
        return None
    label = str(info.get("string") or column) + (f" ({language})" if language else "")
    written = "" if language == own_language else language
    return Place(column, field, model, codec, asks, found, label, written, fixed=field == "type_")


def _of_attribute(column: str, catalog: Catalog) -> Place | None:
    name = column.removeprefix(ATTRIBUTES)
    attribute = catalog.attributes.get(name)
    if attribute is None:
        return None
    codec = _codec({"type": attribute.type, "selection": list(attribute.options.items())}, catalog)

    def found(one: Record) -> Any:
        return (one["attributes"] or {}).get(name)

    return Place(column, "attributes", PRODUCT, codec, ("attributes",), found, attribute.label) if codec else None


def _of_identifier(column: str, catalog: Catalog) -> Place | None:
    kind = "ean" if column == "ean" else column.removeprefix(IDENTIFIERS)
    if kind not in catalog.identifier_types or (kind == "ean" and column != "ean"):
        return None
    asks = ("identifiers.type", "identifiers.code")

    def found(one: Record) -> Any:
        return next((part["code"] for part in one["identifiers."] if part["type"] == kind), None)

    label = "EAN" if kind == "ean" else catalog.identifier_types[kind]
    return Place(column, "identifiers", PRODUCT, identifier(kind), asks, found, label)


def _codec(info: Mapping[str, Any], catalog: Catalog) -> Codec | None:
    kind, relation = info["type"], info.get("relation")
    if kind in {"selection", "multiselection"}:
        if not isinstance(info["selection"], list):
            return None
        options = {str(key): str(label) for key, label in info["selection"] if key is not None}
        return several(options, TITLE) if kind == "multiselection" else selection(options, TITLE)
    make = _RELATED.get((kind, str(relation)))
    return make(catalog) if make else OF_TYPE.get(kind)


_RELATED: Mapping[tuple[str, str], Callable[[Catalog], Codec]] = {
    ("many2one", "product.uom"): unit,
    ("many2one", "product.attribute.set"): attribute_set,
    ("many2many", "product.attribute.set"): attribute_sets,
    ("many2many", "product.category"): categories,
}
