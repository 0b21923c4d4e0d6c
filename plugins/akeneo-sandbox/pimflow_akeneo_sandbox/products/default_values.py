"""Default values of attributes: a new product or model gets them where its family, on its level, has the attribute."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Entity, Product, Scoped
from pimflow_akeneo_sandbox.products import variants
from pimflow_akeneo_sandbox.store import Store

E = TypeVar("E", bound=Entity)


def with_default_values(store: Store, entity: E) -> E:
    """Return a new entity with the defaults of the attributes that it has no value of, per channel and locale."""
    values = dict(entity.values)
    for code in sorted(_codes(store, entity)):
        attribute = store.get("attributes", code)
        if attribute is None or attribute.get("default_value") is None:
            continue
        given = dict.fromkeys(_places(store, attribute), attribute["default_value"])
        values[attribute["code"]] = {**given, **values.get(attribute["code"], {})}
    return replace(entity, values=values)


def _codes(store: Store, entity: Entity) -> frozenset[str]:
    variant = variants.variant_of(store, entity)
    if variant:
        return variants.level_attributes(store, variant, variants.level_of(store, entity))
    return store.family_attributes(entity.family) if isinstance(entity, Product) and entity.family else frozenset()


def _places(store: Store, attribute: Record) -> Iterator[Scoped]:
    """Yield the channels and locales in which an attribute can have a value."""
    allowed = attribute.get("available_locales")
    for channel in store.structure["channels"]:
        scope = channel["code"] if attribute.get("scopable") else None
        if not attribute.get("localizable"):
            yield scope, None
            continue
        yield from ((scope, locale) for locale in channel["locales"] if not allowed or locale in allowed)
