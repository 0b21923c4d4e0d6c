"""Where a column of a product is written, and with which codec. No calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from pimflow import said, together
from pimflow.words import capital
from pimflow_dolibarr import codecs, fields
from pimflow_dolibarr.catalog import OPTION, Catalog, ExtraField
from pimflow_dolibarr.codecs import AMOUNT, BASE, HTML, MEASURE, PLAIN, TYPE, YES_NO, at_most
from pimflow_dolibarr.fields import mapping, text
from pimflow_erp.codecs import TEXT, Codec, identifier

ATTRIBUTES, TEMPLATE, IMAGE = "attributes.", "template_ref", "image"
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """One column: the field of a product that holds it, in `language` where it is a translation.

    `found` finds the value in a record, `asks` are the fields that it asks for. `apart`: it is not written with the
    other fields. `needed`: Dolibarr has no empty one.
    """

    column: str
    field: str
    codec: Codec
    found: Callable[[Record], Any]
    asks: tuple[str, ...]
    label: str = ""
    language: str = ""
    apart: bool = False
    needed: bool = False

    def value(self, record: Record) -> Any:
        """Give the canonical value that a record has, None where it has none."""
        found = self.found(record)
        return None if found is None or found in ("", []) else self.codec.read(found)


def _field(column: str, field: str, codec: Codec, label: str = "", *, needed: bool = False) -> Place:
    return Place(column, field, codec, lambda one: one.get(field), (field,), label, needed=needed)


_PLAIN: Mapping[str, Place] = {
    place.column: place
    for place in (
        _field("ref", "ref", TEXT, said("Reference"), needed=True),
        _field("label", "label", PLAIN, said("Label"), needed=True),
        _field("description", "description", HTML, said("Description")),
        _field("active", "status", YES_NO, said("For sale"), needed=True),
        _field("status_buy", "status_buy", YES_NO, said("For purchase"), needed=True),
        _field("type", "type", TYPE, said("Type"), needed=True),
        _field("barcode", "barcode", at_most(180), said("Barcode")),
        _field("ean", "barcode", identifier("ean"), said("Barcode")),
        _field("price", "price", AMOUNT, said("Price without tax"), needed=True),
        _field("price_ttc", "price_ttc", AMOUNT, said("Price with tax"), needed=True),
        _field("price_min", "price_min", AMOUNT, said("Least price"), needed=True),
        _field("price_base_type", "price_base_type", BASE, said("Kind of price"), needed=True),
        _field("tva_tx", "tva_tx", AMOUNT, said("Rate of tax"), needed=True),
        _field("cost_price", "cost_price", AMOUNT, said("Cost price")),
        _field("customcode", "customcode", at_most(32), said("Customs code")),
        _field("ref_ext", "ref_ext", at_most(128), said("External reference")),
        _field("url", "url", at_most(255), said("Web address")),
        *(_field(name, name, MEASURE, capital(fields.MEASURES[name])) for name in fields.UNITS),
        *(
            _field(
                f"{name}_units",
                f"{name}_units",
                codecs.unit(name),
                said("Unit of the {measure}", measure=fields.MEASURES[name]),
            )
            for name in fields.UNITS
        ),
    )
}
_TRANSLATED = {"label": PLAIN, "description": HTML}
PRICES = frozenset({"price", "price_ttc"})


def of_product(column: str, catalog: Catalog, zone: ZoneInfo) -> Place | None:
    """Find where a column of a product is written; None for what Dolibarr lacks or computes."""
    name, _, language = column.partition("@")
    if language:
        return _translated(name, language, catalog)
    if column == "id":
        return Place(column, column, codecs.ID, lambda one: one.get(column), (column,), "Id", apart=True)
    if column in _PLAIN:
        return _PLAIN[column]
    if column.startswith(OPTION):
        return _extra(catalog.extra_fields.get(column.removeprefix(OPTION)), zone)
    return _apart(column, catalog)


def _apart(column: str, catalog: Catalog) -> Place | None:
    """Find what is not written with the other fields: categories, what makes a variant."""
    if column == "categories" and catalog.reads_categories:
        codec = codecs.categories(catalog.categories)
        return Place(column, column, codec, lambda one: one.get(column), (), said("Categories"), apart=True)
    if column == TEMPLATE and catalog.attributes:
        return Place(column, column, TEXT, lambda one: one.get(TEMPLATE), (), said("Template"), apart=True)
    return _feature(column, catalog) if column.startswith(ATTRIBUTES) else None


def _translated(name: str, language: str, catalog: Catalog) -> Place | None:
    if name not in _TRANSLATED or (catalog.has_products and not catalog.languages):
        return None
    if language == catalog.language:
        return _PLAIN[name]

    def found(one: Record) -> str | None:
        return text(mapping(mapping(one.get("multilangs")).get(language)).get(name))

    label = together("{label} ({language})", label=_PLAIN[name].label, language=language)
    return Place(f"{name}@{language}", name, _TRANSLATED[name], found, ("multilangs",), label, language)


def _feature(column: str, catalog: Catalog) -> Place | None:
    ref = column.removeprefix(ATTRIBUTES)
    attribute = next((one for one in catalog.attributes.values() if one.ref == ref), None)
    if attribute is None:
        return None
    codec = codecs.feature(attribute)
    return Place(column, column, codec, lambda one: one.get(column), (), attribute.label, apart=True)


def _extra(one: ExtraField | None, zone: ZoneInfo) -> Place | None:
    codec = codecs.extra_field(one) if one is not None else None
    if one is None or codec is None:
        return None

    def found(record: Record) -> Any:
        value = mapping(record.get("array_options")).get(one.name)
        return fields.day(value, zone) if one.type == "date" else text(value)

    return Place(one.name, one.name, codec, found, ("array_options",), one.label)
