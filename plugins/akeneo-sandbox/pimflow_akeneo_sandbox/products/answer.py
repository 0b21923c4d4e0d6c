"""Products and models as the API answers them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Product, ProductModel
from pimflow_akeneo_sandbox.products.associations import associations_answer
from pimflow_akeneo_sandbox.products.completeness import completenesses
from pimflow_akeneo_sandbox.products.drafts import Author
from pimflow_akeneo_sandbox.products.quality import quality_scores
from pimflow_akeneo_sandbox.products.quantified import quantified_answer
from pimflow_akeneo_sandbox.products.variants import all_categories, all_values, family_variant
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values.answer import ValueView, values_answer


@dataclass(frozen=True)
class View:
    """What the caller asked to see."""

    values: ValueView = field(default_factory=ValueView)
    with_completenesses: bool = False
    with_quality_scores: bool = False
    author: Author | None = None


def moment(store: Store, when: datetime) -> str:
    """Return a date and time as the API writes it, in the time zone of the server."""
    return when.astimezone(store.zone).isoformat(timespec="seconds")


def product_answer(store: Store, product: Product, view: View, *, uuids: bool) -> Record:
    """Return a product; `uuids` for the endpoints that name products by uuid."""
    body: dict[str, Any] = {"uuid": product.uuid}
    if not uuids:
        body["identifier"] = product.identifier
    body |= {
        "enabled": product.enabled,
        "family": product.family,
        "categories": all_categories(store, product),
        "groups": list(product.groups),
        "parent": product.parent,
        "values": values_answer(store, all_values(store, product), view.values),
        "created": moment(store, product.created),
        "updated": moment(store, product.updated),
        "associations": associations_answer(store, product, uuids=uuids),
        "quantified_associations": quantified_answer(store, product, uuids=uuids),
    }
    if view.author and store.settings.has_drafts:
        body["metadata"] = {"workflow_status": view.author.status(store, product)}
    if view.with_quality_scores:
        body["quality_scores"] = [
            {"scope": one.scope, "locale": one.locale, "data": one.letter}
            for one in quality_scores(store, product)
            if _is_wanted(one.scope, one.locale, view.values)
        ]
    if view.with_completenesses:
        body["completenesses"] = [
            {"scope": one.scope, "locale": one.locale, "data": one.ratio}
            for one in completenesses(store, product)
            if _is_wanted(one.scope, one.locale, view.values)
        ]
    return body


def _is_wanted(scope: str, locale: str, view: ValueView) -> bool:
    return (view.scope is None or view.scope == scope) and (view.locales is None or locale in view.locales)


def model_answer(store: Store, model: ProductModel, view: View) -> Record:
    """Return a product model."""
    body: dict[str, Any] = {
        "code": model.code,
        "family": store.need("families", family_variant(store, model.family_variant)["family"])["code"],
        "family_variant": model.family_variant,
        "parent": model.parent,
        "categories": all_categories(store, model),
        "values": values_answer(store, all_values(store, model), view.values),
        "created": moment(store, model.created),
        "updated": moment(store, model.updated),
        "associations": associations_answer(store, model, uuids=False),
        "quantified_associations": quantified_answer(store, model, uuids=False),
    }
    if view.with_quality_scores:
        body["quality_scores"] = []
    return body
