"""The check of a flow into one structure resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pimflow import Finding, Outlook, ProblemKind, RowProblem, Severity, said
from pimflow_akeneo.checking import rights
from pimflow_akeneo.checking.subject import finding
from pimflow_akeneo.session import Session
from pimflow_akeneo.structure import preparing
from pimflow_akeneo.structure.description import Column, Resource


def check(session: Session, resource: Resource, outlook: Outlook) -> Iterator[Finding]:
    """Tell of columns that each record needs, of values that the PIM will not take, and of a missing right."""
    for column in (resource.KEY, *([resource.owner] if resource.owner else [])):
        if outlook.columns and column.name not in outlook.columns:
            yield _missing(column, resource)
    if outlook.thorough:
        yield from _values(resource, outlook)
        yield from rights.check(session, resource.path.format(owner="any"))


def _missing(column: Column, resource: Resource) -> Finding:
    noun = resource.noun[0]
    reason = said("the mapping has no such column, and the PIM needs one for each {noun}", noun=noun)
    remedy = said("Map a column of the source to '{key}'.", key=column.name)
    return finding(Severity.FATAL, column.name, reason, remedy, kind=ProblemKind.MISSING)


def _values(resource: Resource, outlook: Outlook) -> Iterator[Finding]:
    for name, expected in outlook.columns.items():
        place = resource.place(name)
        if place is None:
            continue
        for known in expected.known:
            try:
                preparing.accepted(place, known.value)
            except RowProblem as bad:
                yield Finding(Severity.ERROR, replace(bad.problem, field=name), known.origin)
