"""Each record and problem as a line of a table, its source row beside it, for people to correct."""

from __future__ import annotations

from collections.abc import Iterator

from pimflow.assemble import Assembly
from pimflow.model import Problem
from pimflow.problems.causes import Wanted, open_problems
from pimflow.sheets import COLUMNS, Line, as_cell, column_of
from pimflow.state.database import Database
from pimflow.state.open_items import OpenItem
from pimflow.words import to_the_minute


def export_lines(assembly: Assembly, database: Database, wanted: Wanted) -> Iterator[Line]:
    """Give the header, then one line for each record and problem."""
    names = list(_source_columns(assembly, database, wanted))
    yield [*COLUMNS, *map(column_of, names)]
    for place, item, _, problem in open_problems(assembly, database, wanted):
        source = (as_cell(item.source_row.get(name)) for name in names)
        yield [place.flow.name, *_told(item, problem), *source]


def _source_columns(assembly: Assembly, database: Database, wanted: Wanted) -> Iterator[str]:
    """Give the columns of all source rows, in the order in which they are met first."""
    seen: set[str] = set()
    for _, item, _, _ in open_problems(assembly, database, wanted):
        for name in item.source_row:
            if name not in seen:
                seen.add(name)
                yield name


def _told(item: OpenItem, problem: Problem) -> Line:
    return [
        item.key,
        str(item.row),
        problem.kind,
        problem.field or "",
        as_cell(problem.value),
        problem.reason,
        problem.remedy,
        problem.who,
        item.status,
        to_the_minute(item.since) if item.since else "",
        to_the_minute(item.last) if item.last else "",
        item.resource,
    ]
