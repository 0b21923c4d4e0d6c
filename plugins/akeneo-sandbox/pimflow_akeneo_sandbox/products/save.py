"""Products and models saved and deleted, with what hangs on them."""

from dataclasses import replace

from pimflow_akeneo_sandbox.entities import Product, ProductModel, now
from pimflow_akeneo_sandbox.products.associations import mirror
from pimflow_akeneo_sandbox.products.variants import variants_below
from pimflow_akeneo_sandbox.store import Store


def save_product(store: Store, product: Product) -> None:
    """Keep it; `updated` moves only when something changed."""
    old = store.products.get(product.uuid)
    if old == product:
        return
    store.put_product(replace(product, updated=now()))
    mirror(store, old.associations if old else {}, product)


def save_model(store: Store, model: ProductModel) -> None:
    """Keep it; `updated` moves only when something changed."""
    old = store.model(model.code)
    if old == model:
        return
    store.put_model(replace(model, updated=now()))
    mirror(store, old.associations if old else {}, model)


def delete_product(store: Store, product: Product) -> None:
    """Take it out; associations with it end by themselves."""
    store.remove_product(product)


def delete_model(store: Store, model: ProductModel) -> None:
    """Take it out with all models and variants below it."""
    for product in list(variants_below(store, model)):
        store.remove_product(product)
    for code in list(store.submodels.get(model.code, ())):
        store.remove_model(store.models[code.lower()])
    store.remove_model(model)
