"""The variant tree: which attributes and axes belong to which level, and what is inherited from above.

Root models are level 0, models below them level 1, variants one level below their parent.
"""

from collections.abc import Iterator

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Entity, Product, ProductModel, Values
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values.merge import over


def family_variant(store: Store, code: str) -> Record:
    """Return a family variant by its own code (unique in the PIM, whatever the family)."""
    found = store.family_variants.get(code.lower())
    if found is None:
        raise LookupError(f"There is no family variant '{code}'.")
    return found


def find_family_variant(store: Store, code: object) -> Record | None:
    """Return a family variant by code, or None."""
    return store.family_variants.get(code.lower()) if isinstance(code, str) else None


def variant_of(store: Store, entity: Entity) -> Record | None:
    """Return the family variant of a model or variant; None for a simple product."""
    if isinstance(entity, ProductModel):
        return family_variant(store, entity.family_variant)
    return family_variant(store, parent_of(store, entity).family_variant) if entity.parent else None


def parent_of(store: Store, entity: Entity) -> ProductModel:
    """Return the model above; raises LookupError for an entity without one."""
    parent = store.model(entity.parent)
    if parent is None:
        raise LookupError("There is no model above.")
    return parent


def ancestors(store: Store, entity: Entity) -> Iterator[ProductModel]:
    """Return the models above, the nearest first."""
    while entity.parent:
        entity = parent_of(store, entity)
        yield entity


def level_of(store: Store, entity: Entity) -> int:
    """How many models are above."""
    return sum(1 for _ in ancestors(store, entity))


def levels(variant: Record) -> int:
    """How many levels the family variant has below the root."""
    return len(variant["variant_attribute_sets"])


def axes(variant: Record, level: int) -> list[str]:
    """Return the axes of a level; the root has none."""
    return next((list(s["axes"]) for s in variant["variant_attribute_sets"] if s["level"] == level), [])


def level_attributes(store: Store, variant: Record, level: int) -> frozenset[str]:
    """Return the attributes whose values belong on this level."""
    sets = variant["variant_attribute_sets"]
    if level:
        return frozenset(code for s in sets if s["level"] == level for code in (*s["attributes"], *s["axes"]))
    lower = {code for s in sets for code in (*s["attributes"], *s["axes"])}
    return store.family_attributes(store.need("families", variant["family"])["code"]) - lower


def all_values(store: Store, entity: Entity) -> Values:
    """Own values and all that is inherited."""
    values = entity.values
    for model in ancestors(store, entity):
        values = over(values, model.values)
    return values


def all_categories(store: Store, entity: Entity) -> list[str]:
    """Own categories and those of the models above, in order of code."""
    found = set(entity.categories)
    for model in ancestors(store, entity):
        found.update(model.categories)
    return sorted(found)


def variants_below(store: Store, model: ProductModel) -> Iterator[Product]:
    """All variants below a model, at any depth."""
    for uuid in store.variants.get(model.code, ()):
        yield store.products[uuid]
    for code in store.submodels.get(model.code, ()):
        yield from variants_below(store, store.models[code.lower()])
