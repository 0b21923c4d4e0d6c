"""Whether the PIM takes the values that stand in the pipeline: constants, defaults, tables, value maps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pimflow import Expected, Finding, Known, Problem, RowProblem, Severity, Who, said
from pimflow_akeneo import checks
from pimflow_akeneo.checking.subject import Subject
from pimflow_akeneo.columns import UNIT, Association, Column, Property, ValueColumn

_NEEDED = frozenset({"identifier", "code", "family", "family_variant"})
_ONLY_MADE_LATER = frozenset({"parent", "groups", "variants"})


def check(subject: Subject) -> Iterator[Finding]:
    """Tell of each value that the PIM will not take; without a thorough look of families alone."""
    for name, column in subject.columns.items():
        thorough = subject.outlook.thorough and _is_judged(column)
        if thorough or (isinstance(column, Property) and column.name == "family" and subject.kind.has_identifier):
            yield from _of_column(name, column, subject.outlook.columns[name], subject)


def _is_judged(column: Column) -> bool:
    """Tell whether a value can be judged without its record."""
    return not isinstance(column, Association) and not (
        isinstance(column, Property) and column.name in _ONLY_MADE_LATER
    )


def _of_column(name: str, column: Column, expected: Expected, subject: Subject) -> Iterator[Finding]:
    if isinstance(column, ValueColumn) and expected.unit and (bad := _unit(expected.unit, column, subject)):
        yield Finding(Severity.ERROR, replace(bad, field=name), said("the mapping"))
        return
    refused: dict[tuple[str, str], list[tuple[Known, Problem]]] = {}
    fine = 0
    for known in expected.known:
        problems = _problems(name, column, known, subject)
        fine += not problems
        for problem in problems:
            refused.setdefault((known.origin, _cause(problem)), []).append((known, problem))
    needed = isinstance(column, Property) and column.name in _NEEDED
    severity = Severity.FATAL if needed and expected.only_known and expected.filled and not fine else Severity.ERROR
    for (origin, _), found in refused.items():
        problem = _of_the_pipeline(replace(found[0][1], field=name), origin)
        others = tuple(dict.fromkeys(str(one.value) for _, one in found[1:]))
        yield Finding(severity, problem, origin, tuple(one for one in others if one != str(problem.value)))


def _of_the_pipeline(problem: Problem, origin: str) -> Problem:
    """Tell the administrator what the ERP team would be told of a cell: this value stands in the pipeline."""
    if problem.who is not Who.SOURCE_TEAM:
        return problem
    place = origin if origin.startswith("the table") else said("the pipeline")
    return replace(problem, remedy=said("Correct it in {place}.", place=place), who=Who.ADMINISTRATOR)


def _cause(problem: Problem) -> str:
    return problem.reason.replace(str(problem.value), "")


def _problems(name: str, column: Column, known: Known, subject: Subject) -> list[Problem]:
    if isinstance(column, ValueColumn) and column.part == UNIT:
        bad = _unit(str(known.value), column, subject)
        return [bad] if bad else []
    if isinstance(column, ValueColumn) and f"{column.whole}-{UNIT}" in subject.outlook.columns:
        return []
    return [*subject.preparation.judged(name, known.value), *subject.trees.foreign(name, known.value)]


def _unit(unit: str, column: ValueColumn, subject: Subject) -> Problem | None:
    if column.attribute.kind != "metric":
        return None
    try:
        checks.unit(unit, column, subject.preparation.vocabulary)
    except RowProblem as bad:
        return bad.problem
    return None
