"""The `search` of structure lists: few properties, one operator each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.errors import RefusedError, unprocessable
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.resource import Filters

Test = Callable[[Record], bool]


@dataclass(frozen=True)
class Rule:
    """`shown` is how messages name the property; `make` builds the test out of the value."""

    operator: str
    shown: str
    make: Callable[[Store, Any], Test]


def _refused(message: str) -> RefusedError:
    return RefusedError(400, message)


def _members(name: str, noun: str) -> Rule:
    shown = f"{noun} {name}s"

    def make(_store: Store, value: Any) -> Test:
        if not isinstance(value, list):
            kind = php.type_name(value)
            raise _refused(
                f"In order to search on {shown} you must send an array of {shown} as value, {kind} given. "
                "This value should be of type iterable."
            )
        wanted = {str(member).lower() for member in value}
        return lambda record: str(record[name]).lower() in wanted

    return Rule("IN", shown, make)


def _updated() -> Rule:
    def make(store: Store, value: Any) -> Test:
        try:
            edge = datetime.fromisoformat(str(value))
        except ValueError:
            raise _refused("This value is not in a valid ISO 8601 standard datetime format") from None
        after = edge if edge.tzinfo else edge.replace(tzinfo=store.zone)
        return lambda record: datetime.fromisoformat(record["updated"]) > after

    return Rule(">", "updated", make)


def _boolean(name: str, noun: str, of: Callable[[Store, Record], bool]) -> Rule:
    def make(store: Store, value: Any) -> Test:
        if not isinstance(value, bool):
            shown = f'"{value}"' if isinstance(value, str) else php.to_text(value)
            raise _refused(f"In order to search on {noun} {name} you must send a bool value, {shown} given.")
        return lambda record: of(store, record) == value

    return Rule("=", f"{noun} {name}", make)


def _below(store: Store, value: Any) -> Test:
    if not isinstance(value, str):
        raise _refused(
            "In order to search on category parent you must send a parent code category as value, string given."
        )
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
        for name, conditions in search.items():
            rule = rules.get(name)
            if rule is None:
                known = ", ".join(rules)
                raise _refused(
                    f'Available search filters are "{known}" and you tried to search on unavailable filter "{name}"'
                )
            for condition in conditions if isinstance(conditions, list) else ():
                test = rule.make(store, _value(name, rule, condition))
                records = [record for record in records if test(record)]
        return records

    return apply


def _value(name: str, rule: Rule, condition: Any) -> Any:
    operator = condition.get("operator") if isinstance(condition, dict) else None
    if operator != rule.operator:
        if name == "updated":
            raise _refused(
                f'Searching on the "updated" property require the ">" (greater than) operator, "{operator}" given.'
            )
        raise _refused(
            f'In order to search on {rule.shown} you must use "{rule.operator}" operator, "{operator}" given.'
        )
    return condition.get("value")


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
        "parent": Rule("=", "category parent", _below),
        "is_root": _boolean("is_root", "category", lambda _, record: record["parent"] is None),
        "updated": _updated(),
    }
)


def category_filters(store: Store, records: list[Record], search: dict[str, Any]) -> list[Record]:
    """Categories come in the order of their trees, whatever is searched."""
    return tree_order(store, _categories(store, records, search))


attribute_filters = _filters(
    {
        "code": _members("code", "attribute"),
        "updated": _updated(),
        "type": _members("type", "attribute"),
        "is_main_identifier": _boolean(
            "is_main_identifier", "attribute", lambda _, record: bool(record["is_main_identifier"])
        ),
    }
)
group_filters = _filters({"code": _members("code", "attribute group"), "updated": _updated()})
family_filters = _filters(
    {
        "code": _members("code", "family"),
        "updated": _updated(),
        "has_products": _boolean("has_product", "family", _has_products),
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


def _enabled(name: str, condition: dict[str, Any]) -> bool:
    operator, value = condition.get("operator"), condition.get("value")
    if operator is None:
        raise unprocessable(f'Operator is missing for the property "{name}".')
    if name != "enabled" or operator != "=":
        raise unprocessable(f'Filter on property "{name}" is not supported or does not support operator "{operator}".')
    if value is None:
        raise unprocessable(f'Value is missing for the property "{name}".')
    if not isinstance(value, bool):
        raise unprocessable('Filter "enabled" with operator "=" expects a boolean value.')
    return value
