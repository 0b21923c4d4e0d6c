"""Where a column is written: on the variant or its template, in which language, with which codec. No calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pimflow_tryton.catalog import Catalog
from pimflow_tryton.codecs import (
    BOOLEAN,
    GTIN,
    OF_TYPE,
    TEXT,
    Codec,
    attribute_set,
    categories,
    selection,
    several,
    unit,
)
from pimflow_tryton.session import Record

PRODUCT, TEMPLATE = "product.product", "product.template"
_VARIANT = frozenset({"description", "active", "cost_price", "position"})
ATTRIBUTE = "attributes."


@dataclass(frozen=True, slots=True)
class Place:
    """One column: the field below `model`; `language` is empty where it is that of the session."""

    column: str
    field: str
    model: str
    codec: Codec
    language: str = ""

    @property
    def asks(self) -> tuple[str, ...]:
        """What to ask of a variant for the value; prices of the template are not the variant's own."""
        if self.field == "ean":
            return ("identifiers.type", "identifiers.code")
        return (f"template.{self.field}",) if self.model == TEMPLATE else (self.field,)

    def value(self, record: Record) -> Any:
        """Give the canonical value that a variant has, None where it has none."""
        found = self._found(record)
        return None if found is None or found in ("", []) else self.codec.read(found)

    def _found(self, record: Record) -> Any:
        if self.column.startswith(ATTRIBUTE):
            return (record["attributes"] or {}).get(self.column.removeprefix(ATTRIBUTE))
        if self.field == "ean":
            return next((one["code"] for one in record["identifiers."] if one["type"] == "ean"), None)
        if self.column == "active":
            return bool(record["active"] and record["template."]["active"])
        return record["template."][self.field] if self.model == TEMPLATE else record[self.field]


def place(column: str, catalog: Catalog, own_language: str) -> Place | None:
    """Find where a column is written; None for one that Tryton does not have or computes."""
    if column == "code":
        return Place(column, "code", PRODUCT, TEXT)
    if column == "ean":
        return Place(column, "ean", PRODUCT, GTIN) if "identifiers" in catalog.fields(PRODUCT) else None
    if column.startswith(ATTRIBUTE):
        return _of_attribute(column, catalog)
    field, _, language = column.partition("@")
    model = PRODUCT if field in _VARIANT else TEMPLATE
    info = catalog.fields(model).get(field)
    if info is None or info["readonly"] or field in {"id", "code"}:
        return None
    if language and (language not in catalog.languages or not info.get("translate")):
        return None
    codec = BOOLEAN if field == "active" else _codec(info, catalog)
    return Place(column, field, model, codec, "" if language == own_language else language) if codec else None


def _of_attribute(column: str, catalog: Catalog) -> Place | None:
    attribute = catalog.attributes.get(column.removeprefix(ATTRIBUTE))
    if attribute is None:
        return None
    codec = _codec({"type": attribute.type, "selection": list(attribute.options.items())}, catalog)
    return Place(column, "attributes", PRODUCT, codec) if codec else None


def _codec(info: Any, catalog: Catalog) -> Codec | None:
    kind, relation = info["type"], info.get("relation")
    if kind in {"selection", "multiselection"}:
        if not isinstance(info["selection"], list):
            return None
        options = {str(key): str(label) for key, label in info["selection"] if key is not None}
        return several(options) if kind == "multiselection" else selection(options)
    if relation == "product.uom" and kind == "many2one":
        return unit(catalog)
    if relation == "product.attribute.set" and kind == "many2one":
        return attribute_set(catalog)
    if relation == "product.category" and kind == "many2many":
        return categories(catalog)
    return OF_TYPE.get(kind)
