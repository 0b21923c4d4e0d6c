"""The columns of products and templates, and what each asks of the server. No calls of its own.

Fields of Dolibarr keep their names: `tva_tx`, `options_material`. A text in a language is `label@fr_FR`, what tells a
variant apart `attributes.COLOR`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from pimflow import Field
from pimflow_dolibarr import fields
from pimflow_dolibarr.catalog import Category, ExtraField
from pimflow_dolibarr.fields import flag, gtin, mapping, moment, number, text, unit, whole
from pimflow_erp.codecs import listed
from pimflow_erp.columns import Column, Read, Record, column

CATEGORIES, MEMBER, FEATURES, VARIANTS, PICTURES = "+categories", "+member", "+features", "+variants", "+pictures"
"""What is put beside the fields of a product: ids of categories, a variant's place, a template's variants, files."""

_TRANSLATED = {"label": "Label", "description": "Description"}
_AMOUNTS = {
    "price": "Price without tax",
    "price_ttc": "Price with tax",
    "price_min": "Least price",
    "pmp": "Average cost",
}
HOT = frozenset(
    {*_AMOUNTS, "price_min_ttc", "cost_price", "stock_reel", "stock_theorique", "multiprices", "stock_warehouse"}
)
STOCK = frozenset({"stock_reel", "stock_theorique"})
_PLAIN: Sequence[tuple[str, str, str, Callable[[Any], Any]]] = (
    ("id", "integer", "Id, which never changes", whole),
    ("ref", "text", "Reference", text),
    ("ref_ext", "text", "External reference", text),
    ("label", "text", "Label", text),
    ("description", "text", "Description, as HTML", text),
    ("status_buy", "boolean", "For purchase", flag),
    ("barcode", "text", "Barcode of any kind", text),
    ("price_base_type", "selection", "HT or TTC: which of the two prices was entered", text),
    ("tva_tx", "number", "Rate of tax, in percent", number),
    ("customcode", "text", "Customs code", text),
    ("country_code", "text", "Country of origin", text),
    ("url", "text", "Web address", text),
    ("date_creation", "date and time", "Creation", moment),
    ("date_modification", "date and time", "Last change", moment),
)
_MEASURES = ("weight", "length", "width", "height", "surface", "volume")
_EXTRA: Mapping[str, tuple[str, Read]] = {
    "int": ("integer", whole),
    "double": ("number", number),
    "price": ("number", number),
    "pricecy": ("text", text),
    "stars": ("integer", whole),
    "boolean": ("boolean", flag),
    "datetime": ("date and time", moment),
    "select": ("selection", text),
    "radio": ("selection", text),
    "checkbox": ("list", lambda value: listed(value or "")),
    "chkbxlst": ("list", lambda value: listed(value or "")),
}  # fmt: skip
_NO_CELL = frozenset({"separate", "password"})


def of_records() -> Iterator[Column]:
    """Make the columns that products and templates share."""
    for name, kind, label, read in _PLAIN:
        yield column(name, kind, label, (name,), _of(name, read))
    yield column("active", "boolean", "For sale", ("status",), _of("status", flag))
    yield column("type", "selection", "product or service", ("type",), _type)
    yield column("ean", "text", "Barcode, where it is a GTIN", ("barcode",), _of("barcode", gtin))
    for name, label in _AMOUNTS.items():
        yield Column(Field(name, "number", label, hot=True), (name,), _of(name, number))
    for name in _MEASURES:
        units = f"{name}_units"
        yield column(name, "number", name.capitalize(), (name,), _of(name, number))
        yield column(units, "selection", f"Unit of the {name}", (units, name), _unit(name))


def of_extra_fields(found: Mapping[str, ExtraField], zone: ZoneInfo) -> Iterator[Column]:
    """Make a column for each extra field."""
    for one in found.values():
        if one.type in _NO_CELL:
            continue
        kind, read = _EXTRA.get(one.type, ("text", text))
        if one.type == "date":
            kind, read = "date", _day(zone)
        yield column(one.name, kind, one.label, ("array_options",), _extra(one.name, read))


def of_languages(languages: Sequence[str], own: str | None, *, copies: bool) -> Iterator[Column]:
    """Make the columns of texts in languages; a text equal to that in Dolibarr's own language is none, or a copy."""
    for name, label in _TRANSLATED.items():
        for language in languages:
            field = Field(f"{name}@{language}", "text", f"{label} ({language})", translatable=True)
            yield Column(field, (name, "multilangs"), _text(name, language, own, copies=copies))


def of_categories(known: Mapping[int, Category]) -> Iterator[Column]:
    """Make the columns of the categories of a product."""

    def cell(what: str) -> Read:
        return lambda one: sorted(getattr(known[number], what) for number in one[CATEGORIES] if number in known)

    yield column("categories", "list", "Categories, as paths", (), cell("path"))
    yield column("category_codes", "list", "Codes of the categories", (), cell("code"))


def of_family(attributes: Mapping[str, str]) -> Iterator[Column]:
    """Make the columns of a variant's place; `attributes` are labels by reference."""
    yield column("template_id", "integer", "Id of the template", (), lambda one: one[MEMBER] and one[MEMBER].parent)
    yield column(
        "template_ref", "text", "Reference of the template", (), lambda one: one[MEMBER] and one[MEMBER].parent_ref
    )
    for ref, label in attributes.items():
        yield column(f"attributes.{ref}", "selection", label, (), _feature(ref))


def of_template() -> Iterator[Column]:
    """Make the columns of what a template has."""
    yield column("variants", "list", "References of the variants", (), lambda one: one[VARIANTS])
    yield column("axes", "list", "References of the attributes of the variants", (), lambda one: one[FEATURES])


def of_pictures() -> Iterator[Column]:
    """Make the columns of the files of pictures."""
    yield column("image", "text", "File of the first picture", (), lambda one: next(iter(one[PICTURES]), None))
    yield column("images", "list", "Files of all pictures", (), lambda one: one[PICTURES])


def other(name: str) -> Column:
    """Make the column of a further field, as it comes."""
    field = Field(name, "number" if name in HOT else "text", name, hot=name in HOT)
    return Column(field, (name,), _of(name, number if name in STOCK | {"cost_price", "price_min_ttc"} else _plain))


def _of(name: str, read: Callable[[Any], Any]) -> Read:
    return lambda one: read(one.get(name))


def _plain(value: Any) -> Any:
    return None if value in ("", [], {}) else value


def _type(one: Record) -> str | None:
    return {"0": "product", "1": "service"}.get(str(one.get("type")), text(one.get("type")))


def _unit(name: str) -> Read:
    """Tell the unit only where there is an amount: Dolibarr has one for those without, too."""
    return lambda one: unit(name, one.get(f"{name}_units")) if text(one.get(name)) is not None else None


def _day(zone: ZoneInfo) -> Read:
    return lambda value: fields.day(value, zone)


def _extra(name: str, read: Callable[[Any], Any]) -> Read:
    return lambda one: read(mapping(one.get("array_options")).get(name))


def _feature(ref: str) -> Read:
    return lambda one: one[MEMBER].features.get(ref) if one[MEMBER] else None


def _text(name: str, language: str, own: str | None, *, copies: bool) -> Read:
    def read(one: Record) -> str | None:
        base = text(one.get(name))
        if language == own:
            return base
        found = text(mapping(mapping(one.get("multilangs")).get(language)).get(name))
        is_missing = found is None or (own is not None and found == base)
        return found if not is_missing else base if copies else None

    return read
