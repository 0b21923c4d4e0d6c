"""Whether what the source gives has the type of its attribute, as far as the source tells types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pimflow import Expected, Finding, ProblemKind, Severity, Who, said
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
    "number": _Wanted(said("numbers"), _NUMBERS, _TEXTS),
    "metric": _Wanted(said("numbers with a unit"), _NUMBERS | {"metric"}, _TEXTS),
    "price_collection": _Wanted(said("amounts"), _NUMBERS | {"price_collection"}, _TEXTS),
    "boolean": _Wanted(said("yes or no"), frozenset({"boolean"}), _TEXTS | _NUMBERS),
    "date": _Wanted(said("dates"), _DATES, _TEXTS),
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
        reason = said(
            "{source} gives {type}, and the PIM takes {wanted}: other values will be left out",
            source=source,
            type=expected.type,
            wanted=wanted.words,
        )
        remedy = said("Tell with `convert` how it is written there; or choose a column of that type.")
        yield finding(Severity.WARNING, name, reason, remedy, kind=ProblemKind.VALUE)
    else:
        reason = said(
            "{source} gives {types}, and the PIM takes {wanted}: no value can arrive",
            source=source,
            types=_PLURALS.get(expected.type, expected.type),
            wanted=wanted.words,
        )
        remedy = said("Map another column to it, or this one to another attribute.")
        yield finding(Severity.ERROR, name, reason, remedy, kind=ProblemKind.VALUE)


_PLURALS = {
    "boolean": said("yes or no"),
    "date": said("dates"),
    "number": said("numbers"),
    "integer": said("whole numbers"),
}


def _unit(name: str, column: ValueColumn, expected: Expected, subject: Subject) -> Iterator[Finding]:
    told = expected.unit or f"{column.whole}-{UNIT}" in subject.outlook.columns
    if told or expected.only_known or expected.type == "metric":
        return
    sure = expected.type in _NUMBERS
    units = ", ".join(sorted(subject.catalog.units(column.attribute.metric_family or "").values()))
    remedy = said(
        "Write `{entry}` in `map`; units are {units}.", entry=f"{name}: {{from: COLUMN, unit: UNIT}}", units=units
    )
    severity = Severity.ERROR if sure else Severity.WARNING
    reason = said("the mapping tells no unit: each cell must hold one, as in '500 GRAM'")
    if sure:
        reason = said("the mapping tells no unit: no value can arrive")
    yield finding(severity, name, reason, remedy, kind=ProblemKind.MISSING, who=Who.ADMINISTRATOR)
