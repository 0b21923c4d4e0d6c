"""The checks of a whole product or model, group by group: a later group runs only when the earlier found nothing."""

from collections.abc import Iterator
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Entity, Product, ProductModel, Values, stored_order
from pimflow_akeneo_sandbox.errors import Violation, of_violations
from pimflow_akeneo_sandbox.products import variants
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values import kinds
from pimflow_akeneo_sandbox.values.answer import number_answer
from pimflow_akeneo_sandbox.values.check import identifier_faults, value_violations


def check_product(store: Store, product: Product, faults: list[Violation]) -> None:
    """Raise the refusal with all violations of the first group that has some."""
    variant = variants.variant_of(store, product)
    found = (
        [*_of_product(store, product, variant), *faults]
        or list(_of_identifier(store, product))
        or list(_same_axes(store, product, variant))
        or list(_no_family(product, variant))
    )
    if found:
        raise of_violations(found)


def check_model(store: Store, model: ProductModel, faults: list[Violation], *, former: str | None) -> None:
    """Raise the refusal with all violations of the first group that has some.

    `former` is the code that the model had before this call, None for a new one.
    """
    variant = variants.find_family_variant(store, model.family_variant)
    found = [*_of_model(store, model, variant, former), *faults] or list(_same_axes(store, model, variant, former))
    if found:
        raise of_violations(found)


def _of_product(store: Store, product: Product, variant: Record | None) -> Iterator[Violation]:
    if variant and product.family and product.family != store.need("families", variant["family"])["code"]:
        yield Violation("family", "The variant product family must be the same than its parent")
    if variant:
        yield from _empty_axes(store, product, variant)
        parent = variants.parent_of(store, product)
        if variants.level_of(store, parent) != variants.levels(variant) - 1:
            yield Violation(
                "parent",
                f'The variant product cannot have product model "{parent.code}" as parent, '
                "(this product model can only have other product models as children)",
            )
        yield from _unexpected(store, product, variant)
    version = product.uuid[14]
    if version != "4":
        yield Violation("uuid", f'The version of the uuid "{product.uuid}" should be 4, {version} given.')
    yield from value_violations(store, product.values)
    yield from _taken_values(store, product)


def _of_model(store: Store, model: ProductModel, variant: Record | None, former: str | None) -> Iterator[Violation]:
    if variant and model.parent and variants.levels(variant) == 1:
        yield Violation("parent", f'The product model "{model.code}" cannot have a parent')
    elif variant:
        yield from _unexpected(store, model, variant)
        yield from _empty_axes(store, model, variant)
    if model.code.lower() != (former or "").lower() and store.model(model.code):
        yield Violation("code", "The same code is already set on another product model.")
    if not model.code:
        yield Violation("code", "The product model code must not be empty.")
    for message in identifier_faults(model.code or None):
        yield Violation("code", message)
    if len(model.code) > 255:
        yield Violation("code", "This value is too long. It should have 255 characters or less.")
    if variant is None:
        yield Violation("family_variant", "The product model family variant must not be empty.")
    yield from value_violations(store, model.values)


def _empty_axes(store: Store, entity: Entity, variant: Record) -> Iterator[Violation]:
    values = variants.all_values(store, entity)
    for axis in variants.axes(variant, variants.level_of(store, entity)):
        if not values.get(axis):
            message = f'Attribute "{axis}" cannot be empty, as it is defined as an axis for this entity'
            yield Violation("attribute", message, rule="empty axis")


def _unexpected(store: Store, entity: Entity, variant: Record) -> Iterator[Violation]:
    family = store.need("families", variant["family"])["code"]
    expected = variants.level_attributes(store, variant, variants.level_of(store, entity))
    for code in sorted(entity.values, key=stored_order):
        if code not in store.family_attributes(family):
            message = f'Attribute "{code}" does not belong to the family "{family}"'
            yield Violation("attribute", message, rule="not in family")
        elif code not in expected:
            message = f'Cannot set the property "{code}" to this entity as it is not in the attribute set'
            yield Violation("attribute", message, rule="other level")


def _of_identifier(store: Store, product: Product) -> Iterator[Violation]:
    identifier = product.identifier
    holder = store.product(identifier)
    if holder and holder.uuid != product.uuid:
        message = f"The {identifier} identifier is already used for another product."
        yield Violation("identifier", message)


def _taken_values(store: Store, product: Product) -> Iterator[Violation]:
    for code, entries in product.values.items():
        attribute = store.need("attributes", code)
        if not attribute.get("unique") or code == store.identifier_attribute:
            continue
        for data in entries.values():
            if any(uuid != product.uuid for uuid in store.holders(code, data)):
                yield _taken(attribute, data)


def _taken(attribute: Record, data: Any) -> Violation:
    code = attribute["code"]
    if attribute["type"] == kinds.IDENTIFIER:
        message = f"The {data} value is already set on another product for the {code} identifier attribute."
        return Violation("identifier", message, rule="taken")
    shown = str(data)[:10] if attribute["type"] == kinds.DATE else php.to_text(data)
    message = (
        f"The {code} attribute can not have the same value more than once. "
        f"The {shown} value is already set on another product."
    )
    return Violation("values", message, code)


def _same_axes(store: Store, entity: Entity, variant: Record | None, former: str | None = None) -> Iterator[Violation]:
    if variant is None or not entity.parent:
        return
    axes = variants.axes(variant, variants.level_of(store, entity))
    own = _combination(store, entity.values, axes)
    if not own.replace(",", ""):
        return
    for sibling in _siblings(store, entity, former):
        if _combination(store, sibling.values, axes).lower() == own.lower():
            kind = "variant product" if isinstance(entity, Product) else "product model"
            yield Violation(
                "attribute",
                f'Cannot set value "{own}" for the attribute axis "{",".join(axes)}" on {kind} "{_name(entity)}", '
                f'as the {kind} "{_name(sibling)}" already has this value',
            )
            return


def _siblings(store: Store, entity: Entity, former: str | None) -> Iterator[Entity]:
    if isinstance(entity, Product):
        for uuid in store.variants.get(entity.parent or "", ()):
            if uuid != entity.uuid:
                yield store.products[uuid]
        return
    for code in store.submodels.get(entity.parent or "", ()):
        if code != former:
            yield store.models[code.lower()]


def _name(entity: Entity) -> str:
    if isinstance(entity, ProductModel):
        return entity.code
    return entity.identifier or entity.uuid


def _combination(store: Store, values: Values, axes: list[str]) -> str:
    return ",".join(_axis_text(store.need("attributes", axis), values.get(axis, {})) for axis in axes)


def _axis_text(attribute: Record, entries: Any) -> str:
    data = next(iter(entries.values()), None)
    if data is None:
        return ""
    if attribute["type"] == kinds.METRIC:
        return f"{number_answer({'decimals_allowed': True}, data['amount'])} {data['unit']}"
    if attribute["type"] == kinds.SELECT:
        return f"[{data}]"
    return ("1" if data else "0") if isinstance(data, bool) else str(data)


def _no_family(product: Product, variant: Record | None) -> Iterator[Violation]:
    if variant and product.family is None:
        yield Violation(
            "family",
            f'The family cannot be "null" because your product with the {product.identifier} identifier '
            "is a variant product.",
        )
