"""Conditions on properties: family, categories, groups, parent, dates, status, identifier, uuid."""

from collections.abc import Callable
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.entities import Product, ProductModel
from pimflow_akeneo_sandbox.errors import PropertyError, expects
from pimflow_akeneo_sandbox.products.variants import family_variant
from pimflow_akeneo_sandbox.search.completeness import completeness_test, quality_test
from pimflow_akeneo_sandbox.search.condition import Condition, Seen, Test
from pimflow_akeneo_sandbox.search.dates import SECONDS, moment_test, relative_moment, since_days
from pimflow_akeneo_sandbox.search.texts import text_test
from pimflow_akeneo_sandbox.store import Store

PRESENCE = {"EMPTY": False, "NOT EMPTY": True}


def field_test(store: Store, condition: Condition, *, models: bool) -> Test | None:
    """Return the test of a property; None when it does not have the operator."""
    if condition.name == "completeness":
        return completeness_test(store, condition, models=models)
    if models and condition.name in {"enabled", "groups", "uuid"}:
        return None
    build = BUILDERS.get(condition.name)
    return build(store, condition) if build else None


def codes_of(condition: Condition) -> list[str]:
    """Return the codes of an IN condition. Raises PropertyError unless it is a list of texts."""
    if not php.is_array(condition.value):
        raise expects(condition.name, "an array", php.type_name(condition.value))
    members = php.items_of(condition.value)
    for member in members:
        if not isinstance(member, str) and not php.is_number(member):
            raise expects(condition.name, "a string", php.type_name(member))
    return [str(member) for member in members]


def _existing(store: Store, kind: str, what: str, condition: Condition) -> list[str]:
    found = []
    for code in codes_of(condition):
        record = store.get(kind, code)
        if record is None:
            raise PropertyError(f'Object "{what}" with code "{code}" does not exist')
        found.append(record["code"])
    return found


def _family_of(seen: Seen) -> str | None:
    if isinstance(seen.entity, Product):
        return seen.entity.family
    return str(family_variant(seen.store, seen.entity.family_variant)["family"])


def _family(store: Store, condition: Condition) -> Test | None:
    if condition.operator in PRESENCE:
        return lambda seen: (_family_of(seen) is not None) == PRESENCE[condition.operator]
    if condition.operator not in {"IN", "NOT IN"}:
        return None
    wanted = {code.lower() for code in _existing(store, "families", "family", condition)}
    inside = condition.operator == "IN"
    return lambda seen: ((_family_of(seen) or "").lower() in wanted) == inside


def _groups(store: Store, condition: Condition) -> Test | None:
    if condition.operator in PRESENCE:
        return lambda seen: bool(_groups_of(seen)) == PRESENCE[condition.operator]
    if condition.operator not in {"IN", "NOT IN"}:
        return None
    wanted = set(_existing(store, "groups", "groups", condition))
    inside = condition.operator == "IN"
    return lambda seen: bool(wanted.intersection(_groups_of(seen))) == inside


def _groups_of(seen: Seen) -> tuple[str, ...]:
    return seen.entity.groups if isinstance(seen.entity, Product) else ()


def with_descendants(store: Store, codes: list[str]) -> set[str]:
    """Return the categories and all below them."""
    children: dict[str, list[str]] = {}
    for category in store.structure["categories"]:
        if category["parent"]:
            children.setdefault(category["parent"].lower(), []).append(category["code"])
    found: set[str] = set()
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        found.add(code)
        waiting.extend(children.get(code.lower(), ()))
    return found


def _categories(store: Store, condition: Condition) -> Test | None:
    operator = condition.operator
    if operator in {"UNCLASSIFIED", "NOT EMPTY"}:
        return lambda seen: bool(seen.categories) == (operator == "NOT EMPTY")
    if operator not in {"IN", "NOT IN", "IN CHILDREN", "NOT IN CHILDREN", "IN OR UNCLASSIFIED"}:
        return None
    codes = _existing(store, "categories", "category", condition)
    wanted = with_descendants(store, codes) if operator.endswith("CHILDREN") else set(codes)
    if operator == "IN OR UNCLASSIFIED":
        return lambda seen: not seen.categories or not wanted.isdisjoint(seen.categories)
    inside = not operator.startswith("NOT")
    return lambda seen: wanted.isdisjoint(seen.categories) != inside


def _parent(_store: Store, condition: Condition) -> Test | None:
    if condition.operator in PRESENCE:
        return lambda seen: (seen.entity.parent is not None) == PRESENCE[condition.operator]
    if condition.operator == "IN":
        wanted = {code.lower() for code in codes_of(condition)}
        return lambda seen: (seen.entity.parent or "").lower() in wanted
    if condition.operator == "=":
        values = php.items_of(condition.value) if php.is_array(condition.value) else [condition.value]
        for value in values:
            if not isinstance(value, str):
                raise expects("ancestor.code", "a string", php.type_name(value))
        above = {value.lower() for value in values}
        return lambda seen: not above.isdisjoint(seen.ancestors)
    return None


def _moment(store: Store, condition: Condition) -> Test | None:
    name, operator = condition.name, condition.operator
    if operator in PRESENCE:
        return lambda _: PRESENCE[operator]
    if operator == "SINCE LAST N DAYS":
        test = since_days(name, condition.value)
    else:
        value = relative_moment(store.zone, condition.value)
        found = moment_test(name, operator, value, SECONDS.at(store.zone))
        if found is None:
            return None
        test = found
    if name == "created":
        return lambda seen: test(seen.entity.created)
    return lambda seen: test(seen.updated)


def _enabled(_store: Store, condition: Condition) -> Test | None:
    if condition.operator not in {"=", "!="}:
        return None
    if not isinstance(condition.value, bool):
        raise expects("enabled", "a boolean", php.type_name(condition.value))
    wanted = condition.value == (condition.operator == "=")
    return lambda seen: isinstance(seen.entity, Product) and seen.entity.enabled == wanted


def _strings(name: str, value: Any) -> list[str]:
    if not php.is_array(value):
        raise expects(name, "an array", php.type_name(value))
    if not all(isinstance(member, str) for member in php.items_of(value)):
        raise PropertyError(f'Property "{name}" expects an array of strings as data.')
    return [member.lower() for member in php.items_of(value)]


def _uuid(_store: Store, condition: Condition) -> Test | None:
    if condition.operator not in {"IN", "NOT IN"}:
        return None
    wanted, inside = set(_strings("uuid", condition.value)), condition.operator == "IN"
    return lambda seen: (isinstance(seen.entity, Product) and seen.entity.uuid in wanted) == inside


def _name_of(seen: Seen) -> str | None:
    return seen.entity.code if isinstance(seen.entity, ProductModel) else seen.entity.identifier


def _identifier(_store: Store, condition: Condition) -> Test | None:
    if condition.operator in PRESENCE:
        return lambda seen: (_name_of(seen) is not None) == PRESENCE[condition.operator]
    if condition.operator in {"IN", "NOT IN"}:
        wanted, inside = set(_strings("identifier", condition.value)), condition.operator == "IN"
        return lambda seen: (name := _name_of(seen)) is not None and (name.lower() in wanted) == inside
    test = text_test("identifier", condition.operator, condition.value)
    return test and (lambda seen: (name := _name_of(seen)) is not None and test(name))


BUILDERS: dict[str, Callable[[Store, Condition], Test | None]] = {
    "family": _family,
    "groups": _groups,
    "categories": _categories,
    "parent": _parent,
    "created": _moment,
    "updated": _moment,
    "enabled": _enabled,
    "uuid": _uuid,
    "identifier": _identifier,
    "quality_score": quality_test,
}
