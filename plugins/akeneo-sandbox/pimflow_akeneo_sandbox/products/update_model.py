"""A payload put over a product model."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import ProductModel
from pimflow_akeneo_sandbox.errors import (
    PropertyError,
    UnknownPropertyError,
    Violation,
    cannot_be_modified,
    expects,
    expects_entity,
)
from pimflow_akeneo_sandbox.products import associations, fields, quantified, variants
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values.merge import merged

IGNORED = frozenset({"identifier", "created", "updated", "parent_associations", "metadata"})
EMPTY = (None, "", "0")


def updated(store: Store, model: ProductModel, data: Record, *, is_new: bool) -> tuple[ProductModel, list[Violation]]:
    """Return the model with the payload put over it, and what is wrong with its quantified associations.

    A new model has an empty code and family variant until the payload gives them. Raises PropertyError,
    TwoWayError.
    """
    data = _without_other_levels(store, data)
    if model.parent and "parent" in data and data["parent"] is None:
        raise cannot_be_modified("parent", "NULL")
    if "family_variant" in data and data["family_variant"] is None:
        raise PropertyError('Property "family_variant" does not expect an empty value.')
    if "parent" in data:
        model = _with_parent(store, model, data, is_new=is_new)
    faults: list[Violation] = []
    for name, value in data.items():
        if name not in {"parent", "family"}:
            model = _put(store, model, name, value, faults)
    if "family" in data:
        _check_family(store, model, data["family"], is_new=is_new)
    return model, faults


def _without_other_levels(store: Store, data: Record) -> Record:
    """Return the payload without values of other levels: the PIM drops them silently. Unknown attributes raise."""
    values = data.get("values")
    if not isinstance(values, dict):
        return data
    for code in values:
        if store.get("attributes", code) is None:
            raise UnknownPropertyError(code)
    if "code" not in data:
        return data
    known = store.model(data["code"])
    parent = store.model(data.get("parent") if "parent" in data or known is None else known.parent)
    if data.get("parent") and parent is None:
        return data
    relative = known or parent
    inherited = relative.family_variant if relative else None
    variant = variants.find_family_variant(store, data.get("family_variant") or inherited)
    level = variants.level_of(store, parent) + 1 if parent else 0
    if variant is None or level > variants.levels(variant):
        return data
    keep = variants.level_attributes(store, variant, level)
    return {**data, "values": {code: entries for code, entries in values.items() if code in keep}}


def _with_parent(store: Store, model: ProductModel, data: Record, *, is_new: bool) -> ProductModel:
    code = data["parent"]
    if code in EMPTY:
        return model
    if not is_new and not model.parent:
        raise cannot_be_modified("parent", php.to_text(code))
    parent = store.model(code)
    if parent is None:
        raise _bad_parent("The product model does not exist", code)
    if parent.parent:
        raise _bad_parent("The new parent of the product model must be a root product model", code)
    if model.family_variant and model.family_variant != parent.family_variant:
        raise _bad_parent("The new parent of the product model must be of the same family variant", code)
    inherits = not model.family_variant and data.get("family_variant") in (None, "")
    return replace(
        model, parent=parent.code, family_variant=parent.family_variant if inherits else model.family_variant
    )


def _bad_parent(because: str, code: Any) -> PropertyError:
    return expects_entity("parent", "parent code", because, php.to_text(code))


def _put(store: Store, model: ProductModel, name: str, value: Any, faults: list[Violation]) -> ProductModel:
    if name == "quantified_associations":
        kept, wrong = quantified.changed(store, model, value)
        faults.extend(wrong)
        return replace(model, quantified=kept)
    setter = SETTERS.get(name) or (SAAS_SETTERS.get(name) if store.settings.has_saas_features else None)
    if setter is None and name not in IGNORED:
        raise UnknownPropertyError(name)
    return setter(store, model, value) if setter else model


def _with_categories(store: Store, model: ProductModel, name: str, value: Any) -> ProductModel:
    given = fields.categories(store, name, value)
    if name == "add_categories":
        given = tuple(sorted({*model.categories, *given}))
    elif name == "remove_categories":
        given = tuple(code for code in model.categories if code not in given)
    return replace(model, categories=given)


def _with_family_variant(store: Store, model: ProductModel, data: Any) -> ProductModel:
    code = fields.scalar("family_variant", data)
    if code in EMPTY and model.family_variant:
        return model
    if model.family_variant and str(code).lower() != model.family_variant.lower():
        raise cannot_be_modified("family_variant", php.to_text(code))
    if model.parent and not model.family_variant:
        parent = variants.parent_of(store, model)
        if code != parent.family_variant:
            raise PropertyError(
                f'The parent is not a product model of the family variant "{code}" '
                f'but belongs to the family "{parent.family_variant}".'
            )
    found = variants.find_family_variant(store, code)
    if found is None:
        because = "The family variant does not exist"
        raise expects_entity("family_variant", "family variant code", because, php.to_text(code))
    return replace(model, family_variant=found["code"])


def _check_family(store: Store, model: ProductModel, code: Any, *, is_new: bool) -> None:
    variant = variants.find_family_variant(store, model.family_variant)
    if not is_new and variant and (not isinstance(code, str) or code in EMPTY or code != variant["family"]):
        raise cannot_be_modified("family", php.to_text(code) if php.is_scalar(code) else php.type_name(code))
    if code is None or code == "":
        raise PropertyError('Property "family" does not expect an empty value.')
    if not isinstance(code, str):
        raise expects("family", "a string", php.type_name(code))
    if variant and code != variant["family"]:
        raise PropertyError(f'The family "{code}" does not match the family of the variant "{variant["code"]}".')


SETTERS: dict[str, Callable[[Store, ProductModel, Any], ProductModel]] = {
    "values": lambda store, model, data: replace(model, values=merged(store, model.values, data)),
    "code": lambda _, model, data: replace(model, code=php.to_text(fields.scalar("code", data))),
    "family_variant": _with_family_variant,
    "associations": lambda store, model, data: replace(model, associations=associations.changed(store, model, data)),
    "categories": lambda store, model, data: _with_categories(store, model, "categories", data),
}
SAAS_SETTERS: dict[str, Callable[[Store, ProductModel, Any], ProductModel]] = {
    "add_categories": lambda store, model, data: _with_categories(store, model, "add_categories", data),
    "remove_categories": lambda store, model, data: _with_categories(store, model, "remove_categories", data),
}
