"""What needs attention: by cause as reports tell it, and record by record as people know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pimflow.answers import Answer
from pimflow.assemble import Assembly
from pimflow.components import Source
from pimflow.errors import ConfigError
from pimflow.model import SETTLED, FlowReport, Problem, ProblemKind, Who
from pimflow.problems.causes import (
    OpenCause,
    OpenFlow,
    Place,
    Wanted,
    by_cause,
    places,
    records_of,
    shown_key,
)
from pimflow.report import effect, what_happened
from pimflow.running.correcting import known_by
from pimflow.sheets import as_cell
from pimflow.state import attention, corrections
from pimflow.state.attention import BEFORE_ALL, Inquiry, Position
from pimflow.state.corrections import Correction
from pimflow.state.database import Database
from pimflow.state.open_items import DUPLICATE, OpenItem
from pimflow.transforming.tracing import made_of
from pimflow_serve.project import Project
from pimflow_serve.views.overview import plain


@dataclass(frozen=True, slots=True)
class CauseCard:
    """One cause of one flow of a pipeline: `happened` and why, what became of the records, what to do now and who.

    `noun` is what its records are called, one and several. `inquiry` tells who asked the ERP team; `unanswerable` why
    no answer mends it; `is_key`: it is about the key of records, which cannot do without.
    """

    pipeline: str
    id: str
    flow: str
    noun: tuple[str, str]
    source: str
    target: str
    happened: str
    effect: str
    advice: str
    who: Who
    kind: ProblemKind
    field: str
    label: str
    value: str
    count: int
    keys: tuple[str, ...]
    arrived: bool
    since: datetime | None
    last: datetime | None
    answer: Answer | None
    unanswerable: str
    inquiry: Inquiry | None
    is_key: bool
    detail: str


@dataclass(frozen=True, slots=True)
class FlowProblems:
    """What is open in one sink of a flow, called by its noun and systems; `records` counts the records."""

    pipeline: str
    flow: str
    noun: str
    source: str
    target: str
    records: int
    causes: tuple[CauseCard, ...]


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


def problems(project: Project, database: Database, wanted: Wanted, pipeline: str = "") -> list[FlowProblems]:
    """Give what is open in all pipelines, or in one: flow by flow, the most frequent cause first."""
    found = []
    for served in project.pipelines().values():
        if served.assembly is not None and pipeline in {"", served.name}:
            flows = by_cause(served.assembly, database, wanted)
            found += [_flow(served.name, one) for one in flows]
    return found


def cause_card(assembly: Assembly, database: Database, cause: str) -> CauseCard | None:
    """Give one cause; None where nothing of it is open."""
    flows = by_cause(assembly, database, Wanted(cause=cause))
    return next((card for one in flows for card in _flow(assembly.pipeline.name, one).causes), None)


def answered(assembly: Assembly, cause: str) -> Answer | None:
    """Give the answer to a cause of which nothing is open any more."""
    return next((one for flow in assembly.flows for one in flow.answers if one.id == cause), None)


def _flow(pipeline: str, found: OpenFlow) -> FlowProblems:
    report = found.report
    cards = (_card(pipeline, one, report) for one in found.causes)
    source, target = plain(report.source), plain(report.target)
    return FlowProblems(pipeline, report.name, report.noun[1], source, target, found.records, tuple(cards))


def _card(pipeline: str, one: OpenCause, report: FlowReport) -> CauseCard:
    problem = one.cause.problem
    return CauseCard(
        pipeline,
        one.id,
        one.flow,
        report.noun,
        plain(report.source),
        plain(report.target),
        what_happened(one.cause, report),
        effect(one.cause, report),
        problem.remedy,
        problem.who,
        problem.kind,
        problem.field or "",
        one.cause.label or problem.field or "",
        "" if problem.value is None else str(problem.value),
        one.cause.count,
        one.cause.keys,
        one.cause.status in SETTLED,
        one.since,
        one.last,
        one.answer,
        one.unanswerable,
        one.inquiry,
        one.is_key,
        problem.detail,
    )


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


def items_of(assembly: Assembly, database: Database, cause: str) -> Iterator[tuple[Place, OpenItem]]:
    """Give the open items of a cause, whatever their number."""
    for place in places(assembly, database):
        for _, item, _, _ in records_of(place, database, Wanted(cause=cause)):
            yield place, item


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


def asked_by(database: Database, pipeline: str, cause: str) -> Inquiry | None:
    """Tell who asked the ERP team about a cause."""
    return attention.asked(database, pipeline).get(cause)
