"""Products and product models: the PIM's JSON <-> our flat payload of canonical values by column name. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pimflow_akeneo import fields
from pimflow_akeneo.columns import Association, Column, ValueColumn, whole_name
from pimflow_akeneo.kinds import PRODUCTS, Kind
from pimflow_akeneo.model import Model

LISTS = ("categories", "groups")
_MEMBER_KEYS = ("identifier", "code", "uuid")
Payload = Mapping[str, Any]
Prices = Mapping[str, Mapping[str, int | str]]
"""Name of the price's column without currency -> currency -> amount."""


def flat(record: Mapping[str, Any], model: Model, kind: Kind = PRODUCTS) -> dict[str, Any]:
    """Give everything that the PIM's record holds, by column name, in canonical form; what is empty is left out."""
    key = "identifier" if kind.has_identifier else kind.key
    return {
        key: identifier_of(record, model) if kind.has_identifier else record[key],
        **{name: record[name] for name in kind.properties if name not in LISTS and name in record},
        **{name: sorted(record[name]) for name in LISTS if record.get(name)},
        **_associations(_by_uuid(record.get("associations") or {}, kind)),
        **_quantities(_by_uuid(record.get("quantified_associations") or {}, kind)),
        **_values(record.get("values") or {}, model),
    }


def key_of(record: Mapping[str, Any], model: Model, kind: Kind) -> str | None:
    """Give what identifies the record under its kind's path."""
    return identifier_of(record, model) if kind.key == "identifier" else record.get(kind.key)


def identifier_of(product: Mapping[str, Any], model: Model) -> str | None:
    """Give the identifier, which newer PIMs show as a value only."""
    values = (product.get("values") or {}).get(model.identifier.code) or [{}]
    found: str | None = product.get("identifier") or values[0].get("data")
    return found


def line(payload: Payload, parse: Callable[[str], Column], kept: Prices) -> dict[str, Any]:
    """Make the JSON that writes a payload; `kept` are prices in other currencies, which the PIM replaces as a whole."""
    body: dict[str, Any] = {}
    values: dict[str, list[Any]] = {}
    prices: dict[str, tuple[ValueColumn, dict[str, Any]]] = {}
    for name, value in payload.items():
        column = parse(name)
        if isinstance(column, ValueColumn) and not column.part:
            values.setdefault(column.attribute.code, []).append(_entry(column, value))
        elif isinstance(column, ValueColumn):
            prices.setdefault(column.whole, (column, dict(kept.get(column.whole, {}))))[1][column.part or ""] = value
        elif isinstance(column, Association):
            _associate(body, column, value or [])
        else:
            body[column.name] = (value or []) if column.name in LISTS else value
    for column, amounts in prices.values():
        given = sorted((code, amount) for code, amount in amounts.items() if amount is not None)
        entry = _entry(column, [{"amount": amount, "currency": code} for code, amount in given])
        values.setdefault(column.attribute.code, []).append(entry)
    return {**body, "values": values} if values else body


def _associate(body: dict[str, Any], column: Association, members: list[Any]) -> None:
    """Put the members of an association into a line; with quantities products by uuid stand among the others."""
    section = "quantified_associations" if column.quantified else "associations"
    kinds = body.setdefault(section, {}).setdefault(column.type, {})
    if column.quantified and column.kind == "product_uuids":
        by_uuid = [{"uuid": one["identifier"], "quantity": one["quantity"]} for one in members]
        kinds["products"] = [*kinds.get("products", ()), *by_uuid]
    else:
        kinds[column.kind] = [*kinds.get(column.kind, ()), *members]


def _entry(column: ValueColumn, data: Any) -> dict[str, Any]:
    return {"locale": column.locale, "scope": column.scope, "data": data}


def _by_uuid(associations: Mapping[str, Mapping[str, Any]], kind: Kind) -> dict[str, dict[str, Any]]:
    """Name lists of uuids as such: `/products-uuid` calls them `products`."""
    uuids = {"products": "product_uuids"} if kind.key == "uuid" else {}
    return {
        code: {uuids.get(name, name): members for name, members in kinds.items()}
        for code, kinds in associations.items()
    }


def _associations(associations: Mapping[str, Mapping[str, Sequence[str | None]]]) -> dict[str, list[str]]:
    return {
        f"{code}-{kind}": sorted(member for member in members if member is not None)
        for code, kinds in associations.items()
        for kind, members in kinds.items()
        if any(member is not None for member in members)
    }


def _quantities(associations: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]) -> dict[str, list[Any]]:
    return {
        f"{code}-{kind}": sorted((quantified(member) for member in members), key=lambda one: str(one["identifier"]))
        for code, kinds in associations.items()
        for kind, members in kinds.items()
        if members
    }


def quantified(member: Mapping[str, Any]) -> dict[str, Any]:
    """Give one member of a quantified association in the one form; the PIM uses several keys for the code."""
    code = next((member[key] for key in _MEMBER_KEYS if member.get(key) is not None), None)
    return {"identifier": code, "quantity": int(member["quantity"])}


def _values(values: Mapping[str, Iterable[Mapping[str, Any]]], model: Model) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for code, entries in values.items():
        attribute = model.attributes.get(code)
        if attribute is None or attribute is model.identifier or attribute.kind not in fields.CODECS:
            continue
        read = fields.CODECS[attribute.kind].read
        for entry in entries:
            if entry["data"] is None:
                continue
            name = whole_name(code, entry["locale"], entry["scope"])
            value = read(entry["data"], attribute)
            if attribute.kind == "price_collection":
                found |= {f"{name}-{currency}": amount for currency, amount in value.items()}
            else:
                found[name] = value
    return found
