"""One row -> one record of the PIM's structure: every cell checked, bad ones left out with their reason. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pimflow import Item, Problem, ProblemKind, RowProblem, Who, said, said_by
from pimflow_akeneo.structure.description import Column, Place, Resource


def item(row: Mapping[str, Any], resource: Resource) -> Item:
    """Check one row.

    Raises RowProblem where it has no code or belongs to nothing, and for a bad cell that the PIM would keep for ever.
    """
    code = _needed(row, resource.KEY, resource)
    owner = _needed(row, resource.owner, resource) if resource.owner else ""
    payload: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, cell in row.items():
        place = resource.place(name)
        if place is None or place.column in {resource.KEY, resource.owner}:
            continue
        try:
            payload[name] = place.column.codec.nothing if cell is None else accepted(place, cell)
        except RowProblem as bad:
            if place.column.fixed or place.column.vital:
                raise
            problems.append(bad.problem)
    return Item(resource.list_of(owner), code, payload, tuple(problems))


def _needed(row: Mapping[str, Any], column: Column, resource: Resource) -> str:
    text = str(row.get(column.name) or "").strip()
    if not text:
        reason = said("the record has none, and the PIM needs one for each {noun}", noun=resource.noun[0])
        remedy = said("Fill it in the source; it will then arrive by itself.")
        raise RowProblem(column.name, None, reason, kind=ProblemKind.MISSING, remedy=remedy)
    return text


def accepted(place: Place, cell: Any) -> Any:
    """Make the canonical value of a cell. Raises RowProblem."""
    try:
        return place.column.codec.accept(cell)
    except ValueError as bad:
        remedy = said("Correct it in the source; it will then arrive by itself.")
        raise RowProblem(place.name, cell, said_by(bad), remedy=remedy, who=Who.PRODUCT_MANAGER) from None
