"""Conditions on values, by attribute type."""

import operator as compare
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Product, Scoped
from pimflow_akeneo_sandbox.errors import PropertyError, expects, expects_entity, expects_key, expects_valid_data
from pimflow_akeneo_sandbox.products.variants import family_variant, level_attributes, level_of
from pimflow_akeneo_sandbox.search.condition import Condition, Seen, Test
from pimflow_akeneo_sandbox.search.dates import DAYS, moment_test, relative_day
from pimflow_akeneo_sandbox.search.texts import text_test, without_markup
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.measures import in_standard_unit
from pimflow_akeneo_sandbox.values import kinds

DataTest = Callable[[Any], bool]
NUMBERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": compare.lt, "<=": compare.le, "=": compare.eq, "!=": compare.ne, ">=": compare.ge, ">": compare.gt,
}  # fmt: skip
NOT_IN_FINDS_EMPTY = frozenset({kinds.SELECT, kinds.MULTISELECT})


def attribute_test(store: Store, attribute: Record, condition: Condition) -> Test | None:
    """Return the test of a value; None when the attribute type does not have the operator. Raises PropertyError."""
    code, kind = attribute["code"], attribute["type"]
    build = BUILDERS.get(kind)
    if build is None or condition.operator not in OPERATORS[kind]:
        return None
    key = _checked_key(store, attribute, condition)
    if condition.operator in {"EMPTY", "EMPTY ON ALL CURRENCIES"}:
        return lambda seen: key not in seen.values.get(code, ()) and _in_family(seen, code)
    if condition.operator in {"NOT EMPTY", "NOT EMPTY ON AT LEAST ONE CURRENCY"}:
        return lambda seen: key in seen.values.get(code, ())
    test = build(store, attribute, condition)
    return test and _of_data(attribute, condition, key, test)


def _of_data(attribute: Record, condition: Condition, key: Scoped, test: DataTest) -> Test:
    code = attribute["code"]
    if condition.operator == "EMPTY FOR CURRENCY":
        return lambda seen: test(seen.values.get(code, {}).get(key)) and _in_family(seen, code)
    if condition.operator == "NOT IN" and attribute["type"] in NOT_IN_FINDS_EMPTY:
        return lambda seen: test(seen.values.get(code, {}).get(key))
    return lambda seen: (data := seen.values.get(code, {}).get(key)) is not None and test(data)


def _checked_key(store: Store, attribute: Record, condition: Condition) -> Scoped:
    code = attribute["code"]
    locale = condition.locale if attribute.get("localizable") else None
    scope = condition.scope if attribute.get("scopable") else None
    if attribute.get("localizable") and locale is None:
        raise PropertyError(f'Attribute "{code}" expects a locale, none given.')
    if attribute.get("scopable"):
        if scope is None:
            raise PropertyError(f'Attribute "{code}" expects a scope, none given.')
        if store.get("channels", scope) is None:
            raise PropertyError(f'Attribute "{code}" expects an existing scope, "{scope}" given.')
    return scope, locale


def _in_family(seen: Seen, code: str) -> bool:
    """Tell whether the entity, or a model above it, could have a value of this attribute."""
    if isinstance(seen.entity, Product):
        return seen.entity.family is not None and code in seen.store.family_attributes(seen.entity.family)
    variant = family_variant(seen.store, seen.entity.family_variant)
    levels = range(level_of(seen.store, seen.entity) + 1)
    return any(code in level_attributes(seen.store, variant, level) for level in levels)


def _text(_store: Store, attribute: Record, condition: Condition) -> DataTest | None:
    value, is_area = condition.value, attribute["type"] == kinds.TEXTAREA
    if is_area and condition.operator in {"=", "!="} and isinstance(value, str):
        value = without_markup(value)
    test = text_test(attribute["code"], condition.operator, value)
    if test and is_area:
        return lambda data: test(without_markup(str(data)))
    return test and (lambda data: test(str(data)))


def _identifier(store: Store, attribute: Record, condition: Condition) -> DataTest | None:
    if condition.operator not in {"IN", "NOT IN"}:
        return _text(store, attribute, condition)
    if not php.is_array(condition.value):
        raise expects(attribute["code"], "an array", php.type_name(condition.value))
    wanted = {str(member).lower() for member in php.items_of(condition.value)}
    return lambda data: (str(data).lower() in wanted) == (condition.operator == "IN")


def _number(_store: Store, attribute: Record, condition: Condition) -> DataTest:
    if not php.is_numeric(condition.value):
        raise expects(attribute["code"], "a numeric", php.type_name(condition.value))
    wanted = Decimal(str(condition.value))
    return lambda data: php.is_numeric(data) and NUMBERS[condition.operator](Decimal(str(data).strip()), wanted)


def _metric(store: Store, attribute: Record, condition: Condition) -> DataTest:
    code, family, value = attribute["code"], attribute["metric_family"], condition.value
    if not php.is_array(value):
        raise expects(code, "an array", php.type_name(value))
    for key in ("amount", "unit"):
        if not isinstance(value, dict) or key not in value:
            raise expects_key(code, key)
    amount, unit = value["amount"], value["unit"]
    if not php.is_numeric(amount):
        raise expects_valid_data(code, f'key "amount" has to be a numeric, "{php.type_name(amount)}" given')
    if not isinstance(unit, str):
        raise expects_valid_data(code, f'key "unit" has to be a string, "{php.type_name(unit)}" given')
    record = store.get("measurement_families", family)
    if record is None or unit not in record["units"]:
        raise expects_entity(code, "unit", f'The unit does not exist in the attribute\'s family "{family}"', unit)
    wanted = in_standard_unit(record, unit, amount)
    return lambda data: NUMBERS[condition.operator](in_standard_unit(record, data["unit"], data["amount"]), wanted)


def _price(store: Store, attribute: Record, condition: Condition) -> DataTest:
    code, value = attribute["code"], condition.value
    if not php.is_array(value):
        raise expects(code, "an array", php.type_name(value))
    by_currency = condition.operator.endswith("FOR CURRENCY")
    for key in ("currency",) if by_currency else ("amount", "currency"):
        if not isinstance(value, dict) or key not in value:
            raise expects_key(code, key)
    if not by_currency and not php.is_numeric(value["amount"]):
        raise expects(code, "a numeric", php.type_name(value["amount"]))
    currency = value["currency"]
    active = {one for channel in store.structure["channels"] for one in channel["currencies"]}
    if not isinstance(currency, str) or currency not in active:
        raise expects_entity(code, "currency", "The currency does not exist", php.to_text(currency))

    def amount_of(data: Any) -> Any:
        return next((price["amount"] for price in data or () if price["currency"] == currency), None)

    if by_currency:
        return lambda data: (amount_of(data) is None) == (condition.operator == "EMPTY FOR CURRENCY")
    wanted = Decimal(str(value["amount"]))
    return lambda data: (
        (amount := amount_of(data)) is not None and NUMBERS[condition.operator](Decimal(str(amount)), wanted)
    )


def _boolean(_store: Store, attribute: Record, condition: Condition) -> DataTest:
    if not isinstance(condition.value, bool):
        raise expects(attribute["code"], "a boolean", php.type_name(condition.value))
    return lambda data: (data == condition.value) == (condition.operator == "=")


def _date(store: Store, attribute: Record, condition: Condition) -> DataTest | None:
    value = relative_day(store.zone, condition.value)
    test = moment_test(attribute["code"], condition.operator, value, DAYS)
    return test and (lambda data: test(datetime.fromisoformat(f"{data[:10]}T00:00:00+00:00")))


def _option(store: Store, attribute: Record, condition: Condition) -> DataTest:
    code = attribute["code"]
    if not php.is_array(condition.value):
        raise expects(code, "an array", php.type_name(condition.value))
    members = php.items_of(condition.value)
    for member in members:
        if not isinstance(member, str) and not php.is_number(member):
            raise expects(code, "a string", php.type_name(member))
    for member in members:
        if attribute["type"] in {kinds.SELECT, kinds.MULTISELECT} and store.option(code, str(member)) is None:
            backend = kinds.BACKEND[attribute["type"]]
            raise PropertyError(f'Object "{backend}" with code "{member}" does not exist')
    if attribute["type"] in {kinds.REFERENCE, kinds.REFERENCES}:
        _check_references(store, attribute, [str(member) for member in members])
    wanted = {str(member).lower() for member in members}
    inside = condition.operator == "IN"
    return lambda data: wanted.isdisjoint(_lower(data)) != inside


def _check_references(store: Store, attribute: Record, codes: list[str]) -> None:
    name = attribute["reference_data_name"]
    missing = next((code for code in codes if not store.has_reference_data(name, code)), None)
    if missing is not None:
        because = f'No reference data "{name}" with code "{missing}" has been found'
        raise expects_entity(attribute["code"], "code", because, ",".join(codes))


def _lower(data: Any) -> list[str]:
    if data is None:
        return []
    return [data.lower()] if isinstance(data, str) else [member.lower() for member in data]


def _media(store: Store, attribute: Record, condition: Condition) -> DataTest | None:
    test = text_test(attribute["code"], condition.operator, condition.value)
    return test and (lambda data: (media := store.media.get(data)) is not None and test(media.original_filename))


PRESENT = ("EMPTY", "NOT EMPTY")
TEXT = (*PRESENT, "STARTS WITH", "CONTAINS", "DOES NOT CONTAIN", "=", "!=")
MONEY = (
    *PRESENT, *NUMBERS, "EMPTY FOR CURRENCY", "EMPTY ON ALL CURRENCIES", "NOT EMPTY FOR CURRENCY",
    "NOT EMPTY ON AT LEAST ONE CURRENCY",
)  # fmt: skip
OPTIONS = (*PRESENT, "IN", "NOT IN")
OPERATORS = {
    kinds.IDENTIFIER: (*TEXT, "IN", "NOT IN"),
    kinds.TEXT: (*TEXT, "IN", "NOT IN"),
    kinds.TEXTAREA: (*TEXT, "IN", "NOT IN"),
    kinds.NUMBER: (*PRESENT, *NUMBERS),
    kinds.METRIC: (*PRESENT, *NUMBERS),
    kinds.PRICE: MONEY,
    kinds.BOOLEAN: (*PRESENT, "=", "!="),
    kinds.DATE: (*PRESENT, "=", "!=", "<", ">", "BETWEEN", "NOT BETWEEN"),
    kinds.SELECT: OPTIONS,
    kinds.MULTISELECT: OPTIONS,
    kinds.REFERENCE: OPTIONS,
    kinds.REFERENCES: OPTIONS,
    kinds.FILE: TEXT,
    kinds.IMAGE: TEXT,
}
BUILDERS: dict[str, Callable[[Store, Record, Condition], DataTest | None]] = {
    kinds.IDENTIFIER: _identifier,
    kinds.TEXT: _identifier,
    kinds.TEXTAREA: _identifier,
    kinds.NUMBER: _number,
    kinds.METRIC: _metric,
    kinds.PRICE: _price,
    kinds.BOOLEAN: _boolean,
    kinds.DATE: _date,
    kinds.SELECT: _option,
    kinds.MULTISELECT: _option,
    kinds.REFERENCE: _option,
    kinds.REFERENCES: _option,
    kinds.FILE: _media,
    kinds.IMAGE: _media,
}
