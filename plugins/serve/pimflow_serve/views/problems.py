"""What needs attention: by cause as reports tell it, and record by record as people know it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pimflow.answers import Answer
from pimflow.assemble import Assembly
from pimflow.model import SETTLED, FlowReport, ProblemKind, Who
from pimflow.problems.causes import (
    OpenCause,
    OpenFlow,
    Place,
    Wanted,
    by_cause,
    places,
    records_of,
)
from pimflow.report import effect, what_happened
from pimflow.state.attention import Inquiry
from pimflow.state.database import Database
from pimflow.state.open_items import OpenItem
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


def items_of(assembly: Assembly, database: Database, cause: str) -> Iterator[tuple[Place, OpenItem]]:
    """Give the open items of a cause, whatever their number."""
    for place in places(assembly, database):
        for _, item, _, _ in records_of(place, database, Wanted(cause=cause)):
            yield place, item
