"""Search filters: the YAML of `search:` checked against what the PIM can search. No I/O."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pimflow_akeneo.model import Attribute, Model

Search = Mapping[str, list[Mapping[str, Any]]]

_EMPTY = frozenset({"EMPTY", "NOT EMPTY"})
_IN = frozenset({"IN", "NOT IN"})
_EQUAL = frozenset({"=", "!="})
_ORDER = _EQUAL | {"<", "<=", ">=", ">"}
_TEXT = _EQUAL | _EMPTY | {"STARTS WITH", "CONTAINS", "DOES NOT CONTAIN"}
_DATE = _EQUAL | {"<", ">", "BETWEEN", "NOT BETWEEN"}
_ON_ALL = frozenset(
    f"{comparison} ON ALL LOCALES"
    for comparison in ("GREATER THAN", "GREATER OR EQUALS THAN", "LOWER THAN", "LOWER OR EQUALS THAN")
)

PROPERTIES: Mapping[str, frozenset[str]] = {
    "updated": _DATE | {"SINCE LAST N DAYS"},
    "created": _DATE | {"SINCE LAST N DAYS"},
    "enabled": _EQUAL,
    "family": _IN | _EMPTY | {"IN CHILDREN"},
    "categories": _IN | {"IN CHILDREN", "NOT IN CHILDREN", "IN OR UNCLASSIFIED", "UNCLASSIFIED"},
    "groups": _IN | _EMPTY,
    "parent": _EMPTY | {"=", "IN"},
    "completeness": _ORDER | _ON_ALL,
    "quality_score": frozenset({"IN"}),
    "uuid": _IN,
    "updated_including_linked_entities": _DATE | {"SINCE LAST N DAYS"},
}
"""Properties of products -> operators. Source: Akeneo's documentation of filters."""

VALUES: Mapping[str, frozenset[str]] = {
    "identifier": _TEXT | _IN,
    "text": _TEXT | _IN,
    "textarea": _TEXT | _IN,
    "number": _ORDER | _EMPTY,
    "metric": _ORDER | _EMPTY,
    "price_collection": _ORDER | _EMPTY,
    "simpleselect": _IN | _EMPTY,
    "multiselect": _IN | _EMPTY,
    "boolean": _EQUAL | _EMPTY,
    "date": _DATE | _EMPTY,
    "file": _TEXT,
    "image": _TEXT,
    "asset_collection": _IN | _EMPTY,
    "akeneo_reference_entity": _IN | _EMPTY,
    "akeneo_reference_entity_collection": _IN | _EMPTY,
}
"""Types of attributes -> operators."""

_ANY_VALUE = frozenset().union(*VALUES.values())
_WITHOUT_VALUE = _EMPTY | {"UNCLASSIFIED"}
_MOMENTS = frozenset({"updated", "created", "updated_including_linked_entities"})
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_NEED_SCOPE = frozenset({"completeness", "quality_score"})
_KEYS = frozenset({"operator", "value", "locale", "scope", "locales"})


def normalized(search: Mapping[str, Any]) -> Search:
    """Give each property a list of conditions; one condition may be written without the list.

    Raises ValueError that tells what is wrong, as far as that can be known without the PIM.
    """
    found = {
        name: [_written(name, one) for one in (conditions if isinstance(conditions, list) else [conditions])]
        for name, conditions in search.items()
    }
    mistakes = [mistake for name, conditions in found.items() for one in conditions for mistake in _offline(name, one)]
    if mistakes:
        raise ValueError("; ".join(mistakes))
    return found


def mistakes(search: Search, model: Model) -> list[str]:
    """Tell what the PIM's attributes, locales and channels say against the search."""
    return [
        mistake
        for name, conditions in search.items()
        if name not in PROPERTIES
        for condition in conditions
        for mistake in _online(name, condition, model)
    ]


def _offline(name: str, condition: Any) -> Iterator[str]:
    if not isinstance(condition, dict) or "operator" not in condition:
        yield f"{name}: expected a condition such as {{operator: IN, value: [a, b]}}, found {condition!r}"
        return
    for key in condition.keys() - _KEYS:
        yield f"{name}: a condition has no {key!r}, only {', '.join(sorted(_KEYS))}"
    operator = condition["operator"]
    yield from _operator(name, operator, PROPERTIES.get(name, _ANY_VALUE))
    if "value" not in condition and operator not in _WITHOUT_VALUE:
        yield f"{name}: operator {operator} needs a `value`"
    if operator in _IN | {"IN CHILDREN", "NOT IN CHILDREN"} and not isinstance(condition.get("value", []), list):
        yield f"{name}: operator {operator} takes a list"
    if name in _MOMENTS and operator in _DATE:
        yield from _moments(name, condition.get("value"))
    if name in _NEED_SCOPE and "scope" not in condition:
        yield f"{name}: the condition needs a `scope`, the code of a channel"
    if operator in {"BETWEEN", "NOT BETWEEN"} and len(_as_list(condition.get("value"))) != 2:
        yield f"{name}: operator {operator} takes a list of two"


def _written(name: str, condition: Any) -> Any:
    """Write dates, which YAML reads without quotes, as the PIM reads them."""
    if not isinstance(condition, dict) or "value" not in condition:
        return condition
    value = condition["value"]
    written = [_text(name, one) for one in value] if isinstance(value, list) else _text(name, value)
    return {**condition, "value": written}


def _text(name: str, value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, dt.date):
        return f"{value.isoformat()} 00:00:00" if name in _MOMENTS else value.isoformat()
    return value


def _moments(name: str, value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if not _MOMENT.fullmatch(str(one)):
            yield f"{name}: expected a time such as '2026-01-31 00:00:00', found {one!r}"


def _online(name: str, condition: Mapping[str, Any], model: Model) -> Iterator[str]:
    attribute = model.attributes.get(name)
    if attribute is None:
        near = get_close_matches(name, [*PROPERTIES, *model.attributes], n=1)
        yield f"{name}: the PIM has no such attribute" + (f"; did you mean {near[0]!r}?" if near else "")
        return
    yield from _operator(name, condition["operator"], VALUES.get(attribute.kind, _ANY_VALUE))
    yield from _place(name, "locale", condition, attribute.localizable, model.locales)
    yield from _place(name, "scope", condition, attribute.scopable, tuple(model.channels))
    yield from _active(name, condition, attribute, model)


def _operator(name: str, operator: Any, allowed: frozenset[str]) -> Iterator[str]:
    if operator not in allowed:
        yield f"{name}: operator {operator!r} does not exist here; one of {', '.join(sorted(allowed))}"


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


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
