"""Search filters: the YAML of `search:` checked against what the PIM can search. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import orjson

from pimflow_akeneo.model import Attribute, Model
from pimflow_akeneo.search_tables import (
    ALL_LOCALES,
    ANY_VALUE,
    BETWEEN,
    LISTED,
    PRODUCTS,
    SINCE,
    VALUES,
    WITHOUT_VALUE,
    Rule,
    Table,
)
from pimflow_akeneo.spelling import alike

Search = Mapping[str, list[Mapping[str, Any]]]
_CLOCK = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_PLACES = frozenset({"locale", "scope"})


class Codes(Protocol):
    """The codes that conditions may name, by their lower-case form; each list is read when it is needed."""

    @property
    def families(self) -> Mapping[str, str]:
        """Codes of the families."""

    @property
    def categories(self) -> Mapping[str, str]:
        """Codes of the categories."""

    def options(self, attribute: str) -> Mapping[str, str]:
        """Codes of an attribute's options."""


def normalized(
    search: Mapping[str, Any], table: Table = PRODUCTS, *, locale: str | None = None, scope: str | None = None
) -> Search:
    """Give each property a list of conditions; one condition may be written without the list.

    `locale` and `scope` go into conditions on properties that need them and have none. Raises ValueError that tells
    all that is wrong, as far as that can be known without the PIM.
    """
    default = {"locale": locale, "scope": scope}
    found = {
        name: [_written(one, table.properties.get(name, ANY_VALUE), table, default) for one in _listed(conditions)]
        for name, conditions in search.items()
    }
    wrong = [told for name, conditions in found.items() for one in conditions for told in _offline(name, one, table)]
    wrong += [f"{name}: at least one condition is needed" for name, conditions in found.items() if not conditions]
    if wrong:
        raise ValueError("; ".join(wrong))
    return found


def placed(search: Search, model: Model, locale: str | None, scope: str | None, table: Table = PRODUCTS) -> Search:
    """Give a locale and a channel to conditions on attributes that need them and have none."""
    if locale is None and scope is None:
        return search
    found = dict(search)
    for name in search.keys() & model.attributes.keys() - table.properties.keys():
        attribute = model.attributes[name]
        default = {"locale": locale} if attribute.localizable and locale else {}
        default |= {"scope": scope} if attribute.scopable and scope else {}
        found[name] = [{**default, **condition} for condition in search[name]]
    return found


def mistakes(search: Search, model: Model, table: Table = PRODUCTS, codes: Codes | None = None) -> list[str]:
    """Tell all that the PIM's attributes, locales, channels and codes say against the search."""
    return [
        told
        for name, conditions in search.items()
        for condition in conditions
        for told in (
            _of_property(name, condition, model, codes)
            if name in table.properties
            else _of_attribute(name, condition, model, table, codes)
        )
    ]


def written(search: Search) -> str:
    """Give the text of the parameter `search`."""
    return orjson.dumps(search).decode()


def combined(search: Search, name: str, operator: str, value: Any) -> Search:
    """Give the search with one more condition, which must hold as well."""
    return {**search, name: [*search.get(name, ()), {"operator": operator, "value": value}]}


def _listed(conditions: Any) -> list[Any]:
    return conditions if isinstance(conditions, list) else [conditions]


def _offline(name: str, condition: Any, table: Table) -> Iterator[str]:
    if name not in table.properties and not table.values:
        yield f"{name}: this list cannot be searched by it; {_near_or_all(name, table.properties)}"
        return
    if not isinstance(condition, dict) or not isinstance(condition.get("operator"), str):
        yield f"{name}: expected a condition such as {{operator: IN, value: [a, b]}}, found {condition!r}"
        return
    rule = table.properties.get(name)
    allowed = {"operator", "value", *(rule.needs | rule.takes if rule else _PLACES)}
    for key in condition.keys() - allowed:
        yield f"{name}: a condition has no {key!r}, only {', '.join(sorted(allowed))}"
    for key in sorted((rule.needs if rule else frozenset()) - condition.keys()):
        yield f"{name}: the condition needs a `{key}`" + (", the code of a channel" if key == "scope" else "")
    if condition["operator"].endswith(ALL_LOCALES) and not condition.get("locales"):
        yield f"{name}: operator {condition['operator']} needs `locales`, a list"
    yield from _compared(name, condition, rule or ANY_VALUE, table)


def _compared(name: str, condition: Mapping[str, Any], rule: Rule, table: Table) -> Iterator[str]:
    operator = condition["operator"]
    if operator not in rule.operators:
        near = alike(operator, rule.operators)
        hint = f"did you mean {near!r}?" if near else f"one of {', '.join(sorted(rule.operators))}"
        yield f"{name}: operator {operator!r} does not exist here; {hint}"
    elif operator in WITHOUT_VALUE:
        return
    elif "value" not in condition:
        yield f"{name}: operator {operator} needs a `value`"
    else:
        yield from _value(name, operator, condition["value"], rule, table)


def _value(name: str, operator: str, value: Any, rule: Rule, table: Table) -> Iterator[str]:
    if operator in LISTED:
        if not isinstance(value, list) or not value:
            yield f"{name}: operator {operator} takes a list, found {value!r}"
        elif not all(isinstance(one, str) for one in value):
            yield f"{name}: operator {operator} takes a list of codes or texts, found {value!r}"
    elif operator in BETWEEN:
        if not isinstance(value, list) or len(value) != 2:
            yield f"{name}: operator {operator} takes a list of two, found {value!r}"
        else:
            yield from (told for one in value for told in _one(name, one, rule, table))
    elif operator == SINCE:
        yield from _one(name, value, Rule(rule.operators, "integer"), table)
    else:
        yield from _one(name, value, rule, table)


def _one(name: str, value: Any, rule: Rule, table: Table) -> Iterator[str]:
    expected, is_right = ("a time such as '2026-01-31T00:00:00Z'", _is_iso) if table.iso else _EXPECTED["moment"]
    if rule.kind != "moment":
        expected, is_right = _EXPECTED[rule.kind]
    if not is_right(value):
        yield f"{name}: expected {expected}, found {value!r}"


def _is_iso(value: Any) -> bool:
    return bool(_ISO.fullmatch(str(value)))


def _is_clock(value: Any) -> bool:
    return bool(_CLOCK.fullmatch(str(value)))


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and bool(_NUMBER.fullmatch(str(value)))


def _is_amount(value: Any, other: str) -> bool:
    return isinstance(value, dict) and value.keys() == {"amount", other} and _is_number(value["amount"])


_EXPECTED: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "any": ("a value", lambda value: value is not None),
    "text": ("a text", lambda value: isinstance(value, str)),
    "code": ("a code", lambda value: isinstance(value, str)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "integer": ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "number": ("a number", _is_number),
    "amount with unit": ("{amount: 5, unit: KILOGRAM}", lambda value: _is_amount(value, "unit")),
    "amount with currency": ("{amount: 5, currency: EUR}", lambda value: _is_amount(value, "currency")),
    "day": ("a day such as '2026-01-31'", lambda value: bool(_DAY.fullmatch(str(value)))),
    "moment": ("a time of the PIM's own clock such as '2026-01-31 00:00:00'", _is_clock),
}


def _written(condition: Any, rule: Rule, table: Table, default: Mapping[str, str | None]) -> Any:
    """Write days and codes, which YAML may read as numbers, as the PIM reads them."""
    if not isinstance(condition, dict):
        return condition
    given = {key: default[key] for key in rule.needs if default.get(key) is not None}
    if "value" not in condition:
        return {**given, **condition}
    value = condition["value"]
    as_code = rule.kind == "code" or condition.get("operator") in LISTED
    members = [_text(one, rule, table, as_code=as_code) for one in _listed(value)]
    return {**given, **condition, "value": members if isinstance(value, list) else members[0]}


def _text(value: Any, rule: Rule, table: Table, *, as_code: bool) -> Any:
    if rule.kind == "moment" and isinstance(value, str) and _DAY.fullmatch(value):
        return f"{value}T00:00:00Z" if table.iso else f"{value} 00:00:00"
    if as_code and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _of_property(name: str, condition: Mapping[str, Any], model: Model, codes: Codes | None) -> Iterator[str]:
    if "scope" in condition:
        yield from _known(name, "channel", condition["scope"], model.channels)
    for locale in [condition.get("locale"), *_listed(condition.get("locales", []))]:
        if locale is not None:
            yield from _known(name, "active locale", locale, model.locales)
    if codes is not None and name in {"family", "categories"} and isinstance(condition.get("value"), list):
        found = codes.families if name == "family" else codes.categories
        yield from _all_known(name, "family" if name == "family" else "category", condition["value"], found)


def _of_attribute(
    name: str, condition: Mapping[str, Any], model: Model, table: Table, codes: Codes | None
) -> Iterator[str]:
    attribute = model.attributes.get(name)
    if attribute is None:
        yield f"{name}: the PIM has no such attribute" + _near(name, [*table.properties, *model.attributes])
        return
    yield from _compared(name, condition, VALUES.get(attribute.kind, ANY_VALUE), table)
    yield from _place(name, "locale", condition, attribute.localizable, model.locales)
    yield from _place(name, "scope", condition, attribute.scopable, tuple(model.channels))
    yield from _active(name, condition, attribute, model)
    value = condition.get("value")
    if codes is not None and attribute.kind in {"simpleselect", "multiselect"} and isinstance(value, list):
        yield from _all_known(name, "option", value, codes.options(name))


def _place(name: str, key: str, condition: Mapping[str, Any], needed: bool, known: tuple[str, ...]) -> Iterator[str]:
    found = condition.get(key)
    if needed and found not in known:
        yield f"{name}: the condition needs a `{key}`, one of {', '.join(known)}" + (
            f"; found {found!r}" if found else ""
        )
    if not needed and found is not None:
        yield f"{name}: this attribute takes no `{key}`"


def _active(name: str, condition: Mapping[str, Any], attribute: Attribute, model: Model) -> Iterator[str]:
    locale, scope = condition.get("locale"), condition.get("scope")
    if attribute.localizable and attribute.scopable and scope in model.channels:
        active = model.channels[str(scope)].locales
        if locale in model.locales and locale not in active:
            yield f"{name}: locale {locale} is not active for channel {scope}; active: {', '.join(active)}"
    only = attribute.available_locales
    if attribute.localizable and only and locale in model.locales and locale not in only:
        yield f"{name}: this attribute exists in {', '.join(only)} only, not in {locale}"


def _known(name: str, noun: str, code: Any, known: Mapping[str, Any] | tuple[str, ...]) -> Iterator[str]:
    if code not in known:
        yield f"{name}: the PIM has no {noun} {code!r}{_near(str(code), known)}"


def _all_known(name: str, noun: str, wanted: list[Any], known: Mapping[str, str]) -> Iterator[str]:
    for code in wanted:
        if str(code).lower() not in known:
            yield f"{name}: the PIM has no {noun} {code!r}{_near(str(code), known.values())}"


def _near(found: str, known: Any) -> str:
    near = alike(found, known)
    return f"; did you mean {near!r}?" if near else ""


def _near_or_all(found: str, known: Mapping[str, Any]) -> str:
    return _near(found, known).removeprefix("; ") or f"only by {', '.join(sorted(known))}"
