"""The documents that ERPNext has under some keys, a batch a call, and one more for each child table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pimflow import said
from pimflow_erpnext import codecs, parts, stamps, translations
from pimflow_erpnext.catalog import Catalog, folded
from pimflow_erpnext.parts import Part
from pimflow_erpnext.places import (
    AXES,
    BARCODES,
    CREATION,
    IMAGE,
    VALUES,
    Find,
    Place,
    of_attribute,
    of_category,
    of_product,
    of_template,
)
from pimflow_erpnext.session import Record, Session

ALL = ("*",)
_TABLES: Mapping[str, Part] = {
    BARCODES: Part("Item Barcode", ALL),
    AXES: Part("Item Variant Attribute", ALL),
    VALUES: Part("Item Attribute Value", ALL, parent="Item Attribute"),
}
PlaceOf = Callable[[str], Place | None]
"""Finds where a column of one target is written, in one session."""


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of document that a sink writes, found by `key`, which is its name.

    `needed` is asked of each, `given` is what makes a document one of the kind. `refers` is the column with the key of
    another document of the kind.
    """

    resource: str
    noun: tuple[str, str]
    doctype: str
    key: str
    place: Find
    needed: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    refers: str = ""


PRODUCTS = Target(
    "products",
    (said("product"), said("products")),
    "Item",
    "item_code",
    of_product,
    ("creation", "disabled", "has_variants", "variant_of", "item_group", "stock_uom", "item_name", "description"),
    {"has_variants": 0},
)
TEMPLATES = Target(
    "templates",
    (said("template"), said("templates")),
    "Item",
    "item_code",
    of_template,
    ("creation", "disabled", "has_variants", "item_group", "stock_uom", "item_name", "description"),
    {"has_variants": 1, "variant_based_on": "Item Attribute"},
)
CATEGORIES = Target(
    "categories",
    (said("category"), said("categories")),
    "Item Group",
    "item_group_name",
    of_category,
    ("is_group", "parent_item_group"),
    refers="parent",
)
ATTRIBUTES = Target(
    "attributes",
    (said("attribute"), said("attributes")),
    "Item Attribute",
    "attribute_name",
    of_attribute,
    ("numeric_values",),
)


def find(session: Session, target: Target, keys: Sequence[str], places: Sequence[Place] = ()) -> dict[str, Record]:
    """Give the documents by key, with the fields of some places; keys are compared as ERPNext does."""
    asked = sorted({key.strip() for key in keys})
    there = {folded(one["name"]): one for one in _listed(session, target, "name", asked, places)}
    return {key: there[folded(key)] for key in keys if folded(key) in there}


def find_by(
    session: Session, target: Target, field_: str, values: Mapping[str, str], places: Sequence[Place] = ()
) -> dict[str, Record]:
    """Give by key the documents that have its value in a field; a value that several have tells none."""
    found: dict[str, list[Record]] = {}
    for one in _listed(session, target, field_, sorted(set(values.values())), places, also=(field_,)):
        found.setdefault(folded(str(one[field_])), []).append(one)
    alone = {value: some[0] for value, some in found.items() if len(some) == 1}
    return {key: alone[folded(value)] for key, value in values.items() if folded(value) in alone}


def meant(
    session: Session, target: Target, keys: Sequence[str], ids: Mapping[str, str], places: Sequence[Place] = ()
) -> dict[str, Record]:
    """Give the documents by key; those of `ids` by when they were made, whatever their name is now.

    An id that is no such moment is the name that a document had: where it is no longer that, the key counts.
    """
    made = {key: one for key, one in ids.items() if stamps.is_stamp(one)}
    named = {key: one for key, one in ids.items() if key not in made}
    names = find(session, target, sorted({*keys, *named.values()} - made.keys()), places)
    wanted = {key: (key, named.get(key, key)) for key in keys if key not in made}
    found = {key: names[name] for key, both in wanted.items() for name in both if name in names}
    return found | (find_by(session, target, CREATION, made, places) if made else {})


def keys_of(session: Session, target: Target, ids: Sequence[str]) -> dict[str, str]:
    """Give the names that documents have now, by when they were made; those that share that moment are left out.

    An import past ERPNext gives one moment to thousands, so that not all are looked at: what is not seen is left out.
    """
    if not ids:
        return {}
    order, most = f"{CREATION} asc, name asc", 2 * len(ids) + 1
    conditions = [[CREATION, "in", sorted(set(ids))]]
    found = session.listed(target.doctype, ["name", CREATION], conditions, order=order, limit=most)
    names: dict[str, list[str]] = {}
    for one in found:
        names.setdefault(str(one[CREATION]), []).append(str(one["name"]))
    if len(found) == most:
        names.pop(str(found[-1][CREATION]))
    return {at: some[0] for at, some in names.items() if len(some) == 1}


def _listed(
    session: Session,
    target: Target,
    field_: str,
    values: Sequence[str],
    places: Sequence[Place],
    also: Iterable[str] = (),
) -> list[Record]:
    """Give the documents that have one of these values in a field, with their child tables as far as asked for."""
    if not values:
        return []
    plain = {place.field for place in places if not place.table and place.field != target.key}
    fields = sorted({"name", "modified", *target.needed, *plain, *also})
    there = session.listed(target.doctype, fields, [[field_, "in", list(values)]])
    for table in sorted({place.field for place in places if place.table}):
        rows = parts.read(session, _TABLES[table], [one["name"] for one in there]) if there else {}
        for one in there:
            one[table] = rows.get(one["name"], [])
    return there


def values(
    session: Session, target: Target, keys: Sequence[str], places: Sequence[Place], ids: Mapping[str, str]
) -> Mapping[str, Mapping[str, object]]:
    """Give what ERPNext has for these keys, column by column; translations cost one call more."""
    there = meant(session, target, keys, ids, places)
    texts = [place for place in places if place.language]
    languages = sorted({place.language for place in texts})
    sources = (record.get(place.field) for record in there.values() for place in texts)
    known = translations.read(session, languages, sources)
    found: dict[str, dict[str, object]] = {}
    for key, record in there.items():
        cells = {place.column: _cell(place, record, known) for place in places}
        found[key] = {name: value for name, value in cells.items() if value is not None}
    return found


def _cell(place: Place, record: Record, known: translations.Texts) -> object:
    if place.language:
        # One that equals its source is not kept: whoever wrote it finds it again.
        return translations.translated(known, place.language, record.get(place.field), copy=True)
    return place.value(record)


def of_site(target: Target, url: str) -> Target:
    """Let the address of a picture of this site be its path."""

    def place(column: str, catalog: Catalog) -> Place | None:
        found = target.place(column, catalog)
        return replace(found, codec=codecs.picture(url)) if found is not None and column == IMAGE else found

    return replace(target, place=place)
