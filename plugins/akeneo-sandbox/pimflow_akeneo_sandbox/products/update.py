"""A payload put over a product, property by property in the order given, `parent` first."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import NO_SCOPE, Product
from pimflow_akeneo_sandbox.errors import (
    DOCUMENTATION,
    PropertyError,
    UnknownPropertyError,
    Violation,
    bad_json,
    cannot_be_modified,
    documented,
    expects_entity,
    unprocessable,
)
from pimflow_akeneo_sandbox.products import associations, fields, quantified, variants
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values.merge import merged, only

IGNORED = frozenset(
    {
        "uuid", "identifier", "created", "updated", "parent_associations", "metadata", "quality_scores",
        "completenesses",
    }
)  # fmt: skip
ANCHOR_VARIANT_GROUP = DOCUMENTATION + "products-with-variants.html"


def to_variant(store: Store, product: Product, parent: Any) -> Product:
    """Return a simple product given a parent: it keeps the values of the lowest level only."""
    model = store.model(parent)
    if model is None:
        raise unprocessable(f'The given product model "{parent}" does not exist')
    variant = variants.family_variant(store, model.family_variant)
    own = variants.level_attributes(store, variant, variants.levels(variant))
    return replace(product, parent=model.code, values=only(product.values, own))


def to_simple(store: Store, product: Product) -> Product:
    """Return a variant without its parent: it keeps what it had inherited, of two quantities that of the model."""
    links = {code: dict(kept) for code, kept in product.associations.items()}
    numbers = {code: dict(kept) for code, kept in product.quantified.items()}
    for model in variants.ancestors(store, product):
        for code, inherited in model.associations.items():
            for link, members in inherited.items():
                own = links.setdefault(code, {})
                own[link] = tuple(dict.fromkeys((*own.get(link, ()), *members)))
        for code, counted in model.quantified.items():
            for link, pairs in counted.items():
                kept = numbers.setdefault(code, {})
                kept[link] = tuple((dict(kept.get(link, ())) | dict(pairs)).items())
    return replace(
        product,
        parent=None,
        values=variants.all_values(store, product),
        categories=tuple(variants.all_categories(store, product)),
        associations=links,
        quantified=numbers,
    )


def updated(store: Store, product: Product, data: Record, *, is_new: bool) -> tuple[Product, list[Violation]]:
    """Return the product with the payload put over it, and what is wrong with its quantified associations.

    Raises PropertyError, TwoWayError, RefusedError.
    """
    if "variant_group" in data:
        message = 'Property "variant_group" does not exist anymore. Check the link below to understand why.'
        raise documented(message, ANCHOR_VARIANT_GROUP)
    if not is_new and product.parent and "parent" in data and data["parent"] is None:
        product = to_simple(store, product)
    if data.get("parent") is not None or product.parent:
        data = _without_other_levels(store, product, data)
    if data.get("parent") is not None:
        data = {"parent": data["parent"], **data}
    faults: list[Violation] = []
    for name, value in data.items():
        if php.is_index(name):
            raise bad_json()
        product = _put(store, product, name, value, faults)
    return product, faults


def _without_other_levels(store: Store, product: Product, data: Record) -> Record:
    """Return the payload of a variant without the values that belong above it: the PIM drops them silently."""
    values = data.get("values")
    if not isinstance(values, dict):
        return data
    for code in values:
        if store.get("attributes", code) is None:
            raise UnknownPropertyError(code)
    parent = store.model(data.get("parent") or product.parent)
    family = store.get("families", data.get("family"))
    if parent:
        variant = variants.family_variant(store, parent.family_variant)
        keep = variants.level_attributes(store, variant, variants.level_of(store, parent) + 1)
    elif family:
        keep = store.family_attributes(family["code"])
    else:
        return data
    return {**data, "values": {code: entries for code, entries in values.items() if code in keep}}


def _put(store: Store, product: Product, name: str, value: Any, faults: list[Violation]) -> Product:
    if name == "quantified_associations":
        kept, wrong = quantified.changed(store, product, value)
        faults.extend(wrong)
        return replace(product, quantified=kept)
    setter = SETTERS.get(name) or (SAAS_SETTERS.get(name) if store.settings.has_saas_features else None)
    if setter:
        return setter(store, product, value)
    if name not in IGNORED:
        raise UnknownPropertyError(name)
    return product


def _parent(store: Store, product: Product, data: Any) -> Product:
    fields.scalar("parent", data)
    if data is None or data == "":
        if product.parent:
            raise cannot_be_modified("parent", "")
        return product
    model = store.model(data)
    if model is None:
        raise expects_entity("parent", "parent code", "The parent product model does not exist", str(data))
    if product.parent and variants.parent_of(store, product).family_variant != model.family_variant:
        old = variants.parent_of(store, product).family_variant
        raise PropertyError(
            f'New parent "{model.code}" of variant product "{product.identifier}" must have the same '
            f'family variant "{old}" than the previous parent'
        )
    family = variants.family_variant(store, model.family_variant)["family"]
    return replace(product, parent=model.code, family=product.family or store.need("families", family)["code"])


def _values(store: Store, product: Product, data: Any) -> Product:
    try:
        values = merged(store, product.values, data)
    except UnknownPropertyError as unknown:
        raise PropertyError(f"The {unknown.name} attribute does not exist in your PIM.") from None
    return with_values(store, product, values)


def with_values(store: Store, product: Product, values: Any) -> Product:
    """Return the product with these values, and the identifier that is among them."""
    identifier = values.get(store.identifier_attribute, {}).get(NO_SCOPE)
    return replace(product, values=values, identifier=None if identifier is None else str(identifier))


def _added(store: Store, product: Product, data: Any) -> Product:
    more = fields.categories(store, "add_categories", data)
    return replace(product, categories=tuple(sorted({*product.categories, *more})))


def _removed(store: Store, product: Product, data: Any) -> Product:
    less = fields.categories(store, "remove_categories", data)
    return replace(product, categories=tuple(code for code in product.categories if code not in less))


SETTERS: dict[str, Callable[[Store, Product, Any], Product]] = {
    "enabled": lambda _, product, data: replace(product, enabled=fields.enabled(data)),
    "family": lambda store, product, data: replace(product, family=fields.family(store, data)),
    "parent": _parent,
    "categories": lambda store, product, data: replace(
        product, categories=fields.categories(store, "categories", data)
    ),
    "groups": lambda store, product, data: replace(product, groups=fields.groups(store, data)),
    "associations": lambda store, product, data: replace(
        product, associations=associations.changed(store, product, data)
    ),
    "values": _values,
}
SAAS_SETTERS = {"add_categories": _added, "remove_categories": _removed}
