"""One product: what was sent of it, when and by which run; why a value is what it is; what is open of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pimflow.answers import name_of
from pimflow.assemble import Assembly
from pimflow.explain import ExplainedRecord, ExplainedValue, explain
from pimflow.model import Cause
from pimflow.problems.causes import Labels, Place, labels_of, places, report_of, shown_key
from pimflow.report import advice, what_happened
from pimflow.sheets import as_cell
from pimflow.state import open_items
from pimflow.state.corrections import Correction
from pimflow.state.database import Database
from pimflow.state.key_search import like
from pimflow.state.open_items import OpenItem
from pimflow_serve.formats import moment
from pimflow_serve.project import Project
from pimflow_serve.views.overview import plain
from pimflow_serve.views.problem_records import page_of
from pimflow_serve.views.product_values import ShownValue, shown_value

_ALIKE = 10


@dataclass(frozen=True, slots=True)
class ProductProblem:
    """What is open of a product; `cause` names its cause."""

    cause: str
    says: str
    advice: str
    detail: str


@dataclass(frozen=True, slots=True)
class ShownProduct:
    """A product as one flow sent it. Without values: it could not be sent, or what was sent of it is not kept.

    `name` and `called` are what its own system calls it, `page` is its page there. `state` is sent, deleted, disabled,
    waiting, or known: the target has it, and what was sent is not kept. `said` are the cells of its source row, by
    column; `item_key` is what a correction of them names.
    """

    pipeline: str
    flow: str
    noun: str
    key: str
    source: str
    target: str
    state: str
    run: str
    time: datetime | None
    name: str
    called: str
    page: str
    source_key: str
    values: tuple[ShownValue, ...]
    problems: tuple[ProductProblem, ...]
    corrections: tuple[Correction, ...]
    renamed: tuple[tuple[str, str], ...]
    said: tuple[tuple[str, str], ...]
    item_key: str


def products(project: Project, database: Database, key: str, column: str = "") -> list[ShownProduct]:
    """Tell all that is known under a key; with a column how its value came about. Nothing is contacted."""

    def find(name: str) -> Assembly | None:
        served = project.pipeline(name)
        return served.assembly if served else None

    sent = explain(database, key, None, find)
    why = explain(database, key, column, find) if column else []
    ways = {(one.place.scope.id, one.resource, value.column): value for one in why for value in one.values}
    met = list(_met(project, database, key))
    open_now = {place.scope.id: (assembly, place, item) for assembly, place, item in met if item}
    found = [_sent(database, one, find(one.place.pipeline), open_now, ways) for one in sent]
    known = {(one.pipeline, one.flow, one.target) for one in found}
    others = [_without_values(database, assembly, place, key, item) for assembly, place, item in met]
    return [*found, *(one for one in others if (one.pipeline, one.flow, one.target) not in known)]


def keys_alike(database: Database, text: str) -> list[str]:
    """Give keys that a person may have meant."""
    return like(database, text, _ALIKE)


def _met(project: Project, database: Database, key: str) -> Iterator[tuple[Assembly, Place, OpenItem | None]]:
    """Find where a product was met, with what is open of it there."""
    for served in project.pipelines().values():
        for place in places(served.assembly, database) if served.assembly else ():
            assert served.assembly is not None
            items = open_items.under_keys(database, place.scope, [key])
            yield from ((served.assembly, place, item) for item in items)
            if not items and open_items.has_settled(database, place.scope, key, None):
                yield served.assembly, place, None


def _sent(
    database: Database,
    one: ExplainedRecord,
    assembly: Assembly | None,
    open_now: dict[int, tuple[Assembly, Place, OpenItem]],
    ways: dict[tuple[int, str, str], ExplainedValue],
) -> ShownProduct:
    place, opened = one.place, open_now.get(one.place.scope.id)
    flow = next((flow for flow in assembly.flows if flow.name == place.flow), None) if assembly else None
    sink = next((sink for sink in flow.sinks if sink.type == place.sink.partition(" ")[0]), None) if flow else None
    state = "deleted" if one.deleted else "disabled" if one.disabled else "sent"
    page = page_of(assembly, flow.source, one.source_row) if assembly and flow else ""
    name = as_cell(one.source_row.get(flow.source.named or "")) if flow else ""
    return ShownProduct(
        place.pipeline,
        place.flow,
        one.noun,
        one.key,
        plain(one.source),
        plain(sink.title) if sink else place.address,
        state,
        one.run or "",
        moment(one.time),
        name,
        one.called,
        page,
        one.source_key,
        tuple(shown_value(value, ways.get((place.scope.id, one.resource, value.column))) for value in one.values),
        tuple(_problems(opened[1], opened[2], labels_of(opened[0], database))) if opened else (),
        one.corrections,
        tuple((name.was, name.given) for name in one.keys),
        _said(opened[2].source_row if opened else one.source_row),
        opened[2].key if opened else one.key,
    )


def _without_values(
    database: Database, assembly: Assembly, place: Place, key: str, item: OpenItem | None
) -> ShownProduct:
    """Tell of a product that never arrived, or of which is not kept what was sent."""
    report, source = report_of(place), place.flow.source
    row = item.source_row if item else {}
    named = as_cell(row.get(source.named or ""))
    arrived = open_items.has_settled(database, place.scope, key, None)
    return ShownProduct(
        assembly.pipeline.name,
        place.flow.name,
        report.noun[0],
        shown_key(item) if item else key,
        plain(report.source),
        plain(report.target),
        "known" if arrived else "waiting",
        "",
        item.last if item else None,
        named,
        named,
        page_of(assembly, source, row) if item else "",
        "",
        (),
        tuple(_problems(place, item, labels_of(assembly, database))) if item else (),
        (),
        (),
        _said(row),
        item.key if item else key,
    )


def _problems(place: Place, item: OpenItem, labels: Labels) -> Iterator[ProductProblem]:
    for problem in item.problems:
        label = labels.get((place.flow.name, problem.field or ""), "")
        says = what_happened(Cause(problem, item.status, 1, (), label), report_of(place))
        told = advice(problem) if problem.remedy else ""
        name = name_of(place.flow.name, problem.field, problem.value, problem.reason)
        yield ProductProblem(name, says, told, problem.detail)


def _said(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, as_cell(cell)) for name, cell in row.items())
