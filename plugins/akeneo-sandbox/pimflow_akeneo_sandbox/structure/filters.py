"""The `search` of structure lists: few properties, one operator each."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.errors import RefusedError, unprocessable
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.resource import Filters

Test = Callable[[Record], bool]
ATOM = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:?\d{2})$")
NOT_ITERABLE = "This value should be of type iterable."
ISO_8601 = "This value is not in a valid ISO 8601 standard datetime format"


@dataclass(frozen=True)
class Rule:
    """One property that can be searched.

    `wrong_operator` is told of any other operator ({0} what was given, {1} what is expected), `faults` say what is
    wrong with a value, `make` builds the test out of a good one.
    """

    operator: str
    wrong_operator: str
    faults: Callable[[Any], Iterator[str]]
    make: Callable[[Store, Any], Test]


def _refused(message: str) -> RefusedError:
    return RefusedError(400, message)


def _shown(value: Any) -> str:
    """Return a value as the messages of the validator show it."""
    if isinstance(value, str):
        return f'"{value}"'
    if php.is_array(value):
        return "array"
    return {None: "null", True: "true", False: "false"}.get(value, str(value))


def _members(name: str, noun: str, *, given: str = "", shown: str = "{0}") -> Rule:
    many = f"{noun} {name}s"

    def faults(value: Any) -> Iterator[str]:
        if not php.is_array(value):
            kind = given or php.type_name(value)
            yield f"In order to search on {many} you must send an array of {many} as value, {kind} given."
            yield NOT_ITERABLE
            return
        for member in php.items_of(value):
            if not isinstance(member, str):
                yield "This value should be of type string."

    def make(_store: Store, value: Any) -> Test:
        wanted = {member.lower() for member in php.items_of(value)}
        return lambda record: str(record[name]).lower() in wanted

    return Rule("IN", f'In order to search on {many} you must use "IN" operator, {shown} given.', faults, make)


def _updated(told: str = "This value is not a valid datetime.", *, shown: str = "{0}") -> Rule:
    def faults(value: Any) -> Iterator[str]:
        if not isinstance(value, str) or not ATOM.match(value):
            yield told

    def make(_store: Store, value: Any) -> Test:
        after = datetime.fromisoformat(value)
        return lambda record: datetime.fromisoformat(record["updated"]) > after

    wrong = f'Searching on the "updated" property require the ">" (greater than) operator, {shown} given.'
    return Rule(">", wrong, faults, make)


def _boolean(shown: str, told: str, of: Callable[[Store, Record], bool]) -> Rule:
    def faults(value: Any) -> Iterator[str]:
        if not isinstance(value, bool):
            yield told.format(_shown(value))

    wrong = f'In order to search on {shown} you must use "=" operator, {{0}} given.'
    return Rule("=", wrong, faults, lambda store, value: lambda record: of(store, record) == value)


def _is_code(value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield "In order to search on category parent you must send a parent code category as value, string given."


def _below(store: Store, value: Any) -> Test:
    if store.get("categories", value) is None:
        raise _refused(f"Parent code {value} does not exist.")

    def is_below(record: Record) -> bool:
        while record["parent"]:
            if record["parent"].lower() == value.lower():
                return True
            record = store.need("categories", record["parent"])
        return False

    return is_below


def _has_products(store: Store, record: Record) -> bool:
    return any(product.family == record["code"] for product in store.products.values())


def _filters(rules: Mapping[str, Rule]) -> Filters:
    def apply(store: Store, records: list[Record], search: dict[str, Any]) -> list[Record]:
        found: list[str] = []
        for name, conditions in search.items():
            if name not in rules:
                known = ", ".join(rules)
                raise _refused(
                    f'Available search filters are "{known}" and you tried to search on unavailable filter "{name}"'
                )
            found += _faults(rules[name], conditions)
        if found:
            raise _refused(" ".join(found))
        for name, conditions in search.items():
            for condition in php.items_of(conditions):
                test = rules[name].make(store, condition["value"])
                records = [record for record in records if test(record)]
        return records

    return apply


def _faults(rule: Rule, conditions: Any) -> Iterator[str]:
    if not php.is_array(conditions):
        yield NOT_ITERABLE
        return
    for condition in php.items_of(conditions):
        if not isinstance(condition, dict):
            yield "This value should be of type array|(Traversable&ArrayAccess)."
            continue
        if "operator" not in condition:
            yield "This field is missing."
        elif condition["operator"] != rule.operator:
            yield rule.wrong_operator.format(_shown(condition["operator"]), _shown(rule.operator))
        yield from rule.faults(condition["value"]) if "value" in condition else ("This field is missing.",)
        yield from ("This field was not expected." for key in condition if key not in {"operator", "value"})


def tree_order(store: Store, records: list[Record]) -> list[Record]:
    """Return the categories as in their trees: each before those below it."""
    children: dict[str, list[Record]] = {}
    for record in store.structure["categories"]:
        children.setdefault((record["parent"] or "").lower(), []).append(record)
    order: list[Record] = []
    waiting = list(reversed(children.get("", [])))
    while waiting:
        record = waiting.pop()
        order.append(record)
        waiting.extend(reversed(children.get(record["code"].lower(), [])))
    wanted = {record["code"] for record in records}
    return [record for record in order if record["code"] in wanted]


_categories = _filters(
    {
        "code": _members("code", "category"),
        "parent": Rule(
            "=", 'In order to search on category parent you must use "=" operator, {0} given.', _is_code, _below
        ),
        "is_root": _boolean(
            "category is_root",
            "In order to search on category is_root you must send a bool value, {0} given.",
            lambda _, record: record["parent"] is None,
        ),
        "updated": _updated(ISO_8601),
    }
)


def category_filters(store: Store, records: list[Record], search: dict[str, Any]) -> list[Record]:
    """Categories come in the order of their trees, whatever is searched."""
    return tree_order(store, _categories(store, records, search))


# of attributes and their groups the PIM tells the operator that it wants as the one that was given
attribute_filters = _filters(
    {
        "code": _members("code", "attribute", shown="{1}"),
        "updated": _updated(shown="{1}"),
        "type": _members("type", "attribute", given="array", shown="{1}"),
        "is_main_identifier": _boolean(
            "attribute is_main_identifier",
            'The "is_main_identifier" filter requires a boolean value, and the submitted value is not.',
            lambda _, record: bool(record["is_main_identifier"]),
        ),
    }
)
group_filters = _filters({"code": _members("code", "attribute group", shown="{1}"), "updated": _updated(shown="{1}")})
family_filters = _filters(
    {
        "code": _members("code", "family"),
        "updated": _updated(),
        "has_products": _boolean(
            "family has_product",
            'The "has_products" filter requires a boolean value, and the submitted value is not.',
            _has_products,
        ),
    }
)


def locale_filters(_store: Store, records: list[Record], search: dict[str, Any]) -> list[Record]:
    """Only `enabled` can be searched. Raises RefusedError."""
    for name, conditions in search.items():
        if not isinstance(conditions, list) or not conditions:
            form = f'{{"{name}":[{{"operator": "my_operator", "value": "my_value"}}]}}'
            raise unprocessable(f'Structure of filter "{name}" should respect this structure: {form}')
        for condition in conditions:
            wanted = _enabled(name, condition)
            records = [record for record in records if record["enabled"] == wanted]
    return records


def _enabled(name: str, condition: Any) -> bool:
    given = condition if isinstance(condition, dict) else {}
    operator, value = given.get("operator"), given.get("value")
    if operator is None:
        raise unprocessable(f'Operator is missing for the property "{name}".')
    if name != "enabled" or operator != "=":
        raise unprocessable(f'Filter on property "{name}" is not supported or does not support operator "{operator}".')
    if value is None:
        raise unprocessable(f'Value is missing for the property "{name}".')
    if not isinstance(value, bool):
        raise unprocessable('Filter "enabled" with operator "=" expects a boolean value.')
    return value
