"""What the PIM takes, for those who draft a mapping: its columns, and a file that prepares it for variants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import yaml
from slugify import slugify

from pimflow import Offer, Structure
from pimflow_akeneo.catalog import Catalog
from pimflow_akeneo.columns import ValueColumn
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.model import Attribute

_TYPES = {
    "identifier": "text",
    "text": "text",
    "textarea": "text",
    "number": "number",
    "metric": "number",
    "price_collection": "number",
    "boolean": "boolean",
    "date": "date",
    "simpleselect": "selection",
    "multiselect": "list",
    "image": "file",
    "file": "file",
}
_CALLED = {
    "family": {"en_US": "Family", "de_DE": "Familie", "fr_FR": "Famille"},
    "categories": {"en_US": "Categories", "de_DE": "Kategorien", "fr_FR": "Catégories"},
    "enabled": {"en_US": "Active", "de_DE": "Aktiv", "fr_FR": "Actif"},
}
_OPTIONS = {"simpleselect", "multiselect"}
_GROUP, _FAMILY = "erp", "erp_variants"
_AXES = 5
"""At most so many axes a level, as the PIM has it."""


def offers(catalog: Catalog, kind: Kind) -> Iterator[Offer]:
    """List the columns of products or product models: properties, then each attribute where it can have a value.

    Asks the PIM for the options of each select attribute.
    """
    if kind.has_identifier:
        yield Offer("identifier", "text", catalog.model.identifier.labels, is_key=True)
    else:
        yield Offer(kind.key, "text", is_key=True)
    yield Offer("family", "selection", _CALLED["family"], options=tuple(sorted(catalog.families.values())))
    yield Offer("categories", "list", _CALLED["categories"], options=tuple(sorted(catalog.categories.values())))
    if "enabled" in kind.properties:
        yield Offer("enabled", "boolean", _CALLED["enabled"])
    for attribute in catalog.attributes.values():
        if attribute is not catalog.model.identifier and attribute.kind in _TYPES:
            yield from _of_attribute(catalog, attribute)


def _of_attribute(catalog: Catalog, attribute: Attribute) -> Iterator[Offer]:
    options = tuple(sorted(catalog.options(attribute.code).values())) if attribute.kind in _OPTIONS else ()
    unit = attribute.default_metric_unit or "" if attribute.kind == "metric" else ""
    units = tuple(catalog.units(attribute.metric_family or "").values()) if unit else ()
    for locale, scope in catalog.model.places(attribute):
        currencies = catalog.model.currencies_of(scope) if attribute.kind == "price_collection" else (None,)
        for currency in currencies:
            column = ValueColumn(attribute, locale, scope, currency).name
            yield Offer(column, _TYPES[attribute.kind], attribute.labels, locale or "", unit, options, units=units)


def preparation(catalog: Catalog, structure: Structure, columns: Mapping[str, str]) -> str:
    """Write the file of `pimflow akeneo provision` for what a PIM lacks of families, family variants and options.

    An axis becomes the attribute that it goes into, or a new simple select. The family has what the columns go into.
    """
    codes = {axis: _code_of(axis, columns) for axes in structure.kinds for axis in axes}
    variants = {
        "by_" + "_".join(codes[axis] for axis in axes): {"levels": [{"axes": [codes[axis] for axis in axes[:_AXES]]}]}
        for axes in structure.kinds
    }
    attributes = {code: _attribute(catalog, code, axis, structure.values.get(axis, ())) for axis, code in codes.items()}
    mapped = {column.partition("-")[0] for column in columns.values()} & {*catalog.attributes}
    data = {
        "version": 1,
        **({"attribute_groups": {_GROUP: {}}} if any("group" in one for one in attributes.values()) else {}),
        "attributes": {code: attribute for code, attribute in attributes.items() if attribute},
        "families": {_FAMILY: {"attributes": sorted({*codes.values(), *mapped}), "variants": variants}},
    }
    head = (
        "# What the PIM lacks for templates with variants, as far as a sample tells. Put your own families in the\n"
        f"# place of {_FAMILY}, look at codes and options, then: pimflow akeneo provision THIS_FILE\n"
    )
    return head + yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def _code_of(axis: str, columns: Mapping[str, str]) -> str:
    there = columns.get(axis)
    return there.partition("-")[0] if there else slugify(axis.rpartition(".")[2], separator="_")[:100]


def _attribute(catalog: Catalog, code: str, axis: str, values: tuple[str, ...]) -> Mapping[str, object]:
    known = catalog.attributes.get(code)
    there = catalog.options(code) if known is not None and known.kind in _OPTIONS else {}
    lacking = {slugify(value, separator="_")[:100]: value for value in values}
    options = {option: {"en_US": value} for option, value in lacking.items() if option and option not in there}
    if known is not None:
        return {"options": options} if known.kind in _OPTIONS and options else {}
    label = axis.rpartition(".")[2].replace("_", " ").capitalize()
    return {"type": "pim_catalog_simpleselect", "group": _GROUP, "labels": {"en_US": label}, "options": options}
