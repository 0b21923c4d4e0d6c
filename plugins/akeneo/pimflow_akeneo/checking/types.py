"""Whether what the source gives has the type of its attribute, as far as the source tells types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pimflow import Expected, Finding, ProblemKind, Severity, Who
from pimflow_akeneo.checking.subject import Subject, finding
from pimflow_akeneo.columns import UNIT, ValueColumn

_DATES = frozenset({"date", "date and time", "datetime"})
_NUMBERS = frozenset({"number", "integer"})


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What an attribute takes: types that always fit, and those of which some values may."""

    words: str
    fits: frozenset[str]
    may_fit: frozenset[str]


_TEXTS = frozenset({"text", "textarea", "selection", "simpleselect"})
_WANTED: Mapping[str, _Wanted] = {
    "number": _Wanted("numbers", _NUMBERS, _TEXTS),
    "metric": _Wanted("numbers with a unit", _NUMBERS | {"metric"}, _TEXTS),
    "price_collection": _Wanted("amounts", _NUMBERS | {"price_collection"}, _TEXTS),
    "boolean": _Wanted("yes or no", frozenset({"boolean"}), _TEXTS | _NUMBERS),
    "date": _Wanted("dates", _DATES, _TEXTS),
}
_KNOWN = _DATES | _NUMBERS | _TEXTS | {"boolean"}
"""Types whose meaning is sure; others, which a plugin may invent, are not judged."""


def check(subject: Subject) -> Iterator[Finding]:
    """Tell of columns of another type than their attribute, and of measurements without a unit."""
    for name, column in subject.values.items():
        expected = subject.outlook.columns[name]
        if column.part != UNIT:
            yield from _type(name, column, expected, subject.outlook.source)
        if column.attribute.kind == "metric" and column.part is None:
            yield from _unit(name, column, expected, subject)


def _type(name: str, column: ValueColumn, expected: Expected, source: str) -> Iterator[Finding]:
    wanted = _WANTED.get(column.attribute.kind)
    if wanted is None or expected.type not in _KNOWN or expected.type in wanted.fits:
        return
    if expected.type in wanted.may_fit:
        reason = f"{source} gives {expected.type}, and the PIM takes {wanted.words}: other values will be left out"
        remedy = "Tell with `convert` how it is written there; or choose a column of that type."
        yield finding(Severity.WARNING, name, reason, remedy, kind=ProblemKind.VALUE)
    else:
        reason = f"{source} gives {_plural(expected.type)}, and the PIM takes {wanted.words}: no value can arrive"
        remedy = "Map another column to it, or this one to another attribute."
        yield finding(Severity.ERROR, name, reason, remedy, kind=ProblemKind.VALUE)


def _plural(kind: str) -> str:
    return {"boolean": "yes or no", "date": "dates", "number": "numbers", "integer": "whole numbers"}.get(kind, kind)


def _unit(name: str, column: ValueColumn, expected: Expected, subject: Subject) -> Iterator[Finding]:
    told = expected.unit or f"{column.whole}-{UNIT}" in subject.outlook.columns
    if told or expected.only_known or expected.type == "metric":
        return
    sure = expected.type in _NUMBERS
    cells = "no value can arrive" if sure else "each cell must hold one, as in '500 GRAM'"
    units = ", ".join(sorted(subject.catalog.units(column.attribute.metric_family or "").values()))
    remedy = f"Write `{name}: {{from: COLUMN, unit: UNIT}}` in `map`; units are {units}."
    severity = Severity.ERROR if sure else Severity.WARNING
    reason = f"the mapping tells no unit: {cells}"
    yield finding(severity, name, reason, remedy, kind=ProblemKind.MISSING, who=Who.ADMINISTRATOR)
