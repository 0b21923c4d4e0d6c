"""A checked file -> what is wished of each record of the PIM, in the order in which the PIM can take them. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pimflow import ConfigError, Document
from pimflow_akeneo.provisioning.form import Provision
from pimflow_akeneo.provisioning.parts import Reading
from pimflow_akeneo.provisioning.wish import ATTRIBUTES, Surroundings, Trail, Wish
from pimflow_akeneo.structure import resources
from pimflow_akeneo.structure.description import Resource

Wishes = Mapping[Resource, Sequence[Wish]]

ORDER = (
    resources.ATTRIBUTE_GROUPS,
    ATTRIBUTES,
    resources.ATTRIBUTE_OPTIONS,
    resources.ASSOCIATION_TYPES,
    resources.CATEGORIES,
    resources.FAMILIES,
    resources.FAMILY_VARIANTS,
)


def wishes(file: Provision, document: Document, surroundings: Surroundings, families: Sequence[str] = ()) -> Wishes:
    """Give the wishes by resource; `families` get all attributes of the file. Raises ConfigError for twins."""
    found: dict[Resource, list[Wish]] = {resource: [] for resource in ORDER}
    for wish in _all(file, surroundings):
        found[wish.resource].append(wish)
    added = {code: _family_with(code, file, found[resources.FAMILIES]) for code in families}
    kept = [wish for wish in found[resources.FAMILIES] if wish.code not in added]
    found[resources.FAMILIES] = [*kept, *added.values()]
    _refuse_twins(found, document)
    return found


def _all(file: Provision, surroundings: Surroundings) -> Iterator[Wish]:
    reading = Reading(file, surroundings)
    for code, group in file.attribute_groups.items():
        yield reading.wish(resources.ATTRIBUTE_GROUPS, code, group, ("attribute_groups", code))
    for code, attribute in file.attributes.items():
        trail = ("attributes", code)
        yield reading.wish(ATTRIBUTES, code, attribute, trail)
        for option, labels in attribute.options.items():
            at: Trail = (*trail, "options", option)
            yield reading.labelled(resources.ATTRIBUTE_OPTIONS, option, labels, at, at, code)
    for code, kind in file.association_types.items():
        yield reading.wish(resources.ASSOCIATION_TYPES, code, kind, ("association_types", code))
    yield from reading.categories(file.categories, ("categories",), None)
    for code, family in file.families.items():
        trail = ("families", code)
        yield reading.family(code, family, trail)
        for name, variant in family.variants.items():
            yield reading.variant(name, variant, (*trail, "variants", name), code)


def _family_with(code: str, file: Provision, there: Sequence[Wish]) -> Wish:
    """Give the wish for a family with all attributes of the file among its own."""
    wish = next((one for one in there if one.code == code), None)
    wish = wish or Wish(resources.FAMILIES, code, ("attributes",), {}, {"attributes": ("attributes",)})
    attributes = [*wish.cells.get("attributes", ()), *file.attributes]
    return replace(wish, cells={**wish.cells, "attributes": attributes})


def _refuse_twins(found: Wishes, document: Document) -> None:
    mistakes = []
    for resource, some in found.items():
        first: dict[tuple[str, str], Wish] = {}
        for wish in some:
            other = first.setdefault((wish.owner.lower(), wish.code.lower()), wish)
            if other is not wish:
                spelled = "" if other.code == wish.code else f" as {other.code!r}: letter case tells no codes apart"
                message = f"this {resource.noun[0]} is also on line {document.line(other.trail)}{spelled}"
                mistakes.append(document.mistake(wish.trail, message))
    if mistakes:
        raise ConfigError(*mistakes)
