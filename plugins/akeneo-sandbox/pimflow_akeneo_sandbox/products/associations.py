"""Associations of products and models: read from payloads, kept, mirrored for two-way types, answered."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import LINKS, Associations, Entity, Product, ProductModel
from pimflow_akeneo_sandbox.errors import (
    PropertyError,
    TwoWayError,
    expects,
    expects_entity,
    expects_valid_data,
)
from pimflow_akeneo_sandbox.products.variants import ancestors
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values.payload import is_uuid

FIELD = "associations"
KNOWN_LINKS = ("products", "product_uuids", "product_models", "groups")


def with_uuids(data: Record) -> Record:
    """Return the payload of the uuid endpoints, where `products` holds uuids, with them under `product_uuids`."""
    given = data.get(FIELD)
    if not isinstance(given, dict):
        return data
    renamed = {
        code: {("product_uuids" if link == "products" else link): members for link, members in links.items()}
        if isinstance(links, dict)
        else links
        for code, links in given.items()
    }
    return {**data, FIELD: renamed}


def check_form(data: Any) -> None:
    """Raise PropertyError unless it is type -> link -> list of strings."""
    if not php.is_array(data):
        raise expects(FIELD, "an array", php.type_name(data))
    for code, links in data.items() if isinstance(data, dict) else enumerate(data):
        if not php.is_array(links):
            raise expects(FIELD, "an array", php.type_name(links))
        for members in php.items_of(links):
            if not php.is_array(members):
                raise expects(FIELD, "an array", php.type_name(members))
            if any(member is not None and not php.is_scalar(member) for member in php.items_of(members)):
                raise expects_valid_data(FIELD, f"one of the {FIELD} is not a scalar")
        _check_links(str(code), links)


def _check_links(code: str, links: Any) -> None:
    told = f'association format is not valid for the association type "{code}".'
    if not isinstance(links, dict) or not any(links.get(link) is not None for link in KNOWN_LINKS):
        raise expects_valid_data(FIELD, told)
    if "products" in links and "product_uuids" in links:
        raise expects_valid_data(FIELD, f'{told[:-1]}, only one of "products" or "product_uuids" is expected')
    for link, members in links.items():
        for member in php.items_of(members):
            if not isinstance(member, str):
                raise expects_valid_data(FIELD, told)
            if link == "product_uuids" and not is_uuid(member):
                raise expects_valid_data(FIELD, f'{told[:-1]}, "product_uuids" expects an array of valid uuids.')


def changed(store: Store, owner: Entity, data: Any) -> Associations:
    """Return the associations with those of the payload put over them. Raises PropertyError, TwoWayError."""
    check_form(data)
    found = {code: dict(links) for code, links in owner.associations.items()}
    for code, links in data.items() if isinstance(data, dict) else ():
        kind = store.get("association_types", code)
        if kind is None or kind["is_quantified"]:
            because = "The association type does not exist or is quantified"
            raise expects_entity(FIELD, "association type code", because, code)
        kept = found.setdefault(kind["code"], {})
        for link, members in links.items():
            if link in KNOWN_LINKS and members is not None:
                name = "products" if link == "product_uuids" else link
                inherited = _inherited(store, owner, kind["code"], name)
                kept[name] = tuple(key for key in _resolved(store, link, members) if key not in inherited)
        if kind["is_two_way"]:
            _refuse_itself(owner, kept)
    return found


def _inherited(store: Store, owner: Entity, code: str, link: str) -> frozenset[str]:
    """Return what the models above are associated with: the PIM does not keep it a second time below."""
    return frozenset(key for model in ancestors(store, owner) for key in model.associations.get(code, {}).get(link, ()))


def _refuse_itself(owner: Entity, links: Mapping[str, tuple[str, ...]]) -> None:
    own = ("products", owner.uuid) if isinstance(owner, Product) else ("product_models", owner.code)
    if own[1] in links.get(own[0], ()):
        raise TwoWayError


def _resolved(store: Store, link: str, members: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_resolve(store, link, member) for member in php.items_of(members)))


def _resolve(store: Store, link: str, member: str) -> str:
    if link == "product_uuids":
        if member.lower() not in store.products:
            raise expects_entity(FIELD, "product uuid", "The product does not exist", member)
        return member.lower()
    if link == "products":
        product = store.product(member)
        if product is None:
            raise PropertyError(
                "The “associations” property expects a valid product identifier. "
                f"The {member} product does not exist or your connection does not have permission to access it."
            )
        return product.uuid
    if link == "product_models":
        model = store.model(member)
        if model is None:
            raise expects_entity(FIELD, "product model identifier", "The product model does not exist", member)
        return model.code
    group = store.get("groups", member)
    if group is None:
        raise expects_entity(FIELD, "group code", "The group does not exist", member)
    return str(group["code"])


def mirror(store: Store, old: Associations, entity: Entity) -> None:
    """Bring the other side of two-way associations in line with what changed from `old` on this entity."""
    own = ("products", entity.uuid) if isinstance(entity, Product) else ("product_models", entity.code)
    for code in {*old, *entity.associations}:
        kind = store.get("association_types", code)
        if kind is None or not kind["is_two_way"]:
            continue
        for link in ("products", "product_models"):
            before = set(old.get(code, {}).get(link, ()))
            after = set(entity.associations.get(code, {}).get(link, ()))
            for key in before ^ after:
                _mirror_one(store, link, key, kind["code"], own, key in after)


def _mirror_one(store: Store, link: str, key: str, code: str, own: tuple[str, str], add: bool) -> None:
    other: Entity | None = store.products.get(key) if link == "products" else store.model(key)
    if other is None:
        return
    links = dict(other.associations.get(code, {}))
    members = [member for member in links.get(own[0], ()) if member != own[1]]
    links[own[0]] = tuple([*members, own[1]] if add else members)
    saved = replace(other, associations={**other.associations, code: links})
    if isinstance(saved, Product):
        store.put_product(saved)
    elif isinstance(saved, ProductModel):
        store.put_model(saved)


def associations_answer(store: Store, entity: Entity, *, uuids: bool) -> Record:
    """All association types without quantities, inherited members included; products by uuid or identifier."""
    owners: list[Entity] = [entity, *ancestors(store, entity)]
    has_links = any(owner.associations for owner in owners)
    found: Record = {}
    for kind in store.structure["association_types"].in_order():
        if kind["is_quantified"]:
            continue
        if not has_links:
            found[kind["code"]] = {link: [] for link in LINKS}
            continue
        links = {
            link: list(
                dict.fromkeys(
                    member for owner in owners for member in owner.associations.get(kind["code"], {}).get(link, ())
                )
            )
            for link in LINKS
        }
        links["products"] = list(_named(store, links["products"], uuids=uuids))
        links["product_models"] = [code for code in links["product_models"] if store.model(code)]
        found[kind["code"]] = links
    return found


def _named(store: Store, members: Iterable[str], *, uuids: bool) -> Iterable[Any]:
    for member in members:
        product = store.products.get(member)
        if product:
            yield product.uuid if uuids else product.identifier
