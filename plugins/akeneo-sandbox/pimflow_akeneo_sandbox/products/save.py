"""Products and models saved and deleted, with what hangs on them."""

from dataclasses import replace

from pimflow_akeneo_sandbox.entities import Associations, Entity, Product, ProductModel, Quantified, now
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


def rename_model(store: Store, former: str, code: str) -> None:
    """Give a model another code; what is below it or associated with it follows."""
    model = store.models[former.lower()]
    products = [store.products[uuid] for uuid in store.variants.get(former, ())]
    models = [store.models[key.lower()] for key in store.submodels.get(former, ())]
    for product in products:
        store.put_product(replace(product, parent=code))
    store.remove_model(model)
    store.put_model(replace(model, code=code))
    for below in models:
        store.remove_model(below)
        store.put_model(replace(below, parent=code))
    for product in [one for one in store.products.values() if _names(one, former)]:
        store.put_product(
            replace(
                product,
                associations=_renamed_links(product.associations, former, code),
                quantified=_renamed_numbers(product.quantified, former, code),
            )
        )
    for other in [one for one in store.models.values() if _names(one, former)]:
        store.put_model(
            replace(
                other,
                associations=_renamed_links(other.associations, former, code),
                quantified=_renamed_numbers(other.quantified, former, code),
            )
        )


def _names(entity: Entity, code: str) -> bool:
    return any(code in links.get("product_models", ()) for links in entity.associations.values()) or any(
        code in dict(links.get("product_models", ())) for links in entity.quantified.values()
    )


def _renamed_links(associations: Associations, former: str, code: str) -> Associations:
    return {
        kind: {
            link: tuple(code if link == "product_models" and key == former else key for key in members)
            for link, members in links.items()
        }
        for kind, links in associations.items()
    }


def _renamed_numbers(quantified: Quantified, former: str, code: str) -> Quantified:
    return {
        kind: {
            link: tuple((code if link == "product_models" and key == former else key, many) for key, many in members)
            for link, members in links.items()
        }
        for kind, links in quantified.items()
    }


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
