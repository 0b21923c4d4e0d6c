"""The records of a cause of problems, as people know them, and what can be corrected of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pimflow.assemble import Assembly
from pimflow.components import Source
from pimflow.errors import ConfigError
from pimflow.model import SETTLED, Problem
from pimflow.problems.causes import Place, Wanted, places, records_of, shown_key
from pimflow.running.correcting import known_by
from pimflow.sheets import as_cell
from pimflow.state import corrections
from pimflow.state.attention import BEFORE_ALL, Position
from pimflow.state.corrections import Correction
from pimflow.state.database import Database
from pimflow.state.open_items import DUPLICATE, OpenItem
from pimflow.transforming.tracing import made_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a source row, as text; `concerned`: the value in question was made of it."""

    column: str
    value: str
    concerned: bool


@dataclass(frozen=True, slots=True)
class ProblemRecord:
    """One record with a problem of a cause: `key` as people know it, `name` and `page` those of its own system.

    `position` names the open item; `why_not` says why no cell can be corrected here.
    """

    key: str
    item_key: str
    resource: str
    name: str
    page: str
    row: int
    value: str
    arrived: bool
    status: str
    reason: str
    since: datetime | None
    last: datetime | None
    cells: tuple[Cell, ...]
    corrections: tuple[Correction, ...]
    why_not: str
    detail: str

    @property
    def position(self) -> Position:
        """The place of the item in the order of all."""
        return self.resource, self.item_key


def records_page(
    assembly: Assembly, database: Database, cause: str, after: Position = BEFORE_ALL, limit: int = 50
) -> list[ProblemRecord]:
    """Give so many records of a cause, behind a position."""
    given = corrections.find(database, assembly.pipeline.name)
    found: list[ProblemRecord] = []
    for place in places(assembly, database):
        wanted = records_of(place, database, Wanted(cause=cause), after, limit - len(found))
        found += [_record(assembly, place, item, problem, given) for _, item, _, problem in wanted]
        if len(found) >= limit:
            break
    return found


def _record(
    assembly: Assembly, place: Place, item: OpenItem, problem: Problem, given: Sequence[Correction]
) -> ProblemRecord:
    source, row = place.flow.source, item.source_row
    concerned = _made_of(place, row, problem.field)
    cells = [Cell(name, as_cell(value), name in concerned) for name, value in row.items()]
    known = known_by(place.flow, row, place.key)
    why_not = "" if known else "nothing tells its row apart in the source"
    if item.resource == DUPLICATE and not (source.identity and source.identity in known):
        why_not = "another row of the source has the same key"
    return ProblemRecord(
        shown_key(item),
        item.key,
        item.resource,
        as_cell(row.get(source.named or "")),
        page_of(assembly, source, row),
        item.row,
        "" if problem.value is None else str(problem.value),
        item.status in SETTLED,
        str(item.status),
        problem.reason,
        item.since,
        item.last,
        tuple(sorted(cells, key=lambda cell: not cell.concerned)),
        tuple(one for one in given if one.flow == place.flow.name and one.is_about(row)),
        why_not,
        problem.detail,
    )


def page_of(assembly: Assembly, source: Source, row: Mapping[str, Any]) -> str:
    """Give the address of a record's page in the system that it comes from."""
    connection = assembly.connection(source)
    return source.page(connection, row) if connection is not None else ""


def _made_of(place: Place, row: Mapping[str, Any], field: str | None) -> frozenset[str]:
    """Name the cells of a row of which a column is made; the column itself where it is one of the source."""
    if field is None:
        return frozenset()
    try:
        return frozenset(made_of(place.flow, tuple(row), field, lambda _: True)) or frozenset({field})
    except ConfigError:  # the mapping of today does not fit the row as it was
        return frozenset({field})
