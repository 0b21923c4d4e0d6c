"""What needs attention now, out of the state: grouped by cause as reports tell it, and record by record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from pimflow.answers import Answer, as_text, name_of
from pimflow.assemble import Assembly, Flow
from pimflow.model import Cause, FlowReport, Problem, ProblemKind, Who
from pimflow.report import cause_sentence, report_from_json
from pimflow.sentences import said
from pimflow.sinks import Sink
from pimflow.state import attention, history, open_items
from pimflow.state.attention import BEFORE_ALL, Alike, Inquiry, Position
from pimflow.state.database import Database
from pimflow.state.open_items import OpenItem
from pimflow.state.records import Scope
from pimflow.tally import Tally
from pimflow.words import Lead

_REPORTS = 5
_KEYS = 20
_TIMES_KEPT = 10_000
_BEYOND_VALUES: Mapping[ProblemKind, str] = {
    ProblemKind.CONNECTION: said("it is about the connection, and the next run tries again by itself"),
    ProblemKind.RATE_LIMIT: said("it is about the number of calls, and the next run tries again by itself"),
    ProblemKind.PERMISSION: said("it is about a right in the target, which somebody has to grant"),
}
Labels = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Place:
    """A flow, one of its sinks, and where the state keeps what is open there."""

    flow: Flow
    sink: Sink
    scope: Scope

    @property
    def key(self) -> str | None:
        """The column that holds a record's key."""
        return self.flow.config.key or self.sink.key


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which problems a person wants to see: those of a flow, of a class, of a cause, for somebody to mend."""

    flow: str | None = None
    kind: ProblemKind | None = None
    cause: str | None = None
    who: Who | None = None


@dataclass(frozen=True, slots=True)
class OpenCause:
    """One cause: `says` is the sentence of the reports, `since` and `last` when it was met first, and last, if known.

    `answer` is what a person decided about it, `unanswerable` why nobody can; `inquiry` tells who asked about it.
    `is_key`: it is about the key of records, which cannot do without.
    """

    id: str
    flow: str
    cause: Cause
    says: str
    since: datetime | None
    last: datetime | None
    answer: Answer | None
    unanswerable: str
    inquiry: Inquiry | None = None
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class OpenFlow:
    """What is open in one sink of a flow: `records` counts the records, `report` names source, target and noun."""

    report: FlowReport
    records: int
    causes: tuple[OpenCause, ...]


@dataclass(slots=True)
class _Times:
    since: datetime
    last: datetime


@dataclass(slots=True)
class _Found:
    tally: Tally
    records: int = 0
    times: dict[str, _Times] = field(default_factory=dict)

    def take(self, some: Alike, name: str, problem: Problem) -> None:
        keys = [_shown(key, row) for key, row in some.keys]
        self.tally.add_problem(problem, some.status, keys[0], some.count, more_keys=keys[1:])
        known = self.times.get(name)
        if known is None and len(self.times) < _TIMES_KEPT:
            self.times[name] = _Times(some.since, some.last)
        elif known is not None:
            known.since, known.last = min(some.since, known.since), max(some.last, known.last)


def places(assembly: Assembly, database: Database) -> list[Place]:
    """Give the flows and sinks of a pipeline that have written to their address of today, in their order."""
    known = open_items.scopes_of(database, assembly.pipeline.name)
    return [
        Place(flow, sink, known[flow.name, *place])
        for flow in assembly.flows
        for sink, place in zip(flow.sinks, assembly.places(flow), strict=True)
        if (flow.name, *place) in known
    ]


def open_problems(
    assembly: Assembly, database: Database, wanted: Wanted
) -> Iterator[tuple[Place, OpenItem, str, Problem]]:
    """Give each problem of each open item with the name of its cause, page by page."""
    for place in places(assembly, database):
        if wanted.flow in {None, place.flow.name}:
            yield from records_of(place, database, wanted)


def records_of(
    place: Place, database: Database, wanted: Wanted, after: Position = BEFORE_ALL, limit: int | None = None
) -> Iterator[tuple[Place, OpenItem, str, Problem]]:
    """Give the same of one place: that of so many items at most, behind a position."""
    texts = {some.text for some in attention.alike(database, place.scope, 1) if _chosen(place, some, wanted)}
    for item in attention.with_problems(database, place.scope, texts, after, limit) if texts else ():
        for name, problem in _named(place, item.problems, wanted):
            yield place, item, name, problem


def by_cause(assembly: Assembly, database: Database, wanted: Wanted) -> list[OpenFlow]:
    """Group what is open by cause."""
    labels, asked = labels_of(assembly, database), attention.asked(database, assembly.pipeline.name)
    found = []
    for place in places(assembly, database):
        if wanted.flow in {None, place.flow.name}:
            of_place = _Found(Tally(partial(_label, labels, place.flow.name), apart=True))
            for some in _apart(place, database):
                chosen = _chosen(place, some, wanted)
                for name, problem in chosen:
                    of_place.take(some, name, problem)
                of_place.records += some.count if chosen else 0
            if of_place.records:
                found.append(_open_flow(place, of_place, asked))
    return found


def _apart(place: Place, database: Database) -> Iterator[Alike]:
    """Give what is open with the same problems; records of which each has a cause of its own one by one."""
    for some in attention.alike(database, place.scope, _KEYS):
        if all(problem.lead is not Lead.RECORD for problem in some.problems):
            yield some
        elif some.count <= len(some.keys):
            yield from (replace(some, count=1, keys=(key,)) for key in some.keys)
        else:
            for item in attention.with_problems(database, place.scope, {some.text}):
                yield replace(some, count=1, keys=((item.key, item.row),))


def _chosen(place: Place, some: Alike, wanted: Wanted) -> list[tuple[str, Problem]]:
    return [*_named(place, some.problems, wanted)]


def _named(place: Place, problems: Iterable[Problem], wanted: Wanted) -> Iterator[tuple[str, Problem]]:
    """Give those problems that are wanted, each with the name of its cause."""
    for problem in problems:
        if wanted.kind in {None, problem.kind} and wanted.who in {None, problem.who}:
            name = name_of(place.flow.name, problem.field, problem.value, problem.reason)
            if wanted.cause in {None, name}:
                yield name, problem


def _open_flow(place: Place, found: _Found, asked: Mapping[str, Inquiry]) -> OpenFlow:
    report = report_of(place)
    in_order = (replace(cause, keys=tuple(sorted(cause.keys))) for cause in found.tally.causes())
    causes = (_open_cause(place, cause, found, report, asked) for cause in in_order)
    return OpenFlow(report, found.records, tuple(causes))


def _open_cause(
    place: Place, cause: Cause, found: _Found, report: FlowReport, asked: Mapping[str, Inquiry]
) -> OpenCause:
    problem, flow = cause.problem, place.flow
    name = name_of(flow.name, problem.field, problem.value, problem.reason)
    times = found.times.get(name)
    since, last = (times.since, times.last) if times else (None, None)
    says, answer = cause_sentence(cause, report), flow.answers.to(problem)
    why_not = unanswerable(problem, place.key)
    is_key = problem.field is not None and problem.field == place.key
    return OpenCause(name, flow.name, cause, says, since, last, answer, why_not, asked.get(name), is_key)


@dataclass(frozen=True, slots=True)
class Question:
    """What a cause asks people: what becomes of a value of a column. `unanswerable` says why nobody can tell."""

    flow: str
    column: str
    value: str
    records: int
    is_key: bool = False
    unanswerable: str = ""


def question(assembly: Assembly, database: Database, cause: str) -> Question | None:
    """Find the question of a cause that is open or was answered before; None where there is no such cause."""
    found: Question | None = None
    for place in places(assembly, database):
        for some in attention.alike(database, place.scope, 1):
            for _, problem in _chosen(place, some, Wanted(cause=cause)):
                if found is None:
                    is_key, why_not = problem.field == place.key, unanswerable(problem, place.key)
                    value = as_text(problem.value)
                    found = Question(place.flow.name, problem.field or "", value, 0, is_key, why_not)
                found = replace(found, records=found.records + some.count)
    answers = (one for flow in assembly.flows for one in flow.answers)
    before = next((one for one in answers if one.id == cause), None)
    return found or (Question(before.flow, before.column, before.value, 0) if before else None)


def report_of(place: Place) -> FlowReport:
    """Give what the sentences of reports name: source, target, and what moves."""
    flow, sink = place.flow, place.sink
    return FlowReport(flow.name, flow.source.title, sink.title, sink.noun)


def unanswerable(problem: Problem, key: str | None) -> str:
    """Say why no answer can mend a problem; nothing where one can."""
    if problem.kind in _BEYOND_VALUES:
        return _BEYOND_VALUES[problem.kind]
    if problem.field is None or problem.value is None:
        return said("it is not about a value that could become another one")
    if not isinstance(problem.value, str | int | float):
        return said("its value is more than one")
    if problem.kind is ProblemKind.DUPLICATE and problem.field == key:
        if problem.who is Who.SOURCE_TEAM:
            return said("two records have this key, and one of them has to change at the source")
        return said("two records have this key, and one of them has to change in the target")
    return ""


def shown_key(item: OpenItem) -> str:
    """Give the key of a record as people know it; of a row without one its number."""
    return _shown(item.key, item.row)


def _shown(key: str, row: int) -> str:
    return open_items.plain_key(key, row) or open_items.shown_key(key)


def _label(labels: Labels, flow: str, column: str) -> str:
    return labels.get((flow, column), column)


def labels_of(assembly: Assembly, database: Database) -> Labels:
    """Give the names by which people know columns, by flow and column, as the last reports told them."""
    past = history.past_runs(database, assembly.pipeline.name, _REPORTS)
    reports = (report_from_json(one.report) for one in reversed(past) if one.report)
    flows: Iterable[FlowReport] = (flow for report in reports for flow in report.flows)
    return {
        (flow.name, cause.problem.field): cause.label
        for flow in flows
        for cause in flow.causes
        if cause.problem.field and cause.label
    }
