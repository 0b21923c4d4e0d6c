"""Quantified associations: products and models with a number, per association type."""

from collections.abc import Iterator, Mapping
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Entity, Quantified
from pimflow_akeneo_sandbox.errors import PropertyError, Violation, expects, expects_valid_data
from pimflow_akeneo_sandbox.products.variants import ancestors
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values.payload import is_uuid

FIELD = "quantified_associations"
LINKS = ("products", "product_models")
LARGEST, MOST = 2147483647, 100
NAMES = {"products": "products", "product_models": "product models"}


def check_form(data: Any) -> None:
    """Raise PropertyError unless it is type -> link -> list of {identifier or uuid, quantity}."""
    if not php.is_array(data):
        raise expects(FIELD, "an array", php.type_name(data))
    for code, links in data.items() if isinstance(data, dict) else enumerate(data):
        if not php.is_array(links):
            raise expects_valid_data(FIELD, f'"{code}" should contain an array')
        if isinstance(links, list) and links:
            raise expects_valid_data(FIELD, f'entity type in "{code}" should be a string')
        for link, members in links.items() if isinstance(links, dict) else ():
            if not isinstance(members, list):
                raise expects_valid_data(FIELD, f'"{code}[{link}]" should contain an array')
            for member in members:
                _check_member(member)


def _check_member(member: Any) -> None:
    found = member if isinstance(member, dict) else {}
    identifier, uuid, quantity = found.get("identifier"), found.get("uuid"), found.get("quantity")
    if quantity is None:
        raise _invalid('contain the key "quantity"')
    if identifier is None and uuid is None:
        raise _invalid('contain one of these keys: "identifier" or "uuid"')
    if identifier is not None and not isinstance(identifier, str):
        raise _invalid("contain a valid identifier")
    if uuid is not None and not is_uuid(uuid):
        raise _invalid("contain a valid uuid")
    if not isinstance(quantity, int) or isinstance(quantity, bool):
        raise _invalid("contain a valid quantity")


def _invalid(because: str) -> PropertyError:
    return expects_valid_data(FIELD, f"a quantified association should {because}")


def _without_inherited(store: Store, owner: Entity, data: dict[str, Any]) -> dict[str, Any]:
    """Return the payload without the links that a model above has with the same number.

    Where models above have links at all, a link type that is not given is emptied. Of products only those given by
    uuid are recognised: the PIM keeps uuids.
    """
    above: dict[str, dict[str, list[Record]]] = {}
    for model in reversed(list(ancestors(store, owner))):
        for code, links in model.quantified.items():
            for link, members in links.items():
                name = "identifier" if link == "product_models" else "uuid"
                kept = {one[name]: one for one in above.setdefault(code, {}).get(link, ())}
                kept |= {key: {name: key, "quantity": number} for key, number in members}
                above[code][link] = list(kept.values())
    if not above:
        return data
    return {
        code: {
            link: [one for one in given.get(link, ()) if one not in above.get(code, {}).get(link, ())] for link in LINKS
        }
        for code, links in data.items()
        for given in [links if isinstance(links, dict) else {}]
    }


def changed(store: Store, owner: Entity, data: Any) -> tuple[Quantified, list[Violation]]:
    """Return the links with those of the payload put over them, and what is wrong with them. Raises PropertyError."""
    check_form(data)
    data = _without_inherited(store, owner, data) if isinstance(data, dict) else {}
    found = {code: dict(links) for code, links in owner.quantified.items()}
    faults: list[Violation] = []
    for code, links in data.items():
        kind = store.get("association_types", code)
        name = str(kind["code"]) if kind else code
        kept = found.setdefault(name, {})
        given = links if isinstance(links, dict) else {}
        faults.extend(_type_faults(kind, name, given))
        named = {link: given[link] for link in LINKS if link in given}
        for link, members in named.items():
            faults.extend(_quantity_faults(f"quantifiedAssociations.{name}.{link}", members))
        for link, members in named.items():
            resolved = [(_resolve(store, link, member), member["quantity"]) for member in members]
            faults.extend(_missing_faults(f"quantifiedAssociations.{name}.{link}", link, members, resolved))
            kept[link] = tuple({key: (key, number) for key, number in resolved if key}.values())
        if sum(len(named.get(link, kept.get(link, ()))) for link in LINKS) > MOST:
            message = (
                f"You've reached the limit of {MOST} associations. "
                "Please, delete some existing associations before adding new ones."
            )
            faults.append(Violation(f"quantifiedAssociations.{name}", message))
    return found, faults


def _resolve(store: Store, link: str, member: Record) -> str:
    """Return the key that is kept, empty when there is no such product or model."""
    if link == "product_models":
        model = store.model(member.get("identifier"))
        return model.code if model else ""
    if member.get("uuid") is not None:
        return member["uuid"].lower() if member["uuid"].lower() in store.products else ""
    product = store.product(member.get("identifier"))
    return product.uuid if product else ""


def _type_faults(kind: Record | None, code: str, links: Mapping[str, Any]) -> Iterator[Violation]:
    path = f"quantifiedAssociations.{code}"
    if kind is None:
        yield Violation(
            path, "This association type doesn't exist. Please make sure it hasn't been deleted in the meantime."
        )
    elif not kind["is_quantified"]:
        yield Violation(
            path,
            f'"{code}" can\u2019t be used for associations with quantities. Please, choose a different association '
            'type with quantities or use the "associations" property.',
        )
    for link in links:
        if link not in LINKS:
            yield Violation(
                path, f'The link type "{link}" doesn\'t exist. You can only associate products or product models.'
            )


def _quantity_faults(path: str, members: list[Record]) -> Iterator[Violation]:
    for at, member in enumerate(members):
        quantity = member["quantity"]
        if not 1 <= quantity <= LARGEST:
            message = f'"{quantity}" is an invalid quantity. Please, write a value between 1 and {LARGEST}.'
            yield Violation(f"{path}[{at}].quantity", message)


def _missing_faults(
    path: str, link: str, members: list[Record], resolved: list[tuple[str, int]]
) -> Iterator[Violation]:
    missing = [
        str(member.get("uuid") or member.get("identifier"))
        for member, (key, _) in zip(members, resolved, strict=True)
        if not key
    ]
    if missing:
        name = NAMES[link]
        yield Violation(
            path,
            f"The following {name} don't exist: {', '.join(missing)}. "
            f"Please make sure the {name} haven't been deleted in the meantime.",
        )


def quantified_answer(store: Store, entity: Entity, *, uuids: bool) -> Record:
    """Own and inherited links per type; products by uuid or identifier, models by code under `identifier`."""
    merged: dict[str, dict[str, dict[str, int]]] = {}
    owners: list[Entity] = [entity, *ancestors(store, entity)]
    for owner in reversed(owners):
        for code, links in owner.quantified.items():
            for link, members in links.items():
                merged.setdefault(code, {}).setdefault(link, {}).update(members)
            merged.setdefault(code, {})
    return {
        code: {
            "products": list(_products(store, links.get("products", {}), uuids=uuids)),
            "product_models": [
                {"identifier": key, "quantity": number}
                for key, number in links.get("product_models", {}).items()
                if store.model(key)
            ],
        }
        for code, links in sorted(merged.items())
        if store.get("association_types", code)
    }


def _products(store: Store, members: Mapping[str, int], *, uuids: bool) -> Iterator[Record]:
    for uuid, number in members.items():
        product = store.products.get(uuid)
        if product:
            named = {"uuid": uuid} if uuids else {"identifier": product.identifier}
            yield {**named, "quantity": number}
