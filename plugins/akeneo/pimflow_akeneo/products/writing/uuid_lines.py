"""Lines for `/products-uuid`, where associations and identifiers are written in another way. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pimflow_akeneo.columns import Association, Column

Payload = Mapping[str, Any]
Uuids = Mapping[str, str]
"""Lower-case identifier -> uuid."""


def associated(payload: Payload, parse: Callable[[str], Column]) -> dict[str, list[str]]:
    """Give the identifiers of products that a payload names, by column."""
    return {name: list(_identifiers(value or [])) for name, value in payload.items() if _is_products(parse(name))}


def line(body: Mapping[str, Any], identifier_code: str, uuids: Uuids) -> dict[str, Any]:
    """Turn the line for `/products` into the one for `/products-uuid`."""
    found = {name: value for name, value in body.items() if name != "identifier"}
    if body.get("identifier"):
        data = [{"locale": None, "scope": None, "data": body["identifier"]}]
        found["values"] = {**body.get("values", {}), identifier_code: data}
    for section in ("associations", "quantified_associations"):
        if section in body:
            found[section] = {code: _kinds(kinds, uuids) for code, kinds in body[section].items()}
    return found


def _kinds(kinds: Mapping[str, list[Any]], uuids: Uuids) -> dict[str, list[Any]]:
    found = {kind: members for kind, members in kinds.items() if kind not in {"products", "product_uuids"}}
    if "products" in kinds or "product_uuids" in kinds:
        named = [_member(member, uuids) for member in kinds.get("products", ())]
        found["products"] = [*named, *kinds.get("product_uuids", ())]
    return found


def _member(member: Any, uuids: Uuids) -> Any:
    if isinstance(member, dict):
        if "uuid" in member:
            return member
        return {"uuid": uuids[member["identifier"].lower()], "quantity": member["quantity"]}
    return uuids[member.lower()]


def _identifiers(members: list[Any]) -> Iterator[str]:
    yield from (member["identifier"] if isinstance(member, dict) else member for member in members)


def _is_products(column: Column) -> bool:
    return isinstance(column, Association) and column.kind == "products"
